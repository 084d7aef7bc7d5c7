-- Counts what was filed while somebody waited, which is written among the others at once: whoever holds in memory what
-- stands there sees by it that there is more.
INSERT INTO counter (name, next) VALUES ('home_waiting', 1);
