-- Which records may be one person, found by weighing them. Derived, but for the models.
-- Records whose identity changed and that were not weighed since.
CREATE TABLE match_queue (record_no {key}, since BIGINT NOT NULL);
-- Under which keys a record stands in the index, so that it can be taken out again; state: a digest of what was
-- weighed and of the model.
CREATE TABLE match_record (record_no {key}, state BIGINT NOT NULL, keys {bytes} NOT NULL);
-- The index of blocking keys: two records under one key are weighed.
CREATE TABLE match_key (key BIGINT NOT NULL, record_no BIGINT NOT NULL, PRIMARY KEY (key, record_no)) {clustered};
-- Pairs that may be one person, the lower record first. weight: thousandths of a bit. verdict: 1 joins by itself,
-- 2 a steward has to look.
CREATE TABLE match_pair (
  record_a BIGINT NOT NULL, record_b BIGINT NOT NULL, weight BIGINT NOT NULL, verdict BIGINT NOT NULL,
  model_no BIGINT NOT NULL, PRIMARY KEY (record_a, record_b)) {clustered};
CREATE INDEX match_pair_b ON match_pair (record_b);
CREATE INDEX match_pair_verdict ON match_pair (verdict, weight);
-- Models learnt here, frozen: truth, since decisions name them. state: 1 proposed, 2 in force, 3 retired. Model 0 is
-- the one that the program holds.
CREATE TABLE match_model (
  model_no {key}, made BIGINT NOT NULL, actor {text} NOT NULL, why {text} NOT NULL, state BIGINT NOT NULL,
  body {text} NOT NULL);
-- Who weighs now: one worker at a time, whatever the number of processes.
CREATE TABLE match_lease (name {text} NOT NULL PRIMARY KEY, holder BIGINT NOT NULL, until BIGINT NOT NULL);
INSERT INTO match_lease (name, holder, until) VALUES ('weigh', 0, 0);
-- Pairs that a steward said are, or are not, one person, for measuring the weighing: is_one 1 or 0.
CREATE TABLE match_label (
  label_no {key}, record_a BIGINT NOT NULL, record_b BIGINT NOT NULL, is_one BIGINT NOT NULL, weight BIGINT NOT NULL,
  actor {text} NOT NULL, said BIGINT NOT NULL);
INSERT INTO counter (name, next) VALUES ('match_model', 1), ('match_label', 1);
