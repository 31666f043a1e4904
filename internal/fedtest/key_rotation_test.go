package fedtest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// caching is a server that keeps the first key that it sees of an actor and
// never looks again, as GoToSocial does; only an Update signed by the key that
// it knows brings another one, and that a moment after it was answered 202.
type caching struct {
	s       *scene
	server  *Server
	lag     time.Duration
	refuses func(m Message) int // before anything is looked at; 0 goes on

	mu      sync.Mutex
	keys    map[string]string
	adopted map[string]time.Time // when the new key counts
	next    map[string]string
	took    []Message
	refused []Message
}

func (s *scene) caching(host string, lag time.Duration) *caching {
	c := &caching{s: s, server: s.server(host), lag: lag, keys: map[string]string{}, adopted: map[string]time.Time{}, next: map[string]string{}}
	return c
}

// someone is an account there, with a personal inbox and no shared one.
func (c *caching) someone(name string) *Actor {
	a := c.server.Actor(name)
	delete(a.Doc, "endpoints")
	a.Publish()
	c.server.Handle("/users/"+name+"/inbox", c.inbox)
	return a
}

func (c *caching) inbox(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m := Message{Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	json.Unmarshal(body, &m.JSON)
	rw.WriteHeader(c.judge(m))
}

func (c *caching) judge(m Message) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuses != nil {
		if status := c.refuses(m); status != 0 {
			c.refused = append(c.refused, m)
			return status
		}
	}
	actor, _ := m.JSON["actor"].(string)
	if at, ok := c.adopted[actor]; ok && !c.s.w.Clock.Now().Before(at) {
		c.keys[actor] = c.next[actor]
		delete(c.adopted, actor)
	}
	if c.keys[actor] == "" {
		c.keys[actor] = c.s.pem(actor)
	}
	if c.s.verify(m, c.server.Base, c.keys[actor]) != nil {
		c.refused = append(c.refused, m)
		return http.StatusUnauthorized
	}
	c.took = append(c.took, m)
	if m.Type() == "Update" && m.ObjectID() == actor {
		key, _ := object(m)["publicKey"].(map[string]any)
		c.next[actor], _ = key["publicKeyPem"].(string)
		c.adopted[actor] = c.s.w.Clock.Now().Add(c.lag)
	}
	return http.StatusAccepted
}

// taken lists the types that were taken since the last time.
func (c *caching) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := types(c.took)
	c.took = nil
	return out
}

// pem is the key in an actor's document now.
func (s *scene) pem(actor string) string {
	resp := s.w.Get(actor, ActivityType)
	defer resp.Body.Close()
	var doc struct {
		PublicKey struct{ PublicKeyPem string }
	}
	json.NewDecoder(resp.Body).Decode(&doc)
	return doc.PublicKey.PublicKeyPem
}

func (s *scene) rotate(handle string) {
	s.t.Helper()
	if err := s.in.Organisation.RotateKey(s.t.Context(), embraye.Operator(), handle); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) publish() {
	s.t.Helper()
	if _, err := s.in.Constats.Publish(s.t.Context(), embraye.Operator(), sample()); err != nil {
		s.t.Fatal(err)
	}
}

// within lets seconds pass until the server has taken what is wanted.
func (c *caching) within(d time.Duration, want ...string) {
	c.s.t.Helper()
	var got []string
	for range d / time.Second {
		c.s.w.Settle()
		if got = append(got, c.taken()...); len(got) >= len(want) {
			break
		}
		c.s.w.Clock.Advance(time.Second)
	}
	if !slices.Equal(got, want) {
		c.s.t.Errorf("%s took %v within %s, want %v", c.server.Host, got, d, want)
	}
}

