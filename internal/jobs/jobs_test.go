package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/jobs"
	"embraye/internal/logtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	os.Exit(m.Run())
}

// office is a queue that works until it is stopped.
type office struct {
	*jobs.Queue
	t    *testing.T
	stop func()
}

// work starts a queue over a database.
func work(t *testing.T, s *store.Store, o jobs.Options, chores ...jobs.Chore) *office {
	t.Helper()
	o.Store = s
	if o.Poll == 0 {
		o.Poll = 100 * time.Millisecond
	}
	q, err := jobs.New(o)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx, chores) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return &office{q, t, stop}
}

func (o *office) ask(j embraye.Job) {
	o.t.Helper()
	must(o.t, o.Store.InTx(o.t.Context(), func(in store.Tables) error { return o.Enqueue(o.t.Context(), in, j) }))
}

func (o *office) state(c embraye.Chore) embraye.ChoreState {
	o.t.Helper()
	list, err := o.Store.Tables().Chores.List(o.t.Context())
	must(o.t, err)
	for _, s := range list {
		if s.Chore == c {
			return s
		}
	}
	return embraye.ChoreState{}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	for tick := time.NewTicker(10 * time.Millisecond); !is(); {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: never", what)
		}
	}
}

// A job is there if and only if its cause is, and begins without waiting for a
// poll.
func TestAJobIsAskedForInTheTransactionOfItsCause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		done := make(chan string, 10)
		o := work(t, s, jobs.Options{Poll: time.Hour}, jobs.Chore{Name: embraye.ChoreMail, Do: func(_ context.Context, turn *jobs.Turn) error {
			done <- turn.Subject
			return nil
		}})
		mine := errors.New("mine")
		err := s.InTx(t.Context(), func(in store.Tables) error {
			must(t, o.Enqueue(t.Context(), in, embraye.Job{Chore: embraye.ChoreMail, Subject: "never"}))
			return mine
		})
		if !errors.Is(err, mine) {
			t.Fatal(err)
		}
		o.ask(embraye.Job{Chore: embraye.ChoreMail, Subject: "tomorrow", At: time.Now().Add(24 * time.Hour)})
		gone, cancel := context.WithCancel(t.Context())
		must(t, s.InTx(gone, func(in store.Tables) error { // who asked goes away before the commit
			cancel()
			return o.Enqueue(gone, in, embraye.Job{Chore: embraye.ChoreMail, Subject: "now"})
		}))
		if got := <-done; got != "now" {
			t.Errorf("the first job is %q", got)
		}
		eventually(t, "the job is written down", func() bool { return o.state(embraye.ChoreMail).DoneAt != nil })
		if state := o.state(embraye.ChoreMail); state.Waiting != 1 || time.Until(*state.NextAt) < 23*time.Hour || state.Error != "" {
			t.Errorf("%+v", state)
		}
		if err := o.Enqueue(t.Context(), s.Tables(), embraye.Job{Chore: embraye.ChoreMail}); err == nil {
			t.Error("a job can be asked for outside a transaction")
		}
	})
}

