package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"sync"

	"embraye/internal/embraye"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
)

// reader reads the hashes of one log for tlog.
func (t Log) reader(ctx context.Context, st *embraye.LogState) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) { return t.hashes(ctx, st.Base, indexes) }
}

// Tile is one file of a log; one that it does not have is ErrNotFound.
func (t Log) Tile(ctx context.Context, st *embraye.LogState, tile translog.Tile) ([]byte, error) {
	if !tile.Within(st.Size) {
		return nil, wrap(gorm.ErrRecordNotFound, "looking for %s of a log of %d", tile.Path(), st.Size)
	}
	if tile.Level > 0 {
		hashes, err := t.hashes(ctx, st.Base, tile.Indexes())
		return translog.Hashes(hashes), err
	}
	leaves, err := t.Leaves(ctx, st, tile.N*translog.TileWidth, tile.W)
	if err != nil || tile.Level == translog.Entries {
		bundle, bad := translog.Bundle(leaves)
		return bundle, errors.Join(err, bad)
	}
	out := make([]byte, 0, len(leaves)*sha256.Size)
	for _, leaf := range leaves {
		h := tlog.RecordHash(leaf)
		out = append(out, h[:]...)
	}
	return out, nil
}

// Leaves are n leaves of a log from one on, all of them or an error.
func (t Log) Leaves(ctx context.Context, st *embraye.LogState, from int64, n int) (all [][]byte, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var leaf []byte
		err := rows.Scan(&leaf)
		all = append(all, leaf)
		return err
	}, "SELECT leaf FROM log_leaves WHERE idx >= ? AND idx < ? ORDER BY idx", st.Base+from, st.Base+from+int64(n))
	if err == nil && len(all) != n {
		err = errors.New("leaves are missing")
	}
	return all, wrap(err, "reading %d leaves of the log from %d on", n, from)
}

// Find is the leaf of a version, and its number over all epochs.
func (t Log) Find(ctx context.Context, kind translog.Kind, id string, n int) (idx int64, leaf []byte, err error) {
	idx = -1
	err = t.query(ctx, func(rows *sql.Rows) error {
		var at int64
		var b []byte
		if err := rows.Scan(&at, &b); err != nil || idx >= 0 {
			return err
		}
		if l, err := translog.ParseLeaf(b); err == nil && l.Kind == kind && l.ID == id && l.N == n {
			idx, leaf = at, b
		}
		return nil
	}, "SELECT idx, leaf FROM log_leaves WHERE subject = ? ORDER BY idx", translog.Subject(kind, id, n))
	if err == nil && idx < 0 {
		err = gorm.ErrRecordNotFound
	}
	return idx, leaf, wrap(err, "looking for the leaf of %s", id)
}

// Proof proves the leaf of a version by the newest checkpoint of the log that has
// it. A leaf that waits is ErrNotFound.
func (t Log) Proof(ctx context.Context, kind translog.Kind, id string, n int) (p translog.Proof, leaf []byte, err error) {
	idx, leaf, err := t.Find(ctx, kind, id, n)
	if err != nil {
		return p, nil, err
	}
	st, err := t.having(ctx, idx)
	if err != nil {
		return p, nil, err
	}
	if st, err = t.witnessed(ctx, st, idx); err != nil {
		return p, nil, err
	}
	p.Index, p.Checkpoint = idx-st.Base, st.Checkpoint
	p.Hashes, err = tlog.ProveRecord(st.Size, p.Index, t.reader(ctx, st))
	return p, leaf, wrap(err, "proving the leaf %d", p.Index)
}

// having is the log, closed or not, that has a leaf.
func (t Log) having(ctx context.Context, idx int64) (*embraye.LogState, error) {
	st, err := t.State(ctx)
	if err != nil || idx >= st.Base {
		return st, err
	}
	closed, err := t.Closed(ctx)
	for i := range closed {
		if c := &closed[i]; idx >= c.Base && idx < c.Base+c.Size {
			return c, err
		}
	}
	if err == nil {
		err = wrap(gorm.ErrRecordNotFound, "looking for the log of the leaf %d", idx)
	}
	return nil, err
}

// Compared is State, and whether the log was longer in this process: then the
// database is an older copy, a replica that was behind say.
func (t Log) Compared(ctx context.Context) (st *embraye.LogState, shrunk bool, err error) {
	was := t.s.longest.read() // before the state: what is committed meanwhile is no loss
	if st, err = t.State(ctx); err != nil {
		return nil, false, err
	}
	t.s.longest.grew(st)
	return st, was.after(st), nil
}

// logSize is how long the log is, over all epochs.
type logSize struct {
	epoch int
	size  int64
}

func (n logSize) after(st *embraye.LogState) bool {
	return n.epoch > st.Epoch || n.epoch == st.Epoch && n.size > st.Size
}

// longest is the largest that the log was in this process: a database that knows
// of less fell back to an older copy.
type longest struct {
	mu sync.Mutex
	n  logSize
}

func (l *longest) read() logSize {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// grew notes what was committed, or read. Commits may be told out of order.
func (l *longest) grew(st *embraye.LogState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := (logSize{st.Epoch, st.Size}); !l.n.after(st) {
		l.n = n
	}
}

// is notes a log that goes on after all: whoever could know more was asked.
func (l *longest) is(st *embraye.LogState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n = logSize{st.Epoch, st.Size}
}
