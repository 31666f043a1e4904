-- +goose Up

-- A draft that names a constat of a peer is one of a review: its evidence,
-- licence and language are where those of constats are.
ALTER TABLE drafts ADD COLUMN review_of TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN review_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drafts ADD COLUMN review_verdict TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN review_reason TEXT NOT NULL DEFAULT '';

-- A withdrawn review of which nothing is left for editors either.
ALTER TABLE reviews ADD COLUMN erased BOOLEAN NOT NULL DEFAULT false;

-- What is contested, the newest word first.
CREATE INDEX reviews_contesting ON reviews (coalesce(updated_at, published_at), id) WHERE verdict = 'contests' AND withdrawn_at IS NULL;
CREATE INDEX peer_reviews_contesting ON peer_reviews (coalesce(updated_at, published_at), uri)
    WHERE verdict = 'contests' AND state = 'shown' AND withdrawn_at IS NULL;

-- What an organisation says of others, the newest first.
CREATE INDEX peer_reviews_author ON peer_reviews (actor, id);
DROP INDEX peer_reviews_actor;

-- What peers say, the newest move first: the list of what is to be read.
CREATE INDEX standings_moved ON standings (moved_at, constat) WHERE organisation <> '';

-- +goose Down
DROP INDEX standings_moved;
CREATE INDEX peer_reviews_actor ON peer_reviews (actor);
DROP INDEX peer_reviews_author;
DROP INDEX peer_reviews_contesting;
DROP INDEX reviews_contesting;
ALTER TABLE reviews DROP COLUMN erased;
ALTER TABLE drafts DROP COLUMN review_reason;
ALTER TABLE drafts DROP COLUMN review_verdict;
ALTER TABLE drafts DROP COLUMN review_revision;
ALTER TABLE drafts DROP COLUMN review_of;
