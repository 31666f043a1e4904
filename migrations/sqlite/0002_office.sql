-- +goose Up

-- Constats that are not published. A table of their own, so that no public
-- face can leak them; they may be incomplete, so little is demanded here.
CREATE TABLE drafts (
    id                   INTEGER PRIMARY KEY,
    owner                INTEGER NOT NULL REFERENCES people (id),
    state                TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'scheduled', 'published')),
    measure              TEXT NOT NULL,
    subject              TEXT NOT NULL,
    territory            TEXT NOT NULL,
    territory_name       TEXT NOT NULL,
    institution_name     TEXT NOT NULL,
    institution_kind     TEXT NOT NULL,
    institution_siren    TEXT NOT NULL,
    institution_wikidata TEXT NOT NULL,
    stage                TEXT NOT NULL,
    title                TEXT NOT NULL,
    summary              TEXT NOT NULL,
    text                 TEXT NOT NULL,
    confidence           TEXT NOT NULL,
    effective_date       TEXT NOT NULL,
    observed_date        TEXT NOT NULL,
    evidence             TEXT,
    searched             TEXT,
    indicator            TEXT,
    lessons              TEXT,
    related_to           TEXT,
    licence              TEXT NOT NULL,
    language             TEXT NOT NULL,
    sign                 BOOLEAN NOT NULL,
    version              INTEGER NOT NULL,
    reviewer             INTEGER NOT NULL,
    review_note          TEXT NOT NULL,
    scheduled_at         DATETIME,
    scheduled_by         INTEGER NOT NULL,
    failure              TEXT NOT NULL,
    published_id         TEXT NOT NULL,
    created_at           DATETIME NOT NULL,
    updated_at           DATETIME NOT NULL
);
CREATE INDEX drafts_owner ON drafts (owner, id);
CREATE INDEX drafts_due ON drafts (scheduled_at) WHERE state = 'scheduled';

-- Signed-in browsers. The token itself is in the cookie alone.
CREATE TABLE sessions (
    token_hash   TEXT PRIMARY KEY,
    person_id    INTEGER NOT NULL,
    data         BLOB NOT NULL,
    user_agent   TEXT NOT NULL,
    created_at   DATETIME NOT NULL,
    last_used_at DATETIME NOT NULL,
    expires_at   DATETIME NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- One-time links. Used and expired ones stay a while, so that the page can say
-- which of the two it was.
CREATE TABLE links (
    token_hash TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('setup', 'invite', 'reset')),
    email      TEXT NOT NULL,
    role       TEXT NOT NULL,
    person_id  INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at    DATETIME
);

-- Failed sign-ins, counted here so that replicas share the limit.
CREATE TABLE attempts (
    id  INTEGER PRIMARY KEY,
    who TEXT NOT NULL,
    at  INTEGER NOT NULL
);
CREATE INDEX attempts_who ON attempts (who, at);

CREATE TABLE evidence_files (
    name          TEXT PRIMARY KEY,
    media_type    TEXT NOT NULL,
    size          INTEGER NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    original_name TEXT NOT NULL,
    alt           TEXT NOT NULL,
    person_id     INTEGER NOT NULL,
    public        BOOLEAN NOT NULL,
    created_at    DATETIME NOT NULL
);

-- What the office sees of a decision and the public journal does not.
ALTER TABLE audit_entries ADD COLUMN detail TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE audit_entries DROP COLUMN detail;
DROP TABLE evidence_files;
DROP TABLE attempts;
DROP TABLE links;
DROP TABLE sessions;
DROP TABLE drafts;
