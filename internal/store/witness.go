package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
)

// TableName keeps the short name of what we sign.
func (witnessedRow) TableName() string { return "witnessed" }

// witnessedRow is embraye.Witnessed under its table's name.
type witnessedRow struct {
	embraye.Witnessed `gorm:"embedded"`
}

// Witness is what we sign of others' logs, and who signs ours.
type Witness struct{ table }

// Logs lists the logs of others that we have signed.
func (t Witness) Logs(ctx context.Context) ([]embraye.Witnessed, error) {
	rows, err := list[witnessedRow](ctx, t.table, "origin", 0, "")
	all := make([]embraye.Witnessed, len(rows))
	for i := range rows {
		all[i] = rows[i].Witnessed
	}
	return all, wrap(err, "listing logs that we sign")
}

// Log is one of them.
func (t Witness) Log(ctx context.Context, origin string) (*embraye.Witnessed, error) {
	row, err := take[witnessedRow](ctx, t.table, "origin = ?", origin)
	if err != nil {
		return nil, wrap(err, "taking the log %.100s that we sign", origin)
	}
	return &row.Witnessed, nil
}

// ByHash finds a log by its name in addresses.
func (t Witness) ByHash(ctx context.Context, hash string) (*embraye.Witnessed, error) {
	row, err := take[witnessedRow](ctx, t.table, "hash = ?", hash)
	if err != nil {
		return nil, wrap(err, "taking the log %.64s that we sign", hash)
	}
	return &row.Witnessed, nil
}

// Sign keeps the tree that we are about to sign, unless another one was signed
// since was read: then it tells so and nothing is written. A log that was never
// signed has size 0.
func (t Witness) Sign(ctx context.Context, w *embraye.Witnessed, was int64) (kept bool, err error) {
	if was == 0 {
		if err := t.later(ctx, `INSERT INTO witnessed (origin, hash, peer, vkey, prefix, size, root, checkpoint, signed_at, stale, mirrored, peaks)
			VALUES (?, ?, ?, ?, ?, 0, ?, '', ?, ?, 0, ?) ON CONFLICT (origin) DO NOTHING`,
			w.Origin, w.Hash, w.Peer, w.VKey, w.Prefix, []byte{}, w.SignedAt.UTC(), false, []byte{}); err != nil {
			return false, wrap(err, "signing the log %s", w.Origin)
		}
	}
	n, err := t.exec(ctx, "UPDATE witnessed SET peer = ?, vkey = ?, prefix = ?, size = ?, root = ?, checkpoint = ?, signed_at = ? WHERE origin = ? AND size = ? AND stale = ?",
		w.Peer, w.VKey, w.Prefix, w.Size, w.Root, w.Checkpoint, w.SignedAt.UTC(), w.Origin, was, false)
	return n > 0, wrap(err, "signing the log %s", w.Origin)
}

// Raise ends that a log is stale: this is the largest tree that we are known to
// have signed.
func (t Witness) Raise(ctx context.Context, w *embraye.Witnessed) error {
	_, err := t.exec(ctx, "UPDATE witnessed SET size = ?, root = ?, checkpoint = ?, stale = ? WHERE origin = ?", w.Size, w.Root, w.Checkpoint, false, w.Origin)
	return wrap(err, "raising what we signed of %s", w.Origin)
}

// Mirror keeps leaves that follow those that are here.
func (t Witness) Mirror(ctx context.Context, origin string, from int64, leaves [][]byte, peaks []byte) error {
	for i, leaf := range leaves {
		if err := t.later(ctx, "INSERT INTO mirrored_leaves (origin, idx, leaf) VALUES (?, ?, ?) ON CONFLICT (origin, idx) DO NOTHING", origin, from+int64(i), leaf); err != nil {
			return wrap(err, "keeping the leaf %d of %s", from+int64(i), origin)
		}
	}
	_, err := t.exec(ctx, "UPDATE witnessed SET mirrored = ?, peaks = ? WHERE origin = ? AND mirrored = ?", from+int64(len(leaves)), peaks, origin, from)
	return wrap(err, "keeping leaves of %s", origin)
}

