package fedtest

import (
	"net/http"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/jobs"
	"embraye/internal/storetest"
)

// soon are the times for which the jobs that ask witnesses soon are planned.
func (w *witnesses) soon(in *Instance) (times []time.Time) {
	w.t.Helper()
	rows, err := in.Store.Pool().QueryContext(w.t.Context(), "SELECT scheduled_at FROM river_job WHERE kind = 'witness' AND state <> 'completed'")
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var at time.Time
		w.must(rows.Scan(&at))
		times = append(times, at.UTC())
	}
	w.must(rows.Err())
	return times
}

// chore does one job of the chore that has the log signed.
func (w *witnesses) chore(in *Instance) error {
	for _, c := range in.Chores() {
		if c.Name == embraye.ChoreWitness {
			return c.Do(w.t.Context(), &jobs.Turn{Subject: embraye.WitnessSoon})
		}
	}
	panic("there is no such chore")
}

// Witnesses are asked some seconds after an act, once for all that come
// meanwhile, and not at all where there are none.
func TestWitnessesAreAskedSoonAfterAnAct(t *testing.T) {
	alone := &witnesses{New(t, Config{Kind: storetest.SQLite}, "alone.example"), t}
	alone.publish(alone.Instances[0])
	if jobs := alone.soon(alone.Instances[0]); len(jobs) != 0 {
		t.Errorf("nobody is to be asked, at %v", jobs)
	}

	w := newWitnesses(t, "a.example", "b.example")
	a := w.Instances[0]
	w.sql(a, "DELETE FROM river_job") // of the acts so far
	w.Clock.Advance(time.Minute)
	began := w.Clock.Now()
	for range 5 {
		w.publish(a)
		w.Clock.Advance(time.Second)
	}
	if got := w.soon(a); len(got) != 1 || !got[0].Equal(began.Add(app.AskAfter)) {
		t.Errorf("after a burst: %v, and it began at %v", got, began)
	}
	w.Restart(a) // which remembers nothing of it
	w.publish(a)
	if got := w.soon(a); len(got) != 1 {
		t.Errorf("after a start: %v", got)
	}
	w.Clock.Advance(app.AskAfter)
	w.must(w.chore(a))
	if names, size, err := a.Store.Tables().Log.Signatures(t.Context()); err != nil || len(names) != 1 || size != w.state(a).Size {
		t.Errorf("%v signed %d of %d (%v)", names, size, w.state(a).Size, err)
	}
	w.sql(a, "DELETE FROM river_job")
	w.publish(a)
	if got := w.soon(a); len(got) != 1 || !got[0].Equal(w.Clock.Now().Add(app.AskAfter)) {
		t.Errorf("the next act: %v", got)
	}
}

// Who signs a log copies what it signed soon, and not with the next turn: until
// then a database that falls back loses what nobody else has.
func TestASignedLogIsCopiedSoon(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	w.turn(a, b)
	w.sql(b, "DELETE FROM river_job")
	w.publish(a)
	w.turn(a)
	if got := w.soon(b); len(got) != 1 || !got[0].Equal(w.Clock.Now().Add(app.AskAfter)) {
		t.Fatalf("planned: %v", got)
	}
	w.must(w.chore(b))
	if log := w.signed(b, a); log.Mirrored != w.state(a).Size {
		t.Errorf("%d of %d are copied", log.Mirrored, w.state(a).Size)
	}
	w.sql(b, "DELETE FROM river_job")
	w.turn(a)
	if got := w.soon(b); len(got) != 0 {
		t.Errorf("nothing is new, and it is planned for %v", got)
	}
}

// A witness that has signed more than its log remembers says so, and is posted
// what it lacks at once: with its limits on, too.
func TestAWitnessIsAskedAgainForItsSize(t *testing.T) {
	w := witnessing(t, Config{Kind: storetest.SQLite, RateLimits: true}, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	w.turn(a)
	w.publish(a)
	w.sql(a, "UPDATE witnesses SET size = 1")
	w.turn(a)
	if got := w.signed(b, a); got.Size != w.state(a).Size {
		t.Errorf("b signed %d of %d: %s", got.Size, w.state(a).Size, w.row(a, "b.example/temoin").Error)
	}
	refused := 0
	for range 10 {
		if status, _, _ := w.post(b, "old 1\n\n"+w.state(a).Checkpoint); status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 6 {
		t.Errorf("%d of 10 posts at once are too many", refused)
	}
}

// A witness that is too busy to say what it signed has not said that it signed
// nothing.
func TestABusyWitnessIsWaitedFor(t *testing.T) {
	w := newWitnesses(t, "a.example", "b.example")
	a, b := w.Instances[0], w.Instances[1]
	w.turn(a)
	w.sql(a, "UPDATE log_state SET frozen = 'restored'")
	w.Wire.Remove(b.Host)
	w.Wire.Serve(b.Host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		status := http.StatusTooManyRequests
		if r.Method == http.MethodGet {
			status = http.StatusNotFound // it shows nobody what it signs
		}
		rw.WriteHeader(status)
	}))
	w.must(a.Witness.Check(t.Context()))
	if st := w.state(a); st.Frozen != embraye.LogRestored {
		t.Errorf("frozen %q", st.Frozen)
	}
}
