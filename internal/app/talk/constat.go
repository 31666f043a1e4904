package talk

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Constat is one constat with everything that the office knows of it.
func (k *Talk) Constat(ctx context.Context, by embraye.Acting, id string) (*embraye.OfficeConstat, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: constat: %w", err)
	}
	t := k.desk.Store.Tables()
	u, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &embraye.OfficeConstat{Update: *u, Likes: u.LikeCount, Boosts: u.BoostCount,
		MayCorrect: by.May(embraye.Reviewer) == nil && !u.Withdrawn()}
	if c.Revisions, err = t.Revisions.List(ctx, id); err != nil {
		return nil, err
	}
	if c.Notes, err = standingNotes(ctx, t, id); err != nil {
		return nil, err
	}
	if c.Replies, err = k.Replies(ctx, by, embraye.ReplyFilter{Object: k.desk.Site.UpdateID(id)}); err != nil {
		return nil, err
	}
	c.Delivery, err = k.directory.DeliveryState(ctx, id)
	return c, err
}

// standingNotes lists the corrections and answers under a constat that were not
// deleted.
func standingNotes(ctx context.Context, t store.Tables, id string) ([]embraye.Note, error) {
	all, err := t.Notes.OfUpdate(ctx, id)
	var notes []embraye.Note
	for _, n := range all {
		if n.DeletedAt == nil {
			notes = append(notes, n)
		}
	}
	return notes, err
}
