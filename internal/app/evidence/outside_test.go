package evidence_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// The web archive is asked with the keys, in three tries at most; what it says is
// kept in a word.
func TestAWebArchiveIsAskedThreeTimes(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		h.App.Copies.Outside = "access:secret"
		answers := map[string][]string{"POST": {`{"status":"error","status_ext":"error:too-many-requests"}`, `{"job_id":"spn2-1"}`},
			"GET": {`{"status":"pending"}`, `{"status":"success","timestamp":"20260501100000","original_url":"https://preuve.example/page"}`}}
		h.World.Wire.Serve("web.archive.org", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "LOW access:secret" || r.Method == "POST" && r.FormValue("url") == "" {
				t.Errorf("asked %s %s by %q", r.Method, r.URL, r.Header.Get("Authorization"))
			}
			left := answers[r.Method]
			if len(left) == 0 {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			answers[r.Method] = left[1:]
			fmt.Fprint(w, left[0])
		}))
		ask := func(path string) embraye.EvidenceCopy {
			h.T.Helper()
			c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+path)
			h.Must(err)
			do(h)
			for range 10 {
				next, err := h.Evidence.Do(h.Context(), embraye.CopyOutside+c.ID, finish)
				h.Must(err)
				if next.IsZero() {
					break
				}
				h.Clock.Advance(next.Sub(h.Clock.Now()))
			}
			return copies(h)[path]
		}
		before := h.Clock.Now()
		c := ask("/page")
		if c.Outside != embraye.OutsideDone || c.ArchivedAt != "https://web.archive.org/web/20260501100000/https://preuve.example/page" || h.Clock.Now().Sub(before) < 6*time.Hour {
			t.Errorf("%s at %q after %s", c.Outside, c.ArchivedAt, h.Clock.Now().Sub(before))
		}
		if c = ask("/app"); c.Outside != embraye.OutsideFailed || c.OutsideSaid != "keys" || c.OutsideTries != 3 || c.State != embraye.CopyKept {
			t.Errorf("%s, %q, %d tries", c.Outside, c.OutsideSaid, c.OutsideTries)
		}
	})
}

// An archive that says that a copy is under way, and not which, has refused it.
func TestAWebArchiveThatNamesNoJobIsAskedAgain(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		h.App.Copies.Outside = "access:secret"
		h.World.Wire.Serve("web.archive.org", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"pending"}`) }))
		c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		do(h)
		next, err := h.Evidence.Do(h.Context(), embraye.CopyOutside+c.ID, finish)
		h.Must(err)
		if got := copies(h)["/page"]; got.OutsideTries != 1 || got.OutsideSaid != "refused" || !next.After(h.Clock.Now()) {
			t.Errorf("%d tries, %q, the next at %s", got.OutsideTries, got.OutsideSaid, next)
		}
	})
}
