// Package peers keeps the instances of other organisations: the organisation
// follows theirs and its measures, so that what they state arrives.
//
// What always holds: a peer is read from its own addresses before anything is
// written, and nothing is written of one that cannot be read or that lies; what
// it says of itself (its keys, measures, reference text) is what an admin
// agreed to, and a change waits until an admin agrees again; nobody who refused
// us is asked again unless an admin wants it.
//
// Start reading at look.go, then add.go and changes.go.
package peers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Peers is the use cases of peers.
type Peers struct{ scout }

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Peers {
	return &Peers{scout{desk, d}}
}

// List lists the peers, each with whom we follow of it and how much of its past
// was read.
func (ps *Peers) List(ctx context.Context) ([]embraye.KeptPeer, error) {
	t := ps.desk.Store.Tables()
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	return fill(ctx, t, peers)
}

// Take is one peer of the list.
func (ps *Peers) Take(ctx context.Context, id int64) (*embraye.KeptPeer, error) {
	t := ps.desk.Store.Tables()
	p, err := t.Peers.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	pages, err := fill(ctx, t, []embraye.Peer{*p})
	if err != nil {
		return nil, err
	}
	return &pages[0], nil
}

// fill reads what is known of peers, for all of them at once.
func fill(ctx context.Context, t store.Tables, peers []embraye.Peer) ([]embraye.KeptPeer, error) {
	if len(peers) == 0 {
		return nil, nil
	}
	var (
		ids   []int64
		names []embraye.IRI
	)
	for _, p := range peers {
		ids, names = append(ids, p.ID), append(names, p.Organisation)
	}
	follows, err := t.Follows.OfPeers(ctx, ids)
	if err != nil {
		return nil, err
	}
	backfills, err := t.Backfills.OfPeers(ctx, ids)
	if err != nil {
		return nil, err
	}
	counts, err := t.PeerUpdates.CountBy(ctx, names)
	if err != nil {
		return nil, err
	}
	accounts, err := t.RemoteActors.Among(ctx, names)
	if err != nil {
		return nil, err
	}
	pages := make([]embraye.KeptPeer, len(peers))
	for i, p := range peers {
		pages[i] = embraye.KeptPeer{Peer: p, Constats: counts[p.Organisation], MovedTo: embraye.IRI(accounts[p.Organisation].MovedTo)}
		for _, f := range follows {
			if f.PeerID == p.ID {
				pages[i].Follows = append(pages[i].Follows, f)
			}
		}
		for _, b := range backfills {
			if b.PeerID == p.ID {
				pages[i].Backfills = append(pages[i].Backfills, b)
			}
		}
	}
	return pages, nil
}

// Find finds a peer by any address that adding it would have taken.
func (ps *Peers) Find(ctx context.Context, address string) (*embraye.Peer, error) {
	peers, err := ps.desk.Store.Tables().Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	for i := range peers {
		if names(embraye.Address(address), &peers[i]) {
			return &peers[i], nil
		}
	}
	return nil, fmt.Errorf("no peer %s here: %w", address, embraye.ErrNotFound)
}

// names says whether an address is a peer's: its handle, its account, its page, or
// anything of its instance that is no page of another account, as a constat. Nobody
// is asked.
func names(address string, p *embraye.Peer) bool {
	name, _, _ := strings.Cut(p.Handle, "@")
	home := p.Organisation.Origin()
	if embraye.IRI(address).Origin() == home && !strings.HasPrefix(address, home+"/@") {
		return true
	}
	return slices.ContainsFunc([]string{p.Handle, string(p.Organisation), home + "/@" + name}, func(own string) bool {
		return sameName(own) == sameName(address)
	})
}

// roomSize is how many peers a page of the office lists.
const roomSize = 25

// Room is what the office shows of peers: a page of them, the newest first,
// those of all whose changes wait, and who asks to be one.
func (ps *Peers) Room(ctx context.Context, by embraye.Acting, before int64) (*embraye.PeersRoom, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: list: %w", err)
	}
	t, room := ps.desk.Store.Tables(), &embraye.PeersRoom{}
	all, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	var page []embraye.Peer
	for _, p := range slices.Backward(all) {
		if p.Waits() {
			room.Waiting = append(room.Waiting, p)
		}
		switch {
		case before != 0 && p.ID >= before:
		case len(page) < roomSize:
			page = append(page, p)
		case room.Next == 0:
			room.Next = page[roomSize-1].ID
		}
	}
	room.Total = len(all)
	if room.Peers, err = fill(ctx, t, page); err != nil {
		return nil, err
	}
	if room.Listed, err = app.SettingOn(ctx, t, store.ListedSetting); err != nil {
		return nil, err
	}
	room.Asking, err = ps.Asking(ctx)
	return room, err
}

// SetListed says whether everybody may read who our peers are in a list that
// programs understand.
func (ps *Peers) SetListed(ctx context.Context, by embraye.Acting, on bool) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: public list: %w", err)
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		was, err := app.SettingOn(ctx, t, store.ListedSetting)
		if err != nil || was == on {
			return err
		}
		if err := t.Settings.Set(ctx, store.ListedSetting, strconv.FormatBool(on)); err != nil {
			return err
		}
		t.Changed()
		return ps.desk.RecordDetail(ctx, t, by, "peer.list", ps.desk.Site.Base+"/organisations.txt", "", fmt.Sprintf("listed=%t", on), false)
	})
}

// Asking lists the organisations on Embraye that follow ours and are no peers
// yet.
func (ps *Peers) Asking(ctx context.Context) ([]embraye.RemoteActor, error) {
	return ps.desk.Store.Tables().Peers.Asking(ctx, ps.desk.Organisation(), maxAsking)
}

const maxAsking = 20

// Remove stops following a peer. What was received of it stays, or is forgotten.
func (ps *Peers) Remove(ctx context.Context, by embraye.Acting, id int64, forget bool) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: remove peer: %w", err)
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := t.Peers.TakeToWrite(ctx, id)
		if err != nil {
			return err
		}
		follows, err := t.Follows.OfPeer(ctx, peer.ID)
		if err != nil {
			return err
		}
		if forget {
			if err := ps.forget(ctx, t, peer, follows); err != nil {
				return err
			}
		}
		for _, f := range follows {
			if err := ps.desk.Unfollow(ctx, t, f); err != nil {
				return err
			}
		}
		if err := errors.Join(t.Backfills.Remove(ctx, peer.ID), t.Peers.Remove(ctx, peer.ID)); err != nil {
			return err
		}
		t.Changed()
		return ps.desk.Record(ctx, t, by, "peer.remove", string(peer.Organisation), "", true)
	})
}

// forget deletes what the measures of a peer stated.
func (ps *Peers) forget(ctx context.Context, t store.Tables, peer *embraye.Peer, follows []embraye.Follow) error {
	var actors []embraye.IRI
	for _, f := range follows {
		actors = append(actors, f.Target)
	}
	if peer.Known != nil {
		actors = append(actors, peer.Known.Measures...)
	}
	return errors.Join(t.PeerUpdates.ForgetAllOf(ctx, peer.Organisation), t.UnreadUpdates.ForgetAllOf(ctx, actors))
}
