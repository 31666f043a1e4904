package store

import (
	"context"
	"database/sql"
	"time"

	"embraye/internal/embraye"
)

// PeerUpdates are constats of peers as received.
type PeerUpdates struct{ table }

// Upsert writes the constat under its URI; a row that exists keeps its ID. Where
// scopes stand follows.
func (t PeerUpdates) Upsert(ctx context.Context, u *embraye.PeerUpdate) error {
	notNull(&u.Wire)
	u.CopyID = embraye.CopyID(u.URI)
	row := *u
	row.ID = 0
	fresh, err := insertNew(ctx, t.table, &row)
	if err == nil && !fresh {
		err = t.replace(ctx, row)
	}
	if err != nil {
		return wrap(err, "keeping the peer's constat %s", u.URI)
	}
	if err := PeerRevisions(t).note(ctx, u); err != nil {
		return err
	}
	if err := Citations(t).ofPeer(ctx, u); err != nil {
		return err
	}
	if fresh { // nothing was known of it
		return Standings(t).keepFirst(ctx, spokenByPeer(u))
	}
	return Standings(t).keep(ctx, spokenByPeer(u))
}

// replace writes over what an earlier version said.
func (t PeerUpdates) replace(ctx context.Context, row embraye.PeerUpdate) error {
	row.ID = 0
	in := t.table
	// What is known about a constat is no word of its author's.
	in.db = in.db.Omit("ReviewsAsked").Clauses(over("uri"))
	if err := insertLater(ctx, in, &row); err != nil {
		return err
	}
	return Citations(t).forget(ctx, []string{string(row.URI)})
}

// ByURI returns the constat, withdrawn or not.
func (t PeerUpdates) ByURI(ctx context.Context, iri embraye.IRI) (*embraye.PeerUpdate, error) {
	u, err := take[embraye.PeerUpdate](ctx, t.table, "uri = ?", iri)
	return u, wrap(err, "taking the peer's constat %s", iri)
}

// Withdraw dates the withdrawal and tells whether the constat stood until now.
func (t PeerUpdates) Withdraw(ctx context.Context, uri embraye.IRI, at time.Time) (bool, error) {
	n, err := t.withdraw(ctx, at.UTC(), "uri = ?", uri)
	return n > 0, wrap(err, "withdrawing the peer's constat %s", uri)
}

// ForgetAllOf deletes what was kept of an organisation.
func (t PeerUpdates) ForgetAllOf(ctx context.Context, organisation embraye.IRI) error {
	_, err := t.silence(ctx, "DELETE FROM peer_updates WHERE organisation = ? RETURNING uri, organisation", organisation)
	return wrap(err, "forgetting the constats of %s", organisation)
}

// silence runs a statement that ends constats of peers and returns which, and
// lets the scopes that they spoke of stand by what is left.
func (t table) silence(ctx context.Context, query string, args ...any) (n int, err error) {
	var ended []struct {
		URI          embraye.IRI `gorm:"column:uri"`
		Organisation embraye.IRI
	}
	if err := t.scan(ctx, &ended, query, args...); err != nil {
		return 0, err
	}
	all, uris := make([]spoken, len(ended)), make([]string, len(ended))
	for i, e := range ended {
		all[i], uris[i] = spoken{constat: string(e.URI), organisation: e.Organisation}, string(e.URI)
	}
	if err := (PeerRevisions{t}).forget(ctx, uris); err != nil {
		return 0, err
	}
	if err := (Citations{t}).forget(ctx, uris); err != nil {
		return 0, err
	}
	return len(ended), Standings{t}.keep(ctx, all...)
}

// Before lists what an actor said and stands, that was here before a moment, in the
// order of its addresses after one.
func (t PeerUpdates) Before(ctx context.Context, actor embraye.IRI, at time.Time, after embraye.IRI, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "uri", limit, "actor = ? AND withdrawn_at IS NULL AND received_at < ? AND uri > ?", actor, at.UTC(), after)
	return all, wrap(err, "listing what was here of %s", actor)
}

// List returns what stands, newest first.
func (t PeerUpdates) List(ctx context.Context, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "published_at DESC, id DESC", limit, "withdrawn_at IS NULL")
	return all, wrap(err, "listing the constats of peers")
}

// ByMeasure returns what stands about a reference measure, newest first.
func (t PeerUpdates) ByMeasure(ctx context.Context, iri string, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "published_at DESC, id DESC", limit,
		"measure_iri = ? AND withdrawn_at IS NULL", iri)
	return all, wrap(err, "listing the constats of peers about %s", iri)
}

// Unasked lists constats about whose newest version no peer was asked for
// reviews yet, the oldest first.
func (t PeerUpdates) Unasked(ctx context.Context, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "published_at, id", limit, "reviews_asked < revision AND withdrawn_at IS NULL")
	return all, wrap(err, "listing the constats about which nobody was asked")
}

// Asked notes that peers were asked about a version.
func (t PeerUpdates) Asked(ctx context.Context, uri embraye.IRI, revision int) error {
	_, err := t.exec(ctx, "UPDATE peer_updates SET reviews_asked = ? WHERE uri = ? AND reviews_asked < ?", revision, uri, revision)
	return wrap(err, "noting what was asked about %s", uri)
}

// CountBy tells how many constats of each of some organisations stand.
func (t PeerUpdates) CountBy(ctx context.Context, organisations []embraye.IRI) (map[embraye.IRI]int, error) {
	counts := map[embraye.IRI]int{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var (
			who embraye.IRI
			n   int
		)
		err := rows.Scan(&who, &n)
		counts[who] = n
		return err
	}, "SELECT organisation, count(*) FROM peer_updates WHERE withdrawn_at IS NULL AND "+t.inJSON("organisation")+" GROUP BY organisation", asJSON(organisations))
	return counts, wrap(err, "counting the constats of peers")
}
