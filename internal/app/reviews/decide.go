package reviews

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Received lists the reviews of others that stand here, in a state or in any,
// newest first, those before a number.
func (rs *Reviews) Received(ctx context.Context, by embraye.Acting, state embraye.ReplyState, before int64, limit int) ([]embraye.PeerReview, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("reviews: received: %w", err)
	}
	return rs.desk.Store.Tables().PeerReviews.Page(ctx, state, before, limit)
}

// ReceivedAt is the review of others with that address.
func (rs *Reviews) ReceivedAt(ctx context.Context, address string) (*embraye.PeerReview, error) {
	return rs.desk.Store.Tables().PeerReviews.ByURI(ctx, embraye.IRI(embraye.Address(address)))
}

// Show shows a received review below the constat that it is about.
func (rs *Reviews) Show(ctx context.Context, by embraye.Acting, id int64) error {
	return rs.decide(ctx, by, id, func(t store.Tables, r *embraye.PeerReview) error { return rs.showIn(ctx, t, by, r) })
}

// Hide takes a received review off the site, with a reason that stands in the
// public journal. What it said to others it goes on saying there.
func (rs *Reviews) Hide(ctx context.Context, by embraye.Acting, id int64, reason string) error {
	reason = embraye.OneLine(reason)
	if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	return rs.decide(ctx, by, id, func(t store.Tables, r *embraye.PeerReview) error {
		if r.State == embraye.ReplyHidden {
			return nil
		}
		return rs.moveIn(ctx, t, by, r, embraye.ReplyHidden, reason, "review.hide")
	})
}

func (rs *Reviews) showIn(ctx context.Context, t store.Tables, by embraye.Acting, r *embraye.PeerReview) error {
	if r.State == embraye.ReplyShown {
		return nil
	}
	return rs.moveIn(ctx, t, by, r, embraye.ReplyShown, "", "review.show")
}

// moveIn changes the state. What changed since it was read is not decided about.
func (rs *Reviews) moveIn(ctx context.Context, t store.Tables, by embraye.Acting, r *embraye.PeerReview, to embraye.ReplyState, reason, action string) error {
	changed, err := t.PeerReviews.Decide(ctx, r, to, reason)
	if err != nil {
		return err
	}
	if !changed {
		return fmt.Errorf("reviews: the review %d changed meanwhile: %w", r.ID, embraye.ErrConflict)
	}
	t.Changed()
	return rs.desk.RecordDetail(ctx, t, by, action, string(r.Object), reason, string(r.URI), true)
}

func (rs *Reviews) decide(ctx context.Context, by embraye.Acting, id int64, f func(store.Tables, *embraye.PeerReview) error) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("reviews: decide about a review: %w", err)
	}
	return rs.desk.InTx(ctx, func(t store.Tables) error {
		r, err := t.PeerReviews.ByNumber(ctx, id)
		if err == nil && r.WithdrawnAt != nil {
			err = fmt.Errorf("reviews: the review %d is withdrawn: %w", id, embraye.ErrGone)
		}
		if err != nil {
			return err
		}
		return f(t, r)
	})
}
