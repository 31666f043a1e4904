package web_test

import (
	"net/http"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// INTEROP 0.25: which face under which headers.
func TestFacesOfAddresses(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	create := s.activities(id)["Create"]
	pinned := pinnedPath(t, s)
	const html = "text/html; charset=utf-8"
	tests := []struct {
		path, accept string
		status       int
		contentType  string
	}{
		{constat, "", 200, html},
		{constat, browser, 200, html},
		{constat, activity, 200, asAnswered},
		{constat, "application/activity+json, application/ld+json, text/html;q=0.1", 200, asAnswered},
		{constat, ldProfile, 200, ldProfile},
		{pinned, "", 200, html},
		{pinned, activity, 200, asAnswered},
		{"/@mesure2", browser, 200, html},
		{"/@mesure2", activity, 200, asAnswered},
		{"/@organisation", browser, 200, html},
		{"/@organisation", ldProfile, 200, ldProfile},
		{"/@instance", browser, 303, ""},
		{"/actors/mesure2", "", 200, asAnswered},
		{"/actors/mesure2", "*/*", 200, asAnswered},
		{"/actors/mesure2", ldProfile, 200, ldProfile},
		{"/actors/mesure2", browser, 303, ""},
		{"/actors/instance", "", 200, asAnswered},
		{"/actors/mesure2/outbox", browser, 200, asAnswered},
		{"/actors/mesure2/featured", ldProfile, 200, ldProfile},
		{"/actors/organisation/collections/mesures", ldProfile, 200, ldProfile},
		{"/actors/organisation/collections/mesures", browser, 200, asAnswered},
		{create, "", 200, asAnswered},
		{create, browser, 303, ""},
		{constat + "/versions/1", browser, 200, html},
		{constat + "/versions/1", activity, 200, asAnswered},
		{constat + "/likes", "", 200, asAnswered},
		{"/", "", 200, html},
		{"/", activity, 200, html},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.accept, func(t *testing.T) {
			w := s.get(tt.path, tt.accept)
			if w.Code != tt.status || tt.contentType != "" && w.Header().Get("Content-Type") != tt.contentType {
				t.Fatalf("%d %q, want %d %q", w.Code, w.Header().Get("Content-Type"), tt.status, tt.contentType)
			}
			if !strings.HasPrefix(w.Header().Get("Vary"), "Accept") {
				t.Errorf("Vary %q", w.Header().Get("Vary"))
			}
			if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
				t.Errorf("Cache-Control %q", got)
			}
			etag := w.Header().Get("ETag")
			if tt.status == http.StatusOK && etag == "" {
				t.Error("no ETag")
			}
			if again := s.request("GET", tt.path, "Accept: "+tt.accept, "If-None-Match: "+etag); etag != "" && again.Code != 304 {
				t.Errorf("conditional GET: %d", again.Code)
			}
			if head := s.request("HEAD", tt.path, "Accept: "+tt.accept); head.Code != tt.status || head.Body.Len() > 0 ||
				head.Header().Get("Content-Length") != w.Header().Get("Content-Length") {
				t.Errorf("HEAD: %d, %d bytes", head.Code, head.Body.Len())
			}
		})
	}
}

func pinnedPath(t *testing.T, s *site) string {
	t.Helper()
	note, err := s.Store.Tables().Notes.Pinned(t.Context(), "mesure2")
	if err != nil {
		t.Fatal(err)
	}
	return "/notes/" + note.ID
}

// INTEROP 0.25: ids are byte-equal to the URL that answers, without redirect.
func TestIDsAreTheirAddresses(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	paths := []string{constat, constat + "/likes", constat + "/shares", constat + "/replies", constat + "/replies?page=1", constat + "/fil", constat + "/fil?page=1",
		pinnedPath(t, s), "/actors/mesure2", "/actors/organisation", "/actors/instance", "/actors/mesure2/outbox",
		"/actors/mesure2/outbox?page=true", "/actors/mesure2/followers", "/actors/organisation/following",
		"/actors/mesure2/featured", "/actors/organisation/measures", "/actors/organisation/collections", "/actors/organisation/collections/mesures", "/actors/mesure2/collections", "/actors/mesure2/collections/qui-suit"}
	for _, path := range s.activities(id) {
		paths = append(paths, path)
	}
	for _, path := range paths {
		if got := s.json(path)["id"]; got != base+path {
			t.Errorf("%s has the id %v", path, got)
		}
	}
}

// INTEROP 0.12: 410 on every face with a Tombstone, or date and
// reason; what said it stays.
func TestWithdrawnIsGoneOnEveryFace(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	s.revise(id)
	s.get(constat, browser) // into the cache
	before := s.activities(id)
	s.withdraw(id)
	for _, path := range []string{constat, constat + "/versions/1", constat + "/versions/2", constat + "/likes",
		constat + "/shares", constat + "/replies", before["Create"], before["Update"], before["Announce"]} {
		w := s.get(path, activity)
		if w.Code != http.StatusGone {
			t.Errorf("%s: %d", path, w.Code)
			continue
		}
		doc := decode(t, w)
		if doc["type"] != "Tombstone" || doc["id"] != base+path || w.Header().Get("Content-Type") != asAnswered {
			t.Errorf("%s: %v", path, doc)
		}
		if strings.Contains(w.Body.String(), "communs") {
			t.Errorf("%s still tells what was withdrawn", path)
		}
	}
	for _, path := range []string{constat, constat + "/versions/1"} {
		w := s.get(path, browser)
		page := w.Body.String()
		if w.Code != http.StatusGone || !strings.Contains(page, "Une &lt;erreur&gt; de date") || !strings.Contains(page, "2026") {
			t.Errorf("%s: %d %s", path, w.Code, page)
		}
		if strings.Contains(page, "communs") || w.Header().Get("Vary") != "Accept, Accept-Language, Accept-Encoding" {
			t.Errorf("%s tells what was withdrawn, or varies by %q", path, w.Header().Get("Vary"))
		}
	}
	if w := s.get(s.activities(id)["Delete"], activity); w.Code != http.StatusOK {
		t.Errorf("the Delete answers %d", w.Code)
	}
	for _, path := range []string{"/", "/@mesure2", "/@organisation"} {
		if strings.Contains(s.get(path, browser).Body.String(), constat) {
			t.Errorf("%s still lists the constat", path)
		}
	}
}

