package peers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// FollowedPeer is a peer with what could not be followed of it.
type FollowedPeer struct {
	*embraye.Peer
	Skipped []SkippedMeasure
}

// Add follows another organisation's account, given by handle or address, and
// its measures if its constats are to be gathered. One that is a peer already is
// read again and gets these choices; what it says otherwise than before waits
// all the same. A measure that cannot be read is skipped.
func (ps *Peers) Add(ctx context.Context, by embraye.Acting, address string, choices embraye.PeerChoices) (*FollowedPeer, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: add peer: %w", err)
	}
	if err := possible(choices); err != nil {
		return nil, err
	}
	return ps.AddOver(ctx, by, address, these(choices))
}

// these are choices whatever stands.
func these(choices embraye.PeerChoices) func(embraye.PeerChoices) embraye.PeerChoices {
	return func(embraye.PeerChoices) embraye.PeerChoices { return choices }
}

// AddOver is Add with what is made of the choices that stand once the organisation was
// looked at: those of a peer, or for somebody new that its constats are gathered.
func (ps *Peers) AddOver(ctx context.Context, by embraye.Acting, address string, choose func(embraye.PeerChoices) embraye.PeerChoices) (*FollowedPeer, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: add peer: %w", err)
	}
	found, err := ps.look(ctx, address)
	if err != nil {
		return nil, err
	}
	return ps.take(ctx, by, found, choose)
}

// possible refuses choices that contradict each other.
func possible(choices embraye.PeerChoices) error {
	var problems []embraye.Problem
	if choices.Boost && !choices.Gather {
		problems = append(problems, embraye.Problem{Field: "boost", Code: "wants_its_constats_gathered"})
	}
	if choices.Copies && !choices.Gather {
		problems = append(problems, embraye.Problem{Field: "copies", Code: "copies_want_its_constats_gathered"})
	}
	if len(problems) > 0 {
		return &embraye.InvalidError{Problems: problems}
	}
	return nil
}

// take makes a peer of who was looked at.
func (ps *Peers) take(ctx context.Context, by embraye.Acting, found *found, choose func(embraye.PeerChoices) embraye.PeerChoices) (_ *FollowedPeer, err error) {
	out := &FollowedPeer{Skipped: found.Skipped}
	err = ps.desk.InTx(ctx, func(t store.Tables) error {
		out.Peer, err = ps.keep(ctx, t, by, found, choose)
		return err
	})
	if err != nil {
		return nil, err
	}
	ps.forgetActors(found)
	return out, nil
}

// forgetActors makes the directory read what was just written.
func (ps *Peers) forgetActors(f *found) {
	for _, actor := range f.actors() {
		ps.directory.ForgetActor(actor.URI)
	}
}

func (f *found) actors() []*embraye.RemoteActor {
	return append([]*embraye.RemoteActor{f.account}, f.Measures...)
}

// keep writes a peer as it was found.
func (ps *Peers) keep(ctx context.Context, t store.Tables, by embraye.Acting, f *found, choose func(embraye.PeerChoices) embraye.PeerChoices) (*embraye.Peer, error) {
	peer, err := t.Peers.ByOrganisation(ctx, f.Organisation)
	fresh := errors.Is(err, embraye.ErrNotFound)
	if err == nil {
		peer, err = t.Peers.TakeToWrite(ctx, peer.ID)
	}
	if err != nil && !fresh {
		return nil, err
	}
	if fresh {
		peer = &embraye.Peer{Organisation: f.Organisation, CreatedAt: ps.desk.Stamp()}
	}
	stands := peer.PeerChoices
	if fresh {
		stands = embraye.PeerChoices{Gather: true}
	}
	choices := choose(stands)
	if err := possible(choices); err != nil {
		return nil, err
	}
	gathered, changed := peer.Gather, peer.Name != f.Name || peer.Handle != f.Handle || peer.PeerChoices != choices
	ps.describe(peer, f)
	compare(peer, f)
	peer.PeerChoices = choices
	if fresh {
		err = t.Peers.Insert(ctx, peer)
	} else {
		err = t.Peers.Save(ctx, peer)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case fresh:
		err = ps.desk.RecordDetail(ctx, t, by, "peer.add", string(peer.Organisation), "", said(choices), true)
	case changed:
		err = ps.desk.RecordDetail(ctx, t, by, "peer.choose", string(peer.Organisation), "", said(choices), false)
	}
	if err != nil {
		return nil, err
	}
	if fresh || changed {
		t.Changed()
	}
	if err := copyPages(ctx, ps.desk, t, peer); err != nil {
		return nil, err
	}
	if gathered && !choices.Gather {
		return peer, ps.stopGathering(ctx, t, peer)
	}
	return peer, ps.followAll(ctx, t, by, peer, f, following{again: true, quietly: fresh})
}

// copyPages has the pages copied that the constats of a peer name, those that are
// here already too.
func copyPages(ctx context.Context, desk *app.App, t store.Tables, peer *embraye.Peer) error {
	if !peer.Copies || !desk.Copies.On {
		return nil
	}
	return desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyPeers, At: desk.Now()})
}

