package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"embraye/internal/embraye"
)

// A commit is the dearest part of a small transaction. On SQLite writers queue
// for the one connection anyway; on PostgreSQL they would queue for the rows
// that they all change, the counters and the public revision. So whoever finds others waiting leaves
// the transaction open for them; the last one commits for all, and nobody
// returns before that commit. Each but the first runs behind a savepoint, which
// its error or panic rolls back to without touching the others. If the commit
// fails, it fails for all of them.
//
// PostgreSQL has two such groups: while a statement of the one is under way, the other
// goes on. What many change at once is left to the end (txState), lest they wait for
// each other's commits.

// groupMost bounds how long the first one waits for the last.
const groupMost = 32

// group is the writing side of a database.
type group struct {
	s       *Store
	turn    chan struct{} // holds one token: whose turn it is
	inside  atomic.Int32  // callers of run
	waiting atomic.Int32  // those that want the token

	// Below, only with the token.
	tx      *sql.Tx
	ahead   *[]unsent // what the member that runs has not sent yet
	members int
	pending []chan error // those who wait for the commit
	whole   *txState     // what the members that are kept leave to the end
	crossed bool         // a member met another group: others wait for what is locked here
	broken  error        // the transaction is lost with everybody in it
}

func newGroup(s *Store) *group {
	g := &group{s: s, turn: make(chan struct{}, 1)}
	g.turn <- struct{}{}
	return g
}

func (g *group) run(ctx context.Context, fn func(Tables) error) error {
	g.inside.Add(1)
	defer g.inside.Add(-1)
	g.waiting.Add(1)
	select {
	case <-g.turn:
		g.waiting.Add(-1)
	case <-ctx.Done():
		go g.leave()
		return wrap(ctx.Err(), "waiting to write")
	}
	committed, state := make(chan error, 1), newTxState()
	if err := g.member(ctx, fn, state, committed); err != nil {
		return err
	}
	return state.done(<-committed)
}

// leave gives up a place in the queue. Somebody may have left the transaction
// open for it.
func (g *group) leave() {
	<-g.turn
	g.waiting.Add(-1)
	g.pass()
}

// member runs fn as one of the group and passes the turn on, whatever happens
// in fn. It returns the error of a member that was rolled back.
func (g *group) member(ctx context.Context, fn func(Tables) error, state *txState, committed chan error) (err error) {
	defer g.pass()
	if err := g.enter(ctx); err != nil {
		return err
	}
	kept := false
	defer func() {
		if !kept { // an error or a panic
			g.undo()
		}
	}()
	db, pool := g.s.bind(ctx, g.tx), g.pool()
	db.Statement.ConnPool = pool
	if err := fn(newTables(table{db: db, s: g.s, tx: state})); err != nil {
		g.crossed = g.crossed || retryable(err)
		return err
	}
	if err := pool.flush(); err != nil {
		g.crossed = g.crossed || retryable(err)
		return wrap(err, "ending a transaction")
	}
	if g.members > 1 && !g.s.postgres { // there it is a journey, and the commit releases all
		if err := g.savepoint("RELEASE member"); err != nil {
			g.broken = err
			return wrap(err, "ending a transaction")
		}
	}
	kept = true
	g.whole.add(state)
	g.pending = append(g.pending, committed)
	return nil
}

// enter begins a transaction, or a member's part of the one that is open.
func (g *group) enter(ctx context.Context) (err error) {
	if ctx.Err() != nil {
		return wrap(ctx.Err(), "beginning a transaction")
	}
	if g.members > 0 {
		if g.s.postgres {
			*g.ahead = []unsent{{query: savepoint}, {query: impatient}}
		} else if err := g.savepoint(savepoint); err != nil {
			g.broken = err
			return wrap(err, "beginning a transaction")
		}
		g.members++
		return nil
	}
	// The transaction outlives this caller's context: it is the others' too.
	if g.tx, err = g.s.writePool.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
		return wrap(err, "beginning a transaction")
	}
	g.members, g.ahead, g.whole = 1, new([]unsent), newTxState()
	if g.s.postgres {
		*g.ahead = []unsent{{query: impatient}}
	}
	return nil
}

