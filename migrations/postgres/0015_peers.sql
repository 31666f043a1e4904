-- +goose Up

-- What we do with what a peer says, and what it said of itself when somebody
-- last agreed to it (known), now (changed, if it differs), and when that was
-- turned down (declined).
ALTER TABLE peers ADD COLUMN gather BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE peers ADD COLUMN boost BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE peers ADD COLUMN trust_reviews BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE peers ADD COLUMN software TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN software_version TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN approves_follows BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE peers ADD COLUMN constat_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peers ADD COLUMN known TEXT;
ALTER TABLE peers ADD COLUMN changed TEXT;
ALTER TABLE peers ADD COLUMN declined TEXT;
ALTER TABLE peers ADD COLUMN last_news_at TIMESTAMPTZ;
ALTER TABLE peers ADD COLUMN last_read_at TIMESTAMPTZ;
ALTER TABLE peers ADD COLUMN silent_since TIMESTAMPTZ;

-- How far we have read what a measure of a peer published before we followed it.
CREATE TABLE backfills (
    actor      TEXT COLLATE "C" PRIMARY KEY,
    peer_id    BIGINT NOT NULL,
    host       TEXT COLLATE "C" NOT NULL,
    position   TEXT NOT NULL,            -- the page to read next; empty: none was read yet
    visited    TEXT,                     -- fingerprints of the pages that were read
    pages      BIGINT NOT NULL DEFAULT 0,
    item       BIGINT NOT NULL DEFAULT 0, -- of that page, to go on with
    kept       BIGINT NOT NULL DEFAULT 0, -- constats that were new here
    refused    BIGINT NOT NULL DEFAULT 0, -- items that were no constats of this measure
    reason     TEXT NOT NULL DEFAULT '', -- why the last one was refused, or the end came early
    tries      BIGINT NOT NULL DEFAULT 0, -- in vain, since something came last
    started_at TIMESTAMPTZ NOT NULL,
    next_at    TIMESTAMPTZ,                   -- not before; NULL: it is over
    done_at    TIMESTAMPTZ
);
CREATE INDEX backfills_peer ON backfills (peer_id);
CREATE INDEX backfills_due ON backfills (next_at) WHERE next_at IS NOT NULL;

-- +goose Down
DROP TABLE backfills;
ALTER TABLE peers DROP COLUMN gather;
ALTER TABLE peers DROP COLUMN boost;
ALTER TABLE peers DROP COLUMN trust_reviews;
ALTER TABLE peers DROP COLUMN software;
ALTER TABLE peers DROP COLUMN software_version;
ALTER TABLE peers DROP COLUMN approves_follows;
ALTER TABLE peers DROP COLUMN constat_count;
ALTER TABLE peers DROP COLUMN known;
ALTER TABLE peers DROP COLUMN changed;
ALTER TABLE peers DROP COLUMN declined;
ALTER TABLE peers DROP COLUMN last_news_at;
ALTER TABLE peers DROP COLUMN last_read_at;
ALTER TABLE peers DROP COLUMN silent_since;
