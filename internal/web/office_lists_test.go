package web_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app/constats"
	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// onBoth runs a test against the real router over each database.
func onBoth(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
			test(t, &site{w, w.Instances[0], t})
		})
	}
}

// shows is the text of a page that must be there.
func (v *visitor) shows(path string) string {
	v.s.t.Helper()
	w := v.get(path)
	if w.Code != http.StatusOK {
		v.s.t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return plain(w)
}

// plain is a page as somebody would type it: no entities, simple spaces and
// apostrophes.
func plain(w *httptest.ResponseRecorder) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(html.UnescapeString(w.Body.String()))
}

// holds checks what a page has and has not.
func holds(t *testing.T, what, page string, has, lacks []string) {
	t.Helper()
	for _, s := range has {
		if !says(page, s) {
			t.Errorf("%s: no %q in\n%s", what, s, page)
		}
	}
	for _, s := range lacks {
		if strings.Contains(page, s) {
			t.Errorf("%s: %q in\n%s", what, s, page)
		}
	}
}

func (s *site) newDraft(p *embraye.Person, title string) *embraye.Draft {
	s.t.Helper()
	d, err := s.Drafts.Begin(s.t.Context(), embraye.Acting{Person: p}, drafts.Input{
		Scope: embraye.Scope{Measure: "m2", Territory: "FR-BRE"}, Content: embraye.Content{Title: title}})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func TestOfficeStartPage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		list, err := configs.Demo()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Constats.LoadDemo(t.Context(), embraye.Operator(), list); err != nil {
			t.Fatal(err)
		}
		reader, editor, admin := s.as("rita", embraye.Reader), s.person("edith", embraye.Editor), s.as("ada", embraye.Admin)
		s.newDraft(editor, "Un brouillon secret")
		if err := s.People.AskReset(t.Context(), "edith@ours.example", "203.0.113.1"); err != nil {
			t.Fatal(err)
		}
		holds(t, "reader", reader.shows("/office"), []string{"embraye demo --remove"}, []string{"Un brouillon secret", "edith@ours.example", "/office/constats/new"})
		holds(t, "editor", s.visitor().signIn(editor.Email).shows("/office"), []string{"Un brouillon secret", "/office/constats/new"}, []string{"a perdu"})
		holds(t, "admin", admin.shows("/office"), []string{"edith@ours.example", "/office/legal"}, []string{"Un brouillon secret"})
	})
}

func TestOfficeConstatsWithFilters(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		stays, _ := s.publish("Un constat qui reste")
		s.Clock.Advance(time.Second)
		gone, _ := s.publish("Un constat retiré")
		s.withdraw(gone)
		reader, editor := s.as("rita", embraye.Reader), s.as("edith", embraye.Editor)
		s.newDraft(s.person("otto", embraye.Editor), "Le brouillon d'Otto")
		p, err := s.People.Find(t.Context(), "edith@ours.example")
		if err != nil {
			t.Fatal(err)
		}
		s.newDraft(p.Person, "Le brouillon d'Edith")
		const kept, away, hers, his = "Un constat qui reste", "Un constat retiré", "Le brouillon d'Edith", "Le brouillon d'Otto"
		for query, want := range map[string][]string{
			"":                       {kept, away, hers},
			"?state=published":       {kept},
			"?state=withdrawn":       {away},
			"?state=draft":           {hers},
			"?state=in_review":       {},
			"?territory=FR-BRE":      {kept, away, hers},
			"?territory=FR-NAQ":      {},
			"?measure=m3":            {},
			"?stage=under_way":       {kept, away},
			"?subject=civil_society": {},
			"?q=reste":               {kept},
			"?before=" + gone:        {kept},
		} {
			page := editor.shows("/office/constats" + query)
			for _, title := range []string{kept, away, hers, his} {
				expected := false
				for _, w := range want {
					expected = expected || w == title
				}
				if strings.Contains(page, title) != expected {
					t.Errorf("%s shows %q: %t, want %t", query, title, !expected, expected)
				}
			}
			holds(t, "reader "+query, reader.shows("/office/constats"+query), nil, []string{hers, his})
		}
		for _, id := range []string{stays, gone} {
			page := reader.shows("/office/constats/" + id)
			holds(t, id, page, []string{"/constats/" + id}, []string{"/office/constats/" + id + "/correct", "/office/constats/" + id + "/withdraw"})
		}
		reviewer := s.as("rose", embraye.Reviewer)
		holds(t, "reviewer", reviewer.shows("/office/constats/"+stays), []string{"/office/constats/" + stays + "/correct"}, nil)
		holds(t, "withdrawn", reviewer.shows("/office/constats/"+gone), []string{"Une <erreur> de date"}, []string{"/office/constats/" + gone + "/correct"})
		for _, id := range []string{storetest.ID(7), "x", strings.ToUpper(stays)} {
			if w := reader.get("/office/constats/" + id); w.Code != 404 {
				t.Errorf("/office/constats/%s: %d", id, w.Code)
			}
		}
	})
}

