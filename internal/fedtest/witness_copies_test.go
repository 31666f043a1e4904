package fedtest

import (
	"path/filepath"
	"testing"

	"embraye/internal/embraye"
)

// twin is another copy of an instance, from a backup, with the same keys; whoever
// asks its host from now on asks it.
func (w *witnesses) twin(in *Instance) *Instance {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "twin.db")
	_, err := in.Store.Pool().ExecContext(w.t.Context(), "VACUUM INTO ?", path)
	w.must(err)
	twin := *in
	twin.URL = "sqlite:" + path
	w.Restart(&twin)
	w.Wire.Serve(in.Host, in.Web)
	return &twin
}

// What the law of LogsThatGoWrong leaves: a crash, and a backup that runs twice.
func TestC7StopsAndCopies(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	w.publish(a)
	w.turn(a, b)
	crash := func() {
		t.Helper()
		w.must(a.Witness.Started(t.Context()))
		w.Restart(a)
		w.must(a.Witness.Started(t.Context()))
	}
	t.Run("C7 unclean stop", func(t *testing.T) {
		w.sql(a, "DELETE FROM river_job")
		crash()
		was := w.state(a)
		w.publish(a)
		if st := w.state(a); st.Frozen != embraye.LogUnclean || st.Checkpoint != was.Checkpoint {
			t.Errorf("signed before others were asked: %+v", st)
		}
		if jobs := w.soon(a); len(jobs) != 1 || jobs[0].After(w.Clock.Now()) {
			t.Errorf("they are not asked at once: %v", jobs)
		}
		w.must(w.chore(a))
		if st := w.state(a); st.Frozen != "" || st.Size != was.Size+1 || w.signed(b, a).Size != st.Size {
			t.Errorf("%+v, of which b signed %d", st, w.signed(b, a).Size)
		}
	})
	t.Run("C7 unclean stop, and nobody answers", func(t *testing.T) {
		crash()
		w.Wire.Remove(b.Host)
		w.publish(a)
		w.turn(a)
		if st := w.state(a); st.Frozen != "" {
			t.Errorf("it waits for ever: %+v", st)
		}
		w.Wire.Serve(b.Host, b.Web)
		w.must(a.Witness.Stopped(t.Context()))
		w.must(a.Witness.Started(t.Context()))
		if st := w.state(a); st.Frozen != "" {
			t.Errorf("a clean stop: %+v", st)
		}
		w.turn(a, b)
	})
	t.Run("C7 restored twice in parallel", func(t *testing.T) {
		twin := w.twin(a)
		for _, in := range []*Instance{a, twin} { // as restore leaves them
			w.sql(in, "UPDATE log_state SET frozen = 'restored'")
			w.must(in.Witness.Check(t.Context()))
		}
		w.publish(a)
		w.publish(twin)
		w.turn(a, twin)
		if st := w.state(a); st.Frozen != "" || w.signed(b, a).Size != st.Size {
			t.Errorf("the first: %+v, of which b signed %d", st, w.signed(b, a).Size)
		}
		if st := w.state(twin); st.Frozen != embraye.LogForked || w.splits(twin) != 1 || w.splits(b) != 1 {
			t.Errorf("the second: frozen %q, %d splits, and %d at b", st.Frozen, w.splits(twin), w.splits(b))
		}
		stands := w.state(twin).Checkpoint
		w.publish(twin)
		w.publish(a)
		w.turn(a)
		if w.state(twin).Checkpoint != stands || w.signed(b, a).Size != w.state(a).Size {
			t.Errorf("after that: b signed %d of %d", w.signed(b, a).Size, w.state(a).Size)
		}
	})
}
