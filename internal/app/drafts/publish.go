package drafts

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Publish publishes a draft once, however often and from however many
// browsers it is asked (W74, FT03): the others get the constat that
// the first one made. A version of 0 takes the draft as it is; one that is not
// the stored one is a *Conflict.
func (ds *Drafts) Publish(ctx context.Context, by embraye.Acting, id int64, version int) (*constats.Published, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: publish the draft %d: %w", id, err)
	}
	var out *constats.Published
	err := ds.desk.InTx(ctx, func(t store.Tables) error {
		d, err := takeDraft(ctx, t, by, id)
		if err != nil {
			return err
		}
		out, err = ds.publishIn(ctx, t, by, d, version)
		return err
	})
	return out, err
}

func (ds *Drafts) publishIn(ctx context.Context, t store.Tables, by embraye.Acting, d *embraye.Draft, version int) (*constats.Published, error) {
	if d.State == embraye.DraftPublished {
		return alreadyPublished(ctx, t, d)
	}
	if version != 0 && d.Version != version {
		return nil, &Conflict{Theirs: d}
	}
	if err := ds.mayPublish(ctx, t, by, d); err != nil {
		return nil, err
	}
	claimed, err := t.Drafts.Claim(ctx, d.ID, d.Version)
	if err != nil {
		return nil, err
	}
	if !claimed { // somebody saved or published it meanwhile
		if d, err = t.Drafts.Take(ctx, d.ID); err != nil {
			return nil, err
		}
		if d.State == embraye.DraftPublished {
			return alreadyPublished(ctx, t, d)
		}
		return nil, &Conflict{Theirs: d}
	}
	signed, err := signature(ctx, t, d)
	if err != nil {
		return nil, err
	}
	out, err := ds.constats.PublishIn(ctx, t, by, constats.PublishInput{Scope: d.Scope, Content: d.Content, SignedBy: signed, Owner: d.Owner})
	if err != nil {
		return nil, err
	}
	unschedule(d)
	d.State, d.PublishedID, d.Failure, d.UpdatedAt = embraye.DraftPublished, out.Update.ID, "", ds.desk.Stamp()
	d.Version++
	return out, t.Drafts.Save(ctx, d)
}

func alreadyPublished(ctx context.Context, t store.Tables, d *embraye.Draft) (*constats.Published, error) {
	u, err := t.Updates.Take(ctx, d.PublishedID)
	if err != nil {
		return nil, err
	}
	return &constats.Published{Update: u, ActivityID: u.CreateID}, nil
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
