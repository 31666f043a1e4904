-- +goose Up

-- Which constats name which pages as evidence: a copy is of a page, and belongs to
-- no constat. Of ours every version counts (constat: its ULID, organisation empty),
-- of peers' the one that stands (constat: its address).
CREATE TABLE evidence_citations (
    href         TEXT COLLATE "C" NOT NULL CHECK (href <> ''),
    constat      TEXT COLLATE "C" NOT NULL CHECK (constat <> ''),
    organisation TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (href, constat)
);
CREATE INDEX evidence_citations_constat ON evidence_citations (constat);
-- A text of this database has no NUL, but JSON has a way to write one.
INSERT INTO evidence_citations (href, constat, organisation)
    SELECT DISTINCT e.value ->> 'href', r.update_id, '' FROM revisions AS r,
        json_array_elements(CASE WHEN r.evidence LIKE '[%' THEN regexp_replace(r.evidence, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g')::json ELSE '[]' END) AS e
    WHERE json_typeof(e.value) = 'object' AND e.value ->> 'href' ILIKE 'http%://%';
INSERT INTO evidence_citations (href, constat, organisation)
    SELECT DISTINCT e.value ->> 'href', p.uri, p.organisation FROM peer_updates AS p,
        json_array_elements(CASE WHEN p.evidence LIKE '[%' THEN regexp_replace(p.evidence, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g')::json ELSE '[]' END) AS e
    WHERE p.withdrawn_at IS NULL AND json_typeof(e.value) = 'object' AND e.value ->> 'href' ILIKE 'http%://%';
ALTER TABLE evidence_copies DROP COLUMN update_id;

-- Whether the pages that a peer's constats name are copied here too.
ALTER TABLE peers ADD COLUMN copies BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE peers DROP COLUMN copies;
ALTER TABLE evidence_copies ADD COLUMN update_id TEXT NOT NULL DEFAULT '';
UPDATE evidence_copies SET update_id = COALESCE((SELECT max(constat) FROM evidence_citations WHERE href = evidence_copies.href AND organisation = ''), '');
DROP TABLE evidence_citations;
