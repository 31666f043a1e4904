package fedtest

import (
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
