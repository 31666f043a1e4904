package fedtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/verify"
)

// rollBack makes a log what an older copy of the database says it was.
func (w *witnesses) rollBack(in *Instance, to *embraye.LogState) {
	w.t.Helper()
	w.sql(in, "DELETE FROM log_leaves WHERE idx >= ?", to.Size)
	w.sql(in, "DELETE FROM log_cosigs WHERE size > ?", to.Size)
	w.sql(in, "DELETE FROM log_cosigned WHERE size > ?", to.Size)
	w.sql(in, "UPDATE log_state SET size = ?, root = ?, checkpoint = ?", to.Size, to.Root, to.Checkpoint)
}

func (w *witnesses) sql(in *Instance, query string, args ...any) {
	w.t.Helper()
	withSQL(w.t, in.Store, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// forget takes away what an instance copied of the logs of others.
func (w *witnesses) forget(in *Instance) {
	w.t.Helper()
	w.sql(in, "UPDATE witnessed SET mirrored = 0, peaks = ?", []byte{})
	w.sql(in, "DELETE FROM mirrored_leaves")
}

func (w *witnesses) signed(in *Instance, of *Instance) *embraye.Witnessed {
	w.t.Helper()
	log, err := in.Store.Tables().Witness.Log(w.t.Context(), w.state(of).Origin)
	w.must(err)
	return log
}

func (w *witnesses) splits(in *Instance) int {
	w.t.Helper()
	all, err := in.Store.Tables().Witness.Splits(w.t.Context())
	w.must(err)
	return len(all)
}

// What goes wrong with a log and its witnesses, one after the other: nothing
// forks, and who forks is seen.
func TestLogsThatGoWrong(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example", "c.example")
	a, b, c := w.Instances[0], w.Instances[1], w.Instances[2]
	w.publish(a)
	w.turn(a, b, c)
	older := w.state(a)
	w.publish(a)
	w.turn(a, b, c)
	newer := w.state(a)
	if copied := w.signed(b, a); copied.Size != newer.Size || copied.Mirrored != newer.Size {
		t.Fatalf("b signed %d and copied %d of %d", copied.Size, copied.Mirrored, newer.Size)
	}

	t.Run("C7 PostgreSQL falls back: repaired from the one mirror that there is", func(t *testing.T) {
		w.forget(b)
		w.rollBack(a, older) // the size went down under a process that lives
		w.publish(a)
		if st := w.state(a); st.Frozen != embraye.LogRestored || st.Checkpoint != older.Checkpoint {
			t.Fatalf("signed before others were asked: %d leaves, frozen %q", st.Size, st.Frozen)
		}
		w.must(a.Witness.Check(t.Context()))
		if st := w.state(a); st.Frozen != "" || st.Size != newer.Size+1 {
			t.Fatalf("%d leaves, frozen %q", st.Size, st.Frozen)
		}
		leaves, err := a.Store.Tables().Log.Leaves(t.Context(), w.state(a), 0, int(newer.Size))
		w.must(err)
		tree := &translog.Tree{}
		for _, leaf := range leaves {
			tree.Add(leaf)
		}
		if root := tree.Root(); string(root[:]) != string(newer.Root) {
			t.Error("what came back is another log")
		}
		w.turn(a, b, c)
		if st := w.state(a); w.signed(b, a).Size != st.Size || w.splits(a)+w.splits(b)+w.splits(c) != 0 {
			t.Errorf("b signed %d of %d", w.signed(b, a).Size, st.Size)
		}
	})
	t.Run("C7 restored backup: no leaf before others were asked", func(t *testing.T) {
		newer = w.state(a)
		w.rollBack(a, older)
		w.sql(a, "UPDATE log_state SET frozen = 'restored'")
		w.Restart(a)
		w.publish(a)
		if st := w.state(a); st.Size != older.Size {
			t.Errorf("%d leaves, and %d before", st.Size, older.Size)
		}
		w.Wire.Remove(b.Host)
		w.Wire.Remove(c.Host)
		w.must(a.Witness.Check(t.Context()))
		if st := w.state(a); st.Frozen != embraye.LogRestored {
			t.Errorf("nobody answers: frozen %q", st.Frozen)
		}
		w.Wire.Serve(b.Host, b.Web)
		w.Wire.Serve(c.Host, c.Web)
		w.forget(b)
		w.forget(c)
		if err := a.Witness.Check(t.Context()); err == nil || w.state(a).Frozen != embraye.LogBehind || w.state(a).Size != older.Size {
			t.Errorf("nobody has the leaves: %v, frozen %q", err, w.state(a).Frozen)
		}
	})
	t.Run("C7 behind, and nobody has the entries: another log, by another key", func(t *testing.T) {
		old := w.state(a).Origin
		_, err := a.Organisation.RestartLog(t.Context(), embraye.Operator(), "le disque est perdu")
		w.must(err)
		w.turn(a)
		w.Clock.Advance(25 * time.Hour)
		w.must(b.Peers.ReadAgain(t.Context()))
		w.turn(a)
		if row := w.row(a, "b.example/temoin"); w.state(a).Frozen != "" || !strings.Contains(row.Error, "404") {
			t.Errorf("nobody agreed to the new key: frozen %q, %+v", w.state(a).Frozen, row)
		}
		peers, err := b.Peers.List(t.Context())
		w.must(err)
		i := slices.IndexFunc(peers, func(p embraye.KeptPeer) bool { return p.Host == a.Host })
		p := peers[i].Peer
		if p.Changed == nil || p.Changed.Log.Origin != w.state(a).Origin || p.Known.Log.Origin != old {
			t.Fatalf("the admin of b is shown %+v", p.Changed)
		}
		w.must(b.Peers.Accept(t.Context(), embraye.Operator(), p.ID, p.Changed.Fingerprint()))
		w.turn(a)
		if got := w.signed(b, a); got.Size != w.state(a).Size || w.row(a, "b.example/temoin").Error != "" {
			t.Errorf("b agreed, and signed %d of %d", got.Size, w.state(a).Size)
		}
	})
	t.Run("a closed log whose leaves are lost is asked for once a day", func(t *testing.T) {
		w.turn(b)
		w.Wire.Forget()
		w.turn(b)
		w.publish(a)
		w.turn(a, b)
		asked := func() (n int) {
			for _, r := range w.Wire.Requests(a.Host) {
				if strings.HasPrefix(r.Path, "/journal/tile/") {
					n++
				}
			}
			return n
		}
		if n := asked(); n != 0 || w.signed(b, a).Mirrored != w.state(a).Size {
			t.Errorf("asked %d times in vain; of the log that goes on %+v is here", n, w.signed(b, a))
		}
		w.Clock.Advance(25 * time.Hour)
		if w.turn(b); asked() != 1 {
			t.Errorf("a day later: asked %d times", asked())
		}
	})
}

// What a whole instance did lies in the log that it keeps and in those that it
// closed: a reader verifies all of them.
func TestAnInstanceIsVerifiedOverAllItsLogs(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	w.publish(a)
	_, err := a.Organisation.RestartLog(t.Context(), embraye.Operator(), "le disque est perdu")
	w.must(err)
	w.publish(a)
	reader, web := verify.Reader{Now: w.Clock.Now}, verify.Web{Client: b.Remote}
	whole, err := reader.Instance(t.Context(), web, a.Site.Base)
	if err != nil || whole.Outcome != translog.Unwitnessed || len(whole.Findings) > 0 || whole.Log != w.state(a).Origin || whole.Checked < 2 {
		t.Errorf("verified as %+v, %v", whole, err)
	}
	w.sql(a, "UPDATE log_leaves SET leaf = leaf || leaf WHERE idx = 1")
	w.publish(a) // nothing is remembered any more
	whole, err = reader.Instance(t.Context(), web, a.Site.Base)
	if err != nil || whole.Outcome != translog.Inconsistent {
		t.Errorf("with an entry of the closed log that was changed: %+v, %v", whole, err)
	}
}

// A log that was written anew is found out by whoever signed it before, and its
// own instance stops.
func TestALogThatIsWrittenAnew(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	older := w.state(a)
	w.publish(a)
	w.turn(a, b)

	t.Run("C7 witness restored: it signs nothing before it knows what it signed", func(t *testing.T) {
		w.sql(b, "UPDATE witnessed SET stale = TRUE")
		w.publish(a)
		was := w.signed(b, a).Size
		w.turn(a)
		if now := w.signed(b, a); now.Size != was {
			t.Errorf("signed %d, then %d", was, now.Size)
		}
		if status, _, said := w.post(b, fmt.Sprintf("old %d\n\n%s", was, w.state(a).Checkpoint)); status != http.StatusServiceUnavailable {
			t.Errorf("it answers %d %q", status, said)
		}
		w.turn(b, a)
		if now := w.signed(b, a); now.Size != w.state(a).Size || now.Stale {
			t.Errorf("signed %d of %d, stale %t", now.Size, w.state(a).Size, now.Stale)
		}
	})
	t.Run("C7 split view: its own instance stops", func(t *testing.T) {
		before := w.state(a).Size
		w.rollBack(a, older)
		w.Restart(a)
		for w.state(a).Size <= before {
			w.publish(a)
		}
		w.turn(a)
		if w.splits(b) != 1 || w.signed(b, a).Size != before {
			t.Errorf("b signed %d of %d and found %d splits", w.signed(b, a).Size, w.state(a).Size, w.splits(b))
		}
		if w.splits(a) != 1 || w.state(a).Frozen != embraye.LogForked {
			t.Errorf("a goes on: frozen %q, %d splits", w.state(a).Frozen, w.splits(a))
		}
	})
}
