package store

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// Pages answer the questions of the public pages (pages_*.go), one method for
// each: they read, never write, and return structs that belong to pages. What
// is switched off or not public is ErrNotFound here already, so that no face of
// an address can leak it.
type Pages struct{ store *Store }

// Pages are what the public reads of the store.
func (s *Store) Pages() Pages { return Pages{s} }

// latestOnPage is how many constats a page lists.
const latestOnPage = 5

// DemoSetting is present while the constats of the demonstration are, and lists
// their ids.
const DemoSetting = "demo"

// ClockSetting is present while servers say that this machine's clock is wrong:
// an embraye.WrongClock in JSON.
const ClockSetting = "wrong_clock"

// ListedSetting is whether everybody may read the list of our peers.
const ListedSetting = "organisations_listed"

// FramePage reads what stands around every page.
func (p Pages) FramePage(ctx context.Context) (*embraye.FramePage, error) {
	t := p.store.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	value, _, err := t.Settings.Get(ctx, DemoSetting)
	return &embraye.FramePage{Organisation: *org, Demo: value != ""}, err
}

// enabledActor is an actor that the public sees.
func (t Tables) enabledActor(ctx context.Context, handle string) (*embraye.Actor, error) {
	a, err := t.Actors.Take(ctx, handle)
	if err != nil {
		return nil, err
	}
	if !a.Enabled {
		return nil, fmt.Errorf("store: actor %s is switched off: %w", handle, embraye.ErrNotFound)
	}
	return a, nil
}

// organisation is the one actor of its kind.
func (t Tables) organisation(ctx context.Context) (*embraye.Actor, error) {
	a, err := take[embraye.Actor](ctx, t.table, "kind = ?", embraye.OrganisationActor)
	return a, wrap(err, "taking the organisation")
}

// EnabledMeasures are the measures that the public sees.
func (t Tables) EnabledMeasures(ctx context.Context) ([]embraye.Actor, error) {
	all, err := list[embraye.Actor](ctx, t.table, "measure, handle", 0, "kind = ? AND enabled", embraye.MeasureActor)
	return all, wrap(err, "listing measures")
}

// light lists constats without their bytes, which pages of many do not show.
func (t Tables) light(ctx context.Context, order string, limit int, where string, args ...any) ([]embraye.Update, error) {
	db := t.table.db.WithContext(ctx).Omit("Wire").Order(order)
	if where != "" {
		db = db.Where(where, args...)
	}
	if limit > 0 {
		db = db.Limit(limit)
	}
	var all []embraye.Update
	err := db.Find(&all).Error
	return all, wrap(err, "listing constats")
}