// The pages of the office go on where the last one ended.
func TestOfficeConstatsPageByPage(t *testing.T) {
	s := newSite(t)
	seen := map[string]int{}
	for range 53 {
		id, _ := s.publish("Un constat")
		seen[id] = 0
		s.Clock.Advance(time.Second)
	}
	reader := s.as("rita", embraye.Reader)
	link, next := regexp.MustCompile(`href="/office/constats/([0-9a-z]{26})"`), regexp.MustCompile(`rel="next" href="([^"]*)"`)
	pages := 0
	for path := "/office/constats?measure=m2"; path != ""; pages++ {
		page := reader.shows(path)
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			seen[m[1]]++
		}
		path = ""
		if m := next.FindStringSubmatch(page); m != nil {
			path = "/office/constats" + m[1]
		}
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s stands %d times", id, n)
		}
	}
	if pages != 3 {
		t.Errorf("%d pages", pages)
	}
}

// What is put into the fields of lists is compared, never run.
func TestW60ListsOfTheOffice(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		id, _ := s.publish("Un constat")
		admin := s.as("ada", embraye.Admin)
		s.newDraft(s.person("otto", embraye.Editor), "Un brouillon")
		paths := map[string]bool{"/journal?avant=": false}
		for _, field := range []string{"q", "state", "measure", "territory", "subject", "stage", "before", "sort", "order"} {
			paths["/office/constats?"+field+"="] = field == "sort" || field == "order" // there is no such field
		}
		for _, path := range []string{"/office/audit?before=", "/office/conversation?before=", "/office/conversation?state=", "/office/interactions?before=",
			"/office/interactions?kind=", "/office/followers?before=", "/office/followers?actor=", "/office/constats/", "/office/drafts/", "/fichiers/"} {
			paths[path] = false
		}
		for _, evil := range []string{"' OR 1=1--", "1);DROP TABLE updates", "%", "_", `\`, "a\x00b", "\xff", "9223372036854775808", "-1", "0x1", strings.Repeat("%", 3000)} {
			for path, ignored := range paths {
				escape := url.QueryEscape
				if strings.HasSuffix(path, "/") {
					escape = url.PathEscape
				}
				w := admin.get(path + escape(evil))
				switch w.Code {
				case 400, 404, 414:
				case 200:
					if !ignored && strings.Contains(w.Body.String(), "/office/constats/"+id+`"`) {
						t.Errorf("%s%.20q finds the constat", path, evil)
					}
				default:
					t.Errorf("%s%.20q: %d", path, evil, w.Code)
				}
			}
		}
		if n, err := s.Store.Tables().Updates.Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d constats, %v", n, err)
		}
	})
}

