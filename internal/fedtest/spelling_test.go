package fedtest

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"embraye/internal/httpsig"
)

// K21: an id is the string that it is, so one actor is never two: neither its
// own messages nor a neighbour's are taken under another spelling.
func TestK21OneIdentityNeverTwo(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		server := s.server("peer.example")
		root := caseActor{Path: "/", ID: casePeer, Key: casePeer + "#main-key", Inbox: casePeer + "/inbox", Name: "root"}.appear(server)
		plain := caseActor{Path: "/@%C3%A9tienne", ID: casePeer + "/@étienne", Key: casePeer + "/@étienne#main-key", Inbox: casePeer + "/in", Name: "etienne"}.appear(server)
		mal := server.Actor("mal")
		n := 0
		follow := func(signer *Actor, key, actor string, scheme httpsig.Scheme) int {
			n++
			body := Body(t, map[string]any{"@context": asContext, "id": fmt.Sprintf("%s/f/%d", casePeer, n), "type": "Follow", "actor": actor, "object": s.measure()})
			a := *signer
			a.KeyID = key
			return s.w.Do(a.RequestAs(s.inbox(), body, scheme))
		}
		for _, c := range []struct {
			name       string
			signer     *Actor
			key, actor string
			scheme     httpsig.Scheme
			want       int
		}{
			{"the root as it is", root, root.KeyID, root.ID, httpsig.Cavage, 202},
			{"its key with the slash", root, casePeer + "/#main-key", root.ID, httpsig.Cavage, 202},
			{"letters as they are", plain, plain.KeyID, plain.ID, httpsig.Cavage, 202},
			{"its key in ASCII, as RFC 9421 has to write it", plain, casePeer + "/@%C3%A9tienne#main-key", plain.ID, httpsig.RFC9421, 202},
			{"the root with a slash", root, root.KeyID, casePeer + "/", httpsig.Cavage, 401},
			{"the root and its key with a slash", root, casePeer + "/#main-key", casePeer + "/", httpsig.Cavage, 401},
			{"letters escaped", plain, plain.KeyID, casePeer + "/@%C3%A9tienne", httpsig.Cavage, 401},
			{"letters and key escaped", plain, casePeer + "/@%C3%A9tienne#main-key", casePeer + "/@%C3%A9tienne", httpsig.Cavage, 401},
			{"letters in two parts", plain, plain.KeyID, casePeer + "/@e\u0301tienne", httpsig.Cavage, 403},
			{"host in capitals", root, root.KeyID, "https://PEER.example", httpsig.Cavage, 400},
			{"default port", root, root.KeyID, casePeer + ":443", httpsig.Cavage, 400},
			{"a neighbour as the root", mal, mal.KeyID, root.ID, httpsig.Cavage, 403},
			{"a neighbour with the root's key id", mal, root.KeyID, root.ID, httpsig.Cavage, 401},
			{"a neighbour as somebody escaped", mal, mal.KeyID, casePeer + "/@%C3%A9tienne", httpsig.Cavage, 403},
		} {
			if got := follow(c.signer, c.key, c.actor, c.scheme); got != c.want {
				t.Errorf("%s: answered %d, want %d", c.name, got, c.want)
			}
		}
		followers := 0
		for _, line := range s.state() {
			if strings.Contains(line, " is followed by ") {
				followers++
			}
		}
		if followers != 2 {
			t.Errorf("%d followers, want 2: %q", followers, s.state())
		}
	})
}

// K23: a server that cannot be asked now makes the sender come again; what does
// not concern us costs it nothing.
func TestK23NamedPostsAreFetchedWithCare(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		a := s.server("peer.example").Actor("ann")
		var status, asked atomic.Int64
		late := note(a, "notes/late", "inReplyTo", s.constat())
		a.Server.Handle("/notes/late", func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", ActivityType)
			w.WriteHeader(int(status.Load()))
			w.Write(Body(t, late))
		})
		create := activity(a, "Create", "creates/1", late["id"])
		for _, c := range []struct {
			name                   string
			serves, want, requests int64
			activity               any
		}{
			{"away", 503, 503, 1, create},
			{"too much", 429, 503, 1, create},
			{"an Update of what we do not have", 200, 202, 0, activity(a, "Update", "updates/1", late["id"])},
			{"there", 200, 202, 1, create},
			{"told again", 200, 202, 0, activity(a, "Create", "creates/2", late["id"])},
			{"not there", 404, 202, 0, activity(a, "Create", "creates/3", late["id"])},
		} {
			status.Store(c.serves)
			before := asked.Load()
			if got := a.Post(s.inbox(), c.activity); int64(got) != c.want || asked.Load()-before != c.requests {
				t.Errorf("%s: answered %d after %d requests, want %d after %d", c.name, got, asked.Load()-before, c.want, c.requests)
			}
		}
		replies := 0
		for _, line := range s.state() {
			if strings.HasPrefix(line, "reply ") {
				replies++
			}
		}
		if replies != 1 {
			t.Errorf("%d replies: %q", replies, s.state())
		}
	})
}