const savepoint = "SAVEPOINT member"

func (g *group) pool() steady {
	if g.s.postgres {
		return steady{g.tx, g.ahead}
	}
	return steady{Tx: g.tx}
}

// undo takes back what the last member did. A first member that fails has the
// transaction for itself.
func (g *group) undo() {
	if g.broken != nil {
		return
	}
	if g.members == 1 {
		g.broken = errors.New("rolled back")
		return
	}
	first := *g.ahead
	*g.ahead = nil
	if len(first) > 0 && first[0].query == savepoint {
		return // nothing was sent, not even where to go back to
	}
	for _, statement := range []string{"ROLLBACK TO member", "RELEASE member"} {
		if err := g.savepoint(statement); err != nil {
			g.broken = err // a full disk or the like has rolled back everything
			return
		}
	}
}

func (g *group) savepoint(statement string) error {
	_, err := g.tx.ExecContext(context.Background(), statement)
	return err
}

// pass ends the transaction unless somebody waits to join it, and gives the
// turn away.
func (g *group) pass() {
	if g.members > 0 && (g.broken != nil || g.crossed || g.members >= groupMost || g.waiting.Load() == 0) {
		err := g.end()
		for _, committed := range g.pending {
			committed <- err
		}
		g.tx, g.members, g.pending, g.crossed, g.broken = nil, 0, nil, false, nil
	}
	g.turn <- struct{}{}
}

func (g *group) end() error {
	if g.broken != nil {
		if err := g.tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			g.s.log.Warn("rolling back", "error", err)
		}
		return fmt.Errorf("store: committing with others: %w: %w", embraye.ErrUnavailable, g.broken)
	}
	if err := g.ending(context.Background()); err != nil {
		return errors.Join(err, g.tx.Rollback())
	}
	err := g.whole.done(wrap(g.tx.Commit(), "committing"))
	g.s.wal.grew()
	return err
}

// ending is what comes last, once for all.
func (g *group) ending(ctx context.Context) error {
	db, pool := g.s.bind(ctx, g.tx), g.pool()
	db.Statement.ConnPool = pool
	if g.s.postgres && !g.whole.over() {
		*g.ahead = append(*g.ahead, unsent{query: patientAgain})
	}
	if err := (table{db: db, s: g.s, tx: g.whole}).ending(ctx); err != nil {
		return err
	}
	return wrap(pool.flush(), "ending a transaction")
}

// steady runs a statement to its end once it has begun: an interrupted one
// would roll back the whole transaction, and so a caller that goes away would
// take the others with it.
type steady struct {
	*sql.Tx
	ahead *[]unsent // nil where nothing is sent ahead: SQLite is not far away
}

// later runs a statement whose answer nobody reads: its error may be that of
// the next one.
func (t steady) later(ctx context.Context, query string, args ...any) error {
	if t.ahead == nil {
		_, err := t.ExecContext(ctx, query, args...)
		return err
	}
	*t.ahead = append(*t.ahead, unsent{query, args})
	return ctx.Err()
}

// with is the context of the next statement, which takes along what waits.
func (t steady) with(ctx context.Context) context.Context {
	ctx = context.WithoutCancel(ctx)
	if t.ahead == nil {
		return ctx
	}
	first := *t.ahead
	*t.ahead = nil
	return sending(ctx, first)
}

// flush sends what waits.
func (t steady) flush() error {
	if t.ahead == nil || len(*t.ahead) == 0 {
		return nil
	}
	last := len(*t.ahead) - 1
	own := (*t.ahead)[last]
	*t.ahead = (*t.ahead)[:last]
	_, err := t.Tx.ExecContext(t.with(context.Background()), own.query, own.args...)
	return err
}

func (t steady) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return t.Tx.ExecContext(t.with(ctx), query, args...)
}

func (t steady) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return t.Tx.QueryContext(t.with(ctx), query, args...)
}

func (t steady) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.Tx.QueryRowContext(t.with(ctx), query, args...)
}
