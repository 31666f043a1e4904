package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// WitnessPath is where we sign the logs of others, and with the host our name
// there.
const WitnessPath = "/temoin"

// OwnLog is the log that we keep, as others are told of it; nil before it was
// opened.
func OwnLog(ctx context.Context, a *App, t store.Tables) (*embraye.PeerLog, error) {
	st, err := t.Log.State(ctx)
	if err != nil || st.Origin == "" {
		return nil, err
	}
	vkey, err := t.Log.VKey(ctx, st)
	return &embraye.PeerLog{Origin: st.Origin, VKey: vkey, Prefix: LogPrefix(a, st)}, err
}

// LogPrefix is where a log of ours is read.
func LogPrefix(a *App, st *embraye.LogState) string {
	return a.Site.Base + strings.TrimPrefix(st.Origin, a.base.Host) + "/"
}

// OwnWitness is how we sign the logs of others; nil before there is a key.
func OwnWitness(ctx context.Context, a *App, t store.Tables) (*embraye.PeerWitness, error) {
	key, err := t.Log.PublicKey(ctx, store.WitnessKey, 1)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	name, below := a.base.Host+WitnessPath, a.Site.Base+WitnessPath+"/"
	return &embraye.PeerWitness{Name: name, VKey: translog.WitnessKey(name, key), Submission: below, Monitoring: below}, nil
}

// openWitness makes the key by which we sign the logs of others, once.
func openWitness(ctx context.Context, a *App) error {
	if known, err := OwnWitness(ctx, a, a.Store.Tables()); err != nil || known != nil {
		return err
	}
	return a.InTx(ctx, func(t store.Tables) error {
		if known, err := OwnWitness(ctx, a, t); err != nil || known != nil {
			return err // a replica made it
		}
		if _, err := t.Log.MakeKey(ctx, store.WitnessKey, 1); err != nil {
			return err
		}
		own, err := OwnWitness(ctx, a, t)
		if err != nil {
			return err
		}
		return t.Log.Record(translog.Leaf{Kind: translog.Key, ID: a.Site.Base + WitnessPath, N: 1, Key: own.VKey, At: a.Stamp()})
	})
}

// AskAfter is how long after an act witnesses are asked to sign: those that come
// meanwhile are signed with it.
const AskAfter = 10 * time.Second

// askSoon has witnesses asked soon if this transaction is a public act and there
// is anybody to ask: one job for all acts until then. What falls between two jobs
// is the next turn's.
func askSoon(ctx context.Context, a *App, t store.Tables) error {
	now := a.Now()
	if a.Jobs == nil || !store.Recorded(t) || now.Unix() < a.asked.Load()-1 { // it begins to the second
		return nil
	}
	if somebody, err := t.Witness.Any(ctx); err != nil || !somebody {
		return err
	}
	at := now.Add(AskAfter)
	t.OnCommit(func() { a.asked.Store(at.Unix()) })
	return a.Later(ctx, t, embraye.Job{Chore: embraye.ChoreWitness, Subject: embraye.WitnessSoon, At: at, Once: true})
}
