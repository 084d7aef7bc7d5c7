-- What people are counted by for planning: a snapshot in which nobody stands under an id, a name or a number (SAFETY 11).
-- Derived; the latest few are kept.
CREATE TABLE count_snapshot (
  snapshot_no {key}, taken BIGINT NOT NULL, people BIGINT NOT NULL, body {bytes} NOT NULL);
INSERT INTO counter (name, next) VALUES ('count_snapshot', 1);
