-- +goose Up

-- What our organisation says of constats of others. One stands of each constat:
-- who thinks again corrects it, or withdraws it and says it anew. The digest of
-- the constat's id is how others ask for what is known about it.
CREATE TABLE reviews (
    id                TEXT PRIMARY KEY CHECK (length(id) = 26),
    object            TEXT NOT NULL,
    object_actor      TEXT NOT NULL,
    object_title      TEXT NOT NULL,
    object_page       TEXT NOT NULL,
    measure           TEXT NOT NULL,
    digest            TEXT NOT NULL,
    reviewed_revision INTEGER NOT NULL,
    verdict           TEXT NOT NULL,
    reason            TEXT NOT NULL,
    evidence          TEXT,
    licence           TEXT NOT NULL,
    language          TEXT NOT NULL,
    owner             INTEGER NOT NULL,
    revision          INTEGER NOT NULL,
    published_at      DATETIME NOT NULL,
    updated_at        DATETIME,
    withdrawn_at      DATETIME,
    withdraw_reason   TEXT NOT NULL,
    integrated_by     TEXT NOT NULL,
    wire              BLOB NOT NULL,
    wire_version      INTEGER NOT NULL,
    create_id         TEXT NOT NULL,
    like_count        INTEGER NOT NULL,
    boost_count       INTEGER NOT NULL,
    reply_count       INTEGER NOT NULL
);
CREATE INDEX reviews_digest ON reviews (digest);
CREATE UNIQUE INDEX reviews_object ON reviews (object) WHERE withdrawn_at IS NULL;

-- Every version of a review, with the bytes that were served first.
CREATE TABLE review_revisions (
    id                INTEGER PRIMARY KEY,
    review_id         TEXT NOT NULL REFERENCES reviews (id),
    number            INTEGER NOT NULL CHECK (number > 0),
    kind              TEXT NOT NULL CHECK (kind IN ('first', 'typo', 'substance')),
    change            TEXT NOT NULL,
    reviewed_revision INTEGER NOT NULL,
    verdict           TEXT NOT NULL,
    reason            TEXT NOT NULL,
    evidence          TEXT,
    licence           TEXT NOT NULL,
    language          TEXT NOT NULL,
    wire              BLOB NOT NULL,
    sha256            TEXT NOT NULL,
    created_at        DATETIME NOT NULL,
    UNIQUE (review_id, number)
);

-- What other organisations say of constats that we keep, ours and others'.
-- Each is a row of its author's, whom it never leaves; earlier holds what it
-- said before.
CREATE TABLE peer_reviews (
    id                INTEGER PRIMARY KEY,
    uri               TEXT NOT NULL UNIQUE,
    actor             TEXT NOT NULL,
    host              TEXT NOT NULL,
    object            TEXT NOT NULL,
    digest            TEXT NOT NULL,
    reviewed_revision INTEGER NOT NULL,
    verdict           TEXT NOT NULL,
    reason            TEXT NOT NULL,
    evidence          TEXT,
    licence           TEXT NOT NULL,
    language          TEXT NOT NULL,
    revision          INTEGER NOT NULL,
    url               TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden')),
    hidden_reason     TEXT NOT NULL,
    delivery          TEXT NOT NULL,
    published_at      DATETIME NOT NULL,
    updated_at        DATETIME,
    received_at       DATETIME NOT NULL,
    withdrawn_at      DATETIME,
    earlier           TEXT,
    wire              BLOB NOT NULL
);
CREATE INDEX peer_reviews_object ON peer_reviews (object);
CREATE INDEX peer_reviews_digest ON peer_reviews (digest);
CREATE INDEX peer_reviews_actor ON peer_reviews (actor);
CREATE INDEX peer_reviews_host ON peer_reviews (host);
CREATE INDEX peer_reviews_pending ON peer_reviews (id) WHERE state = 'pending' AND withdrawn_at IS NULL;

-- What the author of a constat made of a review: an answer, once, and the
-- revision that took it up. It may be known before the review is.
CREATE TABLE review_responses (
    review        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    note          TEXT NOT NULL,
    url           TEXT NOT NULL,
    html          TEXT NOT NULL,
    language      TEXT NOT NULL,
    maintained    BOOLEAN NOT NULL,
    answered_at   DATETIME,
    integrated_by TEXT NOT NULL,
    integrated_at DATETIME,
    PRIMARY KEY (review, actor)
);
CREATE INDEX review_responses_actor ON review_responses (actor);
CREATE INDEX review_responses_note ON review_responses (note) WHERE note <> '';

-- What an answer of ours answers, and whether the constat stands as it is.
ALTER TABLE notes ADD COLUMN answers TEXT NOT NULL DEFAULT '';
ALTER TABLE notes ADD COLUMN maintained BOOLEAN NOT NULL DEFAULT false;

-- Where an organisation tells what reviews it knows, and up to which revision
-- the peers were asked about a constat.
ALTER TABLE remote_actors ADD COLUMN reviews_about TEXT NOT NULL DEFAULT '';
ALTER TABLE peer_updates ADD COLUMN reviews_asked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX peer_updates_unasked ON peer_updates (published_at, id) WHERE reviews_asked < revision AND withdrawn_at IS NULL;

-- +goose Down
DROP INDEX peer_updates_unasked;
ALTER TABLE peer_updates DROP COLUMN reviews_asked;
ALTER TABLE remote_actors DROP COLUMN reviews_about;
ALTER TABLE notes DROP COLUMN maintained;
ALTER TABLE notes DROP COLUMN answers;
DROP TABLE review_responses;
DROP TABLE peer_reviews;
DROP TABLE review_revisions;
DROP TABLE reviews;
