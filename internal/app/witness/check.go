package witness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

// Check finds out whether our log is all that we ever signed: a restored backup,
// or a database that fell over to an older copy, is not. Until that is known no
// checkpoint is signed, and leaves wait. What is missing comes back from whoever
// copied it, if it makes the root that we signed.
//
// After a restored backup one witness at least has to show what it signed, or all
// to say that they signed nothing; one that has seen more is waited for. After an
// unclean stop the log goes on though nobody answers: what a crash loses was
// hardly ever signed.
func (r *Room) Check(ctx context.Context) error {
	t := r.desk.Store.Tables()
	st, shrunk, err := t.Log.Compared(ctx)
	if err != nil {
		return err
	}
	if shrunk && st.Frozen == "" {
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
	all, silent, err := r.signed(ctx, st, witnesses)
	if err == nil {
		err = r.repair(ctx, st, all)
	}
	if err != nil {
		return err
	}
	if silent > 0 && (st.Frozen == embraye.LogBehind || st.Frozen == embraye.LogRestored && len(all) == 0) {
		return nil // next time
	}
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Log.Thaw(ctx, st.Frozen) })
}

// shown is what a witness has signed of our log. Without a text it only says so.
type shown struct {
	w    *embraye.Witness
	text string
	tree translog.Checkpoint
}

// signed asks every witness what it has signed, and counts those that cannot be
// had.
func (r *Room) signed(ctx context.Context, st *embraye.LogState, witnesses []embraye.Witness) (all []shown, silent int, err error) {
	for i := range witnesses {
		s := shown{w: &witnesses[i]}
		s.text, s.tree, err = r.monitored(ctx, st, s.w)
		if errors.Is(err, embraye.ErrNotFound) { // it never signed our log, or shows nobody what it signs
			s.text = ""
			s.tree.Size, err = r.claimed(ctx, st, s.w)
		}
		switch {
		case errors.Is(err, embraye.ErrUnavailable), ctx.Err() != nil:
			return nil, 0, errors.Join(err, ctx.Err())
		case err != nil:
			silent++
		case s.tree.Size > 0:
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b shown) int { return cmp.Compare(b.tree.Size, a.tree.Size) })
	return all, silent, nil
}

// claimed is how much of our log a witness says it has signed: C2SP has it asked
// by posting what it has seen already.
func (r *Room) claimed(ctx context.Context, st *embraye.LogState, w *embraye.Witness) (int64, error) {
	if st.Checkpoint == "" {
		return 0, nil
	}
	status, said, err := r.desk.Remote.Submit(ctx, embraye.IRI(w.Submission+"add-checkpoint"), (&translog.Added{Checkpoint: st.Checkpoint}).Bytes(), maxAnswer)
	switch {
	case err != nil:
		return 0, err
	case status == http.StatusConflict:
		return translog.ReadSize(said)
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		return 0, fmt.Errorf("it answered %d", status)
	}
	return 0, nil // it signs this one first, or does not know our log
}

// ServingSetting is there while a server runs on a SQLite database.
const ServingSetting = "log.serving"

// Started notes that a server runs. One that ended without saying so may have
// lost its last transactions with the machine: witnesses know, and are asked at
// once. PostgreSQL does not lose them; see Log.Compared.
func (r *Room) Started(ctx context.Context) error {
	witnesses, err := r.witnesses(ctx, r.desk.Store.Tables())
	if err != nil {
		return err
	}
	return r.desk.InTx(ctx, func(t store.Tables) error {
		st, err := t.Log.State(ctx)
		if err == nil && !r.desk.Store.IsPostgres() {
			err = serving(ctx, t, st, len(witnesses) > 0)
		}
		if err != nil || st.Frozen == "" || st.Frozen == embraye.LogForked {
			return err
		}
		return r.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreWitness, Subject: embraye.WitnessSoon, At: r.desk.Now(), Once: true})
	})
}

func serving(ctx context.Context, t store.Tables, st *embraye.LogState, witnessed bool) error {
	_, unclean, err := t.Settings.Get(ctx, ServingSetting)
	if err == nil && unclean && st.Frozen == "" && witnessed {
		st.Frozen = embraye.LogUnclean
		err = t.Log.Freeze(ctx, st.Frozen)
	}
	return errors.Join(err, t.Settings.Set(ctx, ServingSetting, "true"))
}

// Stopped says that a server ended well.
func (r *Room) Stopped(ctx context.Context) error {
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Settings.Remove(ctx, ServingSetting) })
}

func (r *Room) freeze(ctx context.Context, why string) error {
	return r.desk.InTx(ctx, func(t store.Tables) error { return t.Log.Freeze(ctx, why) })
}

// behind notes that somebody has seen more of our log than there is here.
func (r *Room) behind(ctx context.Context, who string) error {
	return errors.Join(fmt.Errorf("%s: %w", who, errBehind), r.freeze(ctx, embraye.LogBehind))
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
		if !w.Stale || !worthReading(ctx, r, w.Origin, "freshen") {
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
