package fedtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// picky serves an actor as programs do that answer by the Accept header, and
// keeps what was asked.
func picky(a *Actor, answer func(accept string) (contentType string, status int)) (asked func() []string) {
	var mu sync.Mutex
	var list []string
	a.Server.Handle(strings.TrimPrefix(a.ID, a.Server.Base), func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		list = append(list, r.Header.Get("Accept"))
		mu.Unlock()
		contentType, status := answer(r.Header.Get("Accept"))
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		if status == http.StatusOK {
			json.NewEncoder(w).Encode(a.Doc)
		}
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), list...)
	}
}

const (
	activityAlone = "application/activity+json"
	ldBare        = "application/ld+json"
)

func TestN03OneTypeIsAskedForFirst(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		w := New(t, Config{Kind: kind}, "us.example")
		in := w.Instances[0]
		follow := func(a *Actor, n string) int {
			return a.Post(string(in.Site.SharedInbox()), map[string]any{"@context": asContext, "id": a.ID + "#f" + n, "type": "Follow", "actor": a.ID, "object": in.Site.ActorID("mesure2")})
		}
		t.Run("N03 Epicyon: ld+json to whoever names both", func(t *testing.T) {
			a := w.Server("epicyon.example").Actor("ida")
			asked := picky(a, func(accept string) (string, int) {
				if accept == activityAlone {
					return activityAlone, 200
				}
				return ldBare, 200
			})
			if status := follow(a, "1"); status != 202 || len(asked()) != 1 {
				t.Errorf("answered %d after %q", status, asked())
			}
		})
		t.Run("N03 once more with both", func(t *testing.T) {
			for host, refuse := range map[string]func() (string, int){
				"bare.example":   func() (string, int) { return ldBare, 200 },
				"barren.example": func() (string, int) { return "text/plain", 406 },
			} {
				a := w.Server(host).Actor("jo")
				asked := picky(a, func(accept string) (string, int) {
					if strings.Contains(accept, "ld+json") {
						return `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, 200
					}
					return refuse()
				})
				if status := follow(a, "1"); status != 202 || len(asked()) != 2 {
					t.Errorf("%s: answered %d after %q", host, status, asked())
				}
			}
		})
		t.Run("N03 not for other failures", func(t *testing.T) {
			a := w.Server("gone.example").Actor("kim")
			asked := picky(a, func(string) (string, int) { return "text/plain", 404 })
			if status := follow(a, "1"); status != 401 || len(asked()) != 1 {
				t.Errorf("answered %d after %q", status, asked())
			}
			a = w.Server("html.example").Actor("kim")
			asked = picky(a, func(string) (string, int) { return "text/html", 200 })
			if status := follow(a, "1"); status != 401 || len(asked()) != 1 {
				t.Errorf("HTML: answered %d after %q", status, asked())
			}
		})
	})
}

// Somebody whose server answered wrongly tries again: a Follow is looked at
// again after a minute, other things after ten, and the log says why not.
func TestN03ARefusedFollowIsLookedAtSooner(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		var log bytes.Buffer
		w := New(t, Config{Kind: kind, Log: &syncWriter{w: &log}}, "us.example")
		in := w.Instances[0]
		a := w.Server("odd.example").Actor("lou")
		well := false
		asked := picky(a, func(string) (string, int) {
			if well {
				return activityAlone, 200
			}
			return ldBare, 200
		})
		say := func(kind string, n string) int {
			return a.Post(string(in.Site.SharedInbox()), map[string]any{"@context": asContext, "id": a.ID + "#" + n, "type": kind, "actor": a.ID, "object": in.Site.ActorID("mesure2")})
		}
		for _, n := range []string{"1", "2", "3"} { // the second looks at once, since a key may just have been made
			if status := say("Follow", n); status != 401 {
				t.Fatalf("Follow %s was answered %d", n, status)
			}
		}
		before := len(asked())
		if !strings.Contains(log.String(), "a moment ago: fetch "+a.ID) || !strings.Contains(log.String(), "media type") {
			t.Errorf("the log does not tell the remembered reason:\n%s", log.String())
		}
		well = true
		w.Clock.Advance(30 * time.Second)
		if status := say("Follow", "4"); status != 401 || len(asked()) != before {
			t.Errorf("after half a minute: %d, %d requests", status, len(asked())-before)
		}
		w.Clock.Advance(35 * time.Second)
		if status := say("Block", "5"); status != 401 || len(asked()) != before {
			t.Errorf("no Follow, after a minute: %d, %d requests", status, len(asked())-before)
		}
		if status := say("Follow", "6"); status != 202 || len(asked()) != before+1 {
			t.Errorf("a Follow, after a minute: %d, %d requests", status, len(asked())-before)
		}
	})
}

// syncWriter is a buffer that requests may write to at the same time.
type syncWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
