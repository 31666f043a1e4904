package delivery

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
)

func TestOrderPerHost(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		var want []string
		for i := range perHost + 10 { // more than one turn
			want = append(want, w.queue(fmt.Sprint(i%3), p.inbox("inbox")))
		}
		if n := w.batch(); n != len(want) {
			t.Errorf("%d deliveries, want %d", n, len(want))
		}
		if got := p.activities(); !slices.Equal(got, want) {
			t.Errorf("arrived %v\nwant    %v", got, want)
		}
		if p.most() != 1 {
			t.Errorf("%d at once, want one activity at a time", p.most())
		}
	})
}

func TestFT20FourInboxesAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		// From the second request on, four must be there before any is answered.
		var mu sync.Mutex
		gate, waiting := make(chan struct{}), 0
		p := w.peer(func(n int, out http.ResponseWriter, _ request) {
			if n > 1 {
				mu.Lock()
				here := gate
				if waiting++; waiting == inboxesAtOnce {
					close(gate)
					gate, waiting = make(chan struct{}), 0
				}
				mu.Unlock()
				<-here
			}
			out.WriteHeader(http.StatusAccepted)
		})
		var inboxes []embraye.IRI
		for i := range 1 + 2*inboxesAtOnce {
			inboxes = append(inboxes, p.inbox(fmt.Sprint("users/", i)))
		}
		w.queue("constat", inboxes...)
		w.batch()
		if got := len(p.requests()); got != len(inboxes) || p.most() != inboxesAtOnce {
			t.Errorf("%d requests, %d at once; want %d and %d", got, p.most(), len(inboxes), inboxesAtOnce)
		}
	})
}

func TestStubbornActivityLetsOthersPass(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var ids [4]string
		var cured atomic.Bool
		p := w.peer(func(_ int, out http.ResponseWriter, r request) {
			if r.activity == ids[0] && !cured.Load() {
				out.WriteHeader(http.StatusInternalServerError)
				return
			}
			out.WriteHeader(http.StatusAccepted)
		})
		ids[0] = w.queue("x", p.inbox("inbox")) // refused
		ids[1] = w.queue("x", p.inbox("inbox")) // must not overtake it
		ids[2] = w.queue("y", p.inbox("inbox"))
		w.until(5 * time.Minute)
		if got := p.activities(); !slices.Equal(got, []string{ids[0], ids[0]}) {
			t.Fatalf("before the third refusal arrived %v", got)
		}
		w.until(2 * time.Minute)
		if got := p.activities(); !slices.Equal(got[2:], []string{ids[0], ids[2]}) {
			t.Fatalf("after the third refusal arrived %v", got[2:])
		}
		if h := w.host(p.host()); h.Failures != 0 {
			t.Errorf("the host is well but counts %d failures", h.Failures)
		}
		ids[3] = w.queue("x", p.inbox("inbox")) // queued later, on the same object
		w.until(time.Minute)
		if got := p.activities(); len(got) != 4 {
			t.Fatalf("something overtook on the same object: %v", got[4:])
		}
		cured.Store(true)
		w.until(12 * time.Hour)
		if got := p.activities(); !slices.Equal(got[4:], []string{ids[0], ids[1], ids[3]}) {
			t.Errorf("in the end arrived %v", got[4:])
		}
	})
}

func TestOneInboxGoneOthersServed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(func(_ int, out http.ResponseWriter, r request) {
			if r.path == "/users/a" {
				out.WriteHeader(http.StatusGone)
				return
			}
			out.WriteHeader(http.StatusAccepted)
		})
		w.queue("constat", p.inbox("users/a"), p.inbox("users/b"), p.inbox("users/c"))
		if w.batch(); len(p.requests()) != 3 {
			t.Errorf("%d requests in the first round, want 3", len(p.requests()))
		}
		if got := w.goneInboxes(p); !slices.Equal(got, []embraye.IRI{p.inbox("users/a")}) {
			t.Errorf("looked behind %v", got)
		}
	})
}

func TestSchemes(t *testing.T) {
	only := func(cavage bool, refusal int) func(int, http.ResponseWriter, request) {
		return func(_ int, out http.ResponseWriter, r request) {
			if r.cavage == cavage {
				out.WriteHeader(http.StatusAccepted)
				return
			}
			out.WriteHeader(refusal)
		}
	}
	type schemes struct {
		name    string
		spoke   string // what the host signed with towards us
		answer  func(int, http.ResponseWriter, request)
		cavage  []bool // schemes of the requests for two activities
		remains string
	}
	eachCase(t, []schemes{
		{"draft first", "", always(202), []bool{true, true}, "cavage"},
		{"second try after 401, then remembered", "", only(false, 401), []bool{true, false, false}, "rfc9421"},
		{"second try after 400", "", only(false, 400), []bool{true, false, false}, "rfc9421"},
		{"no second try after 403", "", only(false, 403), []bool{true, true}, ""},
		{"spoke RFC 9421", "rfc9421", always(202), []bool{false, false}, "rfc9421"},
		{"spoke RFC 9421 but cannot read it", "rfc9421", only(true, 401), []bool{false, true, true}, "cavage"},
	}, func(tt schemes) string { return tt.name }, func(t *testing.T, w *world, tt schemes) {
		p := w.peer(tt.answer)
		if tt.spoke != "" {
			w.setScheme(p.host(), tt.spoke)
		}
		w.queue("a", p.inbox("inbox"))
		w.queue("b", p.inbox("inbox"))
		w.batch()
		var got []bool
		for _, r := range p.requests() {
			got = append(got, r.cavage)
		}
		if !slices.Equal(got, tt.cavage) {
			t.Errorf("draft-cavage %v, want %v", got, tt.cavage)
		}
		if h := w.host(p.host()); h.Scheme != tt.remains {
			t.Errorf("remembered %q, want %q", h.Scheme, tt.remains)
		}
	})
}

