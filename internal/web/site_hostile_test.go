package web_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// show puts a reply into the table as a careless version of us might have left
// it there: unsanitised, shown.
func (s *site) show(id, name, body, link string) {
	s.t.Helper()
	actor := embraye.IRI("https://ailleurs.example/users/ann")
	err := s.Store.InTx(s.t.Context(), func(tx store.Tables) error {
		if err := tx.RemoteActors.Upsert(s.t.Context(), &embraye.RemoteActor{URI: actor, Host: "ailleurs.example", Username: name, Name: name,
			Inbox: actor + "/inbox", FetchedAt: s.Clock.Now()}); err != nil {
			return err
		}
		_, err := tx.Replies.Insert(s.t.Context(), &embraye.Reply{URI: "https://ailleurs.example/notes/1", Actor: actor, Object: s.Site.UpdateID(id),
			InReplyTo: string(s.Site.UpdateID(id)), HTML: body, URL: link, Public: true, State: embraye.ReplyShown,
			PublishedAt: s.Clock.Now(), ReceivedAt: s.Clock.Now()})
		tx.Changed()
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Web.Invalidate()
}

// replyOf is the reply's item on the page, parsed again.
func (s *site) replyOf(constat string) (*html.Node, string) {
	s.t.Helper()
	w := s.get(constat, browser)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d", constat, w.Code)
	}
	page := w.Body.String()
	i := strings.Index(page, `<section aria-labelledby="a">`)
	j := strings.Index(page[i:], `</section>`)
	node, err := html.Parse(strings.NewReader(page[i : i+j]))
	if err != nil {
		s.t.Fatal(err)
	}
	return node, page
}

var safeElements = map[string]bool{"html": true, "head": true, "body": true, "section": true, "h2": true, "h3": true, "ul": true, "ol": true, "li": true,
	"div": true, "p": true, "a": true, "bdi": true, "time": true, "br": true, "span": true, "strong": true, "em": true, "blockquote": true, "code": true,
	"pre": true, "del": true, "b": true, "i": true, "u": true, "form": true, "input": true, "label": true, "button": true}

func checkSafe(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Type == html.ElementNode {
		if !safeElements[n.Data] {
			t.Errorf("element %s came through", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "src" {
				t.Errorf("attribute %s came through", a.Key)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("link to %q came through", a.Val)
			}
			if a.Key == "action" && a.Val != "/suivre/vers" {
				t.Errorf("a form of a stranger's came through: %s", a.Val)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		checkSafe(t, c)
	}
}

func TestF138_F140_F145_RepliesOnThePage(t *testing.T) {
	for _, body := range []string{
		`<p>a</p><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<math><mi xlink:href="javascript:alert(1)">`,
		`<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<form action="https://evil.example"><input name=p></form>`, `<style>*{display:none}</style>`,
		`<base href="https://evil.example/">`, `<meta http-equiv="refresh" content="0;url=https://evil.example">`, `<link rel=stylesheet href=https://evil.example/x.css>`,
		`<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<a href="javascript:alert(1)">x</a><a href="JaVa&#9;Script:alert(1)">x</a><a href="data:text/html,x">x</a><a href="vbscript:x">x</a><a href="&#106;avascript:alert(1)">x</a>`,
		`</div></section><script>alert(1)</script>`, `<p style="background:url(https://evil.example/t.png)">x</p>`,
	} {
		t.Run(body[:min(len(body), 20)], func(t *testing.T) {
			s := newSite(t)
			id, constat := s.publish("Titre")
			s.show(id, "Ann", body, "javascript:alert(1)")
			node, page := s.replyOf(constat)
			checkSafe(t, node)
			if strings.Contains(page, "evil.example/t.png") || strings.Contains(page, "alert(1)</script") || strings.Contains(page, `href="javascript:`) {
				t.Errorf("active content in\n%s", page)
			}
		})
	}
}

func TestF139_F143_F147_NamesOnThePage(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Titre")
	s.show(id, `<b onmouseover=x>"></title><script>`+"\u202e\u200b\U000e0041"+`:../../etc/x:`+strings.Repeat("\u0301", 5000), "<p>oui</p>", "")
	node, page := s.replyOf(constat)
	checkSafe(t, node)
	for _, hidden := range []string{"\u202e", "\u200b", "\U000e0041", "<b onmouseover", `"></title>`} {
		if strings.Contains(page, hidden) {
			t.Errorf("%q came through", hidden)
		}
	}
	if strings.Count(page, "\u0301") > 4 {
		t.Errorf("%d accents on one letter", strings.Count(page, "\u0301"))
	}
	if !strings.Contains(page, "@ailleurs.example</bdi>") || strings.Count(page, "<bdi>") < 2 {
		t.Error("the name is not isolated, or the host not shown")
	}
	for _, feed := range []string{"/feed.atom", "/feed.json", "/sitemap.xml", "/journal"} {
		if body := s.get(feed, "").Body.String(); strings.Contains(body, "onmouseover") {
			t.Errorf("%s tells the name of who replied", feed)
		}
	}
}

// F146: what a remote object says in source is not even kept.
func TestF146_SourceIsNotShown(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Titre")
	s.show(id, "Ann", `<p>texte</p>`, "")
	if page := s.get(constat, browser).Body.String(); strings.Contains(page, "text/markdown") {
		t.Errorf("source in\n%s", page)
	}
}

// W29: the text of a constat is our own Markdown; raw HTML in it is text.
func TestW29_MarkdownOnThePage(t *testing.T) {
	s := newSite(t)
	p, err := s.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR-BRE"},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "</title><script>", Summary: `"><img src=x>`,
			Text:     "<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://evil.example/i.png) <details ontoggle=x open>\n\n" + strings.Repeat("[", 10000),
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/x", Name: `<img src=x onerror=alert(1)>`, Publisher: `"><script>`}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	page := s.get("/constats/"+p.Update.ID, browser).Body.String()
	if regexp.MustCompile(`(?i)<script>|<img|<details ontoggle|href="javascript:`).MatchString(page) {
		t.Errorf("active content in\n%.3000s", page)
	}
	data := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindAllStringSubmatch(page, -1)
	if strings.Count(page, "<script") != len(data) || len(data) == 0 {
		t.Errorf("%d scripts, %d of them linked data", strings.Count(page, "<script"), len(data))
	}
	for _, d := range data {
		if !json.Valid([]byte(d[1])) {
			t.Errorf("linked data is no JSON: %s", d[1])
		}
	}
	for _, feed := range []string{"/feed.atom", "/@mesure2/feed.atom", "/sitemap.xml"} {
		wellFormed(t, feed, s.get(feed, "").Body.String())
	}
}

func wellFormed(t *testing.T, name, doc string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// W60: what is typed into filters is refused or finds nothing.
func TestW60_FiltersOfTheChronology(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	for _, evil := range []string{"' OR 1=1--", "1);DROP TABLE updates", "%", "_", `\`, "\x00", "\xff", `"`, "NEAR(", "* OR *"} {
		for _, name := range []string{"mesure", "territoire", "sujet", "etape", "du", "au", "apres", "q", "tri", "order"} {
			w := s.get("/chronologie?"+url.Values{name: {evil}}.Encode(), browser)
			if w.Code != http.StatusBadRequest && w.Code != http.StatusOK {
				t.Errorf("%s=%q: %d", name, evil, w.Code)
			}
			if w.Code == http.StatusOK && name != "tri" && name != "order" && strings.Contains(w.Body.String(), "appel à communs") {
				t.Errorf("%s=%q found something", name, evil)
			}
		}
	}
	for query, want := range map[string]bool{"q=COMMUN": true, "q=communs+Bretagne": true, "q=absent": false, "mesure=m2": true, "mesure=m3": false, "territoire=bretagne": true,
		"du=2026-05-01": true, "au=2020": false, "du=2027": false, "etape=under_way&sujet=institution": true, "etape=done": false} {
		w := s.get("/chronologie?"+query, browser)
		if w.Code != 200 || strings.Contains(w.Body.String(), "Un appel à communs") != want {
			t.Errorf("%s: %d, found %v", query, w.Code, !want)
		}
	}
}

// W69: dates and choices outside of their lists.
func TestW69_BadValues(t *testing.T) {
	s := newSite(t)
	for _, query := range []string{"du=0000-00-00", "au=99999-01-01", "du=%2B99:99", "etape=finished", "etape=not_assessed", "sujet=everybody", "mesure=m9",
		"territoire=FR-XXX", "apres=1e309", "q=" + strings.Repeat("a", 201)} {
		if w := s.get("/chronologie?"+query, browser); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
	for _, query := range []string{"avant=-1", "avant=1e309", "avant=x", "avant=99999999999999999999"} {
		if w := s.get("/journal?"+query, browser); w.Code != http.StatusBadRequest {
			t.Errorf("journal %s: %d", query, w.Code)
		}
	}
}

// W62: cells of the open data start no formula; the JSON is untouched.
func TestW62_OpenData(t *testing.T) {
	s := newSite(t)
	s.publish(`=HYPERLINK("https://evil.example")`)
	csv, json := s.get("/donnees/constats.csv", "").Body.String(), s.get("/donnees/constats.json", "").Body.String()
	if !strings.Contains(csv, `"'=HYPERLINK(`) || !strings.Contains(json, `"title":"=HYPERLINK(`) && !strings.Contains(json, `"title": "=HYPERLINK(`) {
		t.Errorf("csv\n%s\njson\n%s", csv, json)
	}
}
