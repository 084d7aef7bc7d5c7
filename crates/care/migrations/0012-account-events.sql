-- What happened to an account, for its owner to see when they next sign in. Truth. kind: see
-- care::access::account::happened; never renumbered. known: whether the browser was one that its owner had used.
-- session: in which it was done, by the beginning of its token's digest; empty for what was done outside one.
-- mine: whether its owner said that it was them; answered_since: since when they had used the browser they said it in.
-- Names that are nobody's are counted under no name, so that a wrong try costs the same whoever's it is.
CREATE TABLE account_event (
  event_no {key}, user_name {text} NOT NULL, kind BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
  times BIGINT NOT NULL, known BIGINT NOT NULL, agent {text} NOT NULL, by_whom {text} NOT NULL, session {text} NOT NULL,
  answered BIGINT, mine BIGINT, answered_since BIGINT);
CREATE INDEX account_event_user ON account_event (user_name);
CREATE INDEX account_event_not_mine ON account_event (answered) WHERE mine = 0;
INSERT INTO counter (name, next) VALUES ('account_event', 1);

-- Since when a browser or network is one that its owner has signed in from; of those before this change, long ago.
ALTER TABLE account_place ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- Which accounts are tied to whom is asked for as a whole.
CREATE INDEX access_act_standing ON access_act (kind, act_no) WHERE undone IS NULL;
