package organisation_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/organisation"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// A new profile reaches whoever knows us: those who follow a measure hear of
// the name of its organisation, and of nothing else.
func TestProfile(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		take := h.Follower()
		in := organisation.ProfileInput{Name: "  Les\ncommuns ", Summary: "Qui\r\nnous sommes ", Links: []embraye.ActorLink{{Name: "Site", Href: "https://a.example/"}, {}}}
		h.Must(h.Organisation.SetProfile(ctx, admin, in))
		org, err := h.Organisation.Profile(ctx)
		h.Must(err)
		if org.Name != "Les communs" || org.Summary != "Qui\nnous sommes" || len(org.Links) != 1 || !org.UpdatedAt.Equal(h.Clock.Now()) {
			t.Errorf("%+v", org)
		}
		actors, err := h.Organisation.Actors(ctx)
		h.Must(err)
		for _, a := range actors {
			if a.Kind == embraye.InstanceActor && a.Name != "Les communs" {
				t.Errorf("the instance is called %q", a.Name)
			}
		}
		if got := take(); len(got) != 1 || !strings.HasPrefix(got[0], "mesure1 ") {
			t.Errorf("a new name: %v", got)
		}
		in.Summary = "Autre chose"
		h.Must(h.Organisation.SetProfile(ctx, admin, in))
		if got := take(); len(got) != 0 {
			t.Errorf("a new text: %v", got)
		}
	})
}

// What another process changes of an account meanwhile is not written over: a key
// that was rotated would sign no more.
func TestWhatAnotherProcessChangesOfAnAccountStays(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		admin, org := h.Who["admin"], h.Site.ActorID("organisation")
		for name, act := range map[string]func(context.Context) error{
			"profile": func(ctx context.Context) error {
				return h.Organisation.SetProfile(ctx, admin, organisation.ProfileInput{Name: "Les communs"})
			},
			"key": func(ctx context.Context) error { return h.Organisation.RotateKey(ctx, admin, "organisation") },
		} {
			h.Must(h.Meanwhile(act, "UPDATE actors SET moved_to = $1 WHERE handle = 'organisation'", "https://"+name+".example/"))
			actor, err := h.Store.Tables().Actors.Take(h.Context(), "organisation")
			if h.Must(err); actor.MovedTo != "https://"+name+".example/" {
				t.Errorf("%s: %s has moved to %q", name, org, actor.MovedTo)
			}
		}
		h.Must(h.Meanwhile(func(ctx context.Context) error { return h.Organisation.EnableMeasure(ctx, admin, "m0") },
			"UPDATE actors SET moved_to = 'https://m0.example/' WHERE handle = 'fonds'"))
		measure, err := h.Store.Tables().Actors.Take(h.Context(), "fonds")
		if h.Must(err); measure.MovedTo != "https://m0.example/" || !measure.Enabled {
			t.Errorf("%+v", measure)
		}
	})
}

func TestProfileMistakes(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		before, err := h.Organisation.Profile(ctx)
		h.Must(err)
		links := func(n int) (list []embraye.ActorLink) {
			for range n {
				list = append(list, embraye.ActorLink{Name: "Site", Href: "https://a.example/"})
			}
			return list
		}
		for name, tt := range map[string]struct {
			in     organisation.ProfileInput
			fields []string
		}{
			"nothing":         {organisation.ProfileInput{Name: " \u200b"}, []string{"org_name"}},
			"too long":        {organisation.ProfileInput{Name: strings.Repeat("é", 201), Summary: strings.Repeat("é", 501)}, []string{"org_name", "org_summary"}},
			"turned":          {organisation.ProfileInput{Name: "a\u202eb", Summary: "a\u2067b"}, []string{"org_name", "org_summary"}},
			"no address":      {organisation.ProfileInput{Name: "N", Links: []embraye.ActorLink{{Name: "Site"}, {Name: "x", Href: "javascript:x"}, {Name: "y", Href: "/y"}}}, []string{"links", "links", "links"}},
			"no name of link": {organisation.ProfileInput{Name: "N", Links: []embraye.ActorLink{{Href: "https://a.example/"}}}, []string{"links"}},
			"too many links":  {organisation.ProfileInput{Name: "N", Links: links(11)}, []string{"links"}},
			"no such picture": {organisation.ProfileInput{Name: "N", IconFile: "../secret.key"}, []string{"file"}},
		} {
			t.Run(name, func(t *testing.T) {
				apptest.WantProblems(t, h.Organisation.SetProfile(ctx, admin, tt.in), tt.fields...)
			})
		}
		after, err := h.Organisation.Profile(ctx)
		h.Must(err)
		if after.Name != before.Name || after.Summary != before.Summary || len(after.Links) != 0 {
			t.Errorf("a mistake changed it: %+v", after)
		}
		h.Must(h.Organisation.SetProfile(ctx, admin, organisation.ProfileInput{Name: "N", Links: links(10)}))
	})
}

