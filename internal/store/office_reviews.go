package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// weSpoke is whether we said where a scope of a constat stands.
const weSpoke = `EXISTS (SELECT 1 FROM voices JOIN standings AS our ON our.measure = voices.measure AND our.scope_key = voices.scope_key AND our.organisation = ''
	WHERE voices.constat = standings.constat)`

// ToRead lists constats by which peers say where scopes stand and that we have
// not reviewed: first those in scopes we spoke about, each part by its newest
// move.
func ToRead(ctx context.Context, t Tables, after *embraye.ToReadPlace, limit int) ([]embraye.ToRead, error) {
	if after == nil {
		after = &embraye.ToReadPlace{Near: true, MovedAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	var all []embraye.ToRead
	for _, near := range []bool{true, false} {
		from := *after
		switch {
		case near && !after.Near:
			continue
		case near != after.Near:
			from = embraye.ToReadPlace{MovedAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
		part, err := toRead(ctx, t, near, from, limit-len(all))
		if err != nil {
			return nil, err
		}
		if all = append(all, part...); len(all) >= limit {
			break
		}
	}
	return all, nil
}

func toRead(ctx context.Context, t Tables, near bool, after embraye.ToReadPlace, limit int) ([]embraye.ToRead, error) {
	if limit <= 0 {
		return nil, nil
	}
	condition := weSpoke
	if !near {
		condition = "NOT " + weSpoke
	}
	at := after.MovedAt.UTC()
	var rows []struct {
		Constat embraye.IRI
		MovedAt time.Time
	}
	err := t.table.scan(ctx, &rows, `SELECT DISTINCT standings.moved_at, standings.constat FROM standings WHERE organisation <> '' AND moved_at <= ? AND (moved_at < ? OR constat < ?)
		AND NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.object = standings.constat AND reviews.withdrawn_at IS NULL) AND `+condition+`
		ORDER BY standings.moved_at DESC, standings.constat DESC LIMIT ?`, at, at, after.URI, limit)
	if err != nil {
		return nil, wrap(err, "listing what is to be read")
	}
	uris := make([]embraye.IRI, len(rows))
	for i, r := range rows {
		uris[i] = r.Constat
	}
	var updates []embraye.PeerUpdate
	if err := t.table.db.WithContext(ctx).Omit("Wire").Where(t.table.inJSON("uri"), asJSON(uris)).Find(&updates).Error; err != nil {
		return nil, wrap(err, "reading what is to be read")
	}
	peers, err := t.Peers.List(ctx)
	byName := map[embraye.IRI]embraye.Peer{}
	for _, p := range peers {
		byName[p.Organisation] = p
	}
	var list []embraye.ToRead
	for _, r := range rows {
		for i := range updates {
			if u := &updates[i]; u.URI == r.Constat {
				list = append(list, embraye.ToRead{Update: *u, Peer: byName[u.Organisation], Place: embraye.ToReadPlace{Near: near, MovedAt: r.MovedAt, URI: u.URI}})
			}
		}
	}
	return list, err
}

// OurReviews lists reviews of ours, those before an id, with what came of them.
func OurReviews(ctx context.Context, t Tables, before string, limit int) ([]embraye.OfficeOurReview, error) {
	rows, err := t.Reviews.Page(ctx, before, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	site, err := t.site(ctx)
	if err != nil {
		return nil, err
	}
	uris := make([]embraye.IRI, len(rows))
	for i := range rows {
		uris[i] = site.ReviewID(rows[i].ID)
	}
	responses, err := t.ReviewResponses.To(ctx, uris)
	list := make([]embraye.OfficeOurReview, len(rows))
	for i, r := range rows {
		list[i] = embraye.OfficeOurReview{Review: r, Response: responses[[2]embraye.IRI{uris[i], r.ObjectActor}]}
	}
	return list, err
}

// ReceivedReviews are reviews of others with what they are about, whoever sees
// them.
func ReceivedReviews(ctx context.Context, t Tables, rows []embraye.PeerReview) ([]embraye.OfficeReview, error) {
	lines, err := linesOf(ctx, t, nil, rows)
	list := make([]embraye.OfficeReview, len(lines))
	for i, l := range lines {
		list[i] = embraye.OfficeReview{Review: rows[i], Line: l}
	}
	return list, err
}
