-- +goose Up

-- The code generator of a person (RFC 6238). Secrets are sealed as keys are; one
-- that no code has confirmed yet waits beside the one that counts. A step of the
-- clock is used once.
CREATE TABLE code_apps (
    person_id   BIGINT PRIMARY KEY,
    secret_enc  BYTEA NOT NULL,
    pending_enc BYTEA NOT NULL,
    last_step   BIGINT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

-- Keys of authenticators (WebAuthn), several for each person.
CREATE TABLE passkeys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    name       TEXT NOT NULL,
    record     BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);
CREATE INDEX passkeys_person ON passkeys (person_id);

-- Codes for when the others are out of reach; a used one is gone.
CREATE TABLE recovery_codes (
    person_id BIGINT NOT NULL,
    hash      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person_id, hash)
);

-- What somebody has shown a moment ago, for a few minutes: a password, all that
-- they have, or the question that a passkey is to answer.
CREATE TABLE tickets (
    token_hash TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('half', 'proof', 'question', 'offer')),
    person_id  BIGINT NOT NULL,
    mark       TEXT NOT NULL,
    data       BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tickets_person ON tickets (person_id);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- Mails tell of more than links now.
ALTER TABLE mails DROP CONSTRAINT mails_kind_check;

-- +goose Down
DELETE FROM mails WHERE kind NOT IN ('invite', 'reset');
ALTER TABLE mails ADD CONSTRAINT mails_kind_check CHECK (kind IN ('invite', 'reset'));
DROP TABLE tickets;
DROP TABLE recovery_codes;
DROP TABLE passkeys;
DROP TABLE code_apps;
