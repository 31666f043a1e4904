-- +goose Up

-- Whether the pages that constats name as evidence still answer.
CREATE TABLE link_checks (
    href       TEXT PRIMARY KEY,
    update_id  TEXT NOT NULL, -- a constat that names it
    failures   INTEGER NOT NULL, -- in a row
    reason     TEXT NOT NULL,
    checked_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE link_checks;
