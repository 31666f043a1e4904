-- +goose Up

-- Domains that are refused (suspend) or limited (silence), with everything below
-- them. What was blocked before is refused, its media and reports with it.
CREATE TABLE domain_blocks_new (
    domain          TEXT PRIMARY KEY CHECK (domain <> ''),
    severity        TEXT NOT NULL CHECK (severity IN ('suspend', 'silence')),
    comment         TEXT NOT NULL,
    private_comment TEXT NOT NULL,
    reject_media    BOOLEAN NOT NULL,
    reject_reports  BOOLEAN NOT NULL,
    obfuscate       BOOLEAN NOT NULL,
    created_at      DATETIME NOT NULL
) WITHOUT ROWID;
INSERT INTO domain_blocks_new SELECT domain, severity, comment, '', true, true, false, created_at FROM domain_blocks;
DROP TABLE domain_blocks;
ALTER TABLE domain_blocks_new RENAME TO domain_blocks;

-- What a block of a domain has put aside comes back when it is lifted: the state
-- that a reply or a review had, a reaction that is not counted.
ALTER TABLE replies ADD COLUMN aside TEXT NOT NULL DEFAULT '';
CREATE INDEX replies_aside ON replies (actor) WHERE aside <> '';
ALTER TABLE peer_reviews ADD COLUMN aside TEXT NOT NULL DEFAULT '';
CREATE INDEX peer_reviews_aside ON peer_reviews (actor) WHERE aside <> '';
ALTER TABLE interactions ADD COLUMN aside BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX interactions_aside ON interactions (actor) WHERE aside;

-- Who followed from a domain that is refused, and who asks to (waiting) from one
-- that is limited.
CREATE TABLE aside_followers (
    id            INTEGER PRIMARY KEY,
    actor         TEXT NOT NULL,
    follower      TEXT NOT NULL,
    host          TEXT NOT NULL,
    inbox         TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    follow_id     TEXT NOT NULL,
    earlier_ids   TEXT NOT NULL,
    waiting       BOOLEAN NOT NULL,
    created_at    DATETIME NOT NULL,
    UNIQUE (actor, follower)
);
CREATE INDEX aside_followers_follower ON aside_followers (follower);
CREATE INDEX aside_followers_refused ON aside_followers (host, delivery) WHERE NOT waiting;
CREATE INDEX aside_followers_waiting ON aside_followers (id) WHERE waiting;

-- +goose Down
DROP TABLE aside_followers;
DROP INDEX interactions_aside;
ALTER TABLE interactions DROP COLUMN aside;
DROP INDEX peer_reviews_aside;
ALTER TABLE peer_reviews DROP COLUMN aside;
DROP INDEX replies_aside;
ALTER TABLE replies DROP COLUMN aside;
CREATE TABLE domain_blocks_old (
    domain     TEXT PRIMARY KEY CHECK (domain <> ''),
    severity   TEXT NOT NULL CHECK (severity IN ('suspend')),
    comment    TEXT NOT NULL,
    created_at DATETIME NOT NULL
) WITHOUT ROWID;
INSERT INTO domain_blocks_old SELECT domain, severity, comment, created_at FROM domain_blocks WHERE severity = 'suspend';
DROP TABLE domain_blocks;
ALTER TABLE domain_blocks_old RENAME TO domain_blocks;
