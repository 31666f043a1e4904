package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"embraye/internal/embraye"
)

// factDate is embraye.Content.FactDate in SQL. Dates of year, month and day
// precision sort as text.
const factDate = "coalesce(nullif(effective_date, ''), observed_date)"

// TimelinePage reads one page of the chronology. What strangers typed goes in
// as values alone; the statement is made of our own words (W60). A peer that we do
// not gather is ErrNotFound.
func (p Pages) TimelinePage(ctx context.Context, f embraye.TimelineFilter) (*embraye.TimelinePage, error) {
	t := p.store.Tables()
	peers, err := list[embraye.Peer](ctx, t.table, "name, id", 0, "gather")
	if err != nil {
		return nil, wrap(err, "listing peers")
	}
	if f.By != "" {
		if f.By != embraye.EveryOrganisation && !slices.ContainsFunc(peers, func(p embraye.Peer) bool { return p.Host == f.By }) {
			return nil, fmt.Errorf("store: the chronology of %.60q: %w", f.By, embraye.ErrNotFound)
		}
		page, err := t.voicesTimeline(ctx, f)
		if err == nil {
			page.Peers = peers
		}
		return page, err
	}
	where, args := []string{"withdrawn_at IS NULL"}, []any{}
	and := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	for _, exact := range []struct{ column, value string }{{"measure", f.Measure}, {"territory", f.Territory},
		{"subject", string(f.Subject)}, {"stage", string(f.Stage)}} {
		if exact.value != "" {
			and(exact.column+" = ?", exact.value)
		}
	}
	if f.From != "" { // a date of less precision counts from its first day
		and(factDate+" >= substr(?, 1, length("+factDate+"))", string(f.From))
	}
	if f.To != "" {
		and("substr("+factDate+", 1, length(?)) <= ?", string(f.To), string(f.To))
	}
	if f.Search != "" {
		condition, values := p.store.matching(f.Search)
		and(condition, values...)
	}
	page := &embraye.TimelinePage{Peers: peers}
	if page.Total, err = count[embraye.Update](ctx, t.table, strings.Join(where, " AND "), args...); err != nil {
		return nil, wrap(err, "counting the chronology")
	}
	if f.After != "" {
		condition, values, err := after(f.After)
		if err != nil {
			return nil, err
		}
		and(condition, values...)
	}
	page.Updates, err = t.light(ctx, undated+", "+factDate+" DESC, id DESC", f.Limit+1, strings.Join(where, " AND "), args...)
	if err == nil && len(page.Updates) > f.Limit {
		page.Updates = page.Updates[:f.Limit]
		page.Next = cursorOf(page.Updates[f.Limit-1])
	}
	return page, err
}

// undated sorts what nobody knows a date of behind everything that has one.
const undated = "effective_date = ''"

// cursorOf is the place of a constat in the chronology.
func cursorOf(u embraye.Update) string {
	cursor := string(u.FactDate()) + "." + u.ID
	if u.EffectiveDate == "" {
		return embraye.Undated + cursor
	}
	return cursor
}

// after is the condition that a constat comes after a cursor.
func after(cursor string) (condition string, args []any, err error) {
	place, isUndated := strings.CutPrefix(cursor, embraye.Undated)
	date, id, ok := strings.Cut(place, ".")
	if !ok || !embraye.Date(date).Valid() || !embraye.ValidID(id) {
		return "", nil, fmt.Errorf("store: cursor %.40q: %w", cursor, embraye.ErrInvalid)
	}
	condition, args = "("+factDate+" < ? OR "+factDate+" = ? AND id < ?)", []any{date, date, id}
	if isUndated {
		return undated + " AND " + condition, args, nil
	}
	return "(" + undated + " OR " + condition + ")", args, nil
}

// maxSearchWords bounds what one search can make the database do.
const maxSearchWords = 10

// matching is the condition that a constat has all the words of a search.
func (s *Store) matching(search string) (condition string, args []any) {
	words := strings.FieldsFunc(embraye.OneLine(search), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	if len(words) > maxSearchWords {
		words = words[:maxSearchWords]
	}
	if len(words) == 0 {
		return "1 = 0", nil // nothing to look for: nothing found
	}
	if !s.postgres {
		// Each word in quotes is data to FTS5, whatever it is; the star finds
		// its plurals.
		return "id IN (SELECT id FROM search_texts WHERE search_texts MATCH ?)", []any{`"` + strings.Join(words, `"* "`) + `"*`}
	}
	text := strings.Join(words, " ")
	return `id IN (SELECT id FROM search_texts WHERE words @@ plainto_tsquery(search_config('fr'), ?)
		OR words @@ plainto_tsquery(search_config('en'), ?) OR words @@ plainto_tsquery('pg_catalog.simple', ?))`, []any{text, text, text}
}
