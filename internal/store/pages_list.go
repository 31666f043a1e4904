package store

import (
	"context"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// PlacePage reads what stands about a territory: of one measure, or of all if
// measure is empty. Below a region its departments and communes count too:
// codes are the places themselves, prefixes begin the codes of communes.
func (p Pages) PlacePage(ctx context.Context, measure string, codes, prefixes []string) (*embraye.PlacePage, error) {
	t, page := p.store.Tables(), &embraye.PlacePage{}
	var err error
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	if page.States, err = t.Standings.ours(ctx, embraye.StandingFilter{Measure: measure, Codes: codes, Prefixes: prefixes}); err != nil {
		return nil, err
	}
	var latest []string
	if measure == "" {
		latest = firstOfMeasures(page.States)
	} else if latest, err = t.latestInPlace(ctx, measure, codes, prefixes); err != nil {
		return nil, err
	}
	if page.Updates, err = t.byIDs(ctx, latest); err != nil {
		return nil, err
	}
	return page, t.hearPlace(ctx, page, measure, codes, prefixes)
}

// How many constats a page about a place shows: of each measure where all are,
// of each subject where one is.
const (
	placeOfMeasures = 2
	placeOfSubject  = 12
)

// firstOfMeasures are the latest standings of each measure.
func firstOfMeasures(states []embraye.Standing) (ids []string) {
	seen := map[string]int{}
	for _, s := range states {
		if seen[s.Measure]++; seen[s.Measure] <= placeOfMeasures {
			ids = append(ids, s.Constat)
		}
	}
	return ids
}

// latestInPlace are the constats of the latest facts about a measure there.
func (t Tables) latestInPlace(ctx context.Context, measure string, codes, prefixes []string) (ids []string, err error) {
	in, places := t.table.inPlace(codes, prefixes)
	for _, subject := range embraye.Subjects() {
		var some []string
		err := t.table.db.WithContext(ctx).Model(&embraye.Voice{}).Where("organisation = '' AND measure = ? AND subject = ?", measure, subject).
			Where(in, places...).Order(byFact).Limit(placeOfSubject).Pluck("constat", &some).Error
		if err != nil {
			return nil, wrap(err, "listing the latest constats of a place")
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// byIDs reads constats without their bytes, in the order that is given.
func (t Tables) byIDs(ctx context.Context, ids []string) ([]embraye.Update, error) {
	all, err := t.light(ctx, "id", 0, t.table.amongFew("id"), asJSON(ids))
	slices.SortFunc(all, func(a, b embraye.Update) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return all, err
}

// DataCensus counts for the page about the open data.
func (p Pages) DataCensus(ctx context.Context) (*embraye.DataCensus, error) {
	t, c := p.store.Tables(), &embraye.DataCensus{}
	var err error
	if c.Constats, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	if c.Withdrawn, err = count[embraye.Update](ctx, t.table, "withdrawn_at IS NOT NULL"); err != nil {
		return nil, wrap(err, "counting withdrawn constats")
	}
	c.Versions, err = count[embraye.Revision](ctx, t.table, "")
	return c, wrap(err, "counting versions")
}

// JournalPage reads the public journal, newest first; before is the id after
// which it goes on, 0 for the first page.
func (p Pages) JournalPage(ctx context.Context, before int64, limit int) (*embraye.JournalPage, error) {
	t, page := p.store.Tables(), &embraye.JournalPage{}
	where, args := "public", []any{}
	if before > 0 {
		where, args = "public AND id < ?", append(args, before)
	}
	var err error
	page.Entries, err = list[embraye.AuditEntry](ctx, t.table, "id DESC", limit+1, where, args...)
	if len(page.Entries) > limit {
		page.Entries = page.Entries[:limit]
		page.Next = page.Entries[limit-1].ID
	}
	for i := range page.Entries { // no page may tell who it was
		page.Entries[i].Person, page.Entries[i].Who, page.Entries[i].Detail = 0, "", ""
	}
	if err != nil {
		return nil, wrap(err, "listing the journal")
	}
	if page.Constats, err = t.Updates.Among(ctx, lastParts(page.Entries)); err != nil {
		return nil, err
	}
	st, err := t.Log.State(ctx)
	if err == nil {
		page.Log = *st
	}
	return page, err
}

// lastParts are the ULIDs in which the objects of entries end.
func lastParts(entries []embraye.AuditEntry) (ids []string) {
	for _, e := range entries {
		if id := e.Object[strings.LastIndexByte(e.Object, '/')+1:]; embraye.ValidID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// LegalPage reads what the administrators wrote for the legal pages.
func (p Pages) LegalPage(ctx context.Context) (*embraye.LegalPage, error) {
	t := p.store.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.LegalPage{Organisation: *org}
	page.Texts, err = t.Settings.Among(ctx, "legal.", embraye.LegalTexts())
	return page, err
}

// MapPage lists every constat for search engines.
func (p Pages) MapPage(ctx context.Context) (*embraye.MapPage, error) {
	t, page := p.store.Tables(), &embraye.MapPage{}
	var err error
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	err = t.table.scan(ctx, &page.Constats, "SELECT id, published_at, updated_at FROM updates WHERE withdrawn_at IS NULL ORDER BY id DESC LIMIT 45000")
	return page, wrap(err, "listing addresses")
}
