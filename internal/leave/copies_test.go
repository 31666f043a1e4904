package leave_test

import (
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/evidence"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/leave"
)

// Of the copies of pages those go along that everybody can see whole: not those of
// editors, nor those of a constat that was withdrawn.
func TestPublicCopiesAreTakenAlong(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: "sqlite"}, "ours.example", "theirs.example")
	h := &house{t, w, w.Instances[0], w.Instances[1]}
	h.ours.App.Copies.On = true
	files := map[string]string{}
	var last string
	for name, licence := range map[string]string{"libre": "CC BY 4.0", "gardee": "", "retiree": "CC BY 4.0"} {
		href := "https://preuve.example/" + name
		draft := apptest.Complete()
		draft.Title, draft.Evidence = name, []embraye.Evidence{{Href: href}}
		p, err := h.ours.Constats.Publish(h.Context(), embraye.Operator(), constats.PublishInput{Scope: draft.Scope, Content: draft.Content})
		h.must(err)
		page := "<!doctype html><title>" + name + "</title><p>Le conseil adopte la convention."
		c, err := h.ours.Evidence.HandIn(h.Context(), embraye.Operator(), href, strings.NewReader(page), "page.html")
		h.must(err)
		files[name] = "copies/" + c.File
		if licence != "" {
			h.must(h.ours.Evidence.Show(h.Context(), embraye.Operator(), c.ID, evidence.Shown{Visibility: embraye.CopyPublic, Licence: licence}))
		}
		if name == "retiree" {
			last = p.Update.ID
		}
	}
	h.must(h.ours.Constats.Withdraw(h.Context(), embraye.Operator(), last, constats.WithdrawInput{Reason: "Faux."}))
	dir := filepath.Join(h.TempDir(), "export")
	r, err := leave.Save(h.Context(), dir, h.source())
	h.must(err)
	got := h.contents(dir)
	if r.Copies != 1 || got[files["libre"]] != string(stored(h, strings.TrimPrefix(files["libre"], "copies/"))) || got[files["gardee"]] != "" || got[files["retiree"]] != "" {
		t.Errorf("%d copies: %v", r.Copies, files)
	}
	h.verified(dir, got)
}