// A correction Note goes with its constat.
func TestCorrectionNoteIsGoneToo(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs est ouvert")
	s.revise(id)
	notes, err := s.Store.Tables().Notes.OfUpdate(t.Context(), id)
	if err != nil || len(notes) != 1 {
		t.Fatalf("%d correction notes, %v", len(notes), err)
	}
	path := "/notes/" + notes[0].ID
	if w := s.get(path, browser); w.Code != 200 || !strings.Contains(w.Body.String(), "Le financement est voté") {
		t.Errorf("page of a correction: %d %s", w.Code, w.Body)
	}
	s.withdraw(id)
	for _, accept := range []string{browser, activity} {
		if w := s.get(path, accept); w.Code != http.StatusGone {
			t.Errorf("%s: %d", accept, w.Code)
		}
	}
}

// The address in every correction is the history.
func TestVersionsAreTheHistory(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Titre")
	s.revise(id)
	w := s.get(constat+"/versions", browser)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "<ins>") || !strings.Contains(w.Body.String(), constat+"/versions/2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The version's bytes are those that were hashed at publication.
func TestVersionsKeepTheirBytes(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	first, err := s.Store.Tables().Revisions.Take(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.revise(id)
	if got := s.get(constat+"/versions/1", activity).Body.String(); got != string(first.Wire) {
		t.Errorf("version 1 is served as\n%s\nand was\n%s", got, first.Wire)
	}
	page := s.get(constat+"/versions/1", browser).Body.String()
	if !strings.Contains(page, "Engagé") || !strings.Contains(page, `href="`+constat+`"`) {
		t.Error("page of version 1 shows another stage, or no way to the current one")
	}
	if page := s.get(constat, browser).Body.String(); !strings.Contains(page, "Réalisé") || !strings.Contains(page, "Le financement est voté") {
		t.Error("page of the constat lacks its stage or the reason of its correction")
	}
	for _, n := range []string{"0", "3", "01", "+1", "-1", "x", "99999999999999999999"} {
		if w := s.get(constat+"/versions/"+n, activity); w.Code != http.StatusNotFound {
			t.Errorf("version %s: %d", n, w.Code)
		}
	}
}

// 404 in the asked representation.
func TestNotFoundSpeaksTheAskedLanguage(t *testing.T) {
	s := newSite(t)
	const missing = "01jdzzzzzzzzzzzzzzzzzzzzzz"
	paths := []string{"/nowhere", "/constats/" + missing, "/constats/x", "/notes/" + missing, "/@nobody", "/actors/nobody",
		"/actors/nobody/outbox", "/actors/nobody/icon.png", "/activities/" + missing, "/citations/" + missing, "/actors/Mesure2"}
	for _, path := range paths {
		if w := s.get(path, activity); w.Code != 404 || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s as JSON: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		w := s.request("GET", path, "Accept: "+browser, "Accept-Language: en")
		if w.Code != 404 || !strings.Contains(w.Body.String(), `<html lang="en">`) || !strings.HasPrefix(w.Header().Get("Vary"), "Accept") {
			t.Errorf("%s as page: %d %s", path, w.Code, w.Body)
		}
	}
}

// A measure that is switched off answers 404 everywhere.
func TestDisabledMeasureIsNowhere(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/@fonds", "/actors/fonds", "/actors/fonds/outbox", "/actors/fonds/followers",
		"/actors/fonds/following", "/actors/fonds/featured", "/actors/fonds/icon.png",
		"/.well-known/webfinger?resource=acct:fonds@ours.example"} {
		for _, accept := range []string{browser, activity} {
			if w := s.get(path, accept); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: %d", path, accept, w.Code)
			}
		}
	}
	if w := s.request("POST", "/actors/fonds/inbox", "Content-Type: "+activity); w.Code != http.StatusNotFound {
		t.Errorf("inbox: %d", w.Code)
	}
	if strings.Contains(s.get("/", browser).Body.String(), "@fonds") {
		t.Error("the home page lists it")
	}
	if total := len(s.json("/actors/organisation/measures")["items"].([]any)); total != 7 {
		t.Errorf("%d measures", total)
	}
}

// F174: what is not public is not there.
func TestF174PrivateActivities(t *testing.T) {
	s := newSite(t)
	a := embraye.Activity{ID: "01jdzzzzzzzzzzzzzzzzzzzzzz", Actor: "mesure2", Type: "Accept", Object: "https://peer.example/follow/1",
		Audience: embraye.ToOne, Body: []byte(`{"secret":1}`), KeyID: 1, CreatedAt: s.Clock.Now()}
	if err := s.insertActivity(&a); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/activities/"+a.ID, activity); w.Code != 404 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if total := s.json("/actors/mesure2/outbox")["totalItems"]; total != 0.0 {
		t.Errorf("outbox counts %v", total)
	}
}
