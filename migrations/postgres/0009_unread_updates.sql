-- +goose Up

-- Constats of peers whose terms were not understood: what came and why not, so
-- that somebody can ask its author. The newest of each address, for a while.
CREATE TABLE unread_updates (
    uri         TEXT PRIMARY KEY,
    actor       TEXT NOT NULL,
    url         TEXT NOT NULL,
    reason      TEXT NOT NULL,
    wire        BYTEA NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX unread_updates_received ON unread_updates (received_at);
CREATE INDEX unread_updates_actor ON unread_updates (actor);

-- What peers dated after the day on which it came stood on top for ever.
UPDATE peer_updates SET published_at = received_at WHERE published_at > received_at;
UPDATE peer_updates SET updated_at = received_at WHERE updated_at > received_at;

-- +goose Down
DROP TABLE unread_updates;
