package delivery

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

func TestFT18DeadPeers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var inboxes, dead []embraye.IRI
		var healthy []*peer
		for i := range 10 {
			p := w.peer(always(http.StatusAccepted))
			healthy = append(healthy, p)
			refusing := fmt.Sprintf("127.0.0.1:%d", i+1)
			w.setDown(refusing, true)
			dead = append(dead, embraye.IRI("http://"+refusing+"/inbox"),
				embraye.IRI(fmt.Sprintf("http://silent%d.example/inbox", i)),
				embraye.IRI(fmt.Sprintf("http://no-name%d.example/inbox", i)))
			inboxes = append(inboxes, p.inbox("inbox"))
		}
		id := w.queue("constat", append(inboxes, dead...)...)
		w.batch()
		for _, p := range healthy {
			if got := p.activities(); !slices.Equal(got, []string{id}) {
				t.Errorf("a healthy peer got %v in the first round", got)
			}
		}
		w.until(time.Hour)
		for _, d := range w.deliveries(id) {
			if slices.Contains(dead, d.Inbox) && (d.Attempts < 2 || d.Attempts > 6) {
				t.Errorf("%s: %d attempts in the first hour", d.Inbox, d.Attempts)
			}
		}
	})
}

func TestFT18Breaker(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var healthy atomic.Bool
		p := w.peer(func(_ int, out http.ResponseWriter, _ request) {
			if healthy.Load() {
				out.WriteHeader(http.StatusAccepted)
				return
			}
			out.WriteHeader(http.StatusServiceUnavailable)
		})
		a := w.queue("a", p.inbox("1"), p.inbox("2"), p.inbox("3"))
		b := w.queue("b", p.inbox("1"), p.inbox("2"))
		turn := func() int {
			before := len(p.requests())
			w.batch()
			w.clock.set(w.host(p.host()).NextAt)
			return len(p.requests()) - before
		}
		// The next activity is tried beside one that was refused three times.
		for i, want := range []int{1, 1, 2, 2, 2} {
			if got := turn(); got != want {
				t.Errorf("turn %d: %d requests, want %d", i+1, got, want)
			}
		}
		if f := w.host(p.host()).Failures; f != breakerAfter {
			t.Fatalf("%d failures, want %d", f, breakerAfter)
		}
		for range 3 {
			if got := turn(); got != 1 {
				t.Errorf("breaker open: %d requests in a turn, want 1", got)
			}
		}
		healthy.Store(true)
		w.batch()
		for _, id := range []string{a, b} {
			for _, d := range w.deliveries(id) {
				if d.State != embraye.DeliverySent {
					t.Errorf("%s to %s after the host is back: state %d", id, d.Inbox, d.State)
				}
			}
		}
		if h := w.host(p.host()); h.Failures != 0 || h.FailingSince != 0 || h.Pending {
			t.Errorf("host that is back: %+v", h)
		}
	})
}

func TestFT19BackAfterALongTime(t *testing.T) {
	for _, dead := range []time.Duration{3 * time.Hour, 48 * time.Hour} {
		t.Run(dead.String(), func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				p := w.peer(always(http.StatusAccepted))
				w.setDown(p.host(), true)
				var want []string
				for i := range 6 {
					want = append(want, w.queue(fmt.Sprintf("constat%d", i%2), p.inbox("inbox")))
					w.until(dead / 6)
				}
				w.setDown(p.host(), false)
				w.until(15 * time.Hour)
				if got := p.activities(); !slices.Equal(got, want) {
					t.Errorf("arrived %v\nwant    %v", got, want)
				}
			})
		})
	}
}

func TestFT19Unavailable(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		w.setDown(p.host(), true)
		old := w.queue("old", p.inbox("inbox"))
		w.until(5 * 24 * time.Hour)
		young := w.queue("young", p.inbox("inbox"))
		w.until(3 * 24 * time.Hour)
		w.wantState(old, embraye.DeliveryGivenUp)
		w.wantState(young, embraye.DeliveryWaiting)

		// Healthy again, but nobody told us: it is not asked.
		w.setDown(p.host(), false)
		w.until(24 * time.Hour)
		if got := p.activities(); len(got) != 0 {
			t.Fatalf("an unavailable host was sent %v", got)
		}
		w.touch(p.host())
		w.until(time.Minute)
		if got := p.activities(); !slices.Equal(got, []string{young}) {
			t.Errorf("after contact arrived %v, want the one younger than 7 days", got)
		}
		if h := w.host(p.host()); h.FailingSince != 0 || h.Failures != 0 {
			t.Errorf("host after contact: %+v", h)
		}
	})
}

