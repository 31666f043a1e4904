package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
)

// The rooms of the office fit the same windows, with something in each, and a phone on
// which somebody reads letters of twice the size.
func TestOfficePagesFit(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at the office in a browser")
	}
	in := New(t)
	f := in.Fill(t, 16)
	admin := in.AddPerson(adminEmail, embraye.Admin, password)
	draft := in.draft(admin)
	tab := Browser(t)
	check(t, os.MkdirAll("screenshots", 0o755))
	Run(t, tab, chromedp.Navigate(in.URL+"/login?lang=fr"))
	in.SignIn(tab, adminEmail, password)
	for name, path := range map[string]string{"start": "", "editor": strings.TrimPrefix(draftPath(draft), "/office"), "publish": strings.TrimPrefix(draftPath(draft), "/office") + "/publish",
		"constats": "/constats", "constat": "/constats/" + f.Newest(), "correct": "/constats/" + f.Newest() + "/correct", "withdraw": "/constats/" + f.Newest() + "/withdraw",
		"conversation": "/conversation", "interactions": "/interactions", "followers": "/followers", "deliveries": "/deliveries", "people": "/people",
		"house": "/organisation", "legal": "/legal", "audit": "/audit", "account": "/account", "import": "/import", "jobs": "/jobs",
		"peers": "/peers", "blocks": "/blocks", "copies": "/preuves", "chatons": "/chatons"} {
		if status := Load(t, tab, in.URL+"/office"+path); status != 200 {
			t.Errorf("/office%s: %d", path, status)
		}
		for _, width := range []int64{320, 768, 1280} {
			Run(t, tab, chromedp.EmulateViewport(width, 800))
			fits(t, tab, fmt.Sprintf("/office%s at %d px", path, width))
		}
		Run(t, tab, wordsAt(32), chromedp.EmulateViewport(360, 800))
		fits(t, tab, "/office"+path+" at 360 px with letters of twice the size")
		Run(t, tab, wordsAt(16), chromedp.EmulateViewport(1280, 800))
		check(t, os.WriteFile(filepath.Join("screenshots", "office-"+name+".png"), Read(t, tab, chromedp.FullScreenshot(100)), 0o644))
	}
}

func draftPath(id int64) string { return fmt.Sprintf("/office/drafts/%d", id) }

// draft begins something that waits for its hour, and something that can go out.
func (in *Instance) draft(by *embraye.Person) int64 {
	in.t.Helper()
	acting := embraye.Acting{Person: by}
	input := drafts.Input{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "La région ouvre un appel à communs", Summary: "Un appel public finance des communs numériques.", Language: "fr",
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuve.example/appel-a-communs", Name: "Appel à communs", Publisher: "Région Bretagne"}}},
	}
	planned, err := in.Drafts.Begin(in.t.Context(), acting, input)
	check(in.t, err)
	_, err = in.Drafts.Schedule(in.t.Context(), acting, planned.ID, planned.Version, in.Clock.Now().Add(48*time.Hour))
	check(in.t, err)
	open, err := in.Drafts.Begin(in.t.Context(), acting, input)
	check(in.t, err)
	return open.ID
}
