package peers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxPeerMeasures bounds how many measures of one peer we follow.
const maxPeerMeasures = 50

// peerFound is what the network says of a peer before anything is written.
type peerFound struct {
	organisation *embraye.RemoteActor
	measures     []*embraye.RemoteActor
	skipped      []SkippedMeasure
}

// SkippedMeasure is a measure of a peer that could not be read, and why. The
// next sync asks for it again.
type SkippedMeasure struct {
	Measure embraye.IRI
	Why     error
}

// FollowedPeer is a peer with what could not be followed of it.
type FollowedPeer struct {
	*embraye.Peer
	Skipped []SkippedMeasure
}

// Add follows another organisation's account and its measures, given by
// handle or address, so that what they publish arrives and is kept.
// Only what is new is written down; a measure that cannot be read is skipped.
func (ps *Peers) Add(ctx context.Context, by embraye.Acting, address string) (*FollowedPeer, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: add peer: %w", err)
	}
	uri, err := ps.directory.Resolve(ctx, address)
	if err != nil {
		return nil, err
	}
	found, err := ps.lookAt(ctx, uri)
	if err != nil {
		return nil, err
	}
	out := &FollowedPeer{Skipped: found.skipped}
	err = ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, fresh, err := ps.keep(ctx, t, found)
		if err != nil {
			return err
		}
		out.Peer = peer
		if fresh {
			t.Changed()
			if err := ps.desk.Record(ctx, t, by, "peer.add", string(peer.Organisation), "", true); err != nil {
				return err
			}
		}
		return ps.followAll(ctx, t, by, peer, found, fresh)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// followAll asks to follow whatever of a peer is not followed yet. Of a peer
// that is known, each new measure is an event.
func (ps *Peers) followAll(ctx context.Context, t store.Tables, by embraye.Acting, peer *embraye.Peer, found *peerFound, fresh bool) error {
	for _, target := range append([]*embraye.RemoteActor{found.organisation}, found.measures...) {
		asked, err := ps.follow(ctx, t, peer.ID, target)
		if err != nil {
			return err
		}
		if !asked || fresh {
			continue
		}
		t.Changed()
		if err := ps.desk.Record(ctx, t, by, "peer.measure", string(target.URI), "", true); err != nil {
			return err
		}
	}
	return nil
}

// lookAt reads the organisation's account and its measures.
func (ps *Peers) lookAt(ctx context.Context, uri embraye.IRI) (*peerFound, error) {
	if ps.desk.Site.Ours(uri) {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: "is_this_instance", Value: string(uri)}}}
	}
	actor, err := ps.directory.ReadActor(ctx, uri)
	if err != nil {
		return nil, err
	}
	if actor.Measures == "" && actor.Organisation != "" && embraye.SameOrigin(embraye.IRI(actor.Organisation), uri) {
		if actor, err = ps.directory.ReadActor(ctx, embraye.IRI(actor.Organisation)); err != nil {
			return nil, err
		}
	}
	if actor.Measures == "" {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: "is_not_an_embraye_organisation", Value: string(uri)}}}
	}
	found := &peerFound{organisation: actor}
	list, err := ps.measureList(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, id := range list {
		m, err := ps.directory.ReadActor(ctx, id)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, embraye.ErrUnavailable):
			return nil, err // our own database says nothing about a measure
		case err == nil && (m.Measure == "" || m.Organisation != string(actor.URI)):
			err = fmt.Errorf("is not a measure of %s: %w", actor.URI, embraye.ErrInvalid)
		}
		if err != nil {
			found.skipped = append(found.skipped, SkippedMeasure{Measure: id, Why: err})
			continue
		}
		found.measures = append(found.measures, m)
	}
	return found, nil
}

// measureList reads the organisation's unpaged collection of measures; only
// actors of its own server count.
func (ps *Peers) measureList(ctx context.Context, org *embraye.RemoteActor) ([]embraye.IRI, error) {
	id, err := embraye.ParseIRI(org.Measures, ps.desk.AllowHTTP)
	if err != nil || !embraye.SameOrigin(id, org.URI) {
		return nil, fmt.Errorf("peers: measures of %s: %w", org.URI, embraye.ErrInvalid)
	}
	_, object, err := ps.desk.Remote.FetchObject(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("peers: measures of %s: %w", org.URI, err)
	}
	items, _, _, _, err := activitypub.ReadCollection(object)
	if err != nil {
		return nil, fmt.Errorf("peers: measures of %s: %w", org.URI, err)
	}
	var list []embraye.IRI
	for _, item := range items {
		m, err := embraye.ParseIRI(item.ID, ps.desk.AllowHTTP)
		if err == nil && embraye.SameOrigin(m, org.URI) && len(list) < maxPeerMeasures {
			list = append(list, m)
		}
	}
	return list, nil
}

