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
    size       INTEGER NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL,
    signed_at  DATETIME NOT NULL,
    stale      BOOLEAN NOT NULL,
    mirrored   INTEGER NOT NULL,
    peaks      BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE mirrored_leaves (
    origin TEXT NOT NULL,
    idx    INTEGER NOT NULL,
    leaf   BLOB NOT NULL,
    PRIMARY KEY (origin, idx)
) WITHOUT ROWID;

-- Two signed checkpoints of one log that cannot both be true.
CREATE TABLE log_splits (
    origin   TEXT NOT NULL,
    first    TEXT NOT NULL,
    second   TEXT NOT NULL,
    found_at DATETIME NOT NULL,
    PRIMARY KEY (origin, first, second)
) WITHOUT ROWID;

-- Who signs our log: peers by what their accounts say, others by hand (outside).
CREATE TABLE witnesses (
    vkey       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    submission TEXT NOT NULL,
    monitoring TEXT NOT NULL,
    outside    BOOLEAN NOT NULL,
    epoch      INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    signed_at  DATETIME,
    failed_at  DATETIME,
    error      TEXT NOT NULL
) WITHOUT ROWID;

-- The newest checkpoint of each of our logs that a witness has signed, with all lines.
CREATE TABLE log_cosigned (
    epoch      INTEGER PRIMARY KEY,
    size       INTEGER NOT NULL,
    checkpoint TEXT NOT NULL
);

-- +goose Down
DROP TABLE log_cosigned;
DROP TABLE witnesses;
DROP TABLE log_splits;
DROP TABLE mirrored_leaves;
DROP TABLE witnessed;
