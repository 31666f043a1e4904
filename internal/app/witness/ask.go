package witness

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// maxAnswer bounds what a witness answers.
const maxAnswer = 64 << 10

// Turn is the chore: our log is compared with what others know of it, signed by
// whoever has not yet, and theirs are copied.
func (r *Room) Turn(ctx context.Context) error {
	_, err := r.round(ctx)
	return err
}

// Soon is a turn some seconds after acts, and tells whether there were more since.
func (r *Room) Soon(ctx context.Context) (more bool, err error) {
	was, err := r.round(ctx)
	if err != nil {
		return false, err
	}
	st, err := r.desk.Store.Tables().Log.State(ctx)
	return err == nil && st.Frozen == "" && st.Epoch == was.Epoch && st.Size > was.Size, err
}

// round tells what the log was when witnesses began to be asked.
func (r *Room) round(ctx context.Context) (was *embraye.LogState, err error) {
	r.turn.Lock()
	defer r.turn.Unlock()
	err = errors.Join(r.Check(ctx), r.freshen(ctx))
	was, bad := r.desk.Store.Tables().Log.State(ctx)
	if bad != nil {
		return nil, errors.Join(err, bad)
	}
	return was, errors.Join(err, r.Ask(ctx), r.Mirror(ctx))
}

// Ask has every witness sign our log as it is. One that cannot be had is asked
// next time; nobody waits for it.
func (r *Room) Ask(ctx context.Context) error {
	t := r.desk.Store.Tables()
	st, err := t.Log.State(ctx)
	if err != nil || st.Size == 0 || st.Frozen != "" {
		return err
	}
	witnesses, err := r.witnesses(ctx, t)
	if err != nil {
		return err
	}
	for i := range witnesses {
		w := &witnesses[i]
		if w.Epoch == st.Epoch && w.Size == st.Size && w.SignedAt != nil && w.FailedAt == nil {
			continue
		}
		if err := r.askOne(ctx, st, w); errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, errBehind) || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	return nil
}

// errBehind ends a round: a witness has seen more of our log than there is here.
var errBehind = errors.New("a witness has signed more of our log than is here: no leaf is added until it is")

// askOne asks one witness and notes what came of it.
func (r *Room) askOne(ctx context.Context, st *embraye.LogState, w *embraye.Witness) error {
	lines, err := r.submit(ctx, st, w)
	if errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, errBehind) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err == nil && lines == "" {
		return nil // another process has asked it for more
	}
	now := r.desk.Stamp()
	return r.desk.InTx(ctx, func(t store.Tables) error {
		if err != nil {
			r.desk.Log.InfoContext(ctx, "a witness did not sign our log", "witness", w.Name, "error", err)
			if w.FailedAt == nil {
				w.FailedAt = &now
			}
			w.Error = embraye.Straight(err.Error()) // it wrote parts of it
			return t.Witness.Keep(ctx, w)
		}
		w.Epoch, w.Size, w.SignedAt, w.FailedAt, w.Error = st.Epoch, st.Size, &now, nil, ""
		t.Changed()
		return errors.Join(t.Witness.Keep(ctx, w), t.Log.Cosigned(ctx, st, w.Name, lines))
	})
}

// submit posts our checkpoint, at most thrice: a witness that has another size
// says which.
func (r *Room) submit(ctx context.Context, st *embraye.LogState, w *embraye.Witness) (lines string, err error) {
	old := w.Size
	if w.Epoch != st.Epoch || old > st.Size {
		old = 0
	}
	for range 3 {
		a := &translog.Added{Old: old, Checkpoint: st.Checkpoint}
		if a.Proof, err = r.desk.Store.Tables().Log.Grown(ctx, st, old); err != nil {
			return "", err
		}
		status, said, err := r.desk.Remote.Submit(ctx, embraye.IRI(w.Submission+"add-checkpoint"), a.Bytes(), maxAnswer)
		switch {
		case err != nil:
			return "", err
		case status == http.StatusOK:
			return translog.SignedBy(w.VKey, st.Checkpoint, string(said), r.desk.Now())
		case status == http.StatusUnprocessableEntity:
			return "", r.refused(ctx, st, w)
		case status != http.StatusConflict:
			return "", fmt.Errorf("it answered %d: %.200q", status, said)
		}
		size, err := translog.ReadSize(said)
		if err != nil {
			return "", err
		}
		if size > st.Size {
			return "", r.more(ctx, st, w, size)
		}
		old = size
	}
	return "", errors.New("it says another size each time")
}

// more looks what there is to a witness that says that it signed more of our log
// than is here. It is believed unless it shows less itself: a log that forked
// cannot be mended, and an admin can ask a witness no more.
func (r *Room) more(ctx context.Context, st *embraye.LogState, w *embraye.Witness, size int64) error {
	now, err := r.desk.Store.Tables().Log.State(ctx)
	if err != nil || now.Epoch != st.Epoch || now.Size >= size {
		return err // another process has asked it meanwhile
	}
	_, tree, err := r.monitored(ctx, st, w)
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err == nil && tree.Size <= st.Size {
		return fmt.Errorf("it says that it signed %d acts of this log, and shows %d", size, tree.Size)
	}
	return r.behind(ctx, w.Name)
}

// refused looks why our honest proof was not taken: either the witness lies, or
// our log has two histories, and then its signature shows it.
func (r *Room) refused(ctx context.Context, st *embraye.LogState, w *embraye.Witness) error {
	wrong := errors.New("it does not take the proof that our log only grew")
	theirs, tree, err := r.monitored(ctx, st, w)
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err != nil {
		return wrong
	}
	same, err := r.sameTree(ctx, st, tree)
	if err != nil || same {
		return errors.Join(wrong, err)
	}
	return errors.Join(wrong, r.split(ctx, st.Origin, st.Checkpoint, theirs),
		r.desk.InTx(ctx, func(t store.Tables) error { return t.Log.Freeze(ctx, embraye.LogForked) }))
}

// monitored is what a witness has signed of our log, by our own signature.
func (r *Room) monitored(ctx context.Context, st *embraye.LogState, w *embraye.Witness) (string, translog.Checkpoint, error) {
	text, err := r.desk.Remote.Text(ctx, embraye.IRI(w.Monitoring+translog.OriginHash(st.Origin)+"/checkpoint"), maxAnswer)
	if err != nil {
		return "", translog.Checkpoint{}, err
	}
	own, err := app.OwnLog(ctx, r.desk, r.desk.Store.Tables())
	if err != nil || own == nil {
		return "", translog.Checkpoint{}, err
	}
	tree, err := translog.OpenAs(own.VKey, string(text))
	return string(text), tree, err
}
