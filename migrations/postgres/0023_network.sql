-- +goose Up

-- An answer to a review as its author wrote it, with its proof, so that it can
-- be passed on; empty for those that came before.
ALTER TABLE review_responses ADD COLUMN wire BYTEA NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE review_responses DROP COLUMN wire;