func TestFT19UnavailableForGood(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.setDown("127.0.0.1:9", true)
		w.queue("a", "http://127.0.0.1:9/inbox")
		w.until(8 * 24 * time.Hour)
		var late []string
		for i := range perHost + 5 {
			late = append(late, w.queue(fmt.Sprint(i), "http://127.0.0.1:9/inbox"))
		}
		w.until(9 * 24 * time.Hour)
		for _, id := range late {
			if d := w.delivery(id); d.State != embraye.DeliveryGivenUp || d.Attempts != 0 || d.LastError == "" {
				t.Fatalf("never tried for 9 days: %+v", d)
			}
		}
		if h := w.host("127.0.0.1:9"); h.Pending {
			t.Error("the host still has work")
		}
	})
}

func TestFT21FourTries(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(first(503, 503, 503))
		id := w.queue("constat", p.inbox("inbox"))
		w.until(3 * time.Hour)
		got := p.requests()
		if len(got) != 4 {
			t.Fatalf("%d tries, want 4", len(got))
		}
		for i, step := range []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute} {
			wait := got[i+1].at.Sub(got[i].at)
			if wait < step*8/10 || wait > step*12/10 {
				t.Errorf("wait %d: %s, want %s ± 20 %%", i+1, wait, step)
			}
		}
		for i, r := range got {
			if r.body != got[0].body {
				t.Errorf("try %d has other bytes", i+1)
			}
			if want := r.at.Format(http.TimeFormat); r.header.Get("Date") != want {
				t.Errorf("try %d is dated %s, want %s", i+1, r.header.Get("Date"), want)
			}
			if i > 0 && r.header.Get("Signature") == got[i-1].header.Get("Signature") {
				t.Errorf("try %d repeats a signature", i+1)
			}
		}
		w.wantState(id, embraye.DeliverySent)
	})
}

// asked is a Retry-After and how long we then wait.
type asked struct {
	name, value string
	least, most time.Duration
}

// answer sends it, with a status that it goes with, from a clock that is two
// hours ahead of ours; later requests are accepted.
func (a asked) answer(status int) func(int, http.ResponseWriter, request) {
	return func(n int, out http.ResponseWriter, r request) {
		if n > 1 {
			out.WriteHeader(http.StatusAccepted)
			return
		}
		theirs := r.at.Add(2 * time.Hour)
		out.Header().Set("Date", theirs.Format(http.TimeFormat))
		value := a.value
		if ahead, ok := strings.CutPrefix(value, "DATE"); ok {
			d, err := time.ParseDuration(ahead)
			if err != nil {
				panic(err)
			}
			value = theirs.Add(d).Format(http.TimeFormat)
		}
		if value != "" {
			out.Header().Set("Retry-After", value)
		}
		out.WriteHeader(status)
	}
}

func TestFT22RetryAfter(t *testing.T) {
	eachCase(t, []asked{
		{"seconds", "120", 2 * time.Minute, 2 * time.Minute},
		{"date", "DATE+1h", time.Hour, time.Hour},
		{"cap", "999999999", 24 * time.Hour, 24 * time.Hour},
		{"huge", "99999999999999999999", 24 * time.Hour, 24 * time.Hour},
		{"negative", "-1", 48 * time.Second, 72 * time.Second},
		{"word", "abc", 48 * time.Second, 72 * time.Second},
		{"none", "", 48 * time.Second, 72 * time.Second},
		{"zero", "0", 48 * time.Second, 72 * time.Second},
		{"past date", "DATE-1h", 48 * time.Second, 72 * time.Second},
	}, func(tt asked) string { return tt.name }, func(t *testing.T, w *world, tt asked) {
		for status, counted := range map[int]int{http.StatusTooManyRequests: 0, http.StatusServiceUnavailable: 1} {
			p := w.peer(tt.answer(status))
			id := w.queue("constat", p.inbox("inbox"))
			w.batch()
			if h := w.host(p.host()); h.Failures != counted {
				t.Errorf("%d: the breaker counts %d, want %d", status, h.Failures, counted)
			}
			// Neither something new nor contact makes us come earlier.
			next := w.queue("another", p.inbox("inbox"))
			w.touch(p.host())
			w.until(25 * time.Hour)
			got := p.requests()
			if len(got) != 3 {
				t.Fatalf("%d: %d requests, want 3", status, len(got))
			}
			if wait := got[1].at.Sub(got[0].at); wait < tt.least || wait > tt.most {
				t.Errorf("%d: waited %s, want %s to %s", status, wait, tt.least, tt.most)
			}
			w.wantState(id, embraye.DeliverySent)
			w.wantState(next, embraye.DeliverySent)
		}
	})
}

