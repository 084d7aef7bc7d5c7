-- What things other than a sender's own Patient say of who a record is about (a result with the patient inside
-- it): one line a thing, so that who a record is about never depends on which arrived last. `own`: the identity is
-- what the sender's own Patient says.
ALTER TABLE identity ADD COLUMN own BIGINT NOT NULL DEFAULT 1;

CREATE TABLE identity_said (
  record_no BIGINT NOT NULL, item BIGINT NOT NULL, version BIGINT NOT NULL, tie BIGINT NOT NULL,
  verified BIGINT NOT NULL, demographics {text} NOT NULL, PRIMARY KEY (record_no, item)) {clustered};
