-- +goose Up

-- A copy, a look and a citation are of a page: an address without its fragment, but
-- for one that begins with / or ! (embraye.PageOf). What was made of the passages of
-- one page is joined: each copy keeps its id, its file and its leaf in the log.
UPDATE evidence_copies SET href = substr(href, 1, instr(href, '#') - 1), url = CASE url WHEN href THEN substr(href, 1, instr(href, '#') - 1) ELSE url END
    WHERE instr(href, '#') > 0 AND substr(href, instr(href, '#') + 1, 1) NOT IN ('/', '!');

-- Which version of a constat names the page, the last one that does.
DELETE FROM evidence_citations;
ALTER TABLE evidence_citations ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
INSERT INTO evidence_citations (href, constat, organisation, version)
    SELECT CASE WHEN instr(href, '#') > 0 AND substr(href, instr(href, '#') + 1, 1) NOT IN ('/', '!') THEN substr(href, 1, instr(href, '#') - 1) ELSE href END, constat, organisation, max(version)
    FROM (SELECT json_extract(e.value, '$.href') AS href, r.update_id AS constat, '' AS organisation, r.number AS version FROM revisions AS r, json_each(r.evidence) AS e WHERE e.type = 'object'
        UNION ALL SELECT json_extract(e.value, '$.href'), p.uri, p.organisation, p.revision FROM peer_updates AS p, json_each(p.evidence) AS e WHERE p.withdrawn_at IS NULL AND e.type = 'object') AS named
    WHERE href LIKE 'http%://%' GROUP BY 1, 2, 3;

-- Of the looks at the passages of a page the newest counts. Which constats name it,
-- citations tell.
CREATE TABLE page_looks AS SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY page ORDER BY checked_at DESC, failures) AS place FROM
    (SELECT CASE WHEN instr(href, '#') > 0 AND substr(href, instr(href, '#') + 1, 1) NOT IN ('/', '!') THEN substr(href, 1, instr(href, '#') - 1) ELSE href END AS page, failures, reason, checked_at FROM link_checks) AS looks) AS placed
    WHERE place = 1;
DELETE FROM link_checks;
ALTER TABLE link_checks DROP COLUMN update_id;
INSERT INTO link_checks (href, failures, reason, checked_at) SELECT page, failures, reason, checked_at FROM page_looks;
DROP TABLE page_looks;

-- +goose Down
ALTER TABLE link_checks ADD COLUMN update_id TEXT NOT NULL DEFAULT '';
UPDATE link_checks SET update_id = COALESCE((SELECT max(constat) FROM evidence_citations WHERE href = link_checks.href AND organisation = ''), '');
ALTER TABLE evidence_citations DROP COLUMN version;
