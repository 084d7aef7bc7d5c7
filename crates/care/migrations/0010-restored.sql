-- What a restore could not do again by itself: nobody is served until a person has looked at each. Truth. again: the
-- decision as it was listed outside the store, when it may yet be done.
CREATE TABLE restore_left (
  left_no {key}, words {text} NOT NULL, again {text} NOT NULL, found BIGINT NOT NULL, looked BIGINT, looked_by {text},
  looked_words {text});

-- Records whose sender had said, before a store was lost and after its backup, that the person's whereabouts are
-- restricted: held so until the sender has said it again. said: whether it now does. Truth, but for said.
CREATE TABLE held_restricted (hold_no {key}, record_id {bytes} NOT NULL, since BIGINT NOT NULL, said BIGINT NOT NULL);
CREATE INDEX held_restricted_record ON held_restricted (record_id);
INSERT INTO counter (name, next) VALUES ('restore_left', 1), ('held_restricted', 1);

-- What was undone lately is asked for every few seconds, to be listed outside the store.
CREATE INDEX access_act_undone ON access_act (undone) WHERE undone IS NOT NULL;
CREATE INDEX preference_undone ON preference (undone) WHERE undone IS NOT NULL;
CREATE INDEX decision_undone ON decision (undone) WHERE undone IS NOT NULL;
