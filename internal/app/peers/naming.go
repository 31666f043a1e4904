package peers

import (
	"context"
	"errors"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// nameAgainAfter is how long a peer may leave a question unanswered before it is
// asked once more: a version that does not know it says nothing.
const nameAgainAfter = 30 * 24 * time.Hour

// AskToName asks the account of a peer's measure, once we follow it, whether the
// same measure of ours may name it in « Qui suit la mesure » (FEP-7aa9): nobody
// is named who did not permit it. Who has answered is not asked again.
func AskToName(ctx context.Context, desk *app.App, t store.Tables, account *embraye.RemoteActor) error {
	ours, err := sameMeasure(ctx, desk, t, account.Measure)
	if err != nil || ours == nil {
		return err
	}
	followed, err := t.Follows.ByTarget(ctx, account.URI)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && followed.State != embraye.FollowAccepted {
		return nil
	}
	if err != nil {
		return err
	}
	collection, now := desk.Site.Collection(ours.Handle, activitypub.FollowedBy), desk.Stamp()
	asked, err := t.Features.Take(ctx, collection, account.URI)
	if err == nil && (asked.AnsweredAt != nil || now.Sub(asked.AskedAt) < nameAgainAfter) {
		return nil
	}
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	id, err := desk.NewID()
	if err != nil {
		return err
	}
	body, err := activitypub.FeatureRequest(*desk.Wire(), id, ours.Handle, account.URI, collection)
	if err != nil {
		return err
	}
	if err := t.Features.Put(ctx, &embraye.Feature{Collection: collection, Object: account.URI, Request: id, AskedAt: now}); err != nil {
		return err
	}
	return desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: ours.Handle, KeyID: ours.KeyID, Kind: "FeatureRequest", Object: account.URI, Body: body}, account.Inbox)
}

// sameMeasure is our actor of a reference measure, or nil if there is none that
// the public sees.
func sameMeasure(ctx context.Context, desk *app.App, t store.Tables, iri string) (*embraye.Actor, error) {
	for _, m := range desk.Reference().Measures {
		if desk.Reference().MeasureIRI(m.ID) != iri {
			continue
		}
		actor, err := t.Actors.Take(ctx, m.Handle)
		if err != nil || !actor.Enabled {
			return nil, err
		}
		return actor, nil
	}
	return nil, nil
}
