-- +goose Up

-- Who wrote a constat may correct it: the owner of the draft that it was.
ALTER TABLE updates ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
CREATE INDEX drafts_published ON drafts (published_id) WHERE published_id <> '';
UPDATE updates SET owner = coalesce((SELECT owner FROM drafts WHERE published_id = updates.id AND published_id <> '' LIMIT 1), 0);

-- What a post or video that a measure boosts is called, as its page shows it.
CREATE TABLE boosted_posts (
    object TEXT PRIMARY KEY,
    type   TEXT NOT NULL,
    url    TEXT NOT NULL,
    title  TEXT NOT NULL,
    author TEXT NOT NULL
);
CREATE INDEX activities_boosts ON activities (actor, id) WHERE type = 'Announce' AND undone_at IS NULL;

-- +goose Down
DROP INDEX activities_boosts;
DROP TABLE boosted_posts;
DROP INDEX drafts_published;
ALTER TABLE updates DROP COLUMN owner;
