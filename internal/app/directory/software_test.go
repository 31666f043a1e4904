package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/app/directory"
	"embraye/internal/apptest"
	"embraye/internal/fedtest"
)

// Who runs software that is known to verify Ed25519 gets it, and if it refuses,
// for a week what everybody gets.
func TestServersAreAskedWhatTheyRun(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		c := &crowd{House: h, servers: map[string]*fedtest.Server{}}
		for name, software := range map[string]string{
			"new": `{"name":"mastodon","version":"4.7.0"}`, "alpha": `{"name":"mastodon","version":"4.10.0-alpha.1+glitch"}`, "five": `{"name":"mastodon","version":"5.0.0"}`,
			"other": `{"name":"embraye","version":"0.1"}`, "refuses": `{"name":"mastodon","version":"4.7.2"}`,
			"old": `{"name":"mastodon","version":"4.6.5"}`, "odd": `{"name":"mastodon","version":"nightly"}`, "tube": `{"name":"peertube","version":"8.0.0"}`, "mute": "",
		} {
			c.follows(name, "mesure1")
			runs(c.servers[name], software)
		}
		c.publish()
		for _, s := range c.servers {
			s.Take()
		}
		for range 2 { // the second turn asks nobody
			h.Must(directory.AskSoftware(h.Context(), h.Directory))
		}
		for name := range c.servers {
			if n := asked(h, name); n != 1 {
				t.Errorf("%s was asked %d times", name, n)
			}
		}
		c.servers["refuses"].Answer(func(r *http.Request) int {
			if r.Header.Get("Signature-Input") != "" {
				return http.StatusUnauthorized
			}
			return http.StatusAccepted
		})
		c.publish()
		for name, want := range map[string]string{"new": "ed25519", "alpha": "ed25519", "five": "ed25519", "other": "ed25519", "refuses": "ed25519 cavage",
			"old": "cavage", "odd": "cavage", "tube": "cavage", "mute": "cavage"} {
			if got := schemes(c.servers[name]); got != want {
				t.Errorf("%s got %q, want %q", name, got, want)
			}
		}
		h.Clock.Advance(6 * day)
		c.publish()
		if got := schemes(c.servers["refuses"]); got != "cavage" {
			t.Errorf("six days after a refusal: %q", got)
		}
		h.Clock.Advance(2 * day)
		runs(c.servers["old"], `{"name":"mastodon","version":"4.7.1"}`) // was upgraded
		h.Must(directory.AskSoftware(h.Context(), h.Directory))
		for _, s := range c.servers {
			s.Take()
		}
		c.publish()
		for name, want := range map[string]string{"refuses": "ed25519 cavage", "old": "ed25519", "tube": "cavage"} {
			if got := schemes(c.servers[name]); got != want {
				t.Errorf("eight days later %s got %q, want %q", name, got, want)
			}
		}
	})
}

// runs serves the NodeInfo of a server.
func runs(s *fedtest.Server, software string) {
	if software == "" {
		return
	}
	s.Put("/.well-known/nodeinfo", "application/json", http.StatusOK,
		fmt.Appendf(nil, `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"%s/nodeinfo/2.0"}]}`, s.Base))
	s.Put("/nodeinfo/2.0", "application/json", http.StatusOK, fmt.Appendf(nil, `{"version":"2.0","software":%s,"protocols":["activitypub"]}`, software))
}

func asked(h *apptest.House, name string) (n int) {
	for _, r := range h.World.Wire.Requests(name + ".example") {
		if r.Path == "/.well-known/nodeinfo" {
			n++
		}
	}
	return n
}

// schemes names the signatures of the Creates that arrived, and forgets them.
func schemes(s *fedtest.Server) string {
	var all []string
	for _, m := range apptest.Messages(s.Take(), "Create") {
		switch {
		case strings.Contains(m.Header.Get("Signature-Input"), `alg="ed25519"`):
			all = append(all, "ed25519")
		case m.Header.Get("Signature-Input") != "":
			all = append(all, "rfc9421")
		default:
			all = append(all, "cavage")
		}
	}
	return strings.Join(all, " ")
}
