-- Acts: what was decided about who may see whom, each with who did it, when, until when, and its undoing. Truth.
-- kind: see care::access::acts. holder: a user or an organisation. item: the entry's item, for acts about one.
CREATE TABLE access_act (
  act_no {key}, person_id {bytes} NOT NULL, kind BIGINT NOT NULL, holder {text} NOT NULL, item BIGINT,
  value BIGINT NOT NULL, words {text} NOT NULL, actor {text} NOT NULL, decided BIGINT NOT NULL, ends BIGINT,
  undone BIGINT, undone_by {text});
CREATE INDEX access_act_person ON access_act (person_id);
CREATE INDEX access_act_holder ON access_act (holder, kind);
CREATE INDEX access_act_kind ON access_act (kind, act_no);
INSERT INTO counter (name, next) VALUES ('access_act', 1);
