-- +goose Up

-- Every constat that stands, ours and peers', once for each scope that it
-- speaks of: what decides where scopes stand, and what lists of scopes show.
CREATE TABLE voices (
    constat          TEXT COLLATE "C" NOT NULL, -- ULID of ours, URI of a peer's
    organisation     TEXT COLLATE "C" NOT NULL, -- its account; empty: ours
    measure          TEXT COLLATE "C" NOT NULL, -- id in our reference text; of another text its IRI
    scope_key        TEXT COLLATE "C" NOT NULL,
    subject          TEXT COLLATE "C" NOT NULL,
    territory        TEXT COLLATE "C" NOT NULL,
    territory_name   TEXT COLLATE "C" NOT NULL,
    institution_name TEXT COLLATE "C" NOT NULL,
    stage            TEXT COLLATE "C" NOT NULL,
    answer           TEXT COLLATE "C" NOT NULL,
    effective_date   TEXT COLLATE "C" NOT NULL,
    observed_date    TEXT COLLATE "C" NOT NULL,
    fact_day         BIGINT NOT NULL, -- the last day that the fact's date can mean, 20240229; 0: unknown
    published_at     TIMESTAMPTZ NOT NULL,
    moved_at         TIMESTAMPTZ NOT NULL, -- published, or corrected in substance
    PRIMARY KEY (constat, scope_key)
);
CREATE INDEX voices_scope ON voices (organisation, measure, scope_key, fact_day DESC, published_at DESC, constat DESC);
CREATE INDEX voices_fact ON voices (organisation, measure, fact_day DESC, published_at DESC, constat DESC);
CREATE INDEX voices_measure ON voices (measure, fact_day DESC, published_at DESC, constat DESC);
CREATE INDEX voices_place ON voices (organisation, territory, measure, fact_day DESC);

-- Which constat says that it takes the place of which other of its organisation,
-- in no matter what scope. Those that do not stand say nothing.
CREATE TABLE replacements (
    organisation TEXT COLLATE "C" NOT NULL,
    what         TEXT COLLATE "C" NOT NULL,
    constat      TEXT COLLATE "C" NOT NULL, -- which says so
    PRIMARY KEY (organisation, what, constat)
);
CREATE INDEX replacements_constat ON replacements (constat);

-- Where every scope stands, by the word of each organisation whose constats are
-- shown: of its voices there the one of the latest fact.
CREATE TABLE standings (
    measure          TEXT COLLATE "C" NOT NULL,
    scope_key        TEXT COLLATE "C" NOT NULL,
    organisation     TEXT COLLATE "C" NOT NULL,
    constat          TEXT COLLATE "C" NOT NULL,
    subject          TEXT COLLATE "C" NOT NULL,
    territory        TEXT COLLATE "C" NOT NULL,
    territory_name   TEXT COLLATE "C" NOT NULL,
    institution_name TEXT COLLATE "C" NOT NULL,
    stage            TEXT COLLATE "C" NOT NULL,
    answer           TEXT COLLATE "C" NOT NULL,
    effective_date   TEXT COLLATE "C" NOT NULL,
    observed_date    TEXT COLLATE "C" NOT NULL,
    fact_day         BIGINT NOT NULL,
    published_at     TIMESTAMPTZ NOT NULL,
    moved_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (measure, scope_key, organisation)
);
CREATE INDEX standings_organisation ON standings (organisation, measure);
CREATE INDEX standings_ours ON standings (organisation, territory);
CREATE INDEX standings_place ON standings (territory, measure);

-- The scopes where the answers of those organisations differ.
CREATE TABLE divergences (
    measure       TEXT COLLATE "C" NOT NULL,
    scope_key     TEXT COLLATE "C" NOT NULL,
    organisations BIGINT NOT NULL, -- how many speak there
    answers       BIGINT NOT NULL, -- how many different ones they give
    moved_at      TIMESTAMPTZ NOT NULL, -- the newest move of any of them
    PRIMARY KEY (measure, scope_key)
);
CREATE INDEX divergences_moved ON divergences (moved_at DESC, measure, scope_key);

-- How many constats of an organisation stand about a measure.
CREATE TABLE speakers (
    organisation TEXT COLLATE "C" NOT NULL,
    measure      TEXT COLLATE "C" NOT NULL,
    constats     BIGINT NOT NULL,
    PRIMARY KEY (organisation, measure)
);

DROP INDEX updates_replacing;
DROP INDEX peer_updates_speakers;

-- +goose Down
CREATE INDEX peer_updates_speakers ON peer_updates (measure, organisation) WHERE withdrawn_at IS NULL;
CREATE INDEX updates_replacing ON updates (id) WHERE withdrawn_at IS NULL AND related_to LIKE '%"replaces"%';
DROP TABLE speakers;
DROP TABLE divergences;
DROP TABLE standings;
DROP TABLE replacements;
DROP TABLE voices;