// said is the choices as "name=true".
func said(c embraye.PeerChoices) string {
	return fmt.Sprintf("gather=%t boost=%t trust_reviews=%t copies=%t", c.Gather, c.Boost, c.TrustReviews, c.Copies)
}

// describe takes over what needs nobody's consent.
func (ps *Peers) describe(peer *embraye.Peer, f *found) {
	now := ps.desk.Stamp()
	peer.Host, peer.Handle, peer.Name = f.account.Host, f.Handle, f.Name
	peer.Software, peer.SoftwareVersion = f.Software, f.Version
	peer.ApprovesFollows, peer.ConstatCount = f.ApprovesFollows, f.Constats
	peer.LastReadAt, peer.SilentSince = &now, nil
}

// following is how actors of a peer are asked.
type following struct {
	again   bool // also who refused, or does not answer: an admin wants it
	quietly bool // it is one event, that of the peer
}

// followAll asks to follow whatever of a peer is not followed yet, and remembers
// who they are; of what is followed from now on, the past is read.
func (ps *Peers) followAll(ctx context.Context, t store.Tables, by embraye.Acting, peer *embraye.Peer, f *found, how following) error {
	begun := 0
	for _, target := range f.actors() {
		measure := target != f.account
		if measure && (!peer.Gather || !slices.Contains(peer.Known.Measures, target.URI)) {
			continue
		}
		if peer.Agreed(target) {
			if err := t.RemoteActors.Upsert(ctx, target); err != nil {
				return err
			}
		}
		asked, err := ps.follow(ctx, t, peer.ID, target, how.again)
		if err != nil {
			return err
		}
		if !asked {
			continue
		}
		t.Changed()
		if measure {
			begun++
			if err := ps.begin(ctx, t, peer, target.URI); err != nil {
				return err
			}
		}
		if how.quietly {
			continue
		}
		if err := ps.desk.Record(ctx, t, by, "peer.measure", string(target.URI), "", true); err != nil {
			return err
		}
	}
	if begun == 0 {
		return nil
	}
	return ps.askForGathering(ctx, t, peer)
}

// askAgainAfter is how long an answer may take before it is asked for again.
const askAgainAfter = 24 * time.Hour

// unanswered reports whether somebody may be asked again: who refused, or has
// not answered for long.
func unanswered(f *embraye.Follow, now time.Time) bool {
	return f.State == embraye.FollowRejected || f.State == embraye.FollowPending && now.Sub(f.CreatedAt) >= askAgainAfter
}

// follow asks to follow an actor in the organisation's name, to the actor's
// own inbox, and tells whether it did: what is pending or accepted already is
// not asked again, only its inbox noted if that has moved.
func (ps *Peers) follow(ctx context.Context, t store.Tables, peerID int64, target *embraye.RemoteActor, again bool) (asked bool, err error) {
	old, err := t.Follows.ByTargetToWrite(ctx, target.URI)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return false, err
	}
	known := err == nil
	if known && !(again && unanswered(old, ps.desk.Now())) {
		if old.PeerID == peerID && old.Inbox == target.Inbox {
			return false, nil
		}
		old.PeerID, old.Inbox = peerID, target.Inbox
		return false, t.Follows.Save(ctx, old)
	}
	id, err := ps.desk.NewID()
	if err != nil {
		return false, err
	}
	body, err := ps.desk.Wire().Follow(id, ps.desk.Organisation(), target.URI)
	if err != nil {
		return false, err
	}
	row := &embraye.Follow{Target: target.URI, Host: target.Host, Inbox: target.Inbox, State: embraye.FollowPending,
		ActivityID: id, PeerID: peerID, CreatedAt: ps.desk.Stamp()}
	if known { // asked again
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

// Ask reads a peer again and asks once more whoever of it refused, or has not
// answered for a day.
func (ps *Peers) Ask(ctx context.Context, by embraye.Acting, id int64) (*FollowedPeer, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: ask again: %w", err)
	}
	peer, err := ps.desk.Store.Tables().Peers.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	return ps.AddOver(ctx, by, string(peer.Organisation), func(stands embraye.PeerChoices) embraye.PeerChoices { return stands })
}

// Choose changes what is done with what a peer says. To gather its constats
// from now on, it is read first.
func (ps *Peers) Choose(ctx context.Context, by embraye.Acting, id int64, choices embraye.PeerChoices) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: choose: %w", err)
	}
	peer, err := ps.desk.Store.Tables().Peers.Take(ctx, id)
	if err != nil {
		return err
	}
	if choices.Gather && !peer.Gather {
		_, err := ps.Add(ctx, by, string(peer.Organisation), choices)
		return err
	}
	if err := possible(choices); err != nil {
		return err
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := t.Peers.TakeToWrite(ctx, id)
		if err != nil || peer.PeerChoices == choices {
			return err
		}
		gathered := peer.Gather
		peer.PeerChoices = choices
		if err := t.Peers.Save(ctx, peer); err != nil {
			return err
		}
		t.Changed()
		if err := ps.desk.RecordDetail(ctx, t, by, "peer.choose", string(peer.Organisation), "", said(choices), false); err != nil {
			return err
		}
		if gathered && !choices.Gather {
			return ps.stopGathering(ctx, t, peer)
		}
		return copyPages(ctx, ps.desk, t, peer)
	})
}
