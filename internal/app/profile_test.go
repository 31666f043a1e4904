package app_test

import (
	"errors"
	"strings"
	"testing"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

// follower makes somebody follow a measure and forgets what they got so far.
func (h *house) follower() (take func() (updated []string)) {
	h.T.Helper()
	server := h.Server("masto.example")
	follow(h.T, h.Instance, server.Actor("fan"))
	h.Settle()
	server.Take()
	return func() (updated []string) {
		h.Settle()
		for _, m := range server.Take() {
			object, isObject := m.JSON["object"].(map[string]any)
			if m.JSON["type"] != "Update" || !isObject {
				h.T.Errorf("they got %v", m.JSON)
				continue
			}
			name, isName := object["name"].(string)
			id, isID := object["id"].(string)
			if !isName || !isID {
				h.T.Errorf("they got %v", object)
			}
			updated = append(updated, strings.TrimPrefix(id, "https://ours.example/actors/")+" "+name)
		}
		return updated
	}
}

// A new profile reaches whoever knows us: those who follow a measure hear of
// the name of its organisation, and of nothing else.
func TestProfile(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		take := h.follower()
		in := app.ProfileInput{Name: "  Les\ncommuns ", Summary: "Qui\r\nnous sommes ", Links: []embraye.ActorLink{{Name: "Site", Href: "https://a.example/"}, {}}}
		h.must(h.App.SetProfile(ctx, admin, in))
		org, err := h.App.Profile(ctx)
		h.must(err)
		if org.Name != "Les communs" || org.Summary != "Qui\nnous sommes" || len(org.Links) != 1 || !org.UpdatedAt.Equal(h.Clock.Now()) {
			t.Errorf("%+v", org)
		}
		actors, err := h.App.Actors(ctx)
		h.must(err)
		for _, a := range actors {
			if a.Kind == embraye.InstanceActor && a.Name != "Les communs" {
				t.Errorf("the instance is called %q", a.Name)
			}
		}
		if got := take(); len(got) != 1 || !strings.HasPrefix(got[0], "mesure1 ") {
			t.Errorf("a new name: %v", got)
		}
		in.Summary = "Autre chose"
		h.must(h.App.SetProfile(ctx, admin, in))
		if got := take(); len(got) != 0 {
			t.Errorf("a new text: %v", got)
		}
	})
}

func TestProfileMistakes(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		before, err := h.App.Profile(ctx)
		h.must(err)
		links := func(n int) (list []embraye.ActorLink) {
			for range n {
				list = append(list, embraye.ActorLink{Name: "Site", Href: "https://a.example/"})
			}
			return list
		}
		for name, tt := range map[string]struct {
			in     app.ProfileInput
			fields []string
		}{
			"nothing":         {app.ProfileInput{Name: " \u200b"}, []string{"org_name"}},
			"too long":        {app.ProfileInput{Name: strings.Repeat("é", 201), Summary: strings.Repeat("é", 501)}, []string{"org_name", "org_summary"}},
			"turned":          {app.ProfileInput{Name: "a\u202eb", Summary: "a\u2067b"}, []string{"org_name", "org_summary"}},
			"no address":      {app.ProfileInput{Name: "N", Links: []embraye.ActorLink{{Name: "Site"}, {Name: "x", Href: "javascript:x"}, {Name: "y", Href: "/y"}}}, []string{"links", "links", "links"}},
			"no name of link": {app.ProfileInput{Name: "N", Links: []embraye.ActorLink{{Href: "https://a.example/"}}}, []string{"links"}},
			"too many links":  {app.ProfileInput{Name: "N", Links: links(11)}, []string{"links"}},
			"no such picture": {app.ProfileInput{Name: "N", IconFile: "../secret.key"}, []string{"file"}},
		} {
			t.Run(name, func(t *testing.T) { wantProblems(t, h.App.SetProfile(ctx, admin, tt.in), tt.fields...) })
		}
		after, err := h.App.Profile(ctx)
		h.must(err)
		if after.Name != before.Name || after.Summary != before.Summary || len(after.Links) != 0 {
			t.Errorf("a mistake changed it: %+v", after)
		}
		h.must(h.App.SetProfile(ctx, admin, app.ProfileInput{Name: "N", Links: links(10)}))
	})
}

