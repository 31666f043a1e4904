package store

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"errors"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/note"
	"gorm.io/gorm"
)

// Log is the public log: leaves in one order, which InTx appends as the last
// thing before the commit (public_log_append.go). Only what this instance does in
// public is in it. What others read of it is public_log_read.go.
type Log struct{ table }

// Purposes of keys that are no actor's.
const (
	LogKey     = "log"
	WitnessKey = "witness"
)

const logColumns = "epoch, origin, base, size, root, checkpoint, frozen"

// State is where the log stands.
func (t Log) State(ctx context.Context) (*embraye.LogState, error) {
	return t.state(ctx, "")
}

// locked is State for who will write it: on PostgreSQL whoever has leaves waits
// here until the commit.
func (t Log) locked(ctx context.Context) (*embraye.LogState, error) {
	if t.s.postgres {
		return t.state(ctx, " FOR UPDATE")
	}
	return t.state(ctx, "")
}

func (t Log) state(ctx context.Context, how string) (*embraye.LogState, error) {
	st := new(embraye.LogState)
	err := t.query(ctx, func(rows *sql.Rows) error {
		return rows.Scan(&st.Epoch, &st.Origin, &st.Base, &st.Size, &st.Root, &st.Checkpoint, &st.Frozen)
	}, "SELECT "+logColumns+" FROM log_state WHERE id = 1"+how)
	if err == nil && st.Epoch == 0 {
		err = gorm.ErrRecordNotFound
	}
	return st, wrap(err, "reading where the log stands")
}

// Closed lists the logs that were closed, the first one first.
func (t Log) Closed(ctx context.Context) (all []embraye.LogState, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var st embraye.LogState
		err := rows.Scan(&st.Epoch, &st.Origin, &st.Base, &st.Size, &st.Root, &st.Checkpoint, &st.Reason, &st.ClosedAt)
		all = append(all, st)
		return err
	}, "SELECT epoch, origin, base, size, root, checkpoint, reason, closed_at FROM log_closed ORDER BY epoch")
	return all, wrap(err, "listing closed logs")
}

// Of is the log of an epoch, closed or not; none is ErrNotFound.
func (t Log) Of(ctx context.Context, epoch int) (*embraye.LogState, error) {
	st, err := t.State(ctx)
	if err != nil || st.Epoch == epoch {
		return st, err
	}
	closed, err := t.Closed(ctx)
	for i := range closed {
		if closed[i].Epoch == epoch {
			return &closed[i], err
		}
	}
	if err == nil {
		err = wrap(gorm.ErrRecordNotFound, "looking for the log %d", epoch)
	}
	return nil, err
}

// Open names the log and makes its key, once; others wait, and find it done.
func (t Log) Open(ctx context.Context, origin string) error {
	if st, err := t.locked(ctx); err != nil || st.Origin != "" {
		return err
	}
	if _, err := t.MakeKey(ctx, LogKey, 1); err != nil {
		return err
	}
	_, err := t.exec(ctx, "UPDATE log_state SET origin = ? WHERE id = 1 AND origin = ''", origin)
	return wrap(err, "opening the log %s", origin)
}

// Freeze makes leaves wait; Thaw appends those that did.
func (t Log) Freeze(ctx context.Context, why string) error {
	t.changed() // pages say that acts wait
	_, err := t.exec(ctx, "UPDATE log_state SET frozen = ? WHERE id = 1", why)
	return wrap(err, "freezing the log")
}

