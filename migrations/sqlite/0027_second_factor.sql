-- +goose Up

-- The code generator of a person (RFC 6238). Secrets are sealed as keys are; one
-- that no code has confirmed yet waits beside the one that counts. A step of the
-- clock is used once.
CREATE TABLE code_apps (
    person_id   INTEGER PRIMARY KEY,
    secret_enc  BLOB NOT NULL,
    pending_enc BLOB NOT NULL,
    last_step   INTEGER NOT NULL,
    created_at  DATETIME NOT NULL
);

-- Keys of authenticators (WebAuthn), several for each person.
CREATE TABLE passkeys (
    id         TEXT PRIMARY KEY,
    person_id  INTEGER NOT NULL,
    name       TEXT NOT NULL,
    record     BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    used_at    DATETIME
);
CREATE INDEX passkeys_person ON passkeys (person_id);

-- Codes for when the others are out of reach; a used one is gone.
CREATE TABLE recovery_codes (
    person_id INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    PRIMARY KEY (person_id, hash)
);

-- What somebody has shown a moment ago, for a few minutes: a password, all that
-- they have, or the question that a passkey is to answer.
CREATE TABLE tickets (
    token_hash TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('half', 'proof', 'question', 'offer')),
    person_id  INTEGER NOT NULL,
    mark       TEXT NOT NULL,
    data       BLOB NOT NULL,
    expires_at DATETIME NOT NULL
);
CREATE INDEX tickets_person ON tickets (person_id);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- Mails tell of more than links now.
CREATE TABLE mails_of_all_kinds (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
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
INSERT INTO mails_of_all_kinds (id, kind, email, person_id, role, language, asked_by, created_at, tries, next_at)
    SELECT id, kind, email, person_id, role, language, asked_by, created_at, tries, next_at FROM mails;
DROP TABLE mails;
ALTER TABLE mails_of_all_kinds RENAME TO mails;

-- +goose Down
CREATE TABLE mails_of_links (
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
INSERT INTO mails_of_links (id, kind, email, person_id, role, language, asked_by, created_at, tries, next_at)
    SELECT id, kind, email, person_id, role, language, asked_by, created_at, tries, next_at FROM mails WHERE kind IN ('invite', 'reset');
DROP TABLE mails;
ALTER TABLE mails_of_links RENAME TO mails;
DROP TABLE tickets;
DROP TABLE recovery_codes;
DROP TABLE passkeys;
DROP TABLE code_apps;
