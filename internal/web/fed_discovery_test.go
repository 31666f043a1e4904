package web_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web"
)

func finger(resource string) string {
	return "/.well-known/webfinger?resource=" + url.QueryEscape(resource)
}

// F171, TopA1, TopB17.
func TestF171WebFinger(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		name, path string
		status     int
		subject    string
	}{
		{"no resource", "/.well-known/webfinger", 400, ""},
		{"empty resource", "/.well-known/webfinger?resource=", 400, ""},
		{"two resources", finger("acct:mesure2@ours.example") + "&resource=acct:mesure1@ours.example", 400, ""},
		{"broken query", "/.well-known/webfinger?resource=%zz", 400, ""},
		{"foreign host", finger("acct:mesure2@other.example"), 404, ""},
		{"capitals", finger("ACCT:Mesure2@OURS.example"), 200, "acct:mesure2@ours.example"},
		{"plain", finger("acct:mesure2@ours.example"), 200, "acct:mesure2@ours.example"},
		{"organisation", finger("acct:organisation@ours.example"), 200, "acct:organisation@ours.example"},
		{"instance", finger("acct:instance@ours.example"), 200, "acct:instance@ours.example"},
		{"nobody", finger("acct:nobody@ours.example"), 404, ""},
		{"id", finger(base + "/actors/mesure2"), 200, "acct:mesure2@ours.example"},
		{"page", finger(base + "/@mesure2"), 200, "acct:mesure2@ours.example"},
		{"origin", finger(base + "/"), 200, "acct:instance@ours.example"},
		{"foreign id", finger("https://other.example/actors/mesure2"), 404, ""},
		{"another address", finger(base + "/constats/x"), 404, ""},
		{"no scheme", finger("mesure2@ours.example"), 404, ""},
		{"two at signs", finger("acct:mesure2@ours.example@other.example"), 404, ""},
		{"injection", finger("acct:mesure2' OR 1=1--@ours.example"), 404, ""},
		{"100 kB", finger("acct:" + strings.Repeat("a", 100<<10) + "@ours.example"), 414, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := s.get(tt.path, "")
			if w.Code != tt.status {
				t.Fatalf("%d %s, want %d", w.Code, w.Body, tt.status)
			}
			if tt.status != http.StatusOK {
				return
			}
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "application/jrd+json") {
				t.Errorf("Content-Type %q", got)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Error("no Access-Control-Allow-Origin (RFC 7033 5)")
			}
			doc := decode(t, w)
			handle, _, _ := strings.Cut(strings.TrimPrefix(tt.subject, "acct:"), "@")
			first := doc["links"].([]any)[0].(map[string]any)
			if doc["subject"] != tt.subject || first["rel"] != "self" || first["type"] != activity || first["href"] != base+"/actors/"+handle {
				t.Errorf("%s", w.Body)
			}
		})
	}
	if links := decode(t, s.get(finger("acct:mesure2@ours.example")+"&rel=self", ""))["links"].([]any); len(links) != 1 {
		t.Errorf("rel=self gives %v", links)
	}
}

// A handle domain of its own (EMBRAYE_HANDLE_DOMAIN): both hosts are understood, and on
// the domain nothing but discovery is answered.
func TestHandleDomain(t *testing.T) {
	s := newSite(t)
	site := embraye.Site{Base: base, HandleDomain: "apex.example"}
	h := s.handler(web.Options{Site: site})
	for _, resource := range []string{"acct:mesure2@apex.example", "acct:mesure2@ours.example", base + "/@mesure2"} {
		for _, host := range []string{"apex.example", "ours.example", "OURS.example:443"} {
			w := serve(h, "GET", finger(resource), "Host: "+host)
			if w.Code != 200 || decode(t, w)["subject"] != "acct:mesure2@apex.example" {
				t.Errorf("%s on %s: %d %s", resource, host, w.Code, w.Body)
			}
		}
	}
	for _, path := range []string{"/", "/actors/mesure2", "/nodeinfo/2.0"} {
		if w := serve(h, "GET", path, "Host: apex.example"); w.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s on the handle domain: %d", path, w.Code)
		}
	}
}

// handler is another front of the same instance.
func (s *site) handler(o web.Options) http.Handler {
	s.t.Helper()
	catalogue, err := locale.Load()
	if err != nil {
		s.t.Fatal(err)
	}
	o.Rooms, o.Catalogue, o.Health, o.Now = web.Rooms(*s.Rooms), catalogue, s.Health, s.Clock.Now
	if o.Journal == nil {
		o.Journal = s.Store.Tables().Log
	}
	if o.Pages == nil {
		o.Pages = s.Store.Pages()
	}
	if o.Revision == nil {
		o.Revision = s.Store.PublicRevision
	}
	if o.Site.Base == "" {
		o.Site = s.Site
	}
	h, err := web.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// FEP-f1d5, FEP-2677, INTEROP 0.4.
func TestNodeInfo(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	links := map[string]string{}
	for _, l := range s.json("/.well-known/nodeinfo")["links"].([]any) {
		link := l.(map[string]any)
		links[link["rel"].(string)] = link["href"].(string)
	}
	if got := links["https://www.w3.org/ns/activitystreams#Application"]; got != base+"/actors/instance" {
		t.Errorf("Application link %q", got)
	}
	for _, version := range []string{"2.0", "2.1"} {
		schema := "http://nodeinfo.diaspora.software/ns/schema/" + version
		w := s.get(strings.TrimPrefix(links[schema], base), "application/json")
		if want := `application/json; profile="` + schema + `#"; charset=utf-8`; w.Header().Get("Content-Type") != want {
			t.Errorf("Content-Type %q", w.Header().Get("Content-Type"))
		}
		doc := decode(t, w)
		software, usage := doc["software"].(map[string]any), doc["usage"].(map[string]any)
		if doc["version"] != version || software["name"] != "embraye" || doc["openRegistrations"] != false {
			t.Errorf("%s", w.Body)
		}
		// Eight accounts; one constat and eight pinned notes at most.
		if usage["users"].(map[string]any)["total"] != 8.0 || usage["localPosts"].(float64) < 2 {
			t.Errorf("usage %v", usage)
		}
		if about := doc["metadata"].(map[string]any)["embraye"].(map[string]any); about["log"] != "ours.example/journal" {
			t.Errorf("what it says to its kind: %v", about)
		}
	}
}

// RFC 6415.
func TestHostMeta(t *testing.T) {
	s := newSite(t)
	w := s.get("/.well-known/host-meta", "")
	var doc struct {
		Link struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		}
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &doc); err != nil || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/xrd+xml") {
		t.Fatalf("%v %v", err, w.Header())
	}
	if doc.Link.Rel != "lrdd" || doc.Link.Template != base+"/.well-known/webfinger?resource={uri}" {
		t.Errorf("%+v", doc)
	}
}