// keep writes a peer that is new, or has another name now.
func (ps *Peers) keep(ctx context.Context, t store.Tables, found *peerFound) (peer *embraye.Peer, fresh bool, err error) {
	org := found.organisation
	handle := org.Username + "@" + org.Host
	peer, err = t.Peers.ByOrganisation(ctx, org.URI)
	if errors.Is(err, embraye.ErrNotFound) {
		peer = &embraye.Peer{Organisation: org.URI, Host: org.Host, Handle: handle, Name: org.Name, CreatedAt: ps.desk.Stamp(),
			PeerChoices: embraye.PeerChoices{Gather: true}}
		return peer, true, t.Peers.Insert(ctx, peer)
	}
	if err != nil || peer.Handle == handle && peer.Name == org.Name {
		return peer, false, err
	}
	peer.Handle, peer.Name = handle, org.Name
	t.Changed()
	return peer, false, t.Peers.Save(ctx, peer)
}

// follow asks to follow an actor in the organisation's name, to the actor's
// own inbox, and tells whether it did: what is pending or accepted already is
// not asked again, only its inbox noted if that has moved.
func (ps *Peers) follow(ctx context.Context, t store.Tables, peerID int64, target *embraye.RemoteActor) (asked bool, err error) {
	old, err := t.Follows.ByTarget(ctx, target.URI)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	if err == nil && old.State != embraye.FollowRejected {
		if old.PeerID == peerID && old.Inbox == target.Inbox {
			return false, nil
		}
		old.PeerID, old.Inbox = peerID, target.Inbox
		return false, t.Follows.Save(ctx, old)
	}
	id, idErr := ps.desk.NewID()
	if idErr != nil {
		return false, idErr
	}
	body, bodyErr := ps.desk.Wire().Follow(id, ps.desk.Organisation(), target.URI)
	if bodyErr != nil {
		return false, bodyErr
	}
	row := &embraye.Follow{Target: target.URI, Host: target.Host, Inbox: target.Inbox, State: embraye.FollowPending,
		ActivityID: id, PeerID: peerID, CreatedAt: ps.desk.Stamp()}
	if err == nil { // asked again after a Reject
		row.ID = old.ID
		err = t.Follows.Save(ctx, row)
	} else {
		err = t.Follows.Insert(ctx, row)
	}
	if err != nil {
		return false, err
	}
	return true, ps.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: ps.desk.Organisation(), Kind: "Follow", Object: target.URI, Body: body}, target.Inbox)
}

// Remove stops following a peer; what was received stays.
func (ps *Peers) Remove(ctx context.Context, by embraye.Acting, address string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: remove peer: %w", err)
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := findPeer(ctx, t, address)
		if err != nil {
			return err
		}
		follows, err := t.Follows.OfPeer(ctx, peer.ID)
		if err != nil {
			return err
		}
		for _, f := range follows {
			if err := ps.desk.Unfollow(ctx, t, f); err != nil {
				return err
			}
		}
		if err := t.Peers.Remove(ctx, peer.ID); err != nil {
			return err
		}
		t.Changed()
		return ps.desk.Record(ctx, t, by, "peer.remove", string(peer.Organisation), "", true)
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

// List lists the peers.
func (ps *Peers) List(ctx context.Context) ([]embraye.Peer, error) {
	return ps.desk.Store.Tables().Peers.List(ctx)
}

// Sync reads every peer again: new measures are followed, moved inboxes
// noted. One peer that cannot be had does not stop the others, nor does one
// measure that cannot be read.
func (ps *Peers) Sync(ctx context.Context, by embraye.Acting) (skipped []SkippedMeasure, err error) {
	peers, err := ps.List(ctx)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, p := range peers {
		synced, err := ps.Add(ctx, by, string(p.Organisation))
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.Handle, err))
			continue
		}
		skipped = append(skipped, synced.Skipped...)
	}
	return skipped, errors.Join(failed...)
}
