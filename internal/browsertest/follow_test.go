package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// homeServer is a reader's own server: it names the page on which its people
// follow others, and shows it.
func homeServer(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		fmt.Fprintf(w, `{"subject":%q,"links":[{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"%s/authorize_interaction?uri={uri}"}]}`,
			r.FormValue("resource"), server.URL)
	})
	mux.HandleFunc("GET /authorize_interaction", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><title>Suivre</title><p id="arrived">Suivre ce compte ?</p>`)
	})
	return server
}

// A reader who types an account lands on the follow page of their own server,
// whatever the policy of our pages says about forms, with scripts and without.
func TestFollowBoxLeadsHome(t *testing.T) {
	in, home := New(t), homeServer(t)
	tab := Browser(t)
	account := "@essai@" + strings.TrimPrefix(home.URL, "http://")
	want := home.URL + "/authorize_interaction?uri=" + url.QueryEscape(string(in.Site.ActorID("mesure2")))
	for _, scripts := range []bool{true, false} {
		if !scripts {
			Run(t, tab, WithoutJavaScript())
		}
		Load(t, tab, in.URL+"/@mesure2")
		Run(t, tab, Type("compte", account))
		Submit(t, tab, "#suivre")
		Run(t, tab, chromedp.WaitReady(chromedp.CSS("#arrived")))
		if at := Read(t, tab, chromedp.Location()); at != want {
			t.Errorf("scripts %v: the reader landed on %s, not %s", scripts, at, want)
		}
	}
}

// From a constat the reader lands there too, whether to answer or to repeat it;
// a server that nobody knows gives a sentence and the address to copy.
func TestReactBoxLeadsHome(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		home, p, id := homeServer(t), sit(), in.Fill(t, 1).Newest()
		for _, act := range []string{"repondre", "partager"} {
			p.Open("/constats/" + id)
			p.Write("compte", "@essai@"+strings.TrimPrefix(home.URL, "http://"))
			p.Press(`main form[action="/suivre/vers"] button[value="` + act + `"]`)
			Run(t, p.Tab, chromedp.WaitReady(chromedp.CSS("#arrived")))
			if want := home.URL + "/authorize_interaction?uri=" + url.QueryEscape(string(in.Site.UpdateID(id))); p.Path() != want {
				t.Errorf("%s leads to %s, not %s", act, p.Path(), want)
			}
		}
		for path, copied := range map[string]string{"/@mesure2": in.Site.Mention("mesure2"), "/constats/" + id: string(in.Site.UpdateID(id))} {
			p.Open(path)
			p.Write("compte", "@essai@127.0.0.1:1")
			if status := p.PressFor(`main form[action="/suivre/vers"] button`); status != http.StatusUnprocessableEntity {
				t.Errorf("%s: an unknown server is answered %d", path, status)
			}
			if said := p.Text("main [role=alert]"); !strings.Contains(said, copied) || !strings.Contains(said, "pas trouvé") {
				t.Errorf("%s: an unknown server is answered %q", path, said)
			}
			if typed := Read(t, p.Tab, chromedp.Value(chromedp.CSS("#compte"))); typed != "@essai@127.0.0.1:1" {
				t.Errorf("%s: what was typed became %q", path, typed)
			}
		}
	})
}

// Forms that come back with a sentence are as good as the pages that they were
// on: nothing for axe-core to find, and what was typed is still there.
func TestFormsThatComeBack(t *testing.T) {
	in, judge := New(t), NewJudge(t)
	tab := Browser(t)
	for _, lang := range []string{"fr", "en"} {
		Load(t, tab, in.URL+"/@mesure2?lang="+lang)
		Run(t, tab, Type("compte", "essai@127.0.0.1:1"))
		if status := Submit(t, tab, "#suivre"); status != http.StatusUnprocessableEntity {
			t.Errorf("an unknown server: %d", status)
		}
		if typed := Read(t, tab, chromedp.Value(chromedp.CSS("#compte"))); typed != "essai@127.0.0.1:1" {
			t.Errorf("what was typed became %q", typed)
		}
		judge.Check(t, tab)
		Load(t, tab, in.URL+"/login?lang="+lang)
		Run(t, tab, Type("email", adminEmail), Type("password", "une autre phrase"))
		if status := Submit(t, tab, "main form"); status != http.StatusUnauthorized {
			t.Errorf("a wrong password: %d", status)
		}
		judge.Check(t, tab)
	}
}
