-- How far every chain had come at a moment, signed; each seal names the one before. Rows are only added.
CREATE TABLE audit_seal (
  seal_no {key}, at BIGINT NOT NULL, text {text} NOT NULL, signature {bytes} NOT NULL, public_key {bytes} NOT NULL);
CREATE INDEX audit_actor ON audit (actor, at);
CREATE INDEX audit_at ON audit (at);
