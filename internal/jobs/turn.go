package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"

	"github.com/riverqueue/river"
)

// Turn is one job in the hands of its chore. A chore that writes calls Done in
// the transaction of what it writes: then both are there or neither. One that
// does not is done when Do returns without an error.
type Turn struct {
	Subject string // of what was asked for; empty: the chore's own turn

	q     *Queue
	chore Chore
	job   *river.Job[arguments]
	began time.Time
	done  bool // committed
}

// errTaken ends a transaction of a job that somebody else has taken up.
var errTaken = errors.New("somebody else has taken this job up")

// Done ends a turn in a transaction: what else that writes is written once.
func (t *Turn) Done(ctx context.Context, in store.Tables) error {
	ctx, tx := context.WithoutCancel(ctx), in.SQLTx() // see insert
	if tx == nil {
		return fmt.Errorf("jobs: ending %s outside a transaction", t.chore.Name)
	}
	if err := t.hold(ctx, tx); err != nil {
		return fmt.Errorf("jobs: ending %s: %w", t.chore.Name, err)
	}
	// The type is a word for River's compiler: the driver that runs is the client's.
	if _, err := river.JobCompleteTx[*sqliteDriver](ctx, tx, t.job); err != nil {
		return fmt.Errorf("jobs: ending %s: %w", t.chore.Name, err)
	}
	if t.Subject == "" && t.chore.Every > 0 {
		a := arguments{chore: t.chore.Name}
		if err := insert(ctx, river.ClientFromContext[*sql.Tx](ctx), in, a, turn(time.Now().Add(t.chore.Every))); err != nil {
			return err
		}
	}
	in.OnCommit(func() { t.done = true })
	return in.Chores.Done(ctx, t.chore.Name, time.Now(), time.Since(t.began))
}

// hold keeps the row for this transaction, if the job is still ours: one that
// took too long has been given to somebody else.
func (t *Turn) hold(ctx context.Context, tx *sql.Tx) error {
	query := "UPDATE river_job SET attempt = attempt WHERE id = ? AND state = 'running' AND attempt = ?"
	if t.q.Store.IsPostgres() {
		query = "UPDATE river_job SET attempt = attempt WHERE id = $1 AND state = 'running' AND attempt = $2"
	}
	result, err := tx.ExecContext(ctx, query, t.job.ID, t.job.Attempt)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errTaken)
	}
	return nil
}

// later is a job that is not over, but goes on.
type later struct{ at time.Time }

func (l *later) Error() string { return "goes on at " + l.at.UTC().Format(time.RFC3339) }

// Later is what a chore returns for a job that has to wait and has not failed;
// the zero time is at once.
func Later(at time.Time) error { return &later{at} }

// worker is a chore as River sees it.
type worker struct {
	river.WorkerDefaults[arguments]
	q     *Queue
	chore Chore
	told  *teller
}

// Timeout is how long a turn may take.
func (w *worker) Timeout(*river.Job[arguments]) time.Duration { return w.chore.Limit }

// Work does one job.
func (w *worker) Work(ctx context.Context, job *river.Job[arguments]) error {
	t := &Turn{Subject: job.Args.Subject, q: w.q, chore: w.chore, job: job, began: time.Now()}
	err := w.do(ctx, t)
	var wait *later
	switch {
	case errors.As(err, &wait):
		return river.JobSnooze(max(0, time.Until(wait.at)))
	case err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		err = fmt.Errorf("it took longer than %s: %w", time.Since(t.began).Round(time.Second), err)
	case err != nil && ctx.Err() != nil:
		return err // the program stops: River gives the job back
	}
	if err != nil {
		err = legible{err}
		w.failed(ctx, err)
	}
	w.told.tell(w.chore, err)
	return err
}

// do lets the chore do a turn. A panic is a failure like any other, and says where.
func (w *worker) do(ctx context.Context, t *Turn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.q.Log.Error(w.chore.What+": a panic", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if err = w.chore.Do(ctx, t); err == nil && !t.done {
		err = w.q.Store.InTx(ctx, func(in store.Tables) error { return t.Done(ctx, in) })
	}
	return err
}

// legible is an error as every database can keep it: what other programs say is in it,
// a mail server in Latin-1 say.
type legible struct{ error }

func (l legible) Error() string { return embraye.Straight(l.error.Error()) }

func (l legible) Unwrap() error { return l.error }

// failed keeps what went wrong, if there is a database to keep it.
func (w *worker) failed(ctx context.Context, why error) {
	ctx = context.WithoutCancel(ctx)
	err := w.q.Store.InTx(ctx, func(in store.Tables) error { return in.Chores.Failed(ctx, w.chore.Name, time.Now(), why.Error()) })
	if err != nil {
		w.q.Log.Debug("that a chore failed cannot be kept", "chore", w.chore.Name, "error", err)
	}
}
