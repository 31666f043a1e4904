package apptest

import (
	"net/http/httptest"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// OnEach runs a test on an instance of its own on each kind of database.
func OnEach(t *testing.T, test func(t *testing.T, w *fedtest.World, in *fedtest.Instance)) {
	t.Helper()
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
			test(t, w, w.Instances[0])
		})
	}
}

func Page(in *fedtest.Instance, path string) (status int, html string) {
	r := httptest.NewRequest("GET", in.Site.Base+path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	in.Web.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func Follow(t *testing.T, in *fedtest.Instance, who *fedtest.Actor) {
	t.Helper()
	if got := who.Post(in.Site.Base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": who.ID + "#follow",
		"type": "Follow", "actor": who.ID, "object": in.Site.Base + "/actors/mesure1"}); got != 202 {
		t.Fatalf("Follow: %d", got)
	}
}

func PublishOne(t *testing.T, in *fedtest.Instance) (id string) {
	t.Helper()
	p, err := in.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
		Scope: embraye.Scope{Measure: "m1", Subject: embraye.BySubjectCivilSociety, Territory: "FR-BRE"},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un vrai constat", Summary: "Résumé.",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return p.Update.ID
}
