package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// The files of ChatonsInfos and the page are there once an admin switches them
// on, and say what the instance and the admin know.
func TestChatonsInfos(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin", embraye.Admin)
	const folder = "/.well-known/chatonsinfos/"
	said := url.Values{"chatons_separator": {","}, "chatons_organization_type": {"ASSOCIATION"}, "chatons_host_name": {"petit-chaton"}, "chatons_host_provider_type": {"HOME"},
		"chatons_more": {"organization.socialnetworks.peertube=https://video.example/"}}
	if w := admin.post("/office/chatons", said); w.Code != http.StatusSeeOther || s.get(folder+"organization.properties", "").Code != http.StatusNotFound || s.get("/dossier-chatons", browser).Code != http.StatusNotFound {
		t.Errorf("saved and not switched on: %d", w.Code)
	}
	said.Set("chatons_on", "1")
	wrong := url.Values{"chatons_on": {"1"}, "chatons_separator": {","}, "chatons_more": {"<b>pas une ligne"}}
	if w := admin.post("/office/chatons", wrong); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "&lt;b&gt;pas une ligne</textarea>") {
		t.Errorf("what is no line: %d", w.Code)
	}
	if w := admin.post("/office/chatons", said); w.Code != http.StatusSeeOther {
		t.Fatalf("switching on: %d", w.Code)
	}
	for path, lines := range map[string][]string{
		"organization.properties":    {"organization.name = Organisation de ours.example\n", "organization.type = ASSOCIATION\n", "organization.socialnetworks.mastodon = https://ours.example/@organisation\n", "organization.socialnetworks.peertube = https://video.example/\n", "file.datetime = 2026-05-01T10:00:00\n"},
		"embraye.properties":         {"service.website = https://ours.example/\n", "host.name = petit-chaton\n", "software.version = test\n"},
		"embraye-metrics.properties": {"file.class = Metrics\n"},
	} {
		w := s.get(folder+path, "")
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		for _, line := range lines {
			if !strings.Contains(w.Body.String(), line) {
				t.Errorf("%s lacks %q:\n%s", path, line, w.Body)
			}
		}
	}
	page := s.get("/dossier-chatons", browser)
	for _, want := range []string{"petit-chaton", "chez soi", "organization.properties", "aucune sauvegarde", "test"} {
		if page.Code != http.StatusOK || !strings.Contains(strings.ToLower(page.Body.String()), want) {
			t.Errorf("the page: %d, without %q", page.Code, want)
		}
	}
}
