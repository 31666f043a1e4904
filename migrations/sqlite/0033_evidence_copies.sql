-- +goose Up

-- Copies of the pages that constats name as evidence, made here or handed in.
-- The files themselves lie with the evidence, named by their hash.
CREATE TABLE evidence_copies (
    id           TEXT PRIMARY KEY,
    href         TEXT NOT NULL,
    update_id    TEXT NOT NULL,
    person_id    INTEGER NOT NULL,
    origin       TEXT NOT NULL CHECK (origin IN ('ours', 'handed_in')),
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'kept', 'failed', 'dropped')),
    failure      TEXT NOT NULL,
    tries        INTEGER NOT NULL,
    asked_at     DATETIME NOT NULL,
    next_at      DATETIME,
    made_at      DATETIME,
    file         TEXT NOT NULL,
    size         INTEGER NOT NULL,
    damaged      BOOLEAN NOT NULL,
    url          TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    title        TEXT NOT NULL,
    language     TEXT NOT NULL,
    text         TEXT NOT NULL,
    text_hash    TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    thin         BOOLEAN NOT NULL,
    cut          TEXT NOT NULL,
    no_archive   BOOLEAN NOT NULL,
    visibility   TEXT NOT NULL CHECK (visibility IN ('editors', 'quotation', 'public')),
    licence      TEXT NOT NULL,
    quotation    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    look         TEXT NOT NULL CHECK (look IN ('', 'same', 'changed', 'moved')),
    looked_at    DATETIME,
    moved_to     TEXT NOT NULL,
    outside      TEXT NOT NULL CHECK (outside IN ('', 'waiting', 'done', 'failed')),
    outside_job  TEXT NOT NULL,
    outside_at   DATETIME,
    outside_said TEXT NOT NULL,
    outside_tries INTEGER NOT NULL,
    archived_at  TEXT NOT NULL
);
CREATE INDEX evidence_copies_href ON evidence_copies (href, id);
CREATE INDEX evidence_copies_state ON evidence_copies (state, id);
CREATE INDEX evidence_copies_next ON evidence_copies (next_at) WHERE next_at IS NOT NULL;

-- When a host may be asked for the next page, in seconds since 1970.
CREATE TABLE evidence_hosts (
    host    TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL
);

-- +goose Down
DROP TABLE evidence_hosts;
DROP TABLE evidence_copies;
