package witness

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// Check finds out whether our log is all that we ever signed: a restored backup,
// or a database that fell over to an older copy, is not. Until that is known no
// checkpoint is signed, and leaves wait. What is missing comes back from whoever
// copied it, if it makes the root that we signed.
func (r *Room) Check(ctx context.Context) error {
	t := r.desk.Store.Tables()
	st, err := t.Log.State(ctx)
	if err != nil {
		return err
	}
	if r.shrunk(st) && st.Frozen == "" {
		r.desk.Log.ErrorContext(ctx, "the log is shorter than it was: the database is an older copy; no leaf is added until others were asked", "log", st.Origin)
		st.Frozen = embraye.LogRestored
		if err := r.freeze(ctx, st.Frozen); err != nil {
			return err
		}
	}
	if st.Frozen != embraye.LogRestored && st.Frozen != embraye.LogBehind && st.Frozen != embraye.LogUnclean {
		return nil
	}
	witnesses, err := r.witnesses(ctx, t)
	if err != nil {
		return err
	}
	asked := 0
	for i := range witnesses {
		w := &witnesses[i]
		text, tree, err := r.monitored(ctx, st, w)
		if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			continue
		}
		if asked++; err != nil {
			continue // it never signed our log
		}
		if err := r.catchUp(ctx, st, w, text, tree); err != nil {
			return err
		}
	}
	if asked == 0 && len(witnesses) > 0 && st.Frozen != embraye.LogUnclean {
		return nil // nobody could be asked: next time
	}
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Log.Thaw(ctx) })
}

// servingSetting is there while a server runs on a SQLite database.
const servingSetting = "log.serving"

// Started notes that a server runs. One that ended without saying so may have
// lost its last transactions with the machine: witnesses know.
func (r *Room) Started(ctx context.Context) error {
	if r.desk.Store.IsPostgres() { // which does not lose them; see shrunk
		return nil
	}
	witnesses, err := r.witnesses(ctx, r.desk.Store.Tables())
	if err != nil {
		return err
	}
	return r.desk.InTx(ctx, func(t store.Tables) error {
		_, unclean, err := t.Settings.Get(ctx, servingSetting)
		if err != nil {
			return err
		}
		st, err := t.Log.State(ctx)
		if err == nil && unclean && st.Frozen == "" && len(witnesses) > 0 {
			err = t.Log.Freeze(ctx, embraye.LogUnclean)
		}
		return errors.Join(err, t.Settings.Set(ctx, servingSetting, "true"))
	})
}

// Stopped says that a server ended well.
func (r *Room) Stopped(ctx context.Context) error {
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Settings.Remove(ctx, servingSetting) })
}

func (r *Room) freeze(ctx context.Context, why string) error {
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Log.Freeze(ctx, why) })
}

// shrunk reports whether our log was longer in this process.
func (r *Room) shrunk(st *embraye.LogState) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	shrunk := st.Epoch == r.last.Epoch && st.Size < r.last.Size
	if !shrunk {
		r.last = *st
	}
	return shrunk
}

// behind notes that somebody has seen more of our log than there is here.
func (r *Room) behind(ctx context.Context) error {
	return errors.Join(errBehind, r.freeze(ctx, embraye.LogBehind))
}

// catchUp compares our log with what we once signed, and gets what is missing.
// The state is what it became.
func (r *Room) catchUp(ctx context.Context, st *embraye.LogState, w *embraye.Witness, text string, tree translog.Checkpoint) error {
	if tree.Size <= st.Size {
		same, err := r.sameTree(ctx, st, tree)
		if err != nil || same {
			return err
		}
		return errors.Join(errForked, r.split(ctx, st.Origin, st.Checkpoint, text), r.freeze(ctx, embraye.LogForked))
	}
	missing, err := r.leaves(ctx, w.Monitoring+translog.OriginHash(st.Origin)+"/", st.Size, tree.Size)
	if errors.Is(err, remote.ErrUnreachable) || errors.Is(err, embraye.ErrNotFound) || errors.Is(err, translog.ErrMalformed) {
		return errors.Join(errBehind, r.freeze(ctx, embraye.LogBehind), err)
	}
	if err != nil {
		return err
	}
	grown, err := r.ownTree(ctx, st)
	if err != nil {
		return err
	}
	leaves := make([]translog.Leaf, len(missing))
	for i, raw := range missing {
		grown.Add(raw)
		if leaves[i], err = translog.ParseLeaf(raw); err != nil {
			return errors.Join(errBehind, err)
		}
	}
	if grown.Root() != tree.Root {
		return errors.Join(errBehind, fmt.Errorf("the leaves that %s has do not make the root that we signed", w.Name))
	}
	err = r.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.Log.Fill(ctx, leaves); err != nil {
			return err
		}
		return r.desk.RecordDetail(ctx, t, embraye.Acting{}, "log.repair", st.Origin, "", fmt.Sprintf("leaves=%d from=%s", len(leaves), w.Name), false)
	})
	if err != nil {
		return err
	}
	now, err := r.desk.Store.Tables().Log.State(ctx)
	if err == nil {
		*st = *now
	}
	return err
}

var errForked = errors.New("our log has two histories: no leaf is added; close this one with `embraye journal restart --reason R`")

// ownTree is our log, leaf by leaf.
func (r *Room) ownTree(ctx context.Context, st *embraye.LogState) (*translog.Tree, error) {
	grown := &translog.Tree{}
	for grown.Size < st.Size {
		leaves, err := r.desk.Store.Tables().Log.Leaves(ctx, st, grown.Size, int(min(translog.TileWidth, st.Size-grown.Size)))
		if err != nil {
			return nil, err
		}
		for _, leaf := range leaves {
			grown.Add(leaf)
		}
	}
	return grown, nil
}

// sameTree reports whether our log, when it had that size, was that tree.
func (r *Room) sameTree(ctx context.Context, st *embraye.LogState, tree translog.Checkpoint) (bool, error) {
	then := *st
	then.Size = min(tree.Size, st.Size)
	grown, err := r.ownTree(ctx, &then)
	return err == nil && grown.Size == tree.Size && grown.Root() == tree.Root, err
}

// freshen ends that logs of others are stale: after a restored backup we may have
// signed more than we remember, and at most what the log itself signed.
func (r *Room) freshen(ctx context.Context) error {
	logs, err := r.desk.Store.Tables().Witness.Logs(ctx)
	if err != nil {
		return err
	}
	for i := range logs {
		w := &logs[i]
		if !w.Stale {
			continue
		}
		text, err := r.desk.Remote.Text(ctx, embraye.IRI(w.Prefix+"checkpoint"), maxAnswer)
		if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if err != nil {
			continue // it is asked again; until then nothing of it is signed
		}
		tree, err := translog.OpenAs(w.VKey, string(text))
		if err != nil {
			continue
		}
		if tree.Size >= w.Size {
			w.Size, w.Root, w.Checkpoint = tree.Size, tree.Root[:], string(text)
		}
		if err := r.desk.InTx(ctx, func(t store.Tables) error { return t.Witness.Raise(ctx, w) }); err != nil {
			return err
		}
	}
	return nil
}
