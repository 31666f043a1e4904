-- +goose Up

-- When (Unix milliseconds) a host answered a request of ours last, whatever it
-- said, and when we asked it last what software it runs; 0: never that we know.
ALTER TABLE hosts ADD COLUMN answered_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN nodeinfo_at INTEGER NOT NULL DEFAULT 0;
-- What those that fail answered before was not kept: they are as good as heard
-- from now.
UPDATE hosts SET answered_at = 1000 * CAST(strftime('%s', 'now') AS INTEGER) WHERE failing_since > 0;

-- How many followers were removed because they are gone or their server fell
-- silent, and since when that is counted.
CREATE TABLE removed_followers (
    reason    TEXT PRIMARY KEY,
    followers INTEGER NOT NULL,
    since     DATETIME NOT NULL
);

-- +goose Down
DROP TABLE removed_followers;
ALTER TABLE hosts DROP COLUMN nodeinfo_at;
ALTER TABLE hosts DROP COLUMN answered_at;
