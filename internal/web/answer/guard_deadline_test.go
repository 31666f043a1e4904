package answer

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// timedConn records the read deadlines that a handler sets.
type timedConn struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (c *timedConn) SetReadDeadline(at time.Time) error {
	c.deadlines = append(c.deadlines, at)
	return nil
}

// W70: a body has a deadline from the start, whether we read it or the server
// drains it; it is lifted once the body is there, or the server would take our
// own work for a client that hung up.
func TestW70BodiesHaveADeadline(t *testing.T) {
	h := &Server{now: time.Now, reading: defaultReading, writing: defaultWriting, hosts: hosts{base: "ours.example"}, log: slog.New(slog.DiscardHandler)}
	guarded := h.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10)); err != nil {
				t.Error(err)
			}
		}
	}))
	for path, want := range map[string]int{"/read": 2, "/ignore": 1} {
		w := &timedConn{ResponseRecorder: httptest.NewRecorder()}
		guarded.ServeHTTP(w, httptest.NewRequest("POST", "http://ours.example"+path, strings.NewReader("{}")))
		if len(w.deadlines) != want || w.deadlines[0].IsZero() || time.Until(w.deadlines[0]) > defaultReading.Grace {
			t.Fatalf("%s: deadlines %v", path, w.deadlines)
		}
		if want == 2 && !w.deadlines[1].IsZero() {
			t.Errorf("%s: the deadline stays after the body", path)
		}
	}
	w := &timedConn{ResponseRecorder: httptest.NewRecorder()}
	guarded.ServeHTTP(w, httptest.NewRequest("GET", "http://ours.example/x", nil))
	if len(w.deadlines) != 1 || !w.deadlines[0].IsZero() {
		t.Errorf("a GET without body: %v", w.deadlines)
	}
}
