package talk

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
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
	c := &embraye.OfficeConstat{Update: *u, Likes: u.LikeCount, Boosts: u.BoostCount}
	if err := correctors(ctx, k.desk, t, by, c); err != nil {
		return nil, err
	}
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

// correctors says who may correct a constat, and what was asked of them.
func correctors(ctx context.Context, desk *app.App, t store.Tables, by embraye.Acting, c *embraye.OfficeConstat) error {
	if c.Update.Withdrawn() {
		return nil
	}
	switch err := desk.MayCorrect(ctx, t, by, &c.Update); {
	case err == nil:
		c.MayCorrect = true
	case !errors.Is(err, embraye.ErrForbidden):
		return err
	}
	people, err := t.People.List(ctx)
	if err != nil {
		return err
	}
	for i := range people {
		err := desk.MayCorrect(ctx, t, embraye.Acting{Person: &people[i]}, &c.Update)
		if err == nil {
			c.Correctors = append(c.Correctors, people[i].Name)
		} else if !errors.Is(err, embraye.ErrForbidden) {
			return err
		}
	}
	asked, err := desk.CorrectionsAsked(ctx, t)
	for i := range asked {
		if asked[i].Object == string(desk.Site.UpdateID(c.Update.ID)) {
			c.Asked = &asked[i]
		}
	}
	return err
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
