-- +goose Up

-- Answers to private messages: kept for the office, on no public face.
ALTER TABLE notes ADD COLUMN private BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX notes_answers ON notes (in_reply_to) WHERE kind = 'answer';
