package inbox

import (
	"context"
	"errors"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// checkMove verifies both ways that an account of somebody has moved (FEP-7628):
// its own document names the new one in movedTo, and that one names it in
// alsoKnownAs and has not moved on. A Move that is not about the sender, or of a
// sender whom nobody here has to do with, costs no request.
func (i *Inbox) checkMove(ctx context.Context, m *received) error {
	target, err := embraye.ParseIRI(m.in.Target.ID, i.desk.AllowHTTP)
	if err != nil || embraye.IRI(m.in.Object.ID) != m.sender.URI || target == m.sender.URI || i.desk.Site.Ours(target) {
		return errIgnored
	}
	t := i.desk.Store.Tables()
	follows, err := t.Followers.Follows(ctx, m.sender.URI)
	if err == nil && !follows {
		if _, err = t.Follows.ByTarget(ctx, m.sender.URI); errors.Is(err, embraye.ErrNotFound) {
			return errIgnored
		}
	}
	if err != nil {
		return err
	}
	from, err := lookForMove(ctx, i, m.sender.URI)
	if err != nil {
		return err
	}
	to, err := lookForMove(ctx, i, target)
	if err != nil {
		return err
	}
	if from.MovedTo != string(target) || to.MovedTo != "" || !slices.Contains(to.AlsoKnownAs, string(m.sender.URI)) {
		return errIgnored
	}
	return nil
}

// lookForMove reads an account as it is now. What its server answers decides;
// one that cannot be asked makes the sender come again.
func lookForMove(ctx context.Context, i *Inbox, uri embraye.IRI) (*embraye.RemoteActor, error) {
	actor, err := i.directory.ReadActor(ctx, uri)
	var many *embraye.TooMany
	switch {
	case err == nil, errors.As(err, &many), errors.Is(err, embraye.ErrUnavailable):
		return actor, err
	case errors.Is(err, embraye.ErrForbidden), errors.Is(err, embraye.ErrInvalid), errors.Is(err, httpsig.ErrInvalid):
		return nil, errIgnored
	}
	return nil, notFetched(uri, err)
}

// receiveMove acts on an account that has moved. Who follows from a new account
// says so itself, with a Follow of its own: then the old one is not written to
// any more. Where an account is that we follow is for an admin to decide, since
// what its peer is trusted with hangs on it.
func (i *Inbox) receiveMove(ctx context.Context, t store.Tables, m received) error {
	if err := t.Followers.Replace(ctx, m.sender.URI, embraye.IRI(m.in.Target.ID)); err != nil {
		return err
	}
	_, err := t.Follows.ByTarget(ctx, m.sender.URI)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return i.desk.Record(ctx, t, embraye.Acting{}, "peer.moved", string(m.sender.URI), m.in.Target.ID, false)
}

// replaceMoved ends what the former accounts of a new follower follow, those
// that were verified to have moved to it.
func replaceMoved(ctx context.Context, t store.Tables, sender *embraye.RemoteActor) error {
	for _, alias := range sender.AlsoKnownAs {
		former, err := t.RemoteActors.ByURI(ctx, embraye.IRI(alias))
		if errors.Is(err, embraye.ErrNotFound) {
			continue
		}
		if err == nil && former.MovedTo == string(sender.URI) {
			err = t.Followers.Replace(ctx, former.URI, sender.URI)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
