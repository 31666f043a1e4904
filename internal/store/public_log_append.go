package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/tlog"
)

// leafRow is a leaf as it is kept.
type leafRow struct {
	subject int64
	bytes   []byte
}

func rowOf(l translog.Leaf) (leafRow, error) {
	b, err := l.Bytes()
	return leafRow{translog.Subject(l.Kind, l.ID, l.N), b}, wrap(err, "writing a leaf about %s", l.ID)
}

// Record says that this transaction is a public act. Its leaf is appended when
// all else is done, in the same transaction: the act and its leaf are there
// together or not at all.
func (t Log) Record(l translog.Leaf) error {
	if t.tx == nil {
		return errors.New("store: a leaf outside a transaction")
	}
	row, err := rowOf(l)
	if err == nil {
		t.tx.leaves = append(t.tx.leaves, row)
	}
	return err
}

// ending is what comes last in a transaction: on PostgreSQL everybody else whose act is
// counted in one of these rows, who sends to one of these hosts, has leaves, or changes
// what is public, waits for these rows until the commit. All take them in this order,
// and what else they change before.
func (t table) ending(ctx context.Context) error {
	if err := t.countReactions(ctx); err != nil {
		return err
	}
	if err := t.countSpeakers(ctx); err != nil {
		return err
	}
	if len(t.tx.sent) > 0 {
		if err := (Deliveries{t}).wake(ctx, t.tx.sent); err != nil {
			return wrap(err, "waking hosts")
		}
	}
	if len(t.tx.leaves) > 0 {
		t.changed() // the checkpoint
		if err := (Log{t}).appendOrKeep(ctx, t.tx.leaves); err != nil {
			return err
		}
	}
	if !t.tx.changed {
		return nil
	}
	_, err := t.exec(ctx, raisePublicRevision)
	return wrap(err, "raising the public revision")
}

func (t Log) appendOrKeep(ctx context.Context, leaves []leafRow) error {
	st, err := t.locked(ctx)
	if err != nil {
		return err
	}
	if st.Frozen == "" && t.s.longest.read().after(st) {
		t.s.log.ErrorContext(ctx, "the public log is shorter than it was: the database is an older copy; what is done in public waits until witnesses were asked", "log", st.Origin)
		st.Frozen = embraye.LogRestored
		if err := t.Freeze(ctx, st.Frozen); err != nil {
			return err
		}
	}
	if st.Frozen == "" {
		return t.append(ctx, st, leaves)
	}
	for _, l := range leaves {
		if _, err := t.exec(ctx, "INSERT INTO log_pending (leaf) VALUES (?)", l.bytes); err != nil {
			return wrap(err, "keeping a leaf for later")
		}
	}
	return nil
}

// append writes leaves, and the checkpoint that has them. The state has been
// locked, and is what it became.
func (t Log) append(ctx context.Context, st *embraye.LogState, leaves []leafRow) error {
	edge, err := t.edge(ctx, st)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		hashes, err := tlog.StoredHashes(st.Size, l.bytes, tlog.HashReaderFunc(edge.read))
		if err != nil {
			return wrap(err, "hashing the leaf %d", st.Size)
		}
		edge.add(tlog.StoredHashIndex(0, st.Size), hashes)
		if err := t.later(ctx, "INSERT INTO log_leaves (idx, subject, leaf, hashes) VALUES (?, ?, ?, ?)",
			st.Base+st.Size, l.subject, l.bytes, translog.Hashes(hashes[1:])); err != nil {
			return wrap(err, "appending the leaf %d", st.Size)
		}
		st.Size++
	}
	root, err := tlog.TreeHash(st.Size, tlog.HashReaderFunc(edge.read))
	if err != nil {
		return wrap(err, "hashing the log")
	}
	signer, err := t.signer(ctx, st)
	if err != nil {
		return err
	}
	st.Root = root[:]
	if st.Checkpoint, err = (translog.Checkpoint{Origin: st.Origin, Size: st.Size, Root: root}).Sign(signer); err != nil {
		return wrap(err, "signing the checkpoint %d", st.Size)
	}
	err = t.later(ctx, "UPDATE log_state SET epoch = ?, origin = ?, base = ?, size = ?, root = ?, checkpoint = ? WHERE id = 1",
		st.Epoch, st.Origin, st.Base, st.Size, st.Root, st.Checkpoint)
	if then := *st; t.tx != nil {
		t.tx.committed = append(t.tx.committed, func() { t.s.longest.grew(&then) })
	}
	return wrap(err, "writing where the log stands")
}

