package inbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// isConstat reports whether a post speaks in our terms, understood or not.
func isConstat(p *activitypub.Post) bool { return p.Embraye != nil || p.EmbrayeErr != nil }

// followed reports whether our organisation asked to follow the actor and was
// not refused: its constats may overtake its Accept.
func (o *posts) followed(ctx context.Context, t store.Tables, actor embraye.IRI) (bool, error) {
	f, err := t.Follows.ByTarget(ctx, actor)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	return err == nil && f.State != embraye.FollowRejected, err
}

// keepPeerPost keeps a peer's constat; one that is not understood apart from the
// others, with the reason: its author hears 202 and nobody else would know.
func (o *posts) keepPeerPost(ctx context.Context, t store.Tables, m received, p *activitypub.Post) error {
	if err := o.unread(p); err != nil {
		return o.keepUnread(ctx, t, m, p, err)
	}
	peer, err := o.peers.Hear(ctx, t, m.sender)
	switch {
	case errors.Is(err, peers.ErrKeyWaits):
		return o.keepUnread(ctx, t, m, p, err)
	case err != nil:
		return err
	case peer != nil && !peer.Gather:
		return errIgnored
	}
	fresh, err := o.keepPeerUpdate(ctx, t, m, p)
	if err != nil {
		return err
	}
	if peer != nil && peer.Copies && o.desk.Copies.On {
		if err := o.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyPeer + string(p.ID), At: o.desk.Now()}); err != nil {
			return err
		}
	}
	if fresh && peer != nil && peer.Boost && !peer.Waits() {
		if err := o.constats.BoostPeer(ctx, t, p, m.sender); err != nil {
			return err
		}
	}
	return t.UnreadUpdates.Forget(ctx, m.sender.URI, p.ID)
}

// knownConstat reports whether a constat of the author's is here, understood or
// not.
func (o *posts) knownConstat(ctx context.Context, t store.Tables, actor, uri embraye.IRI) (bool, error) {
	if _, err := t.PeerUpdates.ByURI(ctx, uri); err == nil || !errors.Is(err, embraye.ErrNotFound) {
		return err == nil, err
	}
	return t.UnreadUpdates.Exists(ctx, actor, uri)
}

// unread tells why a constat is not understood: its terms are wrong, or its
// dates are of a day that has not come.
func (o *posts) unread(p *activitypub.Post) error {
	if p.EmbrayeErr != nil {
		return p.EmbrayeErr
	}
	if wrong := p.Embraye.Content.Problems(embraye.MakeDate(o.desk.Stamp())); len(wrong) > 0 {
		return &embraye.InvalidError{Problems: wrong}
	}
	return nil
}

// keepUnread keeps what an author says of a constat in terms that we do not
// know. A version that was understood before stays as it is.
func (o *posts) keepUnread(ctx context.Context, t store.Tables, m received, p *activitypub.Post, why error) error {
	o.desk.Log.WarnContext(ctx, "a peer's constat is not understood", "constat", p.ID, "actor", m.sender.URI, "error", why)
	row := &embraye.UnreadUpdate{URI: p.ID, Actor: m.sender.URI, URL: app.PageOf(o.desk, p), Reason: app.Cut(embraye.Straight(why.Error()), embraye.MaxText),
		Wire: m.wire(), ReceivedAt: o.desk.Stamp()}
	if err := t.UnreadUpdates.Put(ctx, row); err != nil {
		return err
	}
	if err := o.keepReply(ctx, t, m, p); err != nil && !errors.Is(err, errIgnored) {
		return err // it may answer one of ours all the same
	}
	return nil
}

// keepPeerUpdate stores a peer's constat as received: never shown as ours, and
// replaced only by a newer one of the same author. It tells whether it is new.
func (o *posts) keepPeerUpdate(ctx context.Context, t store.Tables, m received, p *activitypub.Post) (fresh bool, err error) {
	old, err := t.PeerUpdates.ByURI(ctx, p.ID)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	if err == nil && (old.Actor != m.sender.URI || old.WithdrawnAt != nil || older(p, old, o.desk.Stamp())) {
		return false, errIgnored
	}
	c := p.Embraye
	row := &embraye.PeerUpdate{URI: p.ID, Actor: m.sender.URI, Organisation: c.Organisation, MeasureIRI: c.MeasureIRI,
		Scope: c.Scope, Territories: c.Territories, Content: c.Content, Revision: c.Revision, RevisionReason: c.RevisionReason,
		HTML: app.CleanHTML(p.HTML), URL: app.PageOf(o.desk, p), ReceivedAt: o.desk.Stamp(), Wire: m.wire()}
	row.PublishedAt = app.NotLater(p.Published, row.ReceivedAt)
	if old != nil && row.PublishedAt != p.Published {
		row.PublishedAt = old.PublishedAt // not of the day of its correction
	}
	if p.Updated != nil {
		updated := app.NotLater(*p.Updated, row.ReceivedAt)
		row.UpdatedAt = &updated
	}
	if measure, ok := o.desk.Reference().MeasureByIRI(c.MeasureIRI); ok {
		row.Measure = measure.ID
	}
	o.placeByOurNames(row)
	t.Changed()
	if err := t.PeerUpdates.Upsert(ctx, row); err != nil {
		return false, err
	}
	var before []embraye.IRI
	if old != nil {
		before = old.Integrates()
		if sameMoment(old.UpdatedAt, row.UpdatedAt) { // a typo, which takes nothing up: what it names may be open anew
			return false, nil
		}
	}
	return old == nil, app.Integrate(ctx, o.desk, t, row.URI, row.Actor, row.Revision, before, row.Integrates())
}

// placeByOurNames gives territories the codes by which we know them, so that two
// names of one place are one scope; a place that we do not know keeps its own.
func (o *posts) placeByOurNames(u *embraye.PeerUpdate) {
	u.Territories = slices.Clone(u.Territories)
	for i, typed := range u.Territories {
		if code, ok := o.desk.Territories.Canonical(typed); ok {
			u.Territories[i] = code
		}
	}
	u.Territory = u.Territories[0] // none is refused before
}

// sameMoment reports whether two versions are of the same correction of substance, or
// of none.
func sameMoment(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// older reports whether a received version is of before the one kept. Of two of
// one moment, as a typo makes them, the number of the revision decides.
func older(p *activitypub.Post, kept *embraye.PeerUpdate, now time.Time) bool {
	at := func(t *time.Time, or time.Time) time.Time {
		if t != nil {
			return *t
		}
		return or
	}
	before := app.NotLater(at(kept.UpdatedAt, kept.PublishedAt), kept.ReceivedAt)
	said := app.NotLater(at(p.Updated, p.Published), now)
	return said.Before(before) || said.Equal(before) && p.Embraye.Revision < kept.Revision
}
