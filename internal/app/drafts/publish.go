package drafts

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// An outcome is what a draft became: one of the two.
type outcome struct {
	constat *constats.Published
	review  *reviews.Published
}

// Publish publishes the draft of a constat once, however often and from however many
// browsers it is asked (W74, FT03): the others get the constat that
// the first one made. A version of 0 takes the draft as it is; one that is not
// the stored one is a *Conflict.
func (ds *Drafts) Publish(ctx context.Context, by embraye.Acting, id int64, version int) (*constats.Published, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: publish the draft %d: %w", id, err)
	}
	var out outcome
	err := ds.desk.InTx(ctx, func(t store.Tables) error {
		d, err := takeKind(ctx, t, by, id, embraye.DraftConstat)
		if err != nil {
			return err
		}
		out, err = publishIn(ctx, ds, t, by, d, version, nil)
		return err
	})
	return out.constat, err
}

func publishIn(ctx context.Context, ds *Drafts, t store.Tables, by embraye.Acting, d *embraye.Draft, version int, ready *reviews.Prepared) (out outcome, err error) {
	if d.State == embraye.DraftPublished {
		return alreadyPublished(ctx, t, d)
	}
	if version != 0 && d.Version != version {
		return out, &Conflict{Theirs: d}
	}
	if err := ds.mayPublish(ctx, t, by, d); err != nil {
		return out, err
	}
	claimed, err := t.Drafts.Claim(ctx, d.ID, d.Version)
	if err != nil {
		return out, err
	}
	if !claimed { // somebody saved or published it meanwhile
		if d, err = t.Drafts.Take(ctx, d.ID); err != nil {
			return out, err
		}
		if d.State == embraye.DraftPublished {
			return alreadyPublished(ctx, t, d)
		}
		return out, &Conflict{Theirs: d}
	}
	published, out, err := say(ctx, ds, t, by, d, ready)
	if err != nil {
		return out, err
	}
	unschedule(d)
	d.State, d.PublishedID, d.Failure, d.UpdatedAt = embraye.DraftPublished, published, "", ds.desk.Stamp()
	d.Version++
	return out, t.Drafts.Save(ctx, d)
}

// say publishes what a draft says, and returns the ULID of what it became.
func say(ctx context.Context, ds *Drafts, t store.Tables, by embraye.Acting, d *embraye.Draft, ready *reviews.Prepared) (id string, out outcome, err error) {
	if d.OfReview() {
		if out.review, err = ds.reviews.PublishIn(ctx, t, by, reviewOf(d), ready); err != nil {
			return "", out, err
		}
		return out.review.Review.ID, out, nil
	}
	signed, err := signature(ctx, t, d)
	if err != nil {
		return "", out, err
	}
	if out.constat, err = ds.constats.PublishIn(ctx, t, by, constats.PublishInput{Scope: d.Scope, Content: d.Content, SignedBy: signed, Owner: d.Owner}); err != nil {
		return "", out, err
	}
	return out.constat.Update.ID, out, nil
}

func alreadyPublished(ctx context.Context, t store.Tables, d *embraye.Draft) (out outcome, err error) {
	if d.OfReview() {
		r, err := t.Reviews.Take(ctx, d.PublishedID)
		if err == nil {
			out.review = &reviews.Published{Review: r, ActivityID: r.CreateID}
		}
		return out, err
	}
	u, err := t.Updates.Take(ctx, d.PublishedID)
	if err == nil {
		out.constat = &constats.Published{Update: u, ActivityID: u.CreateID}
	}
	return out, err
}

// signature is the name of the draft's author, who chose to sign.
func signature(ctx context.Context, t store.Tables, d *embraye.Draft) (string, error) {
	if !d.Sign {
		return "", nil
	}
	p, err := t.People.Take(ctx, d.Owner)
	if err != nil {
		return "", err
	}
	return p.Name, nil
}

// notAllowed reports that a publication is refused for who asks, not for what
// is published.
func notAllowed(err error) bool {
	return errors.Is(err, embraye.ErrForbidden) || errors.Is(err, embraye.ErrNotFound)
}