// The logo is public while it is the logo.
func TestLogo(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		first, second := h.upload("admin", 40), h.upload("admin", 50)
		set := func(icon string, remove bool) string {
			t.Helper()
			h.must(h.App.SetProfile(ctx, admin, app.ProfileInput{Name: "N", IconFile: icon, RemoveIcon: remove}))
			org, err := h.App.Profile(ctx)
			h.must(err)
			return org.IconFile
		}
		seen := func(when string, wantFirst, wantSecond bool) {
			t.Helper()
			if a, b := h.public(first.Name) == nil, h.public(second.Name) == nil; a != wantFirst || b != wantSecond {
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
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		for _, bad := range []string{"", "Majuscule", "é", "a b", "_a", "a_", "a-b", "instance", "mesure2", "fonds", strings.Repeat("a", 65)} {
			wantProblems(t, h.App.SetOrgHandle(ctx, admin, bad), "org_handle")
		}
		h.must(h.App.SetOrgHandle(ctx, admin, " communs "))
		if org, err := h.App.Profile(ctx); err != nil || org.Handle != "communs" || h.App.Organisation() != "communs" {
			t.Errorf("%+v, %v", org, err)
		}
		if code, _ := page(h.Instance, "/@organisation"); code != 404 {
			t.Errorf("the old handle: %d", code)
		}
		if code, _ := page(h.Instance, "/@communs"); code != 200 {
			t.Errorf("the new handle: %d", code)
		}
	})
}

func TestHandleIsLocked(t *testing.T) {
	for name, heard := range map[string]func(h *house){
		"by a follower of a measure": func(h *house) { follow(h.T, h.Instance, h.Server("masto.example").Actor("fan")) },
		"by a constat":               func(h *house) { publishOne(h.T, h.Instance) },
		"by a constat of the past": func(h *house) {
			h.must(h.App.Withdraw(h.T.Context(), embraye.Operator(), publishOne(h.T, h.Instance), app.WithdrawInput{Reason: "Erreur"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachHouse(t, func(h *house) {
				if locked, err := h.App.OrgHandleLocked(h.Context()); err != nil || locked {
					t.Errorf("locked from the start: %t, %v", locked, err)
				}
				heard(h)
				if locked, err := h.App.OrgHandleLocked(h.Context()); err != nil || !locked {
					t.Errorf("locked %t, %v", locked, err)
				}
				wantProblems(t, h.App.SetOrgHandle(h.Context(), h.people["admin"], "communs"), "org_handle")
				h.must(h.App.SetOrgHandle(h.Context(), h.people["admin"], "organisation")) // as it is
				if h.App.Organisation() != "organisation" {
					t.Errorf("it is called %s now", h.App.Organisation())
				}
			})
		})
	}
}

// A measure is switched on for good, once.
func TestEnableMeasure(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		if code, _ := page(h.Instance, "/@fonds"); code != 404 {
			t.Errorf("before: %d", code)
		}
		h.must(h.App.EnableMeasure(ctx, admin, "m0"))
		h.must(h.App.EnableMeasure(ctx, admin, "m0"))
		if code, _ := page(h.Instance, "/@fonds"); code != 200 {
			t.Errorf("after: %d", code)
		}
		log, err := h.App.Audit(ctx, admin, 0)
		h.must(err)
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
			if err := h.App.EnableMeasure(ctx, admin, bad); !errors.Is(err, embraye.ErrNotFound) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

// Legal texts are written one by one; what nobody wrote is missing, and a
// mistake writes none.
func TestLegalTexts(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		if texts, err := h.App.Legal(ctx); err != nil || len(texts) != 0 {
			t.Errorf("%v, %v", texts, err)
		}
		h.must(h.App.SetLegal(ctx, admin, map[string]string{"director": " Ana ", "host_address": "1 rue\r\n75000 Paris"}))
		wantProblems(t, h.App.SetLegal(ctx, admin, map[string]string{"director": "Eve", "contact": strings.Repeat("a", embraye.MaxText+1)}), "contact")
		wantProblems(t, h.App.SetLegal(ctx, admin, map[string]string{"director": "Eve", "base_url": "https://evil.example"}), "legal")
		wantProblems(t, h.App.SetLegal(ctx, admin, map[string]string{"director": "E\u202eve"}), "director")
		texts, err := h.App.Legal(ctx)
		h.must(err)
		if len(texts) != 2 || texts["director"] != "Ana" || texts["host_address"] != "1 rue\n75000 Paris" {
			t.Errorf("%v", texts)
		}
		h.must(h.App.SetLegal(ctx, admin, map[string]string{"director": ""}))
		if texts, err := h.App.Legal(ctx); err != nil || len(texts) != 1 {
			t.Errorf("%v, %v", texts, err)
		}
		if code, html := page(h.Instance, "/mentions-legales"); code != 200 || !strings.Contains(html, "75000 Paris") {
			t.Errorf("the page: %d", code)
		}
	})
}
