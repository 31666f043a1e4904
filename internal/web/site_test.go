package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

const (
	base       = "https://ours.example"
	activity   = "application/activity+json"
	ldProfile  = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	browser    = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	asAnswered = "application/activity+json; charset=utf-8"
)

// A site is one instance with a real database behind the real router.
type site struct {
	*fedtest.World
	*fedtest.Instance
	t testing.TB
}

func newSite(t testing.TB) *site {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "ours.example")
	return &site{w, w.Instances[0], t}
}

// request asks our handler directly; headers are "Name: value".
func (s *site) request(method, path string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	return serve(s.Web, method, path, headers...)
}

func serve(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, base+path, nil)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (s *site) get(path, accept string) *httptest.ResponseRecorder {
	s.t.Helper()
	if accept == "" {
		return s.request("GET", path)
	}
	return s.request("GET", path, "Accept: "+accept)
}

// json asks for a document that must be there.
func (s *site) json(path string) map[string]any {
	s.t.Helper()
	w := s.get(path, activity)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return decode(s.t, w)
}

func decode(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return doc
}

// sampleInput is a constat that can be published.
func sampleInput(title string) constats.PublishInput {
	return constats.PublishInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: title, Summary: "La région a ouvert un appel à communs.",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/appel", Name: "Délibération"}}},
	}
}

// publish says something and returns the path of it.
func (s *site) publish(title string) (id, path string) {
	s.t.Helper()
	p, err := s.Constats.Publish(s.t.Context(), embraye.Operator(), sampleInput(title))
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Update.ID, "/constats/" + p.Update.ID
}

func (s *site) revise(id string) {
	s.t.Helper()
	u, err := s.Store.Tables().Updates.Take(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	c := u.Content
	c.Stage, c.Summary = embraye.Done, "L'appel est clos et les communs sont financés."
	if _, err := s.Constats.Revise(s.t.Context(), embraye.Operator(), id, constats.ReviseInput{
		Kind: embraye.Substance, Reason: "Le financement est voté", Content: c}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) withdraw(id string) {
	s.t.Helper()
	err := s.Constats.Withdraw(s.t.Context(), embraye.Operator(), id, constats.WithdrawInput{Reason: "Une <erreur> de date"})
	if err != nil {
		s.t.Fatal(err)
	}
}

// activities lists the public activities about a constat, by type.
func (s *site) activities(id string) map[string]string {
	s.t.Helper()
	all, err := s.Store.Tables().Activities.OfObject(s.t.Context(), s.Site.UpdateID(id))
	if err != nil {
		s.t.Fatal(err)
	}
	byType := map[string]string{}
	for _, a := range all {
		byType[a.Type] = "/activities/" + a.ID
	}
	return byType
}

func (s *site) insertActivity(a *embraye.Activity) error {
	return s.Store.InTx(s.t.Context(), func(t store.Tables) error { return t.Activities.Insert(s.t.Context(), a) })
}