// The logo is public while it is the logo.
func TestLogo(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		first, second := h.Upload("admin", 40), h.Upload("admin", 50)
		set := func(icon string, remove bool) string {
			t.Helper()
			h.Must(h.Organisation.SetProfile(ctx, admin, organisation.ProfileInput{Name: "N", IconFile: icon, RemoveIcon: remove}))
			org, err := h.Organisation.Profile(ctx)
			h.Must(err)
			return org.IconFile
		}
		seen := func(when string, wantFirst, wantSecond bool) {
			t.Helper()
			if a, b := h.Public(first.Name) == nil, h.Public(second.Name) == nil; a != wantFirst || b != wantSecond {
				t.Errorf("%s: the first is public %t, the second %t", when, a, b)
			}
		}
		seen("before", false, false)
		if set(first.Name, false) != first.Name || set("", false) != first.Name {
			t.Error("the logo did not stay")
		}
		seen("with the first", true, false)
		set(second.Name, false)
		seen("with the second", false, true)
		if set("", true) != "" {
			t.Error("the logo is still there")
		}
		seen("without", false, false)
	})
}

// The handle of the organisation is free until somebody may have heard of it.
func TestHandleOfTheOrganisation(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		for _, bad := range []string{"", "Majuscule", "é", "a b", "_a", "a_", "a-b", "instance", "mesure2", "fonds", strings.Repeat("a", 65)} {
			apptest.WantProblems(t, h.Organisation.SetHandle(ctx, admin, bad), "org_handle")
		}
		h.Must(h.Organisation.SetHandle(ctx, admin, " communs "))
		if org, err := h.Organisation.Profile(ctx); err != nil || org.Handle != "communs" || h.App.Organisation() != "communs" {
			t.Errorf("%+v, %v", org, err)
		}
		if code, _ := apptest.Page(h.Instance, "/@organisation"); code != 404 {
			t.Errorf("the old handle: %d", code)
		}
		if code, _ := apptest.Page(h.Instance, "/@communs"); code != 200 {
			t.Errorf("the new handle: %d", code)
		}
	})
}

