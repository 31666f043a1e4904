package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

// shots is a folder for pictures of a test, kept to be looked at.
func shots(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join("screenshots", name)
	check(t, os.MkdirAll(folder, 0o755))
	return folder
}

// What was typed survives a session that ended meanwhile.
func TestSessionEndsWhileWriting(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		admin := in.AddPerson(adminEmail, embraye.Admin, password)
		p := sit()
		p.SignIn(adminEmail, password)
		p.Open("/office/constats/new")
		p.Write("title", "Écrit avant la fin")
		check(t, in.People.EndSessionsOf(t.Context(), embraye.Acting{Person: admin}, admin.ID))
		if status := p.PressFor(`#editor button[value="save"]`); status != 401 {
			t.Errorf("saving without a session answers %d", status)
		}
		p.Write("email", adminEmail)
		p.Write("password", password)
		p.Press("main form button[type=submit]")
		if got := Read(t, p.Tab, chromedp.Value(chromedp.CSS(`main [name="title"]`))); got != "Écrit avant la fin" {
			t.Errorf("after signing in again, on %s, the title is %q", p.Path(), got)
		}
	})
}

// What a colleague saved while the session had ended is not written over.
func TestColleagueSavesWhileSessionEnds(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		admin := in.AddPerson(adminEmail, embraye.Admin, password)
		id := in.draft(admin)
		first, second := sit(), sit()
		for _, p := range []*Person{first, second} {
			p.SignIn(adminEmail, password)
			p.Open(draftPath(id))
		}
		save := `#editor button[value="save"]`
		first.Write("title", "Écrit avant la fin")
		second.Write("title", "Le texte de la collègue")
		second.Press(save)
		check(t, in.People.EndSessionsOf(t.Context(), embraye.Acting{Person: admin}, admin.ID))
		if status := first.PressFor(save); status != 401 {
			t.Errorf("saving without a session answers %d", status)
		}
		first.Write("email", adminEmail)
		first.Write("password", password)
		first.Press("main form button[type=submit]")
		if status := first.PressFor(save); status != 409 {
			t.Errorf("saving over a colleague's text answers %d", status)
		}
		first.Sees("Écrit avant la fin", "Le texte de la collègue")
	})
}

// Who saves second sees both texts, and loses none.
func TestTwoBrowsersSaveOneDraft(t *testing.T) {
	eachWay(t, func(t *testing.T, in *Instance, sit func() *Person) {
		admin := in.AddPerson(adminEmail, embraye.Admin, password)
		id := in.draft(admin)
		first, second := sit(), sit()
		for _, p := range []*Person{first, second} {
			p.SignIn(adminEmail, password)
			p.Open(draftPath(id))
		}
		save := `#editor button[value="save"]`
		first.Write("title", "Le texte de la première")
		first.Press(save)
		second.Write("title", "Le texte de la seconde")
		if status := second.PressFor(save); status != 409 {
			t.Errorf("the second save answers %d", status)
		}
		if page := second.Text("main") + Read(t, second.Tab, chromedp.OuterHTML(chromedp.CSS("main"))); !strings.Contains(page, "Le texte de la première") || !strings.Contains(page, "Le texte de la seconde") {
			t.Errorf("not both texts are shown: %s", second.Text("main"))
		}
	})
}

// A constat goes out once, however often and wherever the button is pressed,
// and a new draft is one draft.
func TestPressedTwice(t *testing.T) {
	eachWay(t, func(t *testing.T, in *Instance, sit func() *Person) {
		admin := in.AddPerson(adminEmail, embraye.Admin, password)
		path := draftPath(in.draft(admin)) + "/publish"
		p := sit()
		p.SignIn(adminEmail, password)
		p.Open(path)
		other := &Person{In: in, Tab: Tab(t, p.Tab), t: t}
		other.Open(path)
		Run(t, p.Tab, chromedp.DoubleClick(chromedp.CSS("main form button[type=submit]")), chromedp.WaitVisible(chromedp.CSS(`main a[href$="/withdraw"]`)))
		other.Press("main form button[type=submit]")
		if p.Path() != other.Path() {
			t.Errorf("the buttons led to %s and %s", p.Path(), other.Path())
		}
		if list, err := in.Store.Tables().Updates.Latest(t.Context(), 5); err != nil || len(list) != 1 {
			t.Errorf("%d constats, %v", len(list), err)
		}
		before, err := in.Drafts.List(t.Context(), embraye.Operator(), embraye.DraftFilter{})
		check(t, err)
		p.Open("/office/constats/new")
		p.Write("title", "Pressé deux fois")
		Run(t, p.Tab, chromedp.DoubleClick(chromedp.CSS(`#editor button[value="save"]`)), chromedp.WaitVisible(chromedp.CSS(`#editor button[value="delete"]`)))
		if list, err := in.Drafts.List(t.Context(), embraye.Operator(), embraye.DraftFilter{}); err != nil || len(list) != len(before)+1 {
			t.Errorf("%d drafts after %d, %v", len(list), len(before), err)
		}
	})
}

// With scripts, drafts are saved and the preview is drawn while one types; the
// button then saves over what was saved.
func TestDraftsSaveThemselves(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	in := New(t)
	in.AddPerson(adminEmail, embraye.Admin, password)
	p := in.Sit(Browser(t), true)
	p.SignIn(adminEmail, password)
	p.Open("/office/constats/new")
	p.Choose("measure", "m2")
	p.Choose("stage", "announced")
	p.Write("title", "Enregistré tout seul")
	Run(t, p.Tab, chromedp.WaitVisible(chromedp.CSS("#preview .post")))
	if at := p.Path(); !strings.HasPrefix(at, "/office/drafts/") {
		t.Errorf("after saving itself the draft is at %s", at)
	}
	if text := p.Text("#preview"); !strings.Contains(text, "Enregistré tout seul") {
		t.Errorf("the preview shows %q", text)
	}
	p.Write("summary", "La suite.")
	p.Press(`#editor button[value="save"]`)
	for name, want := range map[string]string{"title": "Enregistré tout seul", "summary": "La suite."} {
		if got := Read(t, p.Tab, chromedp.Value(chromedp.CSS(`main [name="`+name+`"]`))); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if list, err := in.Drafts.List(t.Context(), embraye.Operator(), embraye.DraftFilter{}); err != nil || len(list) != 1 {
		t.Errorf("%d drafts, %v", len(list), err)
	}
}
