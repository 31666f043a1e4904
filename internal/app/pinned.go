package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// RefreshStates rewrites « où on en est » wherever a constat decides about it:
// for its own measure, and for those of what it replaces, or did before.
func (a *App) RefreshStates(ctx context.Context, t store.Tables, u *embraye.Update, before embraye.Content) error {
	measures := []string{u.Measure}
	for _, id := range append(before.Replaces(), u.Replaces()...) {
		other, err := t.Updates.Take(ctx, id)
		if errors.Is(err, embraye.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !slices.Contains(measures, other.Measure) {
			measures = append(measures, other.Measure)
		}
	}
	slices.Sort(measures)
	for _, measure := range measures {
		if err := a.RefreshPinned(ctx, t, measure); err != nil {
			return err
		}
	}
	return nil
}

// RefreshPinned rewrites « où on en est » of a measure in place. It is never
// delivered: servers reread featured (INTEROP 0.6).
func (a *App) RefreshPinned(ctx context.Context, t store.Tables, measureID string) error {
	measure, ok := a.reference.Measure(measureID)
	if !ok {
		return nil
	}
	// Whoever changes another constat of the measure waits here, or is waited for:
	// what stands is read after that.
	note, err := t.Notes.PinnedToWrite(ctx, measure.Handle)
	fresh := errors.Is(err, embraye.ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	states, err := t.ScopeStates(ctx, measureID, activitypub.PinnedScopes+1)
	if err != nil {
		return err
	}
	now := a.Stamp()
	if fresh {
		id, err := a.NewID()
		if err != nil {
			return err
		}
		note = &embraye.Note{ID: id, Kind: embraye.PinnedNote, Actor: measure.Handle, Language: a.Language, PublishedAt: now}
	} else {
		later := LaterThan(now, note.PublishedAt, note.UpdatedAt)
		note.UpdatedAt = &later
	}
	note.HTML = a.Wire().Texts().Pinned(measure, note.Language, states)
	return a.SaveNote(ctx, t, note, fresh)
}

// LaterThan is now, or one second after what was said before: `updated` grows
// with every Update, and peers compare whole seconds (TopA5).
func LaterThan(now, published time.Time, updated *time.Time) time.Time {
	last := published
	if updated != nil {
		last = *updated
	}
	if now.After(last) {
		return now
	}
	return last.UTC().Add(time.Second)
}