// Mirrored is a tile of the leaves of somebody else's log.
func (t Witness) Mirrored(ctx context.Context, w *embraye.Witnessed, tile translog.Tile) ([]byte, error) {
	var leaves [][]byte
	from := tile.N * translog.TileWidth
	err := t.query(ctx, func(rows *sql.Rows) error {
		var leaf []byte
		err := rows.Scan(&leaf)
		leaves = append(leaves, leaf)
		return err
	}, "SELECT leaf FROM mirrored_leaves WHERE origin = ? AND idx >= ? AND idx < ? ORDER BY idx", w.Origin, from, from+int64(tile.W))
	if err == nil && (len(leaves) != tile.W || !tile.Within(w.Mirrored)) {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return nil, wrap(err, "reading %s of %s", tile.Path(), w.Origin)
	}
	return translog.Bundle(leaves)
}

// Split keeps two checkpoints that cannot both be true, and tells if that is news.
func (t Witness) Split(ctx context.Context, s *embraye.LogSplit) (news bool, err error) {
	n, err := t.exec(ctx, "INSERT INTO log_splits (origin, first, second, found_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", s.Origin, s.First, s.Second, s.FoundAt.UTC())
	return n > 0, wrap(err, "keeping the two histories of %s", s.Origin)
}

// Splits lists them, the first one first.
func (t Witness) Splits(ctx context.Context) ([]embraye.LogSplit, error) {
	all, err := list[embraye.LogSplit](ctx, t.table, "found_at, origin", 100, "")
	return all, wrap(err, "listing logs with two histories")
}

// All lists who signs our log.
func (t Witness) All(ctx context.Context) ([]embraye.Witness, error) {
	all, err := list[embraye.Witness](ctx, t.table, "name, vkey", 0, "")
	return all, wrap(err, "listing witnesses")
}

// Any reports whether there may be anybody who signs our log.
func (t Witness) Any(ctx context.Context) (is bool, err error) {
	err = t.scan(ctx, &is, "SELECT EXISTS (SELECT 1 FROM peers) OR EXISTS (SELECT 1 FROM witnesses WHERE outside)")
	return is, wrap(err, "looking for witnesses")
}

// Keep adds a witness, or writes what became of asking it.
func (t Witness) Keep(ctx context.Context, w *embraye.Witness) error {
	return wrap(t.upsert(ctx, w, "vkey"), "keeping the witness %s", w.Name)
}

// maxSigned bounds how far back signatures are looked at.
const maxSigned = 500

// Signed lists who signed a log last, and when, the longest first.
func (t Witness) Signed(ctx context.Context, st *embraye.LogState) (all []embraye.LogSignature, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var s embraye.LogSignature
		var lines string
		err := rows.Scan(&s.Witness, &s.Size, &lines)
		s.At = translog.LineAt(lines)
		all = append(all, s)
		return err
	}, "SELECT witness, size, line FROM log_cosigs WHERE epoch = ? ORDER BY size DESC, witness LIMIT ?", st.Epoch, maxSigned)
	return all, wrap(err, "reading when witnesses signed")
}

// Remove forgets a witness; its signatures stay.
func (t Witness) Remove(ctx context.Context, vkey string) error {
	_, err := t.exec(ctx, "DELETE FROM witnesses WHERE vkey = ?", vkey)
	return wrap(err, "removing a witness")
}

