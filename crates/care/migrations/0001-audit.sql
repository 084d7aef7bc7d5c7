-- Who looked at what, and what was refused. Rows are only added; each carries the digest of the one before.
CREATE TABLE audit (
  chain BIGINT NOT NULL, sequence BIGINT NOT NULL, at BIGINT NOT NULL, actor {text} NOT NULL, role {text} NOT NULL,
  organisation {text} NOT NULL, act {text} NOT NULL, purpose {text} NOT NULL, outcome {text} NOT NULL,
  person_id {bytes}, detail {text} NOT NULL, digest {bytes} NOT NULL, PRIMARY KEY (chain, sequence)) {clustered};
CREATE INDEX audit_person ON audit (person_id, at) WHERE person_id IS NOT NULL;
