-- +goose Up

-- The ids of the Follows that a follower repeated, newest first, one a line: an
-- Undo may name any of them.
ALTER TABLE followers ADD COLUMN earlier_ids TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE followers DROP COLUMN earlier_ids;
