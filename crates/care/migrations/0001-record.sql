-- Truth: who sends, what they said, which records and persons were minted, what was decided.
CREATE TABLE setting (name {text} NOT NULL PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE counter (name {text} NOT NULL PRIMARY KEY, next BIGINT NOT NULL);
INSERT INTO counter (name, next) VALUES
  ('record', 1), ('parcel', 1), ('decision', 1), ('quarantine', 1), ('feed', 1), ('dictionary', 1), ('concern', 1);

CREATE TABLE feed (feed_no {key}, name {text} NOT NULL UNIQUE, sender {text} NOT NULL, last_received BIGINT NOT NULL);

-- Compression dictionaries, one version a row; a parcel names the one it was packed with.
CREATE TABLE dictionary (dictionary_no {key}, name {text} NOT NULL, bytes {bytes} NOT NULL);

-- A record is one sender's view of one person. Its number is dense and rises, so that what arrives together
-- is stored together; its bucket, for partitioning, is record_no % 1024.
CREATE TABLE record (
  record_no {key}, record_key BIGINT NOT NULL, record_id {bytes} NOT NULL, sender {text} NOT NULL,
  local_id {text} NOT NULL, minted BIGINT NOT NULL, directory BIGINT NOT NULL);
CREATE INDEX record_by_key ON record (record_key);

-- Contributions are packed together, those of one record that came in one delivery: alone a Synthea resource
-- takes 420 bytes, packed so 120. A contribution's number is parcel_no * 256 + its place in the parcel.
CREATE TABLE parcel (
  parcel_no {key}, record_no BIGINT NOT NULL, feed_no BIGINT NOT NULL, format BIGINT NOT NULL,
  received BIGINT NOT NULL, dictionary_no BIGINT NOT NULL, length BIGINT NOT NULL, body {bytes} NOT NULL);

-- Joins that someone asked for, and their undoing. kind: 1 merge of two records, 2 superseded NHS number,
-- 3 keep apart, 4 barred pair.
CREATE TABLE decision (
  decision_no {key}, kind BIGINT NOT NULL, record_a BIGINT NOT NULL, record_b BIGINT NOT NULL,
  old_number BIGINT NOT NULL, new_number BIGINT NOT NULL, actor {text} NOT NULL, why {text} NOT NULL,
  decided BIGINT NOT NULL, undone BIGINT, undone_by {text}, undone_why {text});
CREATE INDEX decision_a ON decision (record_a);
CREATE INDEX decision_b ON decision (record_b);
CREATE INDEX decision_old ON decision (old_number);
CREATE INDEX decision_new ON decision (new_number);

-- Derived: rebuilt from the above by the function that wrote it first.
CREATE TABLE term (term_no {key}, text {text} NOT NULL);

CREATE TABLE item (
  record_no BIGINT NOT NULL, item BIGINT NOT NULL, version BIGINT NOT NULL, tie BIGINT NOT NULL,
  contribution_no BIGINT NOT NULL, facet BIGINT NOT NULL, item_type BIGINT NOT NULL, state BIGINT NOT NULL,
  PRIMARY KEY (record_no, item, version, tie)) {clustered};

CREATE TABLE item_home (
  item BIGINT NOT NULL, record_no BIGINT NOT NULL, PRIMARY KEY (item, record_no)) {clustered};

CREATE TABLE entry (
  record_no BIGINT NOT NULL, item BIGINT NOT NULL, part BIGINT NOT NULL, kind BIGINT NOT NULL,
  what BIGINT NOT NULL, also BIGINT, value {text}, normal DOUBLE PRECISION, happened BIGINT, ended BIGINT,
  recorded BIGINT, received BIGINT NOT NULL, author BIGINT, place BIGINT, status BIGINT NOT NULL,
  certainty BIGINT NOT NULL, category BIGINT, encounter BIGINT, detail {text},
  PRIMARY KEY (record_no, item, part)) {clustered};

CREATE TABLE item_issue (
  record_no BIGINT NOT NULL, item BIGINT NOT NULL, issue_no BIGINT NOT NULL, place {text} NOT NULL,
  reason {text} NOT NULL, PRIMARY KEY (record_no, item, issue_no)) {clustered};

-- What each record says of who the person is. demographics: the whole of it, as JSON.
CREATE TABLE identity (
  record_no {key}, nhs_number BIGINT, nhs_verified BIGINT NOT NULL, birth BIGINT, sex BIGINT NOT NULL,
  family {text} NOT NULL, given {text} NOT NULL, postcode {text}, restricted BIGINT NOT NULL,
  multiple_birth BIGINT NOT NULL, demographics {text} NOT NULL);
CREATE INDEX identity_nhs ON identity (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX identity_birth ON identity (birth) WHERE birth IS NOT NULL;
CREATE INDEX identity_postcode ON identity (postcode) WHERE postcode IS NOT NULL;

CREATE TABLE record_person (record_no {key}, person_no BIGINT NOT NULL);
CREATE INDEX record_person_person ON record_person (person_no);

-- What could not be read. state: 0 open, 1 mended and taken, 2 discarded with a reason.
CREATE TABLE quarantine (
  quarantine_no {key}, feed_no BIGINT NOT NULL, received BIGINT NOT NULL, format BIGINT NOT NULL,
  place {text} NOT NULL, code {text} NOT NULL, reason {text} NOT NULL, item_type {text} NOT NULL,
  record_no BIGINT, digest BIGINT NOT NULL, context {text} NOT NULL, body {bytes} NOT NULL,
  state BIGINT NOT NULL, due BIGINT, owner {text}, closed BIGINT, closed_by {text}, closed_why {text});
CREATE INDEX quarantine_open ON quarantine (state, feed_no, code, quarantine_no);
CREATE INDEX quarantine_digest ON quarantine (digest);
CREATE INDEX quarantine_record ON quarantine (record_no) WHERE record_no IS NOT NULL;

-- What each feed brought, by day, for its page: kept as sums, so that nothing has to be counted.
CREATE TABLE feed_day (
  feed_no BIGINT NOT NULL, day BIGINT NOT NULL, received BIGINT NOT NULL, accepted BIGINT NOT NULL,
  updated BIGINT NOT NULL, unchanged BIGINT NOT NULL, quarantined BIGINT NOT NULL, unmapped BIGINT NOT NULL,
  PRIMARY KEY (feed_no, day)) {clustered};

-- Signed-in sessions: the token itself is never stored.
CREATE TABLE session (
  token_digest {bytes} NOT NULL PRIMARY KEY, user_name {text} NOT NULL, begun BIGINT NOT NULL, seen BIGINT NOT NULL);

-- "Something is wrong": what a reader reported, for a queue that someone owns. state: 0 open, 1 closed.
CREATE TABLE concern (
  concern_no {key}, person_id {bytes}, page {text} NOT NULL, kind {text} NOT NULL, words {text} NOT NULL,
  reporter {text} NOT NULL, reported BIGINT NOT NULL, owner {text} NOT NULL, state BIGINT NOT NULL,
  closed BIGINT, closed_by {text}, closed_why {text});
