-- +goose Up

-- One-time links that have to be sent by mail, one of a kind for each address.
-- The link is made when it goes, so that no token waits here.
CREATE TABLE mails (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
    email      TEXT NOT NULL,
    person_id  INTEGER NOT NULL,
    role       TEXT NOT NULL,
    language   TEXT NOT NULL,
    asked_by   TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    tries      INTEGER NOT NULL,
    next_at    DATETIME NOT NULL,
    UNIQUE (kind, email)
);

-- +goose Down
DROP TABLE mails;
