-- +goose Up

-- Set when the stored bytes no longer have the hash that the name promises.
ALTER TABLE evidence_files ADD COLUMN damaged BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE evidence_files DROP COLUMN damaged;
