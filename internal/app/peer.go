package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxPeerMeasures bounds how many measures of one peer we follow.
const maxPeerMeasures = 50

// peerFound is what the network says of a peer before anything is written.
type peerFound struct {
	organisation *embraye.RemoteActor
	measures     []*embraye.RemoteActor
}

// AddPeer follows another organisation's account and its measures, given by
// handle or address, so that what they publish arrives and is kept.
func (a *App) AddPeer(ctx context.Context, by embraye.Acting, address string) (*embraye.Peer, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("app: add peer: %w", err)
	}
	uri, err := a.resolve(ctx, address)
	if err != nil {
		return nil, err
	}
	found, err := a.lookAtPeer(ctx, uri)
	if err != nil {
		return nil, err
	}
	var peer *embraye.Peer
	err = a.inTx(ctx, func(t store.Tables) error {
		if peer, err = a.keepPeer(ctx, t, found); err != nil {
			return err
		}
		for _, target := range append([]*embraye.RemoteActor{found.organisation}, found.measures...) {
			if err := a.follow(ctx, t, peer.ID, target); err != nil {
				return err
			}
		}
		t.Changed()
		return a.record(ctx, t, by, "peer.add", string(peer.Organisation), "", true)
	})
	return peer, err
}

// lookAtPeer reads the organisation's account and its measures.
func (a *App) lookAtPeer(ctx context.Context, uri embraye.IRI) (*peerFound, error) {
	if a.Site.Ours(uri) {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: "is_this_instance", Value: string(uri)}}}
	}
	actor, err := a.readActor(ctx, uri)
	if err != nil {
		return nil, err
	}
	if actor.Measures == "" && actor.Organisation != "" && embraye.SameOrigin(embraye.IRI(actor.Organisation), uri) {
		if actor, err = a.readActor(ctx, embraye.IRI(actor.Organisation)); err != nil {
			return nil, err
		}
	}
	if actor.Measures == "" {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: "is_not_an_embraye_organisation", Value: string(uri)}}}
	}
	found := &peerFound{organisation: actor}
	list, err := a.measureList(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, id := range list {
		m, err := a.readActor(ctx, id)
		if err != nil {
			return nil, err
		}
		if m.Measure == "" || m.Organisation != string(actor.URI) {
			continue // listed, yet not a measure of that organisation
		}
		found.measures = append(found.measures, m)
	}
	return found, nil
}

// measureList reads the organisation's unpaged collection of measures; only
// actors of its own server count.
func (a *App) measureList(ctx context.Context, org *embraye.RemoteActor) ([]embraye.IRI, error) {
	id, err := embraye.ParseIRI(org.Measures, a.AllowHTTP)
	if err != nil || !embraye.SameOrigin(id, org.URI) {
		return nil, fmt.Errorf("app: measures of %s: %w", org.URI, embraye.ErrInvalid)
	}
	_, object, err := a.Remote.FetchObject(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("app: measures of %s: %w", org.URI, err)
	}
	items, _, _, _, err := activitypub.ReadCollection(object)
	if err != nil {
		return nil, fmt.Errorf("app: measures of %s: %w", org.URI, err)
	}
	var list []embraye.IRI
	for _, item := range items {
		m, err := embraye.ParseIRI(item.ID, a.AllowHTTP)
		if err == nil && embraye.SameOrigin(m, org.URI) && len(list) < maxPeerMeasures {
			list = append(list, m)
		}
	}
	return list, nil
}

// readActor fetches an actor because somebody of ours asked for it.
func (a *App) readActor(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	if blocked, err := a.Blocked(ctx, uri.Host()); err != nil || blocked {
		if err == nil {
			err = fmt.Errorf("%s is blocked here: %w", uri.Host(), embraye.ErrForbidden)
		}
		return nil, err
	}
	actor, err := a.fetchActor(ctx, uri)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", uri, err)
	}
	return actor, nil
}

