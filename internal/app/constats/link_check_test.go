package constats_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// A link is dead when it failed several days in a row, and alive again when it
// answers or when no constat names it.
func TestDeadLinks(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		answer := map[string]int{"/appel": 200, "/gone": 404, "/shy": 403}
		asked := 0
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.WriteHeader(answer[r.URL.Path])
		}))
		in := apptest.Complete()
		for _, path := range []string{"/gone", "/shy"} {
			in.Evidence = append(in.Evidence, embraye.Evidence{Href: "https://preuve.example" + path})
		}
		in.Evidence = append(in.Evidence, embraye.Evidence{Href: "https://nowhere.example/"})
		d := h.Draft("editor", in)
		out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		dead := func(by string) (list []string) {
			h.T.Helper()
			start, err := h.Drafts.Start(h.Context(), h.Who[by])
			h.Must(err)
			for _, c := range start.DeadLinks {
				list = append(list, c.Href+" "+c.Reason)
				if c.UpdateID != out.Update.ID {
					t.Errorf("%s is named by %s", c.Href, c.UpdateID)
				}
			}
			return list
		}
		for day := range embraye.DeadAfter {
			if got := dead("reviewer"); len(got) != 0 {
				t.Errorf("day %d: %q", day, got)
			}
			h.Must(h.Constats.CheckLinks(h.Context()))
			before := asked
			h.Must(h.Constats.CheckLinks(h.Context()))
			if asked != before {
				t.Errorf("day %d: pages are asked twice", day)
			}
			h.Clock.Advance(25 * time.Hour)
		}
		if got := dead("reviewer"); len(got) != 2 || got[0] != "https://nowhere.example/ unreachable" || got[1] != "https://preuve.example/gone 404" {
			t.Errorf("dead: %q", got)
		}
		if got := dead("editor"); len(got) != 0 {
			t.Errorf("an editor, who cannot correct it, is told of %q", got)
		}
		answer["/gone"] = 200
		h.Must(h.Constats.CheckLinks(h.Context()))
		if got := dead("reviewer"); len(got) != 1 {
			t.Errorf("still dead: %q", got)
		}
		h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], out.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		h.Must(h.Constats.CheckLinks(h.Context()))
		if got := dead("reviewer"); len(got) != 0 {
			t.Errorf("links of a withdrawn constat: %q", got)
		}
	})
}

// A look is of a page, whichever passages are named, and a task belongs to a constat
// that stands and still names it.
func TestADeadPageBelongsToAConstatThatNamesIt(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		asked := map[string]int{}
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked[r.URL.Path]++
			w.WriteHeader(http.StatusNotFound)
		}))
		const page = "https://preuve.example/gone"
		linked := func(hrefs ...string) *constats.Published { h.Clock.Advance(time.Second); return h.Linked(hrefs...) }
		first, second, third := linked(page+"#a", page+"#b"), linked(page), linked(page+"#:~:text=c")
		h.Must(h.Constats.CheckNewLinks(h.Context(), first.Update.ID))
		h.Must(h.Constats.CheckNewLinks(h.Context(), second.Update.ID))
		if asked["/gone"] != 1 {
			t.Errorf("asked for %d times", asked["/gone"])
		}
		lookFor(h, embraye.DeadAfter)
		if asked["/gone"] != 1+embraye.DeadAfter || len(failures(h)) != 1 {
			t.Errorf("asked for %d times, %v", asked["/gone"], failures(h))
		}
		dead := func(want ...string) {
			h.T.Helper()
			start, err := h.Drafts.Start(h.Context(), h.Who["reviewer"])
			h.Must(err)
			var got []string
			for _, l := range start.DeadLinks {
				got = append(got, l.Href+" "+l.UpdateID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("tasks %q, want %q", got, want)
			}
		}
		dead(page + " " + third.Update.ID)
		h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], third.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		dead(page + " " + second.Update.ID)
		shown, err := h.Store.Pages().ConstatPage(h.Context(), first.Update.ID)
		if h.Must(err); !shown.Dead[page] {
			t.Errorf("the page of the constat says %v", shown.Dead)
		}
		content := second.Update.Content
		content.Evidence = []embraye.Evidence{{Href: "https://preuve.example/other"}}
		_, err = h.Constats.Revise(h.Context(), h.Who["reviewer"], second.Update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Lien mort", Content: content})
		h.Must(err)
		dead(page + " " + first.Update.ID)
		h.Must(h.Constats.Withdraw(h.Context(), h.Who["reviewer"], first.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		dead()
		lookFor(h, 1)
		if _, known := failures(h)[page]; known {
			t.Error("a page that no constat names is looked at")
		}
	})
}

