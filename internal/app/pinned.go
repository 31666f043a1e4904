package app

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// wireVersion is the shape of the documents that this program makes.
const wireVersion = activitypub.WireVersion

// refreshPinned rewrites « où on en est » of a measure in place. It is never
// delivered: servers reread featured (INTEROP 0.6).
func (a *App) refreshPinned(ctx context.Context, t store.Tables, measureID string) error {
	measure, ok := a.reference.Measure(measureID)
	if !ok {
		return nil
	}
	states, err := t.Updates.ScopeStates(ctx, measureID)
	if err != nil {
		return err
	}
	note, err := t.Notes.Pinned(ctx, measure.Handle)
	fresh := errors.Is(err, embraye.ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	now := a.now()
	if fresh {
		id, err := a.newID()
		if err != nil {
			return err
		}
		note = &embraye.Note{ID: id, Kind: embraye.PinnedNote, Actor: measure.Handle, Language: a.Language, PublishedAt: now}
	} else {
		later := laterThan(now, note.PublishedAt, note.UpdatedAt)
		note.UpdatedAt = &later
	}
	note.HTML = a.Wire().PinnedHTML(measure, note.Language, states)
	return a.saveNote(ctx, t, note, fresh)
}

// saveNote fixes the bytes of a Note of ours and stores it.
func (a *App) saveNote(ctx context.Context, t store.Tables, n *embraye.Note, fresh bool, mentions ...activitypub.Mention) (err error) {
	if n.Wire, err = a.Wire().PostNote(*n, mentions...); err != nil {
		return err
	}
	n.WireVersion = wireVersion
	if fresh {
		return t.Notes.Insert(ctx, n)
	}
	return t.Notes.Save(ctx, n)
}