// edge are the hashes of the largest full subtrees, all that a leaf needs.
type edge map[int64]tlog.Hash

// read is how tlog asks for them.
func (e edge) read(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := e[index]
		if !ok {
			return nil, fmt.Errorf("the log lacks the hash %d", index)
		}
		all[i] = h
	}
	return all, nil
}

func (e edge) add(from int64, hashes []tlog.Hash) {
	for i, h := range hashes {
		e[from+int64(i)] = h
	}
}

// edge reads the edge of a log and refuses to go on where it does not make the
// root that was signed.
func (t Log) edge(ctx context.Context, st *embraye.LogState) (edge, error) {
	var indexes []int64
	for level := 0; st.Size>>level > 0; level++ {
		if n := st.Size >> level; n&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, n-1))
		}
	}
	hashes, err := t.hashes(ctx, st.Base, indexes)
	if err != nil {
		return nil, err
	}
	e := edge{}
	for i, h := range hashes {
		e[indexes[i]] = h
	}
	if st.Size == 0 {
		return e, nil
	}
	root, err := tlog.TreeHash(st.Size, tlog.HashReaderFunc(e.read))
	if err == nil && string(root[:]) != string(st.Root) {
		err = errors.New("its leaves do not make the root that was signed")
	}
	return e, wrap(err, "reading the edge of the log %s", st.Origin)
}

// hashes reads hashes by their places in the order of tlog. A leaf's row has
// those of all subtrees that end with it.
func (t Log) hashes(ctx context.Context, base int64, indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	rows := make([]int64, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		rows[i] = base + (n+1)<<level - 1
	}
	among := "idx IN (SELECT value FROM json_each(?))"
	if t.s.postgres {
		among = "idx = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(? AS jsonb)) AS bigint)))"
	}
	kept := map[int64][]byte{} // of each row: its hashes from level 0 up
	err := t.query(ctx, func(r *sql.Rows) error {
		var idx int64
		var leaf, above []byte
		if err := r.Scan(&idx, &leaf, &above); err != nil {
			return err
		}
		own := tlog.RecordHash(leaf)
		kept[idx] = append(own[:], above...)
		return nil
	}, "SELECT idx, leaf, hashes FROM log_leaves WHERE "+among, asJSON(rows))
	if err != nil {
		return nil, wrap(err, "reading hashes of the log")
	}
	all := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, _ := tlog.SplitStoredHashIndex(index)
		from := level * sha256.Size
		if len(kept[rows[i]]) < from+sha256.Size {
			return nil, wrap(errors.New("a leaf is missing, or lacks hashes"), "reading the hash %d of the log", index)
		}
		all[i] = tlog.Hash(kept[rows[i]][from:][:sha256.Size])
	}
	return all, nil
}

// Thaw appends what waited, in order, and lets the log take leaves again; one
// that is frozen for another reason meanwhile stays so.
func (t Log) Thaw(ctx context.Context, why string) error {
	st, err := t.locked(ctx)
	if err != nil || st.Frozen != why {
		return err
	}
	t.changed()
	return t.thaw(ctx, st)
}

// thawBatch bounds what is read at once of the leaves that wait.
const thawBatch = 500

func (t Log) thaw(ctx context.Context, st *embraye.LogState) error {
	for {
		waiting, last, err := waitingLeaves(ctx, t)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			then := *st
			t.tx.committed = append(t.tx.committed, func() { t.s.longest.is(&then) })
			return t.Freeze(ctx, "")
		}
		if err := t.append(ctx, st, waiting); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "DELETE FROM log_pending WHERE id <= ?", last); err != nil {
			return wrap(err, "forgetting leaves that waited")
		}
	}
}

func waitingLeaves(ctx context.Context, t Log) (all []leafRow, last int64, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&last, &b); err != nil {
			return err
		}
		l, err := translog.ParseLeaf(b)
		if err != nil {
			return err
		}
		all = append(all, leafRow{translog.Subject(l.Kind, l.ID, l.N), b})
		return nil
	}, "SELECT id, leaf FROM log_pending ORDER BY id LIMIT ?", thawBatch)
	return all, last, wrap(err, "reading leaves that wait")
}

// Fill appends what was done before the log was, while it takes nothing else.
func (t Log) Fill(ctx context.Context, leaves []translog.Leaf) error {
	st, err := t.locked(ctx)
	if err != nil {
		return err
	}
	rows := make([]leafRow, len(leaves))
	for i, l := range leaves {
		if rows[i], err = rowOf(l); err != nil {
			return err
		}
	}
	t.changed()
	return t.append(ctx, st, rows)
}