// Cosigned keeps the lines of a witness on a checkpoint of ours, and with them the
// newest checkpoint that any witness has signed.
func (t Log) Cosigned(ctx context.Context, st *embraye.LogState, witness, lines string) error {
	_, err := t.exec(ctx, "INSERT INTO log_cosigs (epoch, size, witness, line) VALUES (?, ?, ?, ?) ON CONFLICT (epoch, size, witness) DO UPDATE SET line = excluded.line", st.Epoch, st.Size, witness, lines)
	if err != nil {
		return wrap(err, "keeping the signature of %s", witness)
	}
	all, err := t.cosignatures(ctx, st)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO log_cosigned (epoch, size, checkpoint) VALUES (?, ?, ?)
		ON CONFLICT (epoch) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint WHERE log_cosigned.size <= excluded.size`, st.Epoch, st.Size, st.Checkpoint+all)
	return wrap(err, "keeping the checkpoint with its witnesses")
}

func (t Log) cosignatures(ctx context.Context, st *embraye.LogState) (string, error) {
	var lines []string
	err := t.query(ctx, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		lines = append(lines, line)
		return err
	}, "SELECT line FROM log_cosigs WHERE epoch = ? AND size = ? ORDER BY witness", st.Epoch, st.Size)
	return strings.Join(lines, ""), wrap(err, "reading the signatures of witnesses")
}

// Shown is the newest checkpoint of a log, with the signatures that it has.
func (t Log) Shown(ctx context.Context, st *embraye.LogState) (string, error) {
	lines, err := t.cosignatures(ctx, st)
	return st.Checkpoint + lines, err
}

// witnessed is a log as the newest checkpoint that a witness has signed tells it,
// if that has the leaf; else as it is.
func (t Log) witnessed(ctx context.Context, st *embraye.LogState, idx int64) (*embraye.LogState, error) {
	was := *st
	err := t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&was.Size, &was.Checkpoint) },
		"SELECT size, checkpoint FROM log_cosigned WHERE epoch = ?", st.Epoch)
	if err != nil || idx-st.Base >= was.Size {
		return st, wrap(err, "reading the checkpoint with its witnesses")
	}
	return &was, nil
}

// Grown proves that the log as it is goes on from what it was.
func (t Log) Grown(ctx context.Context, st *embraye.LogState, old int64) ([]tlog.Hash, error) {
	if old <= 0 || old >= st.Size {
		return nil, nil
	}
	proof, err := tlog.ProveTree(st.Size, old, t.reader(ctx, st))
	return proof, wrap(err, "proving the log since %d", old)
}

// Signatures tells whose lines the newest checkpoint with any has.
func (t Log) Signatures(ctx context.Context) (names []string, size int64, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name, &size)
		names = append(names, name)
		return err
	}, `SELECT c.witness, c.size FROM log_cosigs AS c JOIN log_cosigned AS d ON d.epoch = c.epoch AND d.size = c.size JOIN log_state AS s ON s.epoch = c.epoch ORDER BY c.witness`)
	return names, size, wrap(err, "reading who signed the log")
}

// lastSigned is when a witness signed our log last.
func (t Witness) lastSigned(ctx context.Context) (*time.Time, error) {
	all, err := t.All(ctx)
	var last *time.Time
	for _, w := range all {
		if w.SignedAt != nil && (last == nil || w.SignedAt.After(*last)) {
			last = w.SignedAt
		}
	}
	return last, err
}

// WitnessesPage reads what the public journal says of who signs it.
func (p Pages) WitnessesPage(ctx context.Context) (*embraye.WitnessesPage, error) {
	t, page := p.store.Tables(), &embraye.WitnessesPage{}
	names, size, err := t.Log.Signatures(ctx)
	if err != nil {
		return nil, err
	}
	hosts := map[string]bool{}
	for _, name := range names {
		host, _, _ := strings.Cut(name, "/")
		hosts[host] = true
	}
	st, err := t.Log.State(ctx)
	if err != nil {
		return nil, err
	}
	page.Organisations, page.Waiting = len(hosts), int(st.Size-size)
	if page.Last, err = t.Witness.lastSigned(ctx); err != nil {
		return nil, err
	}
	page.Splits, err = t.Witness.Splits(ctx)
	return page, err
}
