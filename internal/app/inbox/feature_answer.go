package inbox

import (
	"context"
	"errors"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// settleFeature takes the answer to a FeatureRequest of ours, and tells whether
// it was one. It counts from the account that was asked alone, and a permission
// only on that account's own server, where everybody looks at it (FEP-7aa9).
func (i *Inbox) settleFeature(ctx context.Context, t store.Tables, m received, permitted bool) (named bool, err error) {
	id, ours := i.desk.Site.LocalActivity(embraye.IRI(m.in.Object.ID))
	if !ours || m.in.Object.Type != "" && m.in.Object.Type != "FeatureRequest" {
		return false, nil
	}
	f, err := t.Features.ByRequest(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	if err == nil && f.Object != m.sender.URI {
		err = errIgnored
	}
	if err != nil {
		return true, err
	}
	now := i.desk.Stamp()
	f.Permission, f.AnsweredAt = "", &now
	if permitted {
		if f.Permission, err = embraye.ParseIRI(m.in.Result, i.desk.AllowHTTP); err != nil || !embraye.SameOrigin(f.Permission, f.Object) {
			return true, errIgnored
		}
	}
	t.Changed()
	return true, t.Features.Put(ctx, f)
}

// unnamed takes an account out of our collection whose permission it deletes, and
// tells whether it was one.
func (i *Inbox) unnamed(ctx context.Context, t store.Tables, account, permission embraye.IRI) (gone bool, err error) {
	f, err := t.Features.ByPermission(ctx, account, permission)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f.Permission = ""
	t.Changed()
	return true, t.Features.Put(ctx, f)
}