// Restart closes the log and opens the next one, with a key of its own: the
// first leaf names what it follows, and what waited comes after it.
func (t Log) Restart(ctx context.Context, next embraye.LogState, first translog.Leaf, reason string) error {
	st, err := t.locked(ctx)
	if err != nil {
		return err
	}
	if st.Origin == "" || next.Epoch != st.Epoch+1 {
		return wrap(embraye.ErrConflict, "closing the log %d", next.Epoch-1)
	}
	_, err = t.exec(ctx, "INSERT INTO log_closed (epoch, origin, base, size, root, checkpoint, reason, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		st.Epoch, st.Origin, st.Base, st.Size, st.Root, st.Checkpoint, reason, t.s.now())
	if err != nil {
		return wrap(err, "closing the log %s", st.Origin)
	}
	if _, err := t.MakeKey(ctx, LogKey, next.Epoch); err != nil {
		return err
	}
	*st = embraye.LogState{Epoch: next.Epoch, Origin: next.Origin, Base: st.Base + st.Size}
	row, err := rowOf(first)
	if err != nil {
		return err
	}
	if err := t.append(ctx, st, []leafRow{row}); err != nil {
		return err
	}
	return t.thaw(ctx, st)
}

// MakeKey makes the key of a purpose unless there is one, and tells its public
// half.
func (t Log) MakeKey(ctx context.Context, purpose string, epoch int) (ed25519.PublicKey, error) {
	if public, _, err := t.key(ctx, purpose, epoch); !errors.Is(err, embraye.ErrNotFound) {
		return public, err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	sealed, err := t.s.keys.seal(logSeal(purpose, epoch), private)
	if err == nil {
		_, err = t.exec(ctx, "INSERT INTO log_keys (purpose, epoch, public, sealed, created_at) VALUES (?, ?, ?, ?, ?)", purpose, epoch, []byte(public), sealed, t.s.now())
	}
	return public, wrap(err, "making the key of the %s", purpose)
}

// PublicKey is the public half of the key of a purpose; none is ErrNotFound.
func (t Log) PublicKey(ctx context.Context, purpose string, epoch int) (ed25519.PublicKey, error) {
	public, _, err := t.key(ctx, purpose, epoch)
	return public, err
}

// VKey is the key by which the checkpoints of a log are verified.
func (t Log) VKey(ctx context.Context, st *embraye.LogState) (string, error) {
	key, err := t.PublicKey(ctx, LogKey, st.Epoch)
	if err != nil {
		return "", err
	}
	return translog.VKey(st.Origin, key)
}

// PrivateKey opens the key of a purpose.
func (t Log) PrivateKey(ctx context.Context, purpose string, epoch int) (ed25519.PrivateKey, error) {
	_, sealed, err := t.key(ctx, purpose, epoch)
	if err != nil {
		return nil, err
	}
	key, err := open[ed25519.PrivateKey](t.s.keys, sealed, logSeal(purpose, epoch))
	if err != nil {
		return nil, wrap(err, "opening the key of the %s", purpose)
	}
	return key.(ed25519.PrivateKey), nil
}

func (t Log) key(ctx context.Context, purpose string, epoch int) (public ed25519.PublicKey, sealed []byte, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan((*[]byte)(&public), &sealed) },
		"SELECT public, sealed FROM log_keys WHERE purpose = ? AND epoch = ?", purpose, epoch)
	if err == nil && sealed == nil {
		err = gorm.ErrRecordNotFound
	}
	return public, sealed, wrap(err, "reading the key of the %s", purpose)
}

// logSeal is what such a key is sealed under: no handle has a slash.
func logSeal(purpose string, epoch int) string {
	return purpose + "/" + strconv.Itoa(epoch)
}

// signer signs checkpoints of a log. It is remembered once it is committed.
func (t Log) signer(ctx context.Context, st *embraye.LogState) (note.Signer, error) {
	if known, ok := t.s.keys.notes.Load(st.Origin); ok {
		return known.(note.Signer), nil
	}
	key, err := t.PrivateKey(ctx, LogKey, st.Epoch)
	if err != nil {
		return nil, err
	}
	signer, err := translog.Signer(st.Origin, key)
	if err == nil && t.tx == nil {
		t.s.keys.notes.Store(st.Origin, signer)
	}
	return signer, wrap(err, "signing as %s", st.Origin)
}

// Ready opens the log's key, so that no transaction has to.
func (t Log) Ready(ctx context.Context, st *embraye.LogState) error {
	_, err := t.signer(ctx, st)
	return err
}
