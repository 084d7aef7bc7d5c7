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
-- What a steward has to look at: of each two persons the pair of records that weighs most, unless it was decided that
-- they are two.
CREATE TABLE match_review (
  record_a BIGINT NOT NULL, record_b BIGINT NOT NULL, weight BIGINT NOT NULL, PRIMARY KEY (record_a, record_b)) {clustered};
CREATE INDEX match_review_b ON match_review (record_b);
CREATE INDEX match_review_weight ON match_review (weight, record_a, record_b);
-- Models learnt here, frozen: truth, since decisions name them. state: 1 proposed, 2 in force, 3 retired. Model 0 is
-- the one that the program holds.
CREATE TABLE match_model (
  model_no {key}, made BIGINT NOT NULL, actor {text} NOT NULL, why {text} NOT NULL, state BIGINT NOT NULL,
  body {text} NOT NULL);
-- Who weighs now: one worker at a time, whatever the number of processes.
CREATE TABLE match_lease (name {text} NOT NULL PRIMARY KEY, holder BIGINT NOT NULL, until BIGINT NOT NULL);
INSERT INTO match_lease (name, holder, until) VALUES ('weigh', 0, 0);
-- What a steward said of a pair, for measuring the weighing. is_one: 1 one person, 0 two, 2 cannot be told. band: what
-- became of such pairs and how much they weigh, see care::person::matching::count. likeness: twins, parent and child, a
-- number of another. decision_no: the decision that came of it, 0 for none; one that was undone says nothing.
-- asked: 1 when this pair was asked about, 0 when it was found by parting a person, which is no fair sample.
CREATE TABLE match_label (
  label_no {key}, record_a BIGINT NOT NULL, record_b BIGINT NOT NULL, is_one BIGINT NOT NULL, weight BIGINT NOT NULL,
  actor {text} NOT NULL, said BIGINT NOT NULL, band BIGINT NOT NULL, likeness BIGINT NOT NULL,
  decision_no BIGINT NOT NULL, asked BIGINT NOT NULL);
-- What the worker counted last: how pairs and records are spread, and which pairs were drawn to be checked.
CREATE TABLE match_count (name {text} NOT NULL PRIMARY KEY, made BIGINT NOT NULL, body {text} NOT NULL);
INSERT INTO counter (name, next) VALUES ('match_model', 1), ('match_label', 1);