// A server that knows the old key and has no follower of the actor is told the
// new one when it refuses it, by the old one.
func TestT20KeyRotationReachesServersThatOnlyKnowTheOldKey(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		c := s.caching("gts.example", 0)
		bo := c.someone("bo")
		s.send(bo, follow(bo, "one", s.measure()))
		c.within(time.Second, "Accept")
		s.send(bo, map[string]any{"id": bo.ID + "#undo", "type": "Undo", "actor": bo.ID,
			"object": map[string]any{"id": bo.Server.Base + "/one", "type": "Follow", "actor": bo.ID, "object": s.measure()}})
		s.rotate("mesure2")
		s.w.Clock.Advance(24 * time.Hour)
		s.rotate("mesure2") // even twice
		s.w.Settle()
		s.send(bo, follow(bo, "two", s.measure()))
		c.within(time.Second, "Update", "Accept")
		s.publish()
		c.within(time.Second, "Create")
		if n := len(c.refused); n > 4 {
			t.Errorf("%d requests were refused", n)
		}
	})
}

// A server that takes the new key a moment after it answered.
func TestT20T21NewKeyThatIsUsedAMomentLater(t *testing.T) {
	s := newScene(t, "sqlite")
	c := s.caching("gts.example", 3*time.Second)
	bo := c.someone("bo")
	s.send(bo, follow(bo, "one", s.measure()))
	c.within(time.Second, "Accept")
	for range 3 {
		s.rotate("mesure2")
		s.publish()
		s.w.Settle()
		if got := c.taken(); !slices.Equal(got, []string{"Update"}) {
			t.Fatalf("at once it took %v", got)
		}
		s.w.Clock.Advance(3 * time.Second)
		c.within(10*time.Second, "Create")
		s.w.Clock.Advance(time.Hour)
	}
}

// What waits from before the rotation goes out although the server has looked
// up the new key since.
func TestT20OldSignatureAtAServerThatKnowsTheNewKey(t *testing.T) {
	s := newScene(t, "sqlite")
	c := s.caching("masto.example", 0)
	ann := c.someone("ann")
	s.send(ann, follow(ann, "one", s.measure()))
	c.within(time.Second, "Accept")
	down := true
	c.refuses = func(Message) int {
		if down {
			return http.StatusServiceUnavailable
		}
		return 0
	}
	s.publish()
	s.w.Settle()
	s.rotate("mesure2")
	s.w.Settle()
	down = false
	c.keys[s.measure()] = s.pem(s.measure())
	s.w.Clock.Advance(2 * time.Minute)
	c.within(time.Second, "Create", "Update")
}

// Whoever never had another key is asked as before: nothing is sent twice.
func TestT20RefusalWithoutARotationIsNoReasonToTellAKey(t *testing.T) {
	s := newScene(t, "sqlite")
	c := s.caching("strict.example", 0)
	ann := c.someone("ann")
	c.refuses = func(Message) int { return http.StatusForbidden }
	s.send(ann, follow(ann, "one", s.measure()))
	s.w.Settle()
	if len(c.refused) != 1 {
		t.Errorf("%d requests, want 1", len(c.refused))
	}
}

// What follows a key's Update to a server waits until that was taken, even when
// the Update is refused so often that others pass.
func TestT21NothingOvertakesTheUpdateThatTellsTheKey(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		c := s.caching("gts.example", 0)
		bo := c.someone("bo")
		for _, actor := range []string{"mesure2", "mesure3"} {
			s.send(bo, follow(bo, "follow-"+actor, string(s.in.Site.ActorID(actor))))
		}
		c.within(time.Second, "Accept", "Accept")
		refusing := true
		c.refuses = func(m Message) int {
			if refusing && m.Type() == "Update" {
				return http.StatusInternalServerError
			}
			return 0
		}
		s.rotate("mesure2")
		s.publish()
		s.w.Clock.Advance(time.Second)
		s.send(bo, follow(bo, "again", string(s.in.Site.ActorID("mesure3")))) // another actor's answer may pass
		for range 60 {
			s.w.Settle()
			s.w.Clock.Advance(time.Minute)
		}
		if got := c.taken(); !slices.Equal(got, []string{"Accept"}) {
			t.Fatalf("while the Update is refused it took %v, want the other actor's Accept", got)
		}
		refusing = false
		for range 60 {
			s.w.Settle()
			s.w.Clock.Advance(10 * time.Minute)
		}
		if got := c.taken(); !slices.Equal(got, []string{"Update", "Create"}) {
			t.Errorf("then it took %v", got)
		}
	})
}
