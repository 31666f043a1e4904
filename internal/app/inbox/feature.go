package inbox

import (
	"context"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveFeatureRequest lets a collection of somebody's name an actor of ours
// (FEP-7aa9): without an answer no list of accounts on Mastodon can have it. The
// same collection gets the same permission again, and none once it was revoked.
func (i *Inbox) receiveFeatureRequest(ctx context.Context, t store.Tables, m received) error {
	object := embraye.IRI(m.in.Object.ID)
	handle, named := i.desk.Site.LocalActor(object)
	if !named {
		return errIgnored
	}
	actor, err := i.localActor(ctx, t, string(object))
	if err != nil {
		return err
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, object, m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored
	}
	given, err := i.permit(ctx, t, m, object)
	if err != nil {
		return err
	}
	id, err := i.desk.NewID()
	if err != nil {
		return err
	}
	body, err := i.desk.Wire().AcceptFeature(id, handle, string(m.sender.URI), string(m.id), i.desk.Site.FeatureID(given.ID))
	if err != nil {
		return err
	}
	return i.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: handle, KeyID: actor.KeyID, Kind: "Accept", Object: given.Quoting, Body: body}, m.sender.Inbox)
}
