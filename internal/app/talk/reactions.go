package talk

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Interactions lists likes and boosts with who they are by, newest first. The
// public sees only how many there are.
func (k *Talk) Interactions(ctx context.Context, by embraye.Acting, f embraye.InteractionFilter) ([]embraye.OfficeInteraction, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: interactions: %w", err)
	}
	t := k.desk.Store.Tables()
	rows, err := t.Interactions.Page(ctx, f)
	if err != nil {
		return nil, err
	}
	var actors, objects []embraye.IRI
	for _, r := range rows {
		actors, objects = append(actors, r.Actor), append(objects, r.Object)
	}
	c, err := companyOf(ctx, k.desk, t, actors, objects)
	if err != nil {
		return nil, err
	}
	out := make([]embraye.OfficeInteraction, len(rows))
	for i, r := range rows {
		out[i] = embraye.OfficeInteraction{Interaction: r, Author: c.author(r.Actor), Update: c.updates[r.Object]}
	}
	return out, nil
}

// Quotes lists the permissions to quote that we gave, newest first, revoked
// ones too.
func (k *Talk) Quotes(ctx context.Context, by embraye.Acting, before string, limit int) ([]embraye.OfficeQuote, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: quotes: %w", err)
	}
	t := k.desk.Store.Tables()
	rows, err := t.Quotes.Page(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	var actors, objects []embraye.IRI
	for _, r := range rows {
		actors, objects = append(actors, r.Actor), append(objects, r.Object)
	}
	c, err := companyOf(ctx, k.desk, t, actors, objects)
	if err != nil {
		return nil, err
	}
	out := make([]embraye.OfficeQuote, len(rows))
	for i, r := range rows {
		out[i] = embraye.OfficeQuote{Quote: r, Author: c.author(r.Actor), Update: c.updates[r.Object]}
	}
	return out, nil
}

// RevokeQuote takes a permission back, for good: its address answers 404, and
// a Delete of it goes to whoever may show the quote (FEP-044f, INTEROP 0.13).
func (k *Talk) RevokeQuote(ctx context.Context, by embraye.Acting, id string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: revoke a quote: %w", err)
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		if _, err := t.Actors.TakeToWrite(ctx, k.desk.Organisation()); err != nil { // of two at once, the second sees what the first did
			return err
		}
		q, err := t.Quotes.Take(ctx, id)
		if err != nil || q.RevokedAt != nil {
			return err
		}
		author, feature := k.desk.Site.LocalActor(q.Object)
		if !feature {
			if author, err = k.desk.Ours.WriterOf(ctx, t, q.Object); err != nil {
				return err
			}
		}
		if err := t.Quotes.Revoke(ctx, id); err != nil {
			return err
		}
		everyone := store.Targets{FollowersOf: []string{author}, Object: q.Object, Inboxes: []embraye.IRI{q.Delivery}}
		if err := k.desk.SendDelete(ctx, t, author, k.desk.Site.PermissionID(q), q.CreatedAt, k.desk.Stamp(), everyone); err != nil {
			return err
		}
		t.Changed()
		return k.desk.RecordDetail(ctx, t, by, "quote.revoke", string(q.Object), "", string(q.Quoting), true)
	})
}
