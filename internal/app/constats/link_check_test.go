package constats_test

import (
	"net/http"
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
