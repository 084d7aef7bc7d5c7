-- Projects in which people are picked out for care teams, as proposed by those who plan and agreed to by a privacy officer.
-- salt: what only this project's pseudonyms are made with; it goes when the project ends. Truth.
CREATE TABLE project (
  project_no {key}, name {text} NOT NULL, question {text} NOT NULL, step {text} NOT NULL, owner {text} NOT NULL,
  organisation {text} NOT NULL, proposed BIGINT NOT NULL, proposed_by {text} NOT NULL, until BIGINT NOT NULL,
  agreed BIGINT, answered BIGINT, answered_by {text}, answered_words {text},
  ended BIGINT, ended_by {text}, ended_words {text}, salt {bytes});

-- Lists made in a project: of whom, from which snapshot, and the figure that was told of it. people: -1 for few.
CREATE TABLE project_list (
  list_no {key}, project_no BIGINT NOT NULL, name {text} NOT NULL, made BIGINT NOT NULL, made_by {text} NOT NULL,
  taken BIGINT NOT NULL, people BIGINT NOT NULL);
CREATE INDEX project_list_of ON project_list (project_no);

-- Who is on a list, by pseudonym, with the practice that is to find them.
CREATE TABLE project_listed (
  list_no BIGINT NOT NULL, pseudonym BIGINT NOT NULL, practice {text} NOT NULL,
  PRIMARY KEY (pseudonym, list_no)) {clustered};
CREATE INDEX project_listed_by_practice ON project_listed (list_no, practice);

-- The person behind a pseudonym, sealed with a key of which the project's row holds one part and a file beside the data the other.
CREATE TABLE project_person (
  pseudonym BIGINT NOT NULL, project_no BIGINT NOT NULL, sealed {bytes} NOT NULL,
  PRIMARY KEY (pseudonym, project_no)) {clustered};

-- Who is who in a snapshot of counts, sealed likewise: for nothing but to make these lists.
ALTER TABLE count_snapshot ADD COLUMN who {bytes};
INSERT INTO counter (name, next) VALUES ('project', 1), ('project_list', 1);
