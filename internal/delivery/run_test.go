package delivery

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// startRun runs the engine; the returned function stops it and waits.
func (w *world) startRun() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run: %v", err)
		}
		ended <- nil
	}
	w.t.Cleanup(stop)
	return stop
}

// arrivals is an answer that reports each request.
func arrivals(to chan<- string) func(int, http.ResponseWriter, request) {
	return func(_ int, out http.ResponseWriter, r request) {
		out.WriteHeader(http.StatusAccepted)
		to <- r.activity
	}
}

func TestRunNoticesWhatIsQueued(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		came := make(chan string, 10)
		p := w.peer(arrivals(came))
		before := w.queue("a", p.inbox("inbox"))
		stop := w.startRun()
		if got := <-came; got != before {
			t.Errorf("at start came %s", got)
		}
		woken := w.queue("b", p.inbox("inbox"))
		w.engine.Wake()
		if got := <-came; got != woken {
			t.Errorf("after Wake came %s", got)
		}
		other := w.queue("c", p.inbox("inbox")) // as another process would: no Wake
		if got := <-came; got != other {
			t.Errorf("from another process came %s", got)
		}
		stop()
		for _, id := range []string{before, woken, other} {
			w.wantState(id, embraye.DeliverySent)
		}
	})
}

func TestFT20SilentHostsDelayNobody(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		came, release := make(chan string, 100), make(chan struct{})
		var inboxes []embraye.IRI
		for range 20 {
			silent := w.peer(func(_ int, out http.ResponseWriter, _ request) {
				<-release
				out.WriteHeader(http.StatusAccepted)
			})
			inboxes = append(inboxes, silent.inbox("inbox"))
		}
		for range 10 {
			inboxes = append(inboxes, w.peer(arrivals(came)).inbox("inbox"))
		}
		w.engine.concurrency = 25
		id := w.queue("a", inboxes...)
		stop := w.startRun()
		for range 10 {
			<-came // all healthy ones, while the others are silent
		}
		close(release)
		stop()    // lets the silent ones end
		w.batch() // those that had no slot yet
		for _, d := range w.deliveries(id) {
			if d.State != embraye.DeliverySent {
				t.Errorf("%s: state %d, %s", d.Inbox, d.State, d.LastError)
			}
		}
	})
}

func TestFT07StopFinishesWhatIsInFlight(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		came, release := make(chan string, 10), make(chan struct{})
		p := w.peer(func(n int, out http.ResponseWriter, r request) {
			if n == 1 {
				came <- r.activity
				<-release
			}
			out.WriteHeader(http.StatusAccepted)
		})
		var ids []string
		for i := range 3 {
			ids = append(ids, w.queue(fmt.Sprint(i), p.inbox("inbox")))
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.engine.Run(ctx) }()
		<-came
		cancel()
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if got := p.activities(); !slices.Equal(got, ids[:1]) {
			t.Errorf("sent %v, want only what was in flight", got)
		}
		w.wantState(ids[0], embraye.DeliverySent)
		w.wantState(ids[1], embraye.DeliveryWaiting)
		if s := w.engine.Stats(); s.Hosts != 0 || s.Sent != 1 || s.Exchanges != 1 {
			t.Errorf("stats %+v", s)
		}
		// The host was given back: the rest is due at once, in order.
		if w.batch(); !slices.Equal(p.activities(), ids) {
			t.Errorf("after the restart %v", p.activities())
		}
	})
}

func TestRunNoticesAnotherProcess(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		// The clock is read for the claim at start, on SQLite before that to
		// release leases, and then no more while nothing waits.
		asked := make(chan struct{}, 100)
		w.options.Now = func() time.Time {
			asked <- struct{}{}
			return w.clock.now()
		}
		w.engine = New(w.options)
		came := make(chan string, 10)
		p := w.peer(arrivals(came))
		w.startRun()
		<-asked
		if !w.store.IsPostgres() {
			<-asked
		}
		id := w.queue("a", p.inbox("inbox"))
		if got := <-came; got != id {
			t.Errorf("came %s", got)
		}
	})
}

func TestFailingHostsHaveSlotsOfTheirOwn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.engine.concurrency = 2
		came, release := make(chan string, 10), make(chan struct{})
		failed, hanging := make(chan struct{}, 10), make(chan struct{}, 10)
		var gaveUp atomic.Int64
		var failing []embraye.IRI
		for range 4 {
			p := w.peer(func(n int, out http.ResponseWriter, r request) {
				if n == 1 {
					out.WriteHeader(http.StatusServiceUnavailable)
					failed <- struct{}{}
					return
				}
				hanging <- struct{}{}
				select {
				case <-release:
				case <-r.left:
					gaveUp.Add(1)
				}
			})
			failing = append(failing, p.inbox("inbox"))
		}
		w.queue("a", failing...)
		stop := w.startRun()
		for range failing {
			<-failed
		}
		w.clock.add(2 * time.Minute)
		for range w.engine.concurrency {
			<-hanging
		}
		id := w.queue("b", w.peer(arrivals(came)).inbox("inbox"))
		w.engine.Wake()
		if got := <-came; got != id {
			t.Errorf("came %s", got)
		}
		if n := gaveUp.Load(); n != 0 {
			t.Errorf("the healthy host had to wait for %d silent ones", n)
		}
		close(release)
		stop()
	})
}
