-- Where items stand that came in bulk, until they are put among the others: in runs, each in order of item. An item's
-- number is a digest, so that in the one large table every item of a batch would change a page of its own. Derived.
CREATE TABLE item_home_recent (
  run BIGINT NOT NULL, item BIGINT NOT NULL, record_no BIGINT NOT NULL, PRIMARY KEY (run, item, record_no)) {clustered};
INSERT INTO counter (name, next) VALUES ('home', 1);
CREATE VIEW item_homes AS
  SELECT item, record_no FROM item_home UNION SELECT item, record_no FROM item_home_recent;
