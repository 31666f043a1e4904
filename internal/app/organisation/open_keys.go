package organisation

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// renamed is the action under which the audit keeps another handle of the
// organisation.
const renamed = "organisation.handle"

// defaultOrgHandle is how an organisation is called that never chose.
const defaultOrgHandle = "organisation"

// OpenKeys proves that every actor of ours can sign, before anybody is answered,
// and names the first that cannot. An earlier version sealed the organisation's
// keys under its handle and did not seal them anew when it got another: with the
// handles that it can have had they are opened once more, and what it could not
// sign meanwhile goes out. first is the handle of the settings, which is that of
// the first start.
func OpenKeys(ctx context.Context, o app.Options, first string) error {
	actors, err := o.Store.Tables().Actors.List(ctx)
	if err != nil {
		return err
	}
	if err := resealKeys(ctx, o, actors, first); err != nil {
		return err
	}
	t := o.Store.Tables()
	for i := range actors {
		if _, err := t.Keys.Signer(ctx, actors[i].KeyID); err != nil {
			return keyError(&actors[i], err)
		}
	}
	return nil
}

// keyError says which actor cannot sign, and what may help.
func keyError(actor *embraye.Actor, err error) error {
	help := ""
	if actor.Kind == embraye.OrganisationActor {
		help = "; if this account had another name when the instance was made, set EMBRAYE_ORG_HANDLE to that name and start again"
	}
	return fmt.Errorf("the key of @%s (number %d) cannot be opened: %w%s", actor.Handle, actor.KeyID, err, help)
}

func resealKeys(ctx context.Context, o app.Options, actors []embraye.Actor, first string) error {
	return o.Store.InTx(ctx, func(t store.Tables) error {
		for i := range actors {
			if actors[i].Kind != embraye.OrganisationActor {
				continue
			}
			handles, err := formerHandles(ctx, t, o.Site, first)
			if err != nil {
				return err
			}
			n, err := t.Keys.Reseal(ctx, actors[i].Handle, handles...)
			if err != nil || n == 0 {
				return err
			}
			again, err := t.Deliveries.RetryUnsigned(ctx, actors[i].Handle)
			if err != nil {
				return err
			}
			o.Log.Info("keys of the organisation sealed anew", "keys", n, "sent_again", again)
		}
		return nil
	})
}

// formerHandles are the names that the organisation can have had.
func formerHandles(ctx context.Context, t store.Tables, site embraye.Site, first string) ([]string, error) {
	entries, err := t.Audit.Of(ctx, renamed)
	if err != nil {
		return nil, err
	}
	handles := []string{first, defaultOrgHandle}
	for _, e := range entries {
		if handle, ok := site.LocalActor(embraye.IRI(e.Object)); ok {
			handles = append(handles, handle)
		}
	}
	return handles, nil
}
