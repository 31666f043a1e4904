package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// pressElsewhere posts a button of the page of boosts.
func (v *visitor) pressElsewhere(action string, fields ...string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	form := url.Values{"action": {action}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.post("/office/elsewhere", form)
}

// film serves a PeerTube video and its page, whose address people copy.
func (s *site) film(name string) (id, page string, server *fedtest.Server) {
	server = s.Server("tube.example")
	channel := server.ActorAt(server.Base+"/video-channels/jardin", "jardin")
	channel.Doc["type"] = "Group"
	channel.Publish()
	id, page = server.Base+"/videos/watch/9c9d", server.Base+"/w/9c9d"
	doc := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Video", "name": name, "url": page,
		"attributedTo": channel.ID, "published": "2026-05-01T09:00:00Z", "to": []string{apptest.Public}, "cc": []string{}}
	server.PutJSON("/videos/watch/9c9d", doc)
	server.PutJSON("/w/9c9d", doc)
	return id, page, server
}

// A reviewer looks at a video by the address of its page, ticks measures, and
// takes the boosts back one by one; the measures' pages follow.
func TestBoostsElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		id, page, server := s.film("Les communs <b>en film</b>")
		rose, reader := s.as("rose", embraye.Reviewer), s.as("lea", embraye.Reader)
		holds(t, "empty", rose.shows("/office/elsewhere"), []string{"Repéré ailleurs", `name="post_url"`, "Rien pour l'instant"}, nil)
		w := rose.pressElsewhere("look", "post_url", " "+page+" ")
		holds(t, "the look", w.Body.String(), []string{"Les communs &lt;b&gt;en film&lt;/b&gt;", "Vidéo", "@jardin@tube.example", `href="` + page + `"`, `name="measures" value="m2"`}, []string{"<b>en film"})
		if w := rose.pressElsewhere("boost", "post_url", page); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `id="f-measures-e"`) {
			t.Errorf("without a measure: %d", w.Code)
		}
		if sent := server.Inbox(); len(sent) != 0 {
			t.Errorf("looking sent %v", sent)
		}
		if w := rose.pressElsewhere("boost", "post_url", page, "measures", "m1", "measures", "m2"); w.Code != http.StatusSeeOther {
			t.Fatalf("boosting: %d %.900s", w.Code, w.Body)
		}
		s.Settle()
		if got := apptest.Messages(server.Take(), "Announce"); len(got) != 3 || got[0].ObjectID() != id { // two measures and the instance
			t.Errorf("%d Announces", len(got))
		}
		w = rose.pressElsewhere("boost", "post_url", page, "measures", "m2", "measures", "m3")
		holds(t, "again", w.Body.String(), []string{"le partage déjà", `value="m3" checked`}, nil)
		s.Settle()
		holds(t, "measure", s.get("/@mesure2", browser).Body.String(), []string{"Repéré ailleurs", "Les communs &lt;b&gt;en film&lt;/b&gt;", `href="` + page + `"`}, []string{"<img src=\"https://tube"})
		holds(t, "not boosted", s.get("/@mesure3", browser).Body.String(), nil, []string{"en film"})
		holds(t, "a reader's list", reader.shows("/office/elsewhere"), []string{"en film", "@mesure1@ours.example"}, []string{"Ne plus partager", `name="post_url"`})
		if w := reader.pressElsewhere("undo", "object", id, "measure", "mesure1"); w.Code != http.StatusForbidden {
			t.Errorf("a reader takes back: %d", w.Code)
		}

		rose.pressElsewhere("undo", "object", id, "measure", "mesure1")
		s.Settle()
		if got := apptest.Messages(server.Take(), "Undo"); len(got) != 1 {
			t.Errorf("one measure's: %d Undos", len(got))
		}
		holds(t, "the other", s.get("/@mesure2", browser).Body.String(), []string{"en film"}, nil)
		if n, err := constats.Unboost(t.Context(), s.Constats, embraye.Operator(), "", page); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		s.Settle()
		if got := apptest.Messages(server.Take(), "Undo"); len(got) != 2 { // the measure and the instance
			t.Errorf("the last one's: %d Undos", len(got))
		}
		holds(t, "nothing left", s.get("/@mesure2", browser).Body.String(), nil, []string{"en film", "Repéré ailleurs"})
		holds(t, "the journal", s.get("/journal", browser).Body.String(), []string{"est plus partagée"}, nil)
		if _, err := constats.Unboost(t.Context(), s.Constats, embraye.Operator(), "", page); err == nil {
			t.Error("taken back twice")
		}
	})
}

// A peer's constat is boosted like any post.
func TestBoostOfAPeersConstat(t *testing.T) {
	s, pair, _ := neighbours(t)
	_, path := pair.publish("Un constat de nos voisins")
	rose := s.as("rose", embraye.Reviewer)
	if w := rose.pressElsewhere("boost", "post_url", "https://pair.example"+path, "measures", "m2"); w.Code != http.StatusSeeOther {
		t.Fatalf("boosting: %d %.900s", w.Code, w.Body)
	}
	holds(t, "measure", s.get("/@mesure2", browser).Body.String(), []string{`href="https://pair.example` + path + `"`, "@mesure2@pair.example"}, nil)
}

// What is no public post of the fediverse is refused with a sentence, and what
// was typed stays.
func TestBoostsOfNothing(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Le nôtre")
	server := s.Server("tube.example")
	a := server.Actor("ana")
	server.PutJSON("/private", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": server.Base + "/private", "type": "Note", "attributedTo": a.ID, "content": "x", "to": []string{a.ID + "/followers"}})
	server.PutJSON("/stolen", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": server.Base + "/stolen", "type": "Note", "attributedTo": "https://vic.example/users/vic", "content": "x", "to": []string{apptest.Public}})
	server.Put("/page", "text/html", http.StatusOK, []byte("<p>Bonjour"))
	if err := s.Talk.Block(t.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "blocked.example", Severity: embraye.Suspend}); err != nil {
		t.Fatal(err)
	}
	rose := s.as("rose", embraye.Reviewer)
	for address, want := range map[string]string{
		"": "Adresse", "nothing": "Rien de lisible", "https://nobody.example/1": "Rien de lisible", server.Base + "/page": "Rien de lisible", server.Base + "/gone": "Rien de lisible",
		server.Base + "/stolen": "Rien de lisible", server.Base + "/private": "est pas public", "https://blocked.example/1": "bloqué ici",
		base + "/constats/" + id: "", "https://127.0.0.1/x": "Rien de lisible", "javascript:alert(1)": "Rien de lisible",
	} {
		for _, action := range []string{"look", "boost"} {
			w := rose.pressElsewhere(action, "post_url", address, "measures", "m2")
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), `id="f-post-url-e"`) {
				t.Errorf("%s %q: %d, not %q", action, address, w.Code, want)
			}
		}
	}
	if got := s.get("/@mesure2", browser).Body.String(); strings.Contains(got, "Repéré ailleurs") {
		t.Error("something was boosted")
	}
}
