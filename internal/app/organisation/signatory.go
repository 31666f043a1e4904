package organisation

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// SetSignatory says whether an organisation, by its account, signed the
// memorandum, and where that can be read; ours is the empty one.
func (o *Organisation) SetSignatory(ctx context.Context, by embraye.Acting, organisation embraye.IRI, s embraye.Signatory) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: signatory: %w", err)
	}
	return o.desk.InTx(ctx, func(t store.Tables) error {
		known, err := t.Settings.Signatories(ctx, organisation)
		if err != nil || known[organisation] == s {
			return err
		}
		if organisation != "" { // who is no peer has no place on our pages
			if _, err := t.Peers.ByOrganisation(ctx, organisation); err != nil {
				return err
			}
		}
		t.Changed()
		if err := t.Settings.SetSignatory(ctx, organisation, s); err != nil {
			return err
		}
		about := organisation
		if about == "" {
			about = o.desk.Site.ActorID(o.desk.Organisation())
		}
		return o.desk.RecordDetail(ctx, t, by, "organisation.signatory", string(about), "", string(s), false)
	})
}

// Signatory tells whether an organisation signed.
func (o *Organisation) Signatory(ctx context.Context, organisation embraye.IRI) (embraye.Signatory, error) {
	known, err := o.desk.Store.Tables().Settings.Signatories(ctx, organisation)
	return known[organisation], err
}