func (a *App) keepPeer(ctx context.Context, t store.Tables, found *peerFound) (*embraye.Peer, error) {
	org := found.organisation
	peer, err := t.Peers.ByOrganisation(ctx, org.URI)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	fresh := errors.Is(err, embraye.ErrNotFound)
	if fresh {
		peer = &embraye.Peer{Organisation: org.URI, Host: org.Host, CreatedAt: a.now()}
	}
	peer.Handle, peer.Name = org.Username+"@"+org.Host, org.Name
	if fresh {
		return peer, t.Peers.Insert(ctx, peer)
	}
	return peer, t.Peers.Save(ctx, peer)
}

// follow asks to follow an actor in the organisation's name, to the actor's
// own inbox; what is pending or accepted already is not asked again.
func (a *App) follow(ctx context.Context, t store.Tables, peerID int64, target *embraye.RemoteActor) error {
	old, err := t.Follows.ByTarget(ctx, target.URI)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if err == nil && old.State != embraye.FollowRejected {
		old.PeerID, old.Inbox = peerID, target.Inbox
		return t.Follows.Save(ctx, old)
	}
	id, idErr := a.newID()
	if idErr != nil {
		return idErr
	}
	body, bodyErr := a.Wire().Follow(id, a.Organisation(), target.URI)
	if bodyErr != nil {
		return bodyErr
	}
	row := &embraye.Follow{Target: target.URI, Host: target.Host, Inbox: target.Inbox, State: embraye.FollowPending,
		ActivityID: id, PeerID: peerID, CreatedAt: a.now()}
	if err == nil { // asked again after a Reject
		row.ID = old.ID
		err = t.Follows.Save(ctx, row)
	} else {
		err = t.Follows.Insert(ctx, row)
	}
	if err != nil {
		return err
	}
	return a.sendToOne(ctx, t, outgoing{id: id, actor: a.Organisation(), kind: "Follow", object: target.URI, body: body}, target.Inbox)
}

// RemovePeer stops following a peer; what was received stays.
func (a *App) RemovePeer(ctx context.Context, by embraye.Acting, address string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("app: remove peer: %w", err)
	}
	return a.inTx(ctx, func(t store.Tables) error {
		peer, err := findPeer(ctx, t, address)
		if err != nil {
			return err
		}
		follows, err := t.Follows.OfPeer(ctx, peer.ID)
		if err != nil {
			return err
		}
		for _, f := range follows {
			if err := a.unfollow(ctx, t, f); err != nil {
				return err
			}
		}
		if err := t.Peers.Remove(ctx, peer.ID); err != nil {
			return err
		}
		t.Changed()
		return a.record(ctx, t, by, "peer.remove", string(peer.Organisation), "", true)
	})
}

func findPeer(ctx context.Context, t store.Tables, address string) (*embraye.Peer, error) {
	wanted := strings.TrimPrefix(embraye.Address(address), "@")
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	for i := range peers {
		p := &peers[i]
		if strings.EqualFold(p.Handle, wanted) || string(p.Organisation) == wanted {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no peer %s here: %w", address, embraye.ErrNotFound)
}

// unfollow sends Undo with the whole Follow inside, to the personal inbox.
func (a *App) unfollow(ctx context.Context, t store.Tables, f embraye.Follow) error {
	said, err := t.Activities.Take(ctx, f.ActivityID)
	if err != nil {
		return err
	}
	id, err := a.newID()
	if err != nil {
		return err
	}
	body, err := a.Wire().Undo(id, a.Organisation(), said.Body, a.now())
	if err != nil {
		return err
	}
	if err := a.sendToOne(ctx, t, outgoing{id: id, actor: a.Organisation(), kind: "Undo", object: f.Target, body: body}, f.Inbox); err != nil {
		return err
	}
	return t.Follows.Remove(ctx, f.ID)
}

// Peers lists the peers.
func (a *App) Peers(ctx context.Context) ([]embraye.Peer, error) {
	return a.Store.Tables().Peers.List(ctx)
}

// SyncPeers reads every peer again: new measures are followed, moved inboxes
// noted. One peer that cannot be had does not stop the others.
func (a *App) SyncPeers(ctx context.Context, by embraye.Acting) error {
	peers, err := a.Peers(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range peers {
		if _, err := a.AddPeer(ctx, by, string(p.Organisation)); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.Handle, err))
		}
	}
	return errors.Join(failed...)
}
