-- Access tokens of other systems, by their digests, for the minutes that they are good. scopes: what was granted.
CREATE TABLE machine_token (
  token_digest {bytes} NOT NULL PRIMARY KEY, client {text} NOT NULL, scopes {text} NOT NULL,
  ends BIGINT NOT NULL) {clustered};
CREATE INDEX machine_token_by_end ON machine_token (ends);

-- Assertions that were taken, by the digest of who made them and their number, until they are too old to be taken
-- at all: none is taken twice, by whichever process.
CREATE TABLE machine_assertion (assertion {bytes} NOT NULL PRIMARY KEY, ends BIGINT NOT NULL) {clustered};
CREATE INDEX machine_assertion_by_end ON machine_assertion (ends);

-- Links by which a system leads its user to a record, by the digest of what stands in the address. sealed: whom it
-- was made for and about whom, under the key of accounts. claimed: the digest of what the one browser holds that
-- followed it.
CREATE TABLE launch (
  launch_digest {bytes} NOT NULL PRIMARY KEY, sealed {bytes} NOT NULL, ends BIGINT NOT NULL, claimed {bytes}) {clustered};
CREATE INDEX launch_by_claim ON launch (claimed);
CREATE INDEX launch_by_end ON launch (ends);
