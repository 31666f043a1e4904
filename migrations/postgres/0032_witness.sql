-- +goose Up

-- Logs of others that we sign: the largest tree of each that we have, and how
-- much of it is kept here. Stale: a backup was put back, and what we signed since
-- has to be asked for first.
CREATE TABLE witnessed (
    origin     TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    peer       TEXT NOT NULL,
    vkey       TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    size       BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    checkpoint TEXT NOT NULL,
    signed_at  TIMESTAMPTZ NOT NULL,
    stale      BOOLEAN NOT NULL,
    mirrored   BIGINT NOT NULL,
    peaks      BYTEA NOT NULL
);

CREATE TABLE mirrored_leaves (
    origin TEXT NOT NULL,
    idx    BIGINT NOT NULL,
    leaf   BYTEA NOT NULL,
    PRIMARY KEY (origin, idx)
);

-- Two signed checkpoints of one log that cannot both be true.
CREATE TABLE log_splits (
    origin   TEXT NOT NULL,
    first    TEXT NOT NULL,
    second   TEXT NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (origin, first, second)
);

-- Who signs our log: peers by what their accounts say, others by hand (outside).
CREATE TABLE witnesses (
    vkey       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    submission TEXT NOT NULL,
    monitoring TEXT NOT NULL,
    outside    BOOLEAN NOT NULL,
    epoch      BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    signed_at  TIMESTAMPTZ,
    failed_at  TIMESTAMPTZ,
    error      TEXT NOT NULL
);

-- The newest checkpoint of each of our logs that a witness has signed, with all lines.
CREATE TABLE log_cosigned (
    epoch      BIGINT PRIMARY KEY,
    size       BIGINT NOT NULL,
    checkpoint TEXT NOT NULL
);

-- +goose Down
DROP TABLE log_cosigned;
DROP TABLE witnesses;
DROP TABLE log_splits;
DROP TABLE mirrored_leaves;
DROP TABLE witnessed;
