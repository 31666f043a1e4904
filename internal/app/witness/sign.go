package witness

import (
	"context"
	"errors"
	"net/http"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// listenEvery is how often one log is listened to, and listenAtOnce how often in
// one go: whoever asks what we have signed, or is told another size, posts again.
const (
	listenEvery  = time.Second
	listenAtOnce = 4
)

// Add is what a log posts: it answers with our signature lines, or with a
// translog.Refusal. What we sign is kept before it is told.
func (r *Room) Add(ctx context.Context, body []byte) (lines string, err error) {
	a, err := translog.ParseAdded(body)
	if err != nil {
		return "", &translog.Refusal{Status: http.StatusBadRequest, Why: err.Error()}
	}
	peer, err := r.logOf(ctx, r.desk.Store.Tables(), a.Origin())
	if errors.Is(err, embraye.ErrNotFound) {
		return "", &translog.Refusal{Status: http.StatusNotFound, Why: "this witness does not know that log"}
	}
	if err == nil {
		err = r.listen(a.Origin())
	}
	if err != nil {
		return "", err
	}
	log := peer.Known.Log
	tree, err := a.Verify(log.VKey)
	if err != nil {
		return "", err
	}
	var seen *embraye.Witnessed
	err = r.desk.InTx(ctx, func(t store.Tables) error {
		lines, seen, err = r.sign(ctx, t, peer, a, tree)
		return err
	})
	var refusal *translog.Refusal
	if errors.As(err, &refusal) && refusal.Status == http.StatusUnprocessableEntity && seen != nil {
		return "", errors.Join(err, r.doubt(ctx, seen, a.Checkpoint, tree))
	}
	return lines, err
}

// listen bounds how often one log is listened to.
func (r *Room) listen(origin string) error {
	if r.desk.RateLimits && !r.may(origin, listenEvery, listenAtOnce) {
		return &embraye.TooMany{RetryAfter: listenEvery}
	}
	return nil
}

// may tells whether something may be done now that is done so often at most, and
// some times at once after a pause. What is asked for is about logs of peers: it
// cannot grow without end.
func (r *Room) may(what string, every time.Duration, atOnce int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.desk.Now()
	free := r.heard[what]
	if ahead := free.Sub(now); ahead < 0 || ahead > every*time.Duration(atOnce) { // or the clock went back
		free = now
	}
	if free.Sub(now) > every*time.Duration(atOnce-1) {
		return false
	}
	r.heard[what] = free.Add(every)
	return true
}

// sign compares with what we signed, and signs.
func (r *Room) sign(ctx context.Context, t store.Tables, peer *embraye.Peer, a *translog.Added, tree translog.Checkpoint) (lines string, seen *embraye.Witnessed, err error) {
	seen, err = t.Witness.Log(ctx, tree.Origin)
	if errors.Is(err, embraye.ErrNotFound) {
		seen, err = &embraye.Witnessed{Origin: tree.Origin, Root: []byte{}}, nil
	}
	if err != nil {
		return "", nil, err
	}
	if seen.Stale {
		return "", seen, &translog.Refusal{Status: http.StatusServiceUnavailable, Why: "this witness was restored from a backup, and asks first what it has signed since"}
	}
	if err := a.After(translog.SeenAs(seen.Size, seen.Root), tree); err != nil {
		return "", seen, err
	}
	cosigner, err := r.cosigner(ctx, t)
	if err != nil {
		return "", nil, err
	}
	if lines, err = cosigner.Lines(tree.Text()); err != nil {
		return "", nil, err
	}
	log := peer.Known.Log
	next := &embraye.Witnessed{Origin: tree.Origin, Hash: translog.OriginHash(tree.Origin), Peer: peer.Organisation, VKey: log.VKey, Prefix: log.Prefix,
		Size: tree.Size, Root: tree.Root[:], Checkpoint: a.Checkpoint + lines, SignedAt: r.desk.Stamp()}
	kept, err := t.Witness.Sign(ctx, next, seen.Size)
	if err == nil && !kept {
		err = &translog.Refusal{Status: http.StatusConflict, Size: seen.Size, Why: "another checkpoint was signed at the same time"}
	}
	if err == nil && tree.Size > seen.Size {
		err = copySoon(ctx, r.desk, t)
	}
	return lines, seen, err
}

// copySoon has the leaves copied that were just signed: a log that loses them
// together with its database gets them back from nobody else.
func copySoon(ctx context.Context, desk *app.App, t store.Tables) error {
	if !desk.MirrorLogs {
		return nil
	}
	return desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreWitness, Subject: embraye.WitnessSoon, At: desk.Now().Add(app.AskAfter), Once: true})
}

// Checkpoint is the largest tree of a log that we signed, with both signatures.
func (r *Room) Checkpoint(ctx context.Context, hash string) (string, error) {
	w, err := r.desk.Store.Tables().Witness.ByHash(ctx, hash)
	if err != nil {
		return "", err
	}
	return w.Checkpoint, nil
}

// Tile is a tile of the leaves of somebody else's log that are kept here.
func (r *Room) Tile(ctx context.Context, hash string, tile translog.Tile) ([]byte, error) {
	t := r.desk.Store.Tables()
	w, err := t.Witness.ByHash(ctx, hash)
	if err != nil {
		return nil, err
	}
	return t.Witness.Mirrored(ctx, w, tile)
}