// H03: a chore has one turn at a time among replicas, and a start brings none
// forward: what is done in hours is not done at each start.
func TestH03ChoresAreDoneOnceAndStayDone(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			url := storetest.URL(t, kind)
			var files, links, later atomic.Int32
			count := func(name embraye.Chore, n *atomic.Int32) jobs.Chore {
				return jobs.Chore{Name: name, Every: 24 * time.Hour, Do: func(context.Context, *jobs.Turn) error { n.Add(1); return nil }}
			}
			start := func(chores ...jobs.Chore) *office {
				o := work(t, storetest.OpenURL(t, url, nil), jobs.Options{}, chores...)
				if kind == storetest.Postgres {
					other := work(t, storetest.OpenURL(t, url, nil), jobs.Options{}, chores...)
					first := o.stop
					o.stop = func() { first(); other.stop() }
				}
				return o
			}
			last := count(embraye.ChorePrune, &later)
			last.Later = true
			o := start(count(embraye.ChoreFiles, &files), last)
			eventually(t, "the files are read", func() bool { return o.state(embraye.ChoreFiles).DoneAt != nil })
			eventually(t, "the later one is planned", func() bool { return o.state(embraye.ChorePrune).Waiting == 1 })
			first := o.state(embraye.ChoreFiles)
			for range 3 {
				links.Store(0)
				o.stop()
				// Seeds are put in together: when the new chore is done, the old one would be there again.
				_, err := o.Store.Pool().ExecContext(t.Context(), "DELETE FROM river_job WHERE kind = 'links'")
				must(t, err)
				o = start(count(embraye.ChoreFiles, &files), last, count(embraye.ChoreLinks, &links))
				eventually(t, "the links are looked at", func() bool { return links.Load() == 1 && o.state(embraye.ChoreLinks).Waiting == 1 })
			}
			again := o.state(embraye.ChoreFiles)
			if files.Load() != 1 || again.Waiting != 1 || !again.NextAt.Equal(*first.NextAt) || !again.DoneAt.Equal(*first.DoneAt) {
				t.Errorf("%d times: first %+v, then %+v", files.Load(), first, again)
			}
			if wait := time.Until(*again.NextAt); wait < 23*time.Hour || wait > 24*time.Hour {
				t.Errorf("the next turn is in %s", wait)
			}
			if state := o.state(embraye.ChorePrune); later.Load() != 0 || state.DoneAt != nil || time.Until(*state.NextAt) < 23*time.Hour {
				t.Errorf("done %d times: %+v", later.Load(), state)
			}
		})
	}
}

// What fails is tried again, kept in words, and told once, as its recovery is.
func TestH10AChoreThatFailsIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var (
			tries atomic.Int32
			log   logtest.Log
			go1   = make(chan struct{})
		)
		o := work(t, s, jobs.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Again: func(int) time.Duration { return 0 }},
			jobs.Chore{Name: embraye.ChoreMail, What: "sending mail", Every: time.Hour, Do: func(ctx context.Context, turn *jobs.Turn) error {
				if n := tries.Add(1); n <= 3 {
					return fmt.Errorf("dialling the %d: %w", n, embraye.ErrUnavailable)
				}
				select {
				case <-go1:
				case <-ctx.Done():
				}
				return nil
			}})
		eventually(t, "the fourth try", func() bool { return tries.Load() == 4 })
		if state := o.state(embraye.ChoreMail); !strings.HasPrefix(state.Error, "dialling the 3: ") || state.FailedAt == nil || state.FailingSince == nil ||
			state.FailingSince.After(*state.FailedAt) || state.DoneAt != nil {
			t.Errorf("%+v", state)
		}
		close(go1)
		eventually(t, "it is done", func() bool { return o.state(embraye.ChoreMail).DoneAt != nil })
		if state := o.state(embraye.ChoreMail); state.Error != "" || state.FailingSince != nil || state.Waiting != 1 {
			t.Errorf("%+v", state)
		}
		eventually(t, "it is told", func() bool { return strings.Count(log.String(), "sending mail: it works again") == 1 })
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
			t.Errorf("%d errors:\n%s", n, &log)
		}
	})
}

// A mail server may answer in Latin-1, and a stranger with what PostgreSQL keeps in
// no text: the failure is kept, and the job tried again.
func TestAFailureThatIsNoTextIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var tries atomic.Int32
		o := work(t, s, jobs.Options{Again: func(int) time.Duration { return time.Millisecond }}, jobs.Chore{Name: embraye.ChoreMail, Do: func(context.Context, *jobs.Turn) error {
			if tries.Add(1) == 2 {
				return jobs.Later(time.Now().Add(time.Hour))
			}
			return errors.New("550 bo\xeete\x00 pleine")
		}})
		o.ask(embraye.Job{Chore: embraye.ChoreMail, Subject: "1"})
		eventually(t, "it is tried again", func() bool { return tries.Load() == 2 })
		if state := o.state(embraye.ChoreMail); state.Error != "550 bo\ufffdte pleine" {
			t.Errorf("%+v", state)
		}
	})
}