func TestHandleIsLocked(t *testing.T) {
	for name, heard := range map[string]func(h *apptest.House){
		"by a follower of a measure": func(h *apptest.House) { apptest.Follow(h.T, h.Instance, h.Server("masto.example").Actor("fan")) },
		"by a constat":               func(h *apptest.House) { apptest.PublishOne(h.T, h.Instance) },
		"by a constat of the past": func(h *apptest.House) {
			h.Must(h.Constats.Withdraw(h.T.Context(), embraye.Operator(), apptest.PublishOne(h.T, h.Instance), constats.WithdrawInput{Reason: "Erreur"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			apptest.EachHouse(t, func(h *apptest.House) {
				if locked, err := h.Organisation.HandleLocked(h.Context()); err != nil || locked {
					t.Errorf("locked from the start: %t, %v", locked, err)
				}
				heard(h)
				if locked, err := h.Organisation.HandleLocked(h.Context()); err != nil || !locked {
					t.Errorf("locked %t, %v", locked, err)
				}
				apptest.WantProblems(t, h.Organisation.SetHandle(h.Context(), h.Who["admin"], "communs"), "org_handle")
				h.Must(h.Organisation.SetHandle(h.Context(), h.Who["admin"], "organisation")) // as it is
				if h.App.Organisation() != "organisation" {
					t.Errorf("it is called %s now", h.App.Organisation())
				}
			})
		})
	}
}

// A measure is switched on for good, once.
func TestEnableMeasure(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		if code, _ := apptest.Page(h.Instance, "/@fonds"); code != 404 {
			t.Errorf("before: %d", code)
		}
		h.Must(h.Organisation.EnableMeasure(ctx, admin, "m0"))
		h.Must(h.Organisation.EnableMeasure(ctx, admin, "m0"))
		if code, _ := apptest.Page(h.Instance, "/@fonds"); code != 200 {
			t.Errorf("after: %d", code)
		}
		log, err := h.App.Audit(ctx, admin, 0)
		h.Must(err)
		said := 0
		for _, e := range log.Entries {
			if e.Action == "measure.enable" && e.Public {
				said++
			}
		}
		if said != 1 {
			t.Errorf("it is in the journal %d times", said)
		}
		for _, bad := range []string{"", "m9", "mesure2"} {
			if err := h.Organisation.EnableMeasure(ctx, admin, bad); !errors.Is(err, embraye.ErrNotFound) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

// Who follows the organisation hears which accounts it recommends from then on
// (FEP-7aa9).
func TestEnableMeasureTellsOfTheCollection(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ann := h.World.Server("masto.example").Actor("ann")
		follow := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "#follow", "type": "Follow", "actor": ann.ID,
			"object": string(h.Site.ActorID("organisation"))}
		if got := ann.Post(string(h.Site.SharedInbox()), follow); got != 202 {
			t.Fatalf("Follow: %d", got)
		}
		h.Settle()
		ann.Server.Take()
		h.Must(h.Organisation.EnableMeasure(h.Context(), h.Who["admin"], "m0"))
		h.Settle()
		said := ann.Server.Take()
		if len(said) != 1 || said[0].Type() != "Update" {
			t.Fatalf("they heard %v", said)
		}
		c, _ := said[0].JSON["object"].(map[string]any)
		if items, _ := c["orderedItems"].([]any); c["type"] != "FeaturedCollection" || c["id"] != string(h.Site.Collection("organisation", "mesures")) || len(items) != 8 {
			t.Errorf("the collection is now %v", c)
		}
	})
}

// Legal texts are written one by one; what nobody wrote is missing, and a
// mistake writes none.
func TestLegalTexts(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		if texts, err := h.Organisation.Legal(ctx); err != nil || len(texts) != 0 {
			t.Errorf("%v, %v", texts, err)
		}
		h.Must(h.Organisation.SetLegal(ctx, admin, map[string]string{"director": " Ana ", "host_address": "1 rue\r\n75000 Paris"}))
		apptest.WantProblems(t, h.Organisation.SetLegal(ctx, admin, map[string]string{"director": "Eve", "contact": strings.Repeat("a", embraye.MaxText+1)}), "contact")
		apptest.WantProblems(t, h.Organisation.SetLegal(ctx, admin, map[string]string{"director": "Eve", "base_url": "https://evil.example"}), "legal")
		apptest.WantProblems(t, h.Organisation.SetLegal(ctx, admin, map[string]string{"director": "E\u202eve"}), "director")
		texts, err := h.Organisation.Legal(ctx)
		h.Must(err)
		if len(texts) != 2 || texts["director"] != "Ana" || texts["host_address"] != "1 rue\n75000 Paris" {
			t.Errorf("%v", texts)
		}
		h.Must(h.Organisation.SetLegal(ctx, admin, map[string]string{"director": ""}))
		if texts, err := h.Organisation.Legal(ctx); err != nil || len(texts) != 1 {
			t.Errorf("%v, %v", texts, err)
		}
		if code, html := apptest.Page(h.Instance, "/mentions-legales"); code != 200 || !strings.Contains(html, "75000 Paris") {
			t.Errorf("the page: %d", code)
		}
	})
}
