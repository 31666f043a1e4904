package delivery

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

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

func TestFailingHostsHaveSlotsOfTheirOwn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		came, release := make(chan string, 10), make(chan struct{})
		defer close(release)
		w.engine.concurrency = 2
		var failing []embraye.IRI
		for range 4 {
			p := w.peer(func(n int, out http.ResponseWriter, _ request) {
				if n == 1 {
					out.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				<-release
			})
			failing = append(failing, p.inbox("inbox"))
		}
		w.queue("a", failing...)
		w.batch() // all fail once
		w.clock.add(2 * 60e9)
		healthy := w.peer(arrivals(came))
		id := w.queue("b", healthy.inbox("inbox"))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.engine.Run(ctx) }()
		if got := <-came; got != id {
			t.Errorf("came %s", got)
		}
		cancel()
		for range failing {
			select {
			case release <- struct{}{}:
			case err := <-ended:
				ended <- err
			}
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