// A chore that panics has failed like any other.
func TestAPanicIsAFailure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var tries atomic.Int32
		var log logtest.Log
		o := work(t, s, jobs.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Again: func(int) time.Duration { return time.Millisecond }},
			jobs.Chore{Name: embraye.ChoreMail, What: "sending mail", Do: func(context.Context, *jobs.Turn) error {
				if tries.Add(1) == 1 {
					panic("no such page")
				}
				return jobs.Later(time.Now().Add(time.Hour))
			}})
		o.ask(embraye.Job{Chore: embraye.ChoreMail, Subject: "1"})
		eventually(t, "it is tried again", func() bool { return tries.Load() == 2 })
		if state := o.state(embraye.ChoreMail); !strings.Contains(state.Error, "no such page") {
			t.Errorf("%+v", state)
		}
		if !strings.Contains(log.String(), "sending mail") || !strings.Contains(log.String(), "jobs_test.go") {
			t.Errorf("the log does not say which chore, and where:\n%s", &log)
		}
	})
}

// What takes too long is ended and says so.
func TestATurnHasALimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := work(t, s, jobs.Options{}, jobs.Chore{Name: embraye.ChoreLinks, Every: time.Hour, Limit: 10 * time.Millisecond, Do: func(ctx context.Context, _ *jobs.Turn) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		eventually(t, "it is kept and tried again", func() bool {
			state := o.state(embraye.ChoreLinks)
			return strings.HasPrefix(state.Error, "it took longer than ") && state.Waiting == 1
		})
	})
}

// A job that has to wait has not failed.
func TestAJobMayGoOnLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var tries atomic.Int32
		at := time.Now().Add(time.Hour)
		o := work(t, s, jobs.Options{}, jobs.Chore{Name: embraye.ChoreMail, Do: func(context.Context, *jobs.Turn) error {
			if tries.Add(1) < 3 {
				return jobs.Later(time.Time{})
			}
			return jobs.Later(at)
		}})
		o.ask(embraye.Job{Chore: embraye.ChoreMail, Subject: "1"})
		eventually(t, "it waits", func() bool {
			state := o.state(embraye.ChoreMail)
			return tries.Load() == 3 && state.Waiting == 1 && state.NextAt.Sub(at).Abs() < time.Minute
		})
		if state := o.state(embraye.ChoreMail); state.Error != "" || state.DoneAt != nil {
			t.Errorf("%+v", state)
		}
	})
}

// A stop lets a job end; one that does not is interrupted, which is no failure,
// and the next start takes it up.
func TestAStopWaitsAndWhatItCutsOffIsTakenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begun, end, cut := make(chan string, 10), make(chan struct{}), make(chan struct{})
		do := func(ctx context.Context, turn *jobs.Turn) error {
			begun <- turn.Subject
			if turn.Subject == "patient" {
				<-end
				return ctx.Err()
			}
			<-ctx.Done()
			close(cut)
			return ctx.Err()
		}
		o := work(t, s, jobs.Options{StopWithin: time.Minute}, jobs.Chore{Name: embraye.ChoreFiles, Limit: time.Hour, Do: do})
		o.ask(embraye.Job{Chore: embraye.ChoreFiles, Subject: "patient"})
		<-begun
		stopped := make(chan struct{})
		go func() { o.stop(); close(stopped) }()
		close(end)
		<-stopped
		if o.state(embraye.ChoreFiles).DoneAt == nil {
			t.Fatal("the stop did not wait for a job")
		}
		o = work(t, s, jobs.Options{StopWithin: time.Millisecond}, jobs.Chore{Name: embraye.ChoreFiles, Limit: time.Hour, Do: do})
		o.ask(embraye.Job{Chore: embraye.ChoreFiles, Subject: "endless"})
		<-begun
		o.stop()
		<-cut
		if state := o.state(embraye.ChoreFiles); state.Error != "" || state.Waiting != 1 {
			t.Errorf("%+v", state)
		}
		work(t, s, jobs.Options{}, jobs.Chore{Name: embraye.ChoreFiles, Do: func(_ context.Context, turn *jobs.Turn) error {
			begun <- turn.Subject
			return nil
		}})
		if got := <-begun; got != "endless" {
			t.Errorf("%q was taken up", got)
		}
	})
}
