// Package witness signs the logs of peers and has them sign ours, so that nobody
// can rewrite what was said, ourselves included.
//
// What always holds: what we sign of a log only grows, and is kept before it is
// answered; only peers' logs, by the keys that an admin agreed to; publishing
// waits for nobody. Our own log takes no leaf while others may know more of it
// than we do (check.go). Two histories of one log are kept with both signatures.
//
// Start reading at sign.go (what we sign), then ask.go (who signs ours).
package witness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// Room is the use cases of witnesses.
type Room struct {
	desk      *app.App
	directory *directory.Directory

	turn sync.Mutex // one at a time asks about our log

	mu     sync.Mutex
	heard  map[string]time.Time // until when what was done about each log of a peer counts
	signer *translog.Cosigner   // nil until its key is opened, which never changes
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Room {
	return &Room{desk: desk, directory: d, heard: map[string]time.Time{}}
}

// logOf is the log of a peer as an admin agreed to it; one of nobody is
// ErrNotFound.
func (r *Room) logOf(ctx context.Context, t store.Tables, origin string) (*embraye.Peer, error) {
	host, _, _ := strings.Cut(origin, "/") // whose account says so is there too
	peers, err := t.Peers.ByHost(ctx, host)
	for i := range peers {
		if keeps(&peers[i], origin) {
			return &peers[i], nil
		}
	}
	return nil, cmp.Or(err, fmt.Errorf("witness: the log %.100q: %w", origin, embraye.ErrNotFound))
}

// keeps reports whether a log is that of a peer.
func keeps(p *embraye.Peer, origin string) bool {
	return p.Known != nil && p.Known.Log != nil && p.Known.Log.Origin == origin
}

// cosigner signs as this instance's witness.
func (r *Room) cosigner(ctx context.Context, t store.Tables) (*translog.Cosigner, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signer != nil {
		return r.signer, nil
	}
	key, err := t.Log.PrivateKey(ctx, store.WitnessKey, 1)
	if err == nil {
		r.signer, err = translog.NewCosigner(r.desk.Base().Host+app.WitnessPath, key, r.desk.Now)
	}
	return r.signer, err
}

// Policy is whom this instance believes: its own log and those of its peers, and
// as witnesses itself, its peers and whom an admin added. One of them is enough.
func (r *Room) Policy(ctx context.Context) (*translog.Policy, error) {
	t := r.desk.Store.Tables()
	p := &translog.Policy{}
	err := r.addOwn(ctx, t, p)
	self, err4 := app.OwnWitness(ctx, r.desk, t)
	peers, err2 := t.Peers.List(ctx)
	witnesses, err3 := r.witnesses(ctx, t)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		return nil, err
	}
	for _, peer := range peers {
		if peer.Known != nil && peer.Known.Log != nil {
			if err := p.AddLog(peer.Known.Log.VKey, peer.Known.Log.Prefix); err != nil {
				return nil, err
			}
		}
	}
	if self != nil { // who takes this policy believes us
		witnesses = append(witnesses, embraye.Witness{Name: self.Name, VKey: self.VKey, Monitoring: self.Monitoring})
	}
	for _, w := range witnesses {
		if err := p.AddWitness(w.Name, w.VKey, w.Monitoring); err != nil {
			return nil, err
		}
	}
	p.WantAny()
	return p, nil
}

// addOwn adds our own logs, those that were closed too.
func (r *Room) addOwn(ctx context.Context, t store.Tables, p *translog.Policy) error {
	now, err := t.Log.State(ctx)
	for epoch := 1; err == nil && now.Origin != "" && epoch <= now.Epoch; epoch++ {
		var st *embraye.LogState
		var vkey string
		if st, err = t.Log.Of(ctx, epoch); err == nil {
			vkey, err = t.Log.VKey(ctx, st)
		}
		if err == nil {
			err = p.AddLog(vkey, app.LogPrefix(r.desk, st))
		}
	}
	return err
}

// witnesses are who is asked to sign our log: peers by what was agreed of them,
// and whom an admin added.
func (r *Room) witnesses(ctx context.Context, t store.Tables) (all []embraye.Witness, err error) {
	kept, err := t.Witness.All(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]embraye.Witness{}
	for _, w := range kept {
		if known[w.VKey] = w; w.Outside {
			all = append(all, w)
		}
	}
	peers, err := t.Peers.List(ctx)
	for _, peer := range peers {
		if peer.Known == nil || peer.Known.Witness == nil {
			continue
		}
		said := peer.Known.Witness
		w := known[said.VKey]
		if w.Outside {
			continue
		}
		w.VKey, w.Name, w.Submission, w.Monitoring = said.VKey, said.Name, said.Submission, said.Monitoring
		all = append(all, w)
	}
	return all, err
}

// List lists the witnesses that were added by hand, and peers that sign.
func (r *Room) List(ctx context.Context) ([]embraye.Witness, error) {
	return r.witnesses(ctx, r.desk.Store.Tables())
}

// AddOutside has somebody sign our log who is no peer. The address is the one
// that checkpoints are posted below.
func (r *Room) AddOutside(ctx context.Context, by embraye.Acting, vkey, address string) (*embraye.Witness, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("witness: add: %w", err)
	}
	key, err := translog.NewCosignatory(vkey)
	if err != nil {
		return nil, app.OneProblem("vkey", "is_no_key_of_a_witness", vkey)
	}
	iri, err := embraye.ParseIRI(address, r.desk.AllowHTTP)
	if err != nil {
		return nil, app.OneProblem("url", "bad_url", address)
	}
	below := string(iri)
	if below[len(below)-1] != '/' {
		below += "/"
	}
	w := &embraye.Witness{VKey: vkey, Name: key.Name(), Submission: below, Monitoring: below, Outside: true}
	return w, r.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.Witness.Keep(ctx, w); err != nil {
			return err
		}
		return r.desk.RecordDetail(ctx, t, by, "witness.add", below, "", vkey, false)
	})
}

// RemoveOutside ends that.
func (r *Room) RemoveOutside(ctx context.Context, by embraye.Acting, vkey string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("witness: remove: %w", err)
	}
	return r.desk.InTx(ctx, func(t store.Tables) error {
		all, err := t.Witness.All(ctx)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Outside && (w.VKey == vkey || w.Name == vkey) {
				if err := t.Witness.Remove(ctx, w.VKey); err != nil {
					return err
				}
				return r.desk.RecordDetail(ctx, t, by, "witness.remove", w.Submission, "", w.VKey, false)
			}
		}
		return fmt.Errorf("no witness %.100s was added here: %w", vkey, embraye.ErrNotFound)
	})
}
