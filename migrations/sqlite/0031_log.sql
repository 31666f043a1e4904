-- +goose Up

-- The public log: every public act is a leaf, in order, for good. Where it
-- stands is one row, written with every leaf; a log that is frozen takes none,
-- and they wait. The numbers of leaves (idx) go on over a restart: the leaves of
-- the present log begin at base.
CREATE TABLE log_state (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    epoch      INTEGER NOT NULL CHECK (epoch > 0),
    origin     TEXT NOT NULL,
    base       INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL,
    frozen     TEXT NOT NULL
);
INSERT INTO log_state VALUES (1, 1, '', 0, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', 'opening');

-- A leaf, and the hashes of the subtrees that it completes, from two leaves up.
-- By subject the leaf of a version is found.
CREATE TABLE log_leaves (
    idx     INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,
    leaf    BLOB NOT NULL,
    hashes  BLOB NOT NULL
);
CREATE INDEX log_leaves_subject ON log_leaves (subject);

CREATE TABLE log_pending (
    id   INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL
);

-- Logs that were closed, with their last checkpoint.
CREATE TABLE log_closed (
    epoch      INTEGER PRIMARY KEY,
    origin     TEXT NOT NULL,
    base       INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL,
    reason     TEXT NOT NULL,
    closed_at  DATETIME NOT NULL
);

-- Ed25519 keys of the log and of the witness, sealed with the instance's secret.
CREATE TABLE log_keys (
    purpose    TEXT NOT NULL CHECK (purpose IN ('log', 'witness')),
    epoch      INTEGER NOT NULL,
    public     BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (purpose, epoch)
) WITHOUT ROWID;

-- The signature lines of witnesses on checkpoints of ours.
CREATE TABLE log_cosigs (
    epoch   INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    witness TEXT NOT NULL,
    line    TEXT NOT NULL,
    PRIMARY KEY (epoch, size, witness)
) WITHOUT ROWID;

-- What hides the bytes that a leaf stands for. NULL: not in the log yet; empty:
-- destroyed with the bytes, or another row's leaf stands for the act.
ALTER TABLE revisions ADD COLUMN salt BLOB;
CREATE INDEX revisions_unlogged ON revisions (created_at, id) WHERE salt IS NULL;
ALTER TABLE review_revisions ADD COLUMN salt BLOB;
CREATE INDEX review_revisions_unlogged ON review_revisions (created_at, id) WHERE salt IS NULL;
ALTER TABLE notes ADD COLUMN salt BLOB;
CREATE INDEX notes_unlogged ON notes (published_at, id) WHERE salt IS NULL AND kind = 'answer' AND NOT private;
ALTER TABLE audit_entries ADD COLUMN salt BLOB;
CREATE INDEX audit_entries_unlogged ON audit_entries (at, id) WHERE salt IS NULL AND public;

-- +goose Down
DROP INDEX audit_entries_unlogged;
ALTER TABLE audit_entries DROP COLUMN salt;
DROP INDEX notes_unlogged;
ALTER TABLE notes DROP COLUMN salt;
DROP INDEX review_revisions_unlogged;
ALTER TABLE review_revisions DROP COLUMN salt;
DROP INDEX revisions_unlogged;
ALTER TABLE revisions DROP COLUMN salt;
DROP TABLE log_cosigs;
DROP TABLE log_keys;
DROP TABLE log_closed;
DROP TABLE log_pending;
DROP TABLE log_leaves;
DROP TABLE log_state;