// A server that changes what it reads is noticed, but one that is known is not
// asked twice for ever.
func TestSecondSchemeOfAKnownHost(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(func(n int, out http.ResponseWriter, _ request) {
			if n == 1 {
				out.WriteHeader(http.StatusAccepted)
				return
			}
			out.WriteHeader(http.StatusUnauthorized)
		})
		w.queue("a", p.inbox("inbox"))
		w.queue("b", p.inbox("inbox"))
		w.until(10 * time.Minute) // three turns
		var got []bool
		for _, r := range p.requests() {
			got = append(got, r.cavage)
		}
		if want := []bool{true, true, false, true, true}; !slices.Equal(got, want) {
			t.Errorf("draft-cavage %v, want %v", got, want)
		}
	})
}

// Behind an open breaker the one delivery of a turn must not always be the one
// that the host cannot take.
func TestProbeIsNotAlwaysTheStubbornOne(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var poison string
		var healthy atomic.Bool
		p := w.peer(func(_ int, out http.ResponseWriter, r request) {
			if healthy.Load() && r.activity != poison {
				out.WriteHeader(http.StatusAccepted)
				return
			}
			out.WriteHeader(http.StatusInternalServerError)
		})
		poison = w.queue("a", p.inbox("inbox"))
		good := w.queue("b", p.inbox("inbox"))
		same := w.queue("a", p.inbox("inbox"))
		for range breakerAfter {
			w.batch()
			w.clock.set(w.host(p.host()).NextAt)
		}
		if f := w.host(p.host()).Failures; f != breakerAfter {
			t.Fatalf("%d failures, want %d", f, breakerAfter)
		}
		healthy.Store(true)
		w.batch()
		w.wantState(good, embraye.DeliverySent)
		w.wantState(same, embraye.DeliveryWaiting)
		if h := w.host(p.host()); h.Failures != 0 {
			t.Errorf("the host took something but counts %d failures", h.Failures)
		}
	})
}

func TestTurnEndsBeforeItsLease(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(func(_ int, out http.ResponseWriter, _ request) {
			w.clock.add(4 * time.Second) // each answer takes that long
			out.WriteHeader(http.StatusAccepted)
		})
		for i := range 5 {
			w.queue(fmt.Sprint(i), p.inbox("inbox"))
		}
		work, _, err := w.engine.claim(t.Context(), claimLimit)
		if err != nil || len(work) != 1 {
			t.Fatalf("claimed %d hosts, error %v", len(work), err)
		}
		signers := startSigners()
		defer signers.stop()
		end := w.engine.visit(t.Context(), work[0], session{signers: signers})
		if got := len(p.requests()); got != 3 {
			t.Errorf("%d exchanges of 4 s began within a turn of %s, want 3", got, turnBudget)
		}
		if end.result.HostNextAt != w.clock.now().UnixMilli() {
			t.Error("the rest is not due at once")
		}
	})
}

func TestLeaseOfACrashedProcessEnds(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		w.queue("a", p.inbox("inbox"))
		crashed := New(w.options)
		if work, _, err := crashed.claim(t.Context(), claimLimit); err != nil || len(work) != 1 {
			t.Fatalf("claimed %d hosts, error %v", len(work), err)
		}
		if n := w.batch(); n != 0 {
			t.Fatalf("%d deliveries of a leased host", n)
		}
		if !w.store.IsPostgres() {
			// The only process that delivers knows that the lease is dead.
			if err := w.engine.release(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else {
			w.clock.add(lease)
		}
		if n := w.batch(); n != 1 {
			t.Errorf("%d deliveries after the lease, want 1", n)
		}
	})
}

func TestReleaseKeepsBackoff(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if w.store.IsPostgres() {
			return // leases end by time there
		}
		p := w.peer(first(503))
		w.queue("a", p.inbox("inbox"))
		w.batch()
		w.clock.add(45 * time.Second)
		w.engine = New(w.options) // a restart
		if err := w.engine.release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.batch(); len(p.requests()) != 1 {
			t.Error("a restart cut the back-off short")
		}
		w.until(2 * time.Minute)
		if len(p.requests()) != 2 {
			t.Errorf("%d requests in the end, want 2", len(p.requests()))
		}
	})
}

func TestTwoEnginesShareTheWork(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var peers []*peer
		var inboxes []embraye.IRI
		for range 20 {
			p := w.peer(always(http.StatusAccepted))
			peers, inboxes = append(peers, p), append(inboxes, p.inbox("inbox"))
		}
		want := []string{w.queue("a", inboxes...), w.queue("b", inboxes...)}
		var engines sync.WaitGroup
		for range 2 {
			e := New(w.options)
			engines.Go(func() {
				if _, err := e.Batch(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		engines.Wait()
		w.batch()
		for _, p := range peers {
			if got := p.activities(); !slices.Equal(got, want) {
				t.Errorf("a peer got %v", got)
			}
		}
	})
}
