-- Who may sign in. Truth. password: Argon2id in PHC form, mixed with a key that is kept outside the database;
-- authenticator: the app's key, sealed with that key. Either is NULL until it is set. issuer and subject: as an
-- identity provider knows them, for accounts that it vouches for.
CREATE TABLE account (
  user_name {text} NOT NULL PRIMARY KEY, name {text} NOT NULL, role {text} NOT NULL, organisation {text} NOT NULL,
  made BIGINT NOT NULL, made_by {text} NOT NULL, suspended BIGINT, suspended_by {text}, password {text},
  authenticator {bytes}, last_step BIGINT NOT NULL, enrol_digest {bytes}, enrol_ends BIGINT, enrolled BIGINT,
  issuer {text}, subject {text});
CREATE UNIQUE INDEX account_subject ON account (issuer, subject) WHERE issuer IS NOT NULL;

-- Recovery codes, by their digests; each is good once.
CREATE TABLE account_recovery (
  user_name {text} NOT NULL, digest {bytes} NOT NULL, used BIGINT, PRIMARY KEY (user_name, digest)) {clustered};

-- Browsers and networks that someone has signed in from, by digests: what strangers do elsewhere does not hold
-- them back.
CREATE TABLE account_place (
  user_name {text} NOT NULL, place {bytes} NOT NULL, seen BIGINT NOT NULL, PRIMARY KEY (user_name, place)) {clustered};

-- How far each place has used up its tries: full until `filled`, empty when that has passed.
CREATE TABLE sign_in_try (place {bytes} NOT NULL PRIMARY KEY, filled BIGINT NOT NULL) {clustered};

-- What someone typed into a form that came after their session had ended: sealed, and
-- theirs alone.
CREATE TABLE kept_form (
  user_name {text} NOT NULL PRIMARY KEY, path {text} NOT NULL, typed {bytes} NOT NULL, kept BIGINT NOT NULL) {clustered};

-- Sessions are signed in anew after this change. strong: when the second factor was last shown.
DROP TABLE session;
CREATE TABLE session (
  token_digest {bytes} NOT NULL PRIMARY KEY, user_name {text} NOT NULL, begun BIGINT NOT NULL, seen BIGINT NOT NULL,
  strong BIGINT NOT NULL, method {text} NOT NULL, agent {text} NOT NULL, ended BIGINT);
CREATE INDEX session_by_user ON session (user_name);
