-- +goose Up

-- Lists of domains that we subscribe to, and what they name: proposed, decided by a
-- person, or gone from the list after it was accepted.
CREATE TABLE block_lists (
    url     TEXT PRIMARY KEY CHECK (url <> ''),
    name    TEXT NOT NULL,
    etag    TEXT NOT NULL,
    entries INTEGER NOT NULL,
    read_at DATETIME NOT NULL,
    failed  TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE block_list_entries (
    list           TEXT NOT NULL REFERENCES block_lists (url) ON DELETE CASCADE,
    domain         TEXT NOT NULL CHECK (domain <> ''),
    severity       TEXT NOT NULL CHECK (severity IN ('suspend', 'silence')),
    comment        TEXT NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    obfuscate      BOOLEAN NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('draft', 'accepted', 'refused', 'decided', 'gone')),
    PRIMARY KEY (list, domain)
) WITHOUT ROWID;
CREATE INDEX block_list_entries_state ON block_list_entries (state, domain, list);

-- +goose Down
DROP TABLE block_list_entries;
DROP TABLE block_lists;
