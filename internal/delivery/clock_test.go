package delivery

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// H05: a clock that is two days off is told once, with what servers say, and
// what was put off by it is drawn in afterwards.
func TestFT27WrongClockIsToldOnceAndDoesNotOutliveItself(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.options.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.engine = New(w.options)
		right := w.clock.now()
		p := w.peer(func(_ int, out http.ResponseWriter, r request) {
			out.Header().Set("Date", right.Format(http.TimeFormat))
			if r.at.Sub(right).Abs() > 12*time.Hour {
				out.WriteHeader(http.StatusUnauthorized)
				return
			}
			out.WriteHeader(http.StatusAccepted)
		})
		w.clock.add(48 * time.Hour)
		id := w.queue("a", p.inbox("inbox"))
		w.until(3 * time.Hour)
		if n := strings.Count(log.String(), "clock is wrong"); n != 1 {
			t.Errorf("told %d times:\n%s", n, log.String())
		}
		wrong := func() bool {
			_, found, err := w.store.Tables().Settings.Get(t.Context(), store.ClockSetting)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if off := w.engine.Stats().ClockOff; !wrong() || off < 48*time.Hour {
			t.Errorf("the office is told: %t; the figure is %s", wrong(), off)
		}
		w.clock.at = right
		if err := w.store.Tables().Deliveries.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.engine.forgetQuiet()
		w.batch()
		w.wantState(id, embraye.DeliverySent)
		if off := w.engine.Stats().ClockOff; wrong() || off != 0 {
			t.Errorf("afterwards the office is told: %t; the figure is %s", wrong(), off)
		}
		if h := w.host(p.host()); h.Failures != 0 {
			t.Errorf("the host afterwards: %+v", h)
		}
	})
}

// One server whose clock is wrong accuses ours with as many answers as it likes, unless
// nobody else speaks for a while.
func TestOneServersClockIsNotOurs(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		wrong := w.peer(func(_ int, out http.ResponseWriter, r request) {
			out.Header().Set("Date", r.at.Add(48*time.Hour).Format(http.TimeFormat))
			out.WriteHeader(http.StatusAccepted)
		})
		told := func() bool { return w.engine.Stats().ClockOff != 0 }
		say := func(n int) {
			for i := range n {
				w.queue(fmt.Sprint("a", i), wrong.inbox("inbox"))
				w.batch()
			}
		}
		if say(5); told() {
			t.Error("five answers of one server are believed")
		}
		for range 2 {
			w.clock.add(clockAgain)
			say(1)
		}
		if !told() {
			t.Error("the only server that we talk to is never believed")
		}
	})
}

// H02: what waits at a server that was given up is tried at once when an
// operator says so.
func TestH02RetryNowReachesWhatWaitsFarAway(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p, other := w.peer(always(http.StatusAccepted)), w.peer(always(http.StatusAccepted))
		w.setDown(p.host(), true)
		w.setDown(other.host(), true)
		old := w.queue("old", p.inbox("inbox"), other.inbox("inbox"))
		w.until(8 * 24 * time.Hour)
		young := w.queue("young", p.inbox("inbox"), other.inbox("inbox"))
		w.until(time.Hour)
		w.setDown(p.host(), false)
		w.setDown(other.host(), false)
		r, err := w.store.Tables().Deliveries.RetryNow(t.Context(), p.host())
		if err != nil || r.GivenUp != 1 || r.Waiting != 1 || r.Hosts != 1 {
			t.Errorf("touched %+v, %v", r, err)
		}
		w.batch()
		if got := p.activities(); len(got) != 2 || got[0] != old || got[1] != young {
			t.Errorf("arrived %v", got)
		}
		if n := len(other.activities()); n != 0 {
			t.Errorf("the other server got %d", n)
		}
	})
}

// What is given up because its time is over is told too, once for a server.
func TestWhatExpiresIsTold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.options.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.engine = New(w.options)
		p := w.peer(always(http.StatusAccepted))
		w.setDown(p.host(), true)
		a, b := w.queue("a", p.inbox("inbox")), w.queue("b", p.inbox("inbox"))
		w.until(8 * 24 * time.Hour)
		w.wantState(a, embraye.DeliveryGivenUp)
		w.wantState(b, embraye.DeliveryGivenUp)
		if n := strings.Count(log.String(), "deliveries given up"); n != 1 || !strings.Contains(log.String(), "deliveries=2") {
			t.Errorf("told %d times:\n%s", n, log.String())
		}
	})
}
