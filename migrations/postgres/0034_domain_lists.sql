-- +goose Up

-- Lists of domains that we subscribe to, and what they name: proposed, decided by a
-- person, or gone from the list after it was accepted.
CREATE TABLE domain_lists (
    url     TEXT COLLATE "C" PRIMARY KEY CHECK (url <> ''),
    allows  BOOLEAN NOT NULL,
    name    TEXT NOT NULL,
    etag    TEXT NOT NULL,
    entries BIGINT NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    failed  TEXT NOT NULL
);
CREATE TABLE domain_list_entries (
    list           TEXT COLLATE "C" NOT NULL REFERENCES domain_lists (url) ON DELETE CASCADE,
    domain         TEXT COLLATE "C" NOT NULL CHECK (domain <> ''),
    severity       TEXT NOT NULL CHECK (severity IN ('suspend', 'silence')),
    comment        TEXT NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    obfuscate      BOOLEAN NOT NULL,
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'accepted', 'refused', 'decided', 'gone')),
    PRIMARY KEY (list, domain)
);
CREATE INDEX domain_list_entries_state ON domain_list_entries (state, domain, list);

-- Domains that may speak to us in allow-list mode, beside peers.
CREATE TABLE allowed_domains (
    domain     TEXT COLLATE "C" PRIMARY KEY CHECK (domain <> ''),
    comment    TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- +goose Down
DROP TABLE allowed_domains;
DROP TABLE domain_list_entries;
DROP TABLE domain_lists;
