-- What people decide about their own record and ask for by right. All of it is truth: added, undone, never changed.
ALTER TABLE access_act ADD COLUMN undone_words {text};

-- How someone wants to be reached and met, by their own word. kind and source: see care::rights::preferences.
CREATE TABLE preference (
  preference_no {key}, person_id {bytes} NOT NULL, kind BIGINT NOT NULL, value {text} NOT NULL, words {text} NOT NULL,
  source BIGINT NOT NULL, actor {text} NOT NULL, said BIGINT NOT NULL, undone BIGINT, undone_by {text},
  undone_words {text});
CREATE INDEX preference_person ON preference (person_id);

-- Staff whose access a privacy officer suspended.
CREATE TABLE staff_suspension (
  suspension_no {key}, user_name {text} NOT NULL, words {text} NOT NULL, actor {text} NOT NULL, decided BIGINT NOT NULL,
  ends BIGINT, undone BIGINT, undone_by {text}, undone_words {text});
CREATE INDEX staff_suspension_user ON staff_suspension (user_name);

-- What people ask for. kind: see care::rights::requests. item: the entry's item, for requests about one.
-- organisation: whose answer it waits for. state: 0 waits, 1 done, 2 refused, 3 taken back.
CREATE TABLE rights_request (
  request_no {key}, person_id {bytes} NOT NULL, kind BIGINT NOT NULL, item BIGINT, organisation {text} NOT NULL,
  words {text} NOT NULL, actor {text} NOT NULL, asked BIGINT NOT NULL, state BIGINT NOT NULL, answered BIGINT,
  answered_by {text}, answer {text});
CREATE INDEX rights_request_person ON rights_request (person_id);
CREATE INDEX rights_request_state ON rights_request (state, kind, organisation);

-- Copies of all that is held about a person, made for that person. state: see
-- care::rights::copies.
CREATE TABLE record_copy (
  copy_no {key}, person_id {bytes} NOT NULL, actor {text} NOT NULL, words {text} NOT NULL, asked BIGINT NOT NULL,
  state BIGINT NOT NULL, done BIGINT NOT NULL, total BIGINT NOT NULL, made BIGINT, ends BIGINT, opened BIGINT,
  body {bytes});
CREATE INDEX record_copy_person ON record_copy (person_id);
CREATE INDEX record_copy_state ON record_copy (state, copy_no);

-- Items that were lawfully removed: that it happened, and nothing of what they were (SAFETY 7). An item of this key
-- is never filed again.
CREATE TABLE tombstone (
  tombstone_no {key}, item BIGINT NOT NULL UNIQUE, request_no BIGINT NOT NULL, ground BIGINT NOT NULL,
  asked_by {text} NOT NULL, confirmed_by {text} NOT NULL, removed BIGINT NOT NULL, parts BIGINT NOT NULL);
INSERT INTO counter (name, next) VALUES
  ('preference', 1), ('staff_suspension', 1), ('rights_request', 1), ('record_copy', 1), ('tombstone', 1);
