package store

import (
	"context"
	"errors"

	"embraye/internal/embraye"
)

// ConstatPage reads a constat with its history; of a withdrawn one only what
// the 410 says.
func (s *Store) ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error) {
	t := s.Tables()
	update, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	page := &embraye.ConstatPage{Update: *update}
	if update.Withdrawn() {
		return page, nil
	}
	if page.Actor, page.Organisation, err = t.authors(ctx, update.Actor); err != nil {
		return nil, err
	}
	page.Revisions, err = t.Revisions.List(ctx, id)
	return page, err
}

// VersionPage reads one revision; of a withdrawn constat none is public.
func (s *Store) VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error) {
	t := s.Tables()
	update, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	revision, err := t.Revisions.Take(ctx, id, number)
	if err != nil {
		return nil, err
	}
	page := &embraye.VersionPage{Update: *update}
	if update.Withdrawn() {
		return page, nil
	}
	page.Revision = *revision
	page.Actor, page.Organisation, err = t.authors(ctx, update.Actor)
	return page, err
}

// NotePage reads one of our other Notes, deleted or not, with its constat.
func (s *Store) NotePage(ctx context.Context, id string) (*embraye.NotePage, error) {
	t := s.Tables()
	note, err := t.Notes.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	page := &embraye.NotePage{Note: *note}
	if page.Actor, page.Organisation, err = t.authors(ctx, note.Actor); err != nil {
		return nil, err
	}
	if note.UpdateID != "" {
		page.Update, err = t.Updates.Take(ctx, note.UpdateID)
		if errors.Is(err, embraye.ErrNotFound) {
			err = nil
		}
	}
	return page, err
}

// authors are the actor who speaks, and the organisation behind it.
func (t Tables) authors(ctx context.Context, handle string) (actor, org embraye.Actor, err error) {
	a, err := t.enabledActor(ctx, handle)
	if err != nil {
		return actor, org, err
	}
	o, err := t.organisation(ctx)
	if err != nil {
		return actor, org, err
	}
	return *a, *o, nil
}
