-- +goose Up

-- Lists of domains that we subscribe to, and what they name: proposed, decided by a
-- person, or gone from the list after it was accepted.
CREATE TABLE block_lists (
    url     TEXT COLLATE "C" PRIMARY KEY CHECK (url <> ''),
    name    TEXT NOT NULL,
    etag    TEXT NOT NULL,
    entries BIGINT NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    failed  TEXT NOT NULL
);
CREATE TABLE block_list_entries (
    list           TEXT COLLATE "C" NOT NULL REFERENCES block_lists (url) ON DELETE CASCADE,
    domain         TEXT COLLATE "C" NOT NULL CHECK (domain <> ''),
    severity       TEXT NOT NULL CHECK (severity IN ('suspend', 'silence')),
    comment        TEXT NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    obfuscate      BOOLEAN NOT NULL,
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'accepted', 'refused', 'decided', 'gone')),
    PRIMARY KEY (list, domain)
);
CREATE INDEX block_list_entries_state ON block_list_entries (state, domain, list);

-- +goose Down
DROP TABLE block_list_entries;
DROP TABLE block_lists;