func TestOfficeAuditPage(t *testing.T) {
	s := newSite(t)
	for range 30 {
		_, _ = s.publish("Un constat")
	}
	s.as("edith", embraye.Editor)
	for name, role := range map[string]embraye.Role{"rita": embraye.Reader, "eve": embraye.Editor} {
		if w := s.as(name, role).get("/office/audit"); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", role, w.Code)
		}
	}
	for i := range 30 {
		if err := s.People.SetRole(t.Context(), embraye.Operator(), "edith@ours.example", embraye.Roles()[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	admin, reviewer := s.as("ada", embraye.Admin), s.as("rose", embraye.Reviewer)
	page := admin.shows("/office/audit")
	holds(t, "admin", page, []string{"edith@ours.example", "Rôle changé", `rel="next"`}, []string{"person.role"})
	next := regexp.MustCompile(`href="(\?before=[^"]*)"`).FindStringSubmatch(page)
	if next == nil {
		t.Fatal("no link to what is older")
	}
	holds(t, "older", admin.shows("/office/audit"+next[1]), []string{"Constat publié"}, []string{`rel="next"`})
	holds(t, "W26 reviewer", reviewer.shows("/office/audit"), []string{"Rôle changé"}, []string{"edith@ours.example"})
	if w := admin.get("/office/audit?before=x"); w.Code != http.StatusNotFound {
		t.Errorf("a page that is none: %d", w.Code)
	}
}

// The journal tells what was decided, and neither who did nor about whom.
func TestW26PublicJournal(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		ada := embraye.Acting{Person: s.person("unique", embraye.Admin)}
		p, err := s.Constats.Publish(t.Context(), ada, constats.PublishInput{
			Scope:   embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR"},
			Content: embraye.Content{Stage: embraye.Announced, Title: "Un constat", Summary: "Résumé.", Evidence: []embraye.Evidence{{Href: "https://preuve.example/"}}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			s.Constats.Withdraw(t.Context(), ada, p.Update.ID, constats.WithdrawInput{Reason: "Une erreur de date"}),
			s.Talk.Block(t.Context(), ada, embraye.DomainBlock{Domain: "bad.example", Severity: embraye.Suspend, Comment: "Du harcèlement"}),
			s.Talk.BlockAuthor(t.Context(), ada, "https://masto.example/users/troll", "Des insultes"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range []string{"/journal", "/journal?avant=999999"} {
			page := plain(s.get(path, browser))
			holds(t, path, page, []string{"Publication", "Retrait", "Une erreur de date", "bad.example", "Compte bloqué", "Des insultes", "/constats/" + p.Update.ID},
				[]string{"unique", "masto.example", "troll", "person."})
		}
	})
}

var hiddenFile = regexp.MustCompile(`name="kept" value="([^"]*)"`)

// sendTable posts the form of the import as a browser does, with a file or with
// what the report carried.
func (v *visitor) sendTable(table, kept, action string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	body, contentType := tableForm(v.s.t, table, kept, action)
	r := httptest.NewRequest("POST", base+"/office/import", body)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Origin", base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.send(r)
}

// H05: admins are told of a wrong clock on the start page, and what to do.
func TestH05WrongClockOnTheStartPage(t *testing.T) {
	s := newSite(t)
	admin, editor := s.as("ada", embraye.Admin), s.as("lea", embraye.Editor)
	const title = "L'horloge de ce serveur n'est pas à l'heure"
	if strings.Contains(admin.shows("/office"), title) {
		t.Error("told before anybody said so")
	}
	said := `{"Ours":"2026-03-03T10:00:00Z","Theirs":"2026-03-01T10:00:00Z","Host":"ailleurs.example"}`
	if err := s.Store.InTx(t.Context(), func(tables store.Tables) error { return tables.Settings.Set(t.Context(), store.ClockSetting, said) }); err != nil {
		t.Fatal(err)
	}
	wantWords(t, "the start page", admin.shows("/office"), title, "ailleurs.example", "timedatectl set-ntp true", "1er mars 2026", "3 mars 2026")
	if strings.Contains(editor.shows("/office"), title) {
		t.Error("an editor can do nothing about it")
	}
}
