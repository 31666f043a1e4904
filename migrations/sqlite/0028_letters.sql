-- +goose Up

-- Readers who follow by mail. Of an address there are a keyed hash, by which it
-- is found again, and the address itself, sealed with the instance's secret
-- together with the token of the reader's links.
CREATE TABLE subscribers (
    id           INTEGER PRIMARY KEY,
    token_hash   TEXT NOT NULL UNIQUE,
    address_hash TEXT NOT NULL UNIQUE,
    sealed       BLOB NOT NULL,
    language     TEXT NOT NULL,
    often        TEXT NOT NULL CHECK (often IN ('at_once', 'weekly')),
    asked_at     DATETIME NOT NULL,
    confirmed_at DATETIME,
    invite_at    DATETIME,
    invited_at   DATETIME,
    due_at       DATETIME,
    tries        INTEGER NOT NULL,
    refused_on   TEXT NOT NULL
);
CREATE INDEX subscribers_invite ON subscribers (invite_at) WHERE invite_at IS NOT NULL;
CREATE INDEX subscribers_due ON subscribers (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX subscribers_unconfirmed ON subscribers (asked_at) WHERE confirmed_at IS NULL;

-- What each of them follows: empty is every measure, and every place.
CREATE TABLE subscriptions (
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    measure       TEXT NOT NULL,
    territory     TEXT NOT NULL,
    asked_at      DATETIME NOT NULL,
    confirmed_at  DATETIME,
    PRIMARY KEY (subscriber_id, measure, territory)
);
CREATE INDEX subscriptions_unconfirmed ON subscriptions (asked_at) WHERE confirmed_at IS NULL;
CREATE INDEX subscriptions_subject ON subscriptions (measure, territory) WHERE confirmed_at IS NOT NULL;

-- What each of them is still to be told.
CREATE TABLE letters (
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    update_id     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    asked_at      DATETIME NOT NULL,
    PRIMARY KEY (subscriber_id, update_id)
);
CREATE INDEX letters_asked ON letters (asked_at);

-- +goose Down
DROP TABLE letters;
DROP TABLE subscriptions;
DROP TABLE subscribers;
