-- +goose Up

-- How much of a page's words has changed since it was copied, in percent.
ALTER TABLE evidence_copies ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE evidence_copies DROP COLUMN changed;
