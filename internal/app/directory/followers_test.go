package directory_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/directory"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

const day = 24 * time.Hour

// A crowd is an instance with followers on servers of their own.
type crowd struct {
	*apptest.House
	servers map[string]*fedtest.Server
	said    int
}

// follows makes somebody of a server, by its name, follow some of our actors.
func (c *crowd) follows(name string, actors ...string) *fedtest.Actor {
	c.T.Helper()
	s := c.servers[name]
	if s == nil {
		s = c.World.Server(name + ".example")
		c.servers[name] = s
	}
	a := s.Actor("ana")
	for _, handle := range actors {
		c.follow(a, handle)
	}
	c.World.Settle()
	return a
}

func (c *crowd) follow(a *fedtest.Actor, handle string) {
	c.T.Helper()
	c.said++
	status := a.Post(string(c.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
		"id": a.ID + "/follows/" + strings.Repeat("i", c.said), "actor": a.ID, "object": string(c.Site.ActorID(handle))})
	if status != http.StatusAccepted {
		c.T.Fatalf("a Follow of %s: %d", a.ID, status)
	}
}

// publish sends something to all followers.
func (c *crowd) publish() {
	c.T.Helper()
	apptest.PublishOne(c.T, c.Instance)
	c.World.Settle()
}

// left lists whose followers are still there.
func (c *crowd) left() []string {
	c.T.Helper()
	found := map[string]bool{}
	hosts, err := c.Store.Tables().Followers.Hosts(c.Context())
	c.Must(err)
	for _, h := range hosts {
		found[strings.TrimSuffix(h.Host, ".example")] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func (c *crowd) want(when string, names ...string) {
	c.T.Helper()
	slices.Sort(names)
	if got := c.left(); !slices.Equal(got, names) {
		c.T.Errorf("%s: followers from %v, want %v", when, got, names)
	}
}

func (c *crowd) removed() map[embraye.RemovalReason]int {
	c.T.Helper()
	page, err := c.Talk.Followers(c.Context(), c.Who["reader"], "", 0)
	c.Must(err)
	counts := map[embraye.RemovalReason]int{}
	for _, r := range page.Removed {
		counts[r.Reason] = r.Followers
		if r.Since.Before(fedtest.Start) || r.Since.After(c.Clock.Now()) {
			c.T.Errorf("%s is counted since %v", r.Reason, r.Since)
		}
	}
	return counts
}

// Followers of a server that neither answers nor speaks for 60 days are
// removed and counted, others stay.
func TestSilentServersLoseTheirFollowers(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		c := &crowd{House: h, servers: map[string]*fedtest.Server{}}
		well := c.follows("well", "mesure1")
		c.follows("dead", "mesure1", "mesure2")
		c.follows("later", "mesure1")
		c.follows("back", "mesure1")
		c.follows("left", "mesure1")
		for _, name := range []string{"dead", "back", "left"} {
			h.World.Wire.Remove(name + ".example")
		}
		failing := func(*http.Request) int { return http.StatusInternalServerError }
		c.servers["later"].Answer(failing)
		c.publish()
		h.Clock.Advance(5 * day)
		h.World.Settle() // an answer of the one that fails by answers
		h.World.Wire.Remove("later.example")
		everybody := []string{"well", "dead", "later", "back", "left"}

		h.Clock.Advance(54 * day)
		c.follow(well, "mesure1")
		h.Must(directory.PruneFollowers(h.Context(), h.Directory))
		c.want("after 59 days", everybody...)

		h.Clock.Advance(2 * day)
		h.Must(directory.PruneFollowers(h.Context(), h.Directory))
		c.want("while nobody is heard", everybody...)

		for _, name := range []string{"back", "left"} {
			h.World.Wire.Serve(name+".example", c.servers[name])
		}
		c.servers["left"].Put("/users/ana", fedtest.ActivityType, http.StatusGone, nil)
		c.follow(well, "mesure1")
		h.Must(directory.PruneFollowers(h.Context(), h.Directory))
		c.want("after 61 days", "well", "later", "back")
		if got := c.removed(); got[embraye.FollowerSilent] != 1 || got[embraye.FollowerGone] != 1 {
			t.Errorf("removed: %v", got)
		}
		if n, err := h.Store.Tables().Followers.Count(h.Context(), "mesure2"); err != nil || n != 0 {
			t.Errorf("%d follow mesure2, %v", n, err)
		}

		h.World.Wire.Remove("back.example") // which answered five days ago
		h.Clock.Advance(5 * day)
		c.follow(well, "mesure1")
		h.Must(directory.PruneFollowers(h.Context(), h.Directory))
		c.want("60 days after its last answer", "well", "back")
		if got := c.removed(); got[embraye.FollowerSilent] != 2 {
			t.Errorf("removed: %v", got)
		}
	})
}

// A server that speaks to us is not silent, whatever becomes of deliveries.
func TestServersThatSpeakKeepTheirFollowers(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		c := &crowd{House: h, servers: map[string]*fedtest.Server{}}
		well, speaks := c.follows("well", "mesure1"), c.follows("speaks", "mesure1")
		h.World.Wire.Remove("speaks.example")
		c.publish()
		h.Clock.Advance(40 * day)
		c.follow(speaks, "mesure2")
		h.Clock.Advance(30 * day)
		c.follow(well, "mesure1")
		h.Must(directory.PruneFollowers(h.Context(), h.Directory))
		c.want("after 70 days", "well", "speaks")
	})
}

// A follower whose only inbox is gone leaves; one that has another is reached
// there.
func TestInterop23OnlyInboxGone(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		c := &crowd{House: h, servers: map[string]*fedtest.Server{}}
		for _, name := range []string{"gone", "moved"} {
			a := c.world(name)
			c.follow(a, "mesure1")
			h.World.Settle()
			a.Server.Answer(func(r *http.Request) int {
				if strings.HasSuffix(r.URL.Path, "/ana/inbox") {
					return http.StatusGone
				}
				return http.StatusAccepted
			})
			if name == "moved" {
				a.Doc["inbox"] = a.ID + "/in"
				a.Publish()
			}
		}
		c.publish()
		c.want("after a 410", "moved")
		c.servers["moved"].Take()
		c.publish()
		if got := apptest.Messages(c.servers["moved"].Take(), "Create"); len(got) != 1 || got[0].Path != "/users/ana/in" {
			t.Errorf("the new inbox got %v", got)
		}
		if got := c.removed(); got[embraye.FollowerGone] != 1 {
			t.Errorf("removed: %v", got)
		}
	})
}

// world is an actor with a personal inbox alone.
func (c *crowd) world(name string) *fedtest.Actor {
	a := c.follows(name)
	delete(a.Doc, "endpoints")
	a.Publish()
	return a
}
