package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"embraye/internal/embraye"
)

// A contestation is open as long as it stands and no version of the constat
// takes it up: an answer alone does not end it. Listed are those about constats
// that readers find here.

// contestedByMoved is the order of their indexes.
const contestedByMoved = "coalesce(updated_at, published_at) DESC, "

// aboutCopy and aboutOurs are whether what is contested stands here and has not
// taken up the review: a copy of a peer's, or a constat of ours. Each begins
// with the measure, twice.
func aboutCopy(object, review string) string {
	return `EXISTS (SELECT 1 FROM peer_updates JOIN peers ON peers.organisation = peer_updates.organisation AND peers.gather
		WHERE (? = '' OR peer_updates.measure = ?) AND peer_updates.uri = ` + object + ` AND peer_updates.withdrawn_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM review_responses AS r WHERE r.review = ` + review + ` AND r.actor = peer_updates.actor AND r.integrated_by <> ''))`
}

const aboutOurs = `EXISTS (SELECT 1 FROM updates WHERE (? = '' OR updates.measure = ?) AND updates.id = substr(peer_reviews.object, ?) AND peer_reviews.object = ? || updates.id
	AND updates.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM review_responses AS r
		WHERE r.review = peer_reviews.uri AND r.actor = ? || updates.actor AND r.integrated_by <> ''))`

// ContestedPage reads the open contestations after a place, the newest word
// first, of one measure or of all.
func (p Pages) ContestedPage(ctx context.Context, measure string, before *embraye.ReviewPlace, limit int) (*embraye.ContestedPage, error) {
	t := p.store.Tables()
	site, err := t.site(ctx)
	if err != nil {
		return nil, err
	}
	if before == nil {
		before = &embraye.ReviewPlace{MovedAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	shown, err := contestedByOthers(ctx, t, site, measure, before, limit+1)
	if err != nil {
		return nil, err
	}
	own, err := contestedByUs(ctx, t, site, measure, before, limit+1)
	if err != nil {
		return nil, err
	}
	shown = append(shown, own...)
	slices.SortFunc(shown, func(a, b embraye.ShownReview) int {
		return cmp.Or(b.MovedAt().Compare(a.MovedAt()), cmp.Compare(b.URI, a.URI))
	})
	page := &embraye.ContestedPage{}
	if len(shown) > limit {
		shown = shown[:limit]
		page.Next = &embraye.ReviewPlace{MovedAt: shown[limit-1].MovedAt(), URI: shown[limit-1].URI}
	}
	page.Lines, err = reviewLines(ctx, t, site, shown)
	return page, err
}

func contestedByOthers(ctx context.Context, t Tables, site embraye.Site, measure string, before *embraye.ReviewPlace, limit int) (shown []embraye.ShownReview, err error) {
	at, constats := before.MovedAt.UTC(), string(site.UpdateID(""))
	rows, err := list[embraye.PeerReview](ctx, t.table, contestedByMoved+"uri DESC", limit, `verdict = 'contests' AND state = 'shown' AND withdrawn_at IS NULL
		AND coalesce(updated_at, published_at) <= ? AND (coalesce(updated_at, published_at) < ? OR uri < ?) AND (`+aboutCopy("peer_reviews.object", "peer_reviews.uri")+" OR "+aboutOurs+")",
		at, at, before.URI, measure, measure, measure, measure, len(constats)+1, constats, string(site.ActorID("")))
	for i := range rows {
		shown = append(shown, shownOfTheirs(&rows[i]))
	}
	return shown, wrap(err, "listing what is contested")
}

func contestedByUs(ctx context.Context, t Tables, site embraye.Site, measure string, before *embraye.ReviewPlace, limit int) (shown []embraye.ShownReview, err error) {
	at, reviews := before.MovedAt.UTC(), string(site.ReviewID(""))
	id, ours := site.LocalReview(before.URI)
	if !ours && before.URI > embraye.IRI(reviews) {
		id = "~" // after every id: of the same moment ours come next
	}
	rows, err := list[embraye.Review](ctx, t.table, contestedByMoved+"id DESC", limit, `verdict = 'contests' AND withdrawn_at IS NULL
		AND coalesce(updated_at, published_at) <= ? AND (coalesce(updated_at, published_at) < ? OR id < ?) AND `+aboutCopy("reviews.object", "? || reviews.id"),
		at, at, id, measure, measure, reviews)
	for i := range rows {
		shown = append(shown, shownOfOurs(site, &rows[i]))
	}
	return shown, wrap(err, "listing what we contest")
}
