package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The page for other sites' frames is the one that they may frame; it weighs
// next to nothing, runs nothing, and leads here.
func TestEmbeds(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	w := s.get("/@mesure2/embed", browser)
	body, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
	if w.Code != http.StatusOK || !strings.Contains(policy, "frame-ancestors *;") || strings.Contains(policy, "script-src") || len(w.Header()["X-Frame-Options"]) != 0 {
		t.Errorf("%d, %q, %v", w.Code, policy, w.Header())
	}
	wantWords(t, "the frame", body, `href="`+base+`/@mesure2" target="_blank"`, "région", "@mesure2@ours.example", "noindex")
	if strings.Contains(body, "<script") || strings.Contains(body, "<form") {
		t.Error("something can be done in a frame")
	}
	_, style, _ := strings.Cut(body, `<link rel="stylesheet" href="`)
	style, _, _ = strings.Cut(style, `"`)
	css := s.get(style, "text/css")
	if weight := len(body) + css.Body.Len(); css.Code != http.StatusOK || weight > 20_000 {
		t.Errorf("%s: %d, %d bytes with the page", style, css.Code, weight)
	}
	for path, want := range map[string]int{"/@organisation/embed": 404, "/@nobody/embed": 404, "/@mesure2": 200, "/@mesure2/FR-BRE": 200} {
		w := s.get(path, browser)
		if w.Code != want || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") || w.Header().Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
}

func TestOEmbed(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs est ouvert")
	gone, _ := s.publish("Retiré")
	s.withdraw(gone)
	ask := func(query string) (int, map[string]any) {
		w := s.get("/oembed?"+query, "application/json")
		var doc map[string]any
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code, doc
	}
	measure, constat := "url="+url.QueryEscape(base+"/@mesure2"), "url="+url.QueryEscape(base+"/constats/"+id)
	for query, want := range map[string]map[string]any{
		measure:                                     {"type": "rich", "version": "1.0", "width": 600.0, "height": 340.0, "thumbnail_width": 1200.0, "author_url": base + "/@organisation"},
		measure + "%3Fx%3D1%23y&format=json":        {"type": "rich", "width": 600.0},
		measure + "&maxwidth=320&maxheight=200":     {"type": "rich", "width": 320.0, "height": 200.0, "thumbnail_url": nil},
		measure + "&maxwidth=1":                     {"width": 240.0},
		measure + "&maxwidth=-4&maxheight=beaucoup": {"width": 600.0, "height": 340.0},
		constat: {"type": "link", "title": "Un appel à communs est ouvert", "html": nil, "thumbnail_url": base + "/constats/" + id + "/card.png"},
	} {
		code, doc := ask(query)
		for name, value := range want {
			if code != http.StatusOK || doc[name] != value {
				t.Errorf("%s: %d, %s is %v, want %v", query, code, name, doc[name], value)
			}
		}
	}
	_, doc := ask(measure)
	frame, _ := doc["html"].(string)
	page := s.get("/@mesure2", browser).Body.String()
	wantWords(t, "the frame", frame, `<iframe src="`+base+`/@mesure2/embed"`, `width="600" height="340"`)
	wantWords(t, "the page", page, `type="application/json+oembed" href="`+base+"/oembed?"+measure+`"`, "&lt;iframe src=")
	for query, want := range map[string]int{"": 404, "url=": 404, "url=https%3A%2F%2Fother.example%2F%40mesure2": 404, measure + "0": 404, measure + "&format=xml": 501,
		"url=" + url.QueryEscape(base+"/@organisation"): 404, "url=" + url.QueryEscape(base+"/constats/"+gone): 404, "url=" + url.QueryEscape(base+"/constats/x"): 404,
		"url=" + url.QueryEscape(base+"/oembed"): 404, "url=" + url.QueryEscape(base+"/mesure2"): 404, "url=" + url.QueryEscape("@mesure2"): 404} {
		if code, _ := ask(query); code != want {
			t.Errorf("%q: %d, want %d", query, code, want)
		}
	}
}
