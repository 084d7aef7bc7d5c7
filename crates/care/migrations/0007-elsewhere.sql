-- Items that stand in more records than one, in each of them: those alone are asked whether their sender has since said
-- that they are about someone else. Derived.
CREATE TABLE item_elsewhere (record_no BIGINT NOT NULL, item BIGINT NOT NULL, PRIMARY KEY (record_no, item)) {clustered};
INSERT INTO item_elsewhere (record_no, item)
  SELECT record_no, item FROM item_home
  WHERE item IN (SELECT item FROM item_home GROUP BY item HAVING COUNT(*) > 1);
