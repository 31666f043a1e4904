package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"
)

// retries is how often a transaction that PostgreSQL gave up is run again.
const retries = 3

// Tables is the database for reading.
func (s *Store) Tables() Tables { return newTables(table{db: s.read, s: s}) }

// InTx runs fn in one write transaction. An error of fn rolls back and is
// returned as it is; after an error of a table fn must return. On PostgreSQL
// fn may run again, so its effects outside the tables must be repeatable.
//
// Transactions of one process that wait for each other share a commit
// (group.go): fn must not wait for something that another InTx does after it
// has returned. What lost against another group is tried again alone.
func (s *Store) InTx(ctx context.Context, fn func(Tables) error) error {
	return again(ctx, s, fn, emptiest(s.groups).run(ctx, fn))
}

// emptiest is the group in which the fewest are, who write or wait.
func emptiest(groups []*group) *group {
	return slices.MinFunc(groups, func(a, b *group) int { return cmp.Compare(a.inside.Load(), b.inside.Load()) })
}

// again runs what lost against another group again, alone.
func again(ctx context.Context, s *Store, fn func(Tables) error, err error) error {
	if !retryable(err) || ctx.Err() != nil {
		return err
	}
	select {
	case s.lone <- struct{}{}:
		defer func() { <-s.lone }()
	case <-ctx.Done():
		return err
	}
	for try := 0; try < retries && retryable(err) && pause(ctx, try); try++ {
		err = s.once(ctx, fn)
	}
	return err
}

// pause lets the other one of a conflict take what it waits for, and tells
// whether the caller is still there: who tries again at once meets it again.
func pause(ctx context.Context, try int) bool {
	select {
	case <-time.After(rand.N(20*time.Millisecond<<(2*try)) + time.Millisecond):
		return true
	case <-ctx.Done():
		return false
	}
}

// once returns fn's own error unchanged: it is translated already, or the
// caller's.
func (s *Store) once(ctx context.Context, fn func(Tables) error) (err error) {
	tx, err := s.writePool.BeginTx(ctx, nil)
	if err != nil {
		return wrap(err, "beginning a transaction")
	}
	done := false
	defer func() {
		if !done { // fn panicked
			err = errors.Join(err, tx.Rollback())
		}
	}()
	state := newTxState()
	t := newTables(table{db: s.bind(ctx, tx), s: s, tx: state})
	if err = fn(t); err == nil {
		err = t.table.ending(ctx)
	}
	done = true
	if err != nil {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("store: rolling back: %w", rollback))
		}
		return err
	}
	err = state.done(wrap(tx.Commit(), "committing"))
	s.wal.grew()
	return err
}

// bind is what GORM's own Begin does with the transaction that it starts.
func (s *Store) bind(ctx context.Context, tx *sql.Tx) *gorm.DB {
	db := s.write.Session(&gorm.Session{NewDB: true, Context: ctx})
	db.Statement.ConnPool = tx
	return db
}

// raisePublicRevision comes last; see ending.
const raisePublicRevision = "UPDATE public_revision SET revision = revision + 1 WHERE id = 1"