// Without a network of our own nothing is known about others.
func TestLinksAreNotBlamedForOurNetwork(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", apptest.Complete())
		_, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.Must(err)
		for range embraye.DeadAfter {
			h.Must(h.Constats.CheckLinks(h.Context()))
			h.Clock.Advance(25 * time.Hour)
		}
		if all, err := h.Store.Tables().LinkChecks.All(h.Context()); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
	})
}

// failures is what is noted: failures by address.
func failures(h *apptest.House) map[string]int {
	h.T.Helper()
	all, err := h.Store.Tables().LinkChecks.All(h.Context())
	h.Must(err)
	noted := map[string]int{}
	for _, c := range all {
		noted[c.Href] = c.Failures
	}
	return noted
}

func lookFor(h *apptest.House, days int) {
	h.T.Helper()
	for range days {
		h.Clock.Advance(25 * time.Hour)
		h.Must(h.Constats.CheckLinks(h.Context()))
	}
}

func answering(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

// From the second day on the gone server is alone in what is due.
func TestT06AGoneServerIsFoundDead(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		for _, host := range []string{"alive.example", "gone.example"} {
			h.World.Wire.Serve(host, http.HandlerFunc(answering))
		}
		h.Linked("https://alive.example/", "https://gone.example/")
		lookFor(h, 1)
		h.World.Wire.Remove("gone.example")
		lookFor(h, 7+embraye.DeadAfter)
		if got := failures(h); got["https://gone.example/"] < embraye.DeadAfter || got["https://alive.example/"] != 0 || len(got) != 2 {
			t.Errorf("failures %v", got)
		}
	})
}

// When the server that answered is silent too, it is we who are cut off.
func TestT06WithoutNetworkNothingIsNoted(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		h.World.Wire.Serve("alive.example", http.HandlerFunc(answering))
		h.Linked("https://alive.example/", "https://gone.example/")
		lookFor(h, 1)
		h.World.Wire.Remove("alive.example")
		lookFor(h, 10)
		if got := failures(h); got["https://gone.example/"] != 1 || got["https://alive.example/"] != 0 {
			t.Errorf("failures %v", got)
		}
	})
}

// Servers that take what we send are known to answer, too.
func TestT06FollowersServersTellThatWeAreOnline(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ann := h.World.Server("home.example").Actor("ann")
		ann.Post(string(h.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "/follow",
			"type": "Follow", "actor": ann.ID, "object": string(h.Site.ActorID("mesure2"))})
		h.World.Settle()
		h.Linked("https://gone.example/")
		h.World.Settle()
		lookFor(h, embraye.DeadAfter)
		if got := failures(h); got["https://gone.example/"] != embraye.DeadAfter {
			t.Errorf("failures %v", got)
		}
	})
}

// More silent links than one batch has do not hide the one that answers.
func TestT06SilentLinksStarveNobody(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		asked := 0
		h.World.Wire.Serve("alive.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			answering(w, r)
		}))
		h.Linked("https://alive.example/")
		var silent []string
		for n := range 31 {
			silent = append(silent, fmt.Sprintf("https://silent%d.example/", n))
		}
		h.Linked(silent...)
		lookFor(h, 1)
		h.Must(h.Constats.CheckLinks(h.Context()))
		if got := failures(h); len(got) != 32 || asked == 0 {
			t.Fatalf("%d links looked at, the living one %d times", len(got), asked)
		}
		lookFor(h, 1)
		h.Must(h.Constats.CheckLinks(h.Context()))
		for href, n := range failures(h) {
			if want := 2; n != want && href != "https://alive.example/" {
				t.Errorf("%s: %d failures, want %d", href, n, want)
			}
		}
	})
}

// A list of blocked servers that cannot be read says nothing about a page.
func TestT06OurOwnTroubleIsNotedOfNoPage(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		away := false
		for _, host := range []string{"one.example", "two.example"} {
			h.World.Wire.Serve(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !away {
					away = true
					h.Away("domain_blocks")
				}
				answering(w, r)
			}))
		}
		h.Linked("https://one.example/", "https://two.example/")
		h.WantErr(h.Constats.CheckLinks(h.Context()), embraye.ErrUnavailable)
		h.Back("domain_blocks")
		if got := failures(h); len(got) != 0 || !away {
			t.Errorf("noted %v", got)
		}
		h.Must(h.Constats.CheckLinks(h.Context()))
		if got := failures(h); len(got) != 2 || got["https://one.example/"]+got["https://two.example/"] != 0 {
			t.Errorf("afterwards %v", got)
		}
	})
}