// refusal is a status that an inbox always answers with.
type refusal struct {
	status, least, most int // requests in 7 days
	gone                int
}

func TestFT23Refusals(t *testing.T) {
	eachCase(t, []refusal{
		{400, 2, 2, 0}, // once by each signature scheme
		{403, 1, 1, 0},
		{404, 2, 3, 1},
		{410, 1, 1, 1},
		{413, 1, 1, 0},
		{422, 1, 1, 0},
		{501, 1, 1, 0},
		{401, 10, 60, 0},
		{408, 10, 30, 0},
		{429, 10, 30, 0},
		{500, 10, 30, 0},
		{302, 10, 30, 0},
	}, func(tt refusal) string { return fmt.Sprint(tt.status) }, func(t *testing.T, w *world, tt refusal) {
		p := w.peer(always(tt.status))
		id := w.queue("constat", p.inbox("inbox"))
		began := w.clock.now()
		w.until(8 * 24 * time.Hour)
		got := p.requests()
		if len(got) < tt.least || len(got) > tt.most {
			t.Errorf("%d requests, want %d to %d", len(got), tt.least, tt.most)
		}
		if last := got[len(got)-1].at.Sub(began); tt.status == 404 && last > 48*time.Hour {
			t.Errorf("last try after %s, want 48 h at most", last)
		}
		d := w.delivery(id)
		if d.State != embraye.DeliveryGivenUp || d.LastStatus != tt.status || d.LastError == "" {
			t.Errorf("what the operator sees: %+v", d)
		}
		if gone := w.goneInboxes(p); len(gone) != tt.gone {
			t.Errorf("looked behind %v", gone)
		}
	})
}

func TestFT25Poison(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.peer(always(http.StatusAccepted))
		broken := w.queueActivity(embraye.Activity{Object: "a", Body: []byte(`{"id":`), KeyID: w.keyID}, p.inbox("inbox"))
		keyless := w.queueActivity(embraye.Activity{Object: "b", KeyID: w.keyID + 1000}, p.inbox("inbox"))
		panics := w.queue("c", "http://panics.example/inbox")
		good := w.queue("d", p.inbox("inbox"))
		w.batch()
		if got := p.activities(); !slices.Equal(got, []string{good}) {
			t.Fatalf("arrived %v, want the good one in the first round", got)
		}
		w.until(24 * time.Hour)
		for _, id := range []string{broken, keyless, panics} {
			d := w.delivery(id)
			if d.State != embraye.DeliveryGivenUp || d.Attempts != maxPoison || d.LastError == "" {
				t.Errorf("dead letter %+v", d)
			}
		}
		a := w.activity(broken)
		if a.Total != 1 || a.GivenUp != 1 || a.Sent != 0 {
			t.Errorf("counters of the activity: %d of %d given up, %d sent", a.GivenUp, a.Total, a.Sent)
		}
	})
}

func TestF119RefusedAddresses(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		private := w.queue("a", "http://10.0.0.1/inbox")
		blocked := w.queue("b", "http://blocked.example/inbox")
		w.batch()
		w.wantState(private, embraye.DeliveryGivenUp)
		w.wantState(blocked, embraye.DeliveryDropped)
	})
}

func (w *world) touch(host string) {
	w.t.Helper()
	err := w.store.InTx(w.t.Context(), func(tx store.Tables) error { return tx.Hosts.Touch(w.t.Context(), host) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) activity(address string) *embraye.Activity {
	w.t.Helper()
	id, _ := w.site.LocalActivity(embraye.IRI(address))
	a, err := w.store.Tables().Activities.Take(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}
