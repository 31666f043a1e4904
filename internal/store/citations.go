package store

import (
	"context"
	"database/sql"

	"embraye/internal/embraye"
)

// Citations are which constats name which pages (embraye.PageOf) as evidence, and in
// which version last. They are written with the versions that name them: nothing else
// has to remember to.
type Citations struct{ table }

// ofOurs adds what a version of a constat of ours names. An earlier version stays
// public at its own address, so what it named stays named.
func (t Citations) ofOurs(ctx context.Context, r *embraye.Revision) error {
	return t.add(ctx, r.UpdateID, r.Number, "", r.Evidence)
}

// ofPeer adds what a peer's constat names, of which nothing is kept.
func (t Citations) ofPeer(ctx context.Context, u *embraye.PeerUpdate) error {
	if u.WithdrawnAt != nil {
		return nil
	}
	return t.add(ctx, string(u.URI), u.Revision, u.Organisation, u.Evidence)
}

func (t Citations) add(ctx context.Context, constat string, version int, organisation embraye.IRI, list []embraye.Evidence) error {
	pages := embraye.Pages(list)
	if len(pages) == 0 {
		return nil
	}
	named := "json_each(?)"
	if t.s.postgres {
		named = "jsonb_array_elements_text(CAST(? AS jsonb))"
	}
	err := t.later(ctx, `INSERT INTO evidence_citations (href, constat, version, organisation)
		SELECT named.value, CAST(? AS text), CAST(? AS integer), CAST(? AS text) FROM `+named+` AS named
		WHERE true ON CONFLICT (href, constat) DO UPDATE SET version = excluded.version`, constat, version, organisation, asJSON(pages))
	return wrap(err, "keeping what %s names", constat)
}

// By lists the pages that some constats name, in any version.
func (t Citations) By(ctx context.Context, constats []string) (pages []string, err error) {
	err = t.scan(ctx, &pages, "SELECT DISTINCT href FROM evidence_citations WHERE "+t.amongFew("constat")+" ORDER BY href", asJSON(constats))
	return pages, wrap(err, "listing what %d constats name", len(constats))
}

// forget is for constats of which nothing is left to read.
func (t Citations) forget(ctx context.Context, constats []string) error {
	if len(constats) == 0 {
		return nil
	}
	where, arg := t.among("constat", constats)
	err := t.later(ctx, "DELETE FROM evidence_citations WHERE "+where, arg)
	return wrap(err, "forgetting what %d constats named", len(constats))
}

// Public tells whether a constat of ours was ever published with a page as evidence,
// and whether one of those stands.
func (t Citations) Public(ctx context.Context, page string) (ever, stands bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&ever, &stands) },
		`SELECT count(*) > 0, count(*) FILTER (WHERE u.withdrawn_at IS NULL) > 0 FROM evidence_citations AS c JOIN updates AS u ON u.id = c.constat
			WHERE c.href = ? AND c.organisation = ''`, page)
	return ever, stands, wrap(err, "looking who names %s", page)
}

// Of lists the constats that stand and name a page: ours, then those of peers that
// are shown here.
func (t Citations) Of(ctx context.Context, page string, limit int) (all []embraye.Citation, err error) {
	err = t.scan(ctx, &all, `SELECT '' AS organisation, u.id, u.title, u.language FROM evidence_citations AS c JOIN updates AS u ON u.id = c.constat
			WHERE c.href = ? AND c.organisation = '' AND u.withdrawn_at IS NULL
		UNION ALL SELECT u.organisation, u.copy_id, u.title, u.language FROM evidence_citations AS c JOIN peer_updates AS u ON u.uri = c.constat
			JOIN peers ON peers.organisation = u.organisation AND peers.gather
			WHERE c.href = ? AND c.organisation <> '' AND u.withdrawn_at IS NULL
		ORDER BY 1, 2 LIMIT ?`, page, page, limit)
	return all, wrap(err, "listing who names %s", page)
}

// Now lists the pages that the newest versions of our constats that stand name.
func (t Citations) Now(ctx context.Context) (pages []string, err error) {
	err = t.scan(ctx, &pages, "SELECT DISTINCT c.href FROM evidence_citations AS c JOIN updates AS u ON "+namedNow)
	return pages, wrap(err, "listing the pages that constats name")
}

// namedNow joins the citations c with our constats u that stand and still name the page.
const namedNow = "u.id = c.constat AND u.revision = c.version AND u.withdrawn_at IS NULL AND c.organisation = ''"

// copiedFor is which citations c a copy is made and kept for: those of constats of ours
// that stand, and of peers for which an admin chose it.
const copiedFor = `(c.organisation = '' AND EXISTS (SELECT 1 FROM updates AS u WHERE u.id = c.constat AND u.withdrawn_at IS NULL)
	OR c.organisation <> '' AND EXISTS (SELECT 1 FROM peers AS p WHERE p.organisation = c.organisation AND p.copies))`

// Uncopied lists pages that are named and have no copy, nor a reason for having none,
// those that our newest constats name first; of our own, below base, only one, and
// that only if it is named.
func (t Citations) Uncopied(ctx context.Context, base, own string, limit int) (pages []string, err error) {
	err = t.scan(ctx, &pages, `SELECT c.href FROM evidence_citations AS c WHERE (substr(c.href, 1, CAST(? AS integer)) <> ? OR c.href = ?)
			AND NOT EXISTS (SELECT 1 FROM evidence_copies AS made WHERE made.href = c.href AND NOT (made.state = 'dropped' AND made.failure = 'no_room')) AND `+copiedFor+`
		GROUP BY c.href ORDER BY max(CASE c.organisation WHEN '' THEN c.constat ELSE '' END) DESC, c.href LIMIT ?`, len(base)+1, base+"/", own, limit)
	return pages, wrap(err, "listing pages without a copy")
}
