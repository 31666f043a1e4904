package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/evidence"
	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// copied has the evidence of a constat copied, and returns the copy.
func (s *site) copied(id string) embraye.EvidenceCopy {
	s.t.Helper()
	ctx := s.t.Context()
	s.App.Copies.On = true
	u, err := s.Store.Tables().Updates.Take(ctx, id)
	s.must(err)
	s.World.Wire.Serve(embraye.IRI(u.Evidence[0].Href).Host(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<html lang="br"><title>Galv</title><script>alert(1)</script><p>Ur galv a zo digor &lt;b&gt;evit an holl.</p>`, strings.Repeat("<p>Ur galv.</p>", 40))
	}))
	finish := func(context.Context, store.Tables) error { return nil }
	_, err = s.Evidence.Do(ctx, embraye.CopyConstat+id, finish)
	s.must(err)
	list, err := s.Evidence.List(ctx, embraye.Operator(), embraye.CopyFilter{Limit: 10})
	s.must(err)
	s.World.Clock.Advance(max(0, list[0].NextAt.Sub(s.World.Clock.Now())))
	_, err = s.Evidence.Do(ctx, embraye.CopyOne+list[0].ID, finish)
	s.must(err)
	s.Web.Invalidate()
	c, err := s.Evidence.One(ctx, embraye.Operator(), list[0].ID)
	s.must(err)
	return *c
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// A constat names the copy of its evidence; the page of the copy shows what it may,
// its file is given out only where all of it is shown, and what was dropped answers
// 410 with its hash.
func TestACopyIsShownAsFarAsItMay(t *testing.T) {
	s := newSite(t)
	id := s.publishOwn(s.person("Ana", embraye.Admin), "Un appel")
	c := s.copied(id)
	path := "/preuves/" + c.ID
	show := func(v embraye.CopyVisibility, licence, quotation string) {
		t.Helper()
		s.must(s.Evidence.Show(t.Context(), embraye.Operator(), c.ID, evidence.Shown{Visibility: v, Licence: licence, Quotation: quotation}))
		s.Web.Invalidate()
	}
	has := func(path string, status int, with []string, without ...string) http.Header {
		t.Helper()
		w := s.get(path, browser)
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
		for _, text := range with {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
		for _, text := range without {
			if strings.Contains(w.Body.String(), text) {
				t.Errorf("%s has %q", path, text)
			}
		}
		return w.Header()
	}
	has("/constats/"+id, 200, []string{`href="` + path + `"`, "Copie faite par nous le"}, "ne répond plus")
	h := has(path, 200, []string{c.SHA256(), c.Href, "personnes qui rédigent"}, "Galv", "galv", "copie.wacz")
	if h.Get("Memento-Datetime") != c.MadeAt.Format(http.TimeFormat) || h.Get("Link") != "<"+c.Href+`>; rel="original"` || h.Get("X-Robots-Tag") != "noindex, noarchive" {
		t.Errorf("%v", h)
	}
	has(path+"/copie.wacz", 404, nil)
	for changed, said := range map[int]string{0: "La page a changé depuis la copie", 12: "La page a changé depuis la copie, de 12\u00a0pour cent de ses mots"} {
		c.Look, c.Changed, c.LookedAt = embraye.PageChanged, changed, c.MadeAt
		s.must(s.Store.InTx(t.Context(), func(tx store.Tables) error { tx.Changed(); return tx.EvidenceCopies.Save(t.Context(), &c) }))
		s.Web.Invalidate()
		has(path, 200, []string{said + " ("})
		has("/constats/"+id, 200, []string{said + "</span>"})
	}
	show(embraye.CopyQuotation, "", "Ur galv a zo digor")
	has(path, 200, []string{"Galv", "Ur galv a zo digor"}, "evit an holl")
	has(path+"/copie.wacz", 404, nil)
	show(embraye.CopyPublic, "CC-BY-4.0", "")
	has(path, 200, []string{`<pre lang="br">`, "digor &lt;b&gt;evit an holl", "CC-BY-4.0"}, "alert(1)")
	h = has(path+"/copie.wacz", 200, []string{"PK"})
	for name, want := range map[string]string{"Content-Type": "application/wacz", "Content-Disposition": `attachment; filename="copie.wacz"`, "Content-Security-Policy": "sandbox; default-src 'none'",
		"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex, noarchive", "Accept-Ranges": "bytes", "Access-Control-Allow-Origin": "*"} {
		if h.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, h.Get(name), want)
		}
	}
	part := s.request("GET", path+"/copie.wacz", "Range: bytes=0-3")
	if part.Code != http.StatusPartialContent || part.Body.String() != "PK\x03\x04" {
		t.Errorf("a range: %d %q", part.Code, part.Body)
	}
	s.must(s.Evidence.Drop(t.Context(), embraye.Operator(), c.ID, "Demande de l'autrice"))
	s.Web.Invalidate()
	has(path, 410, []string{c.SHA256(), "Demande de"}, "galv")
	has(path+"/copie.wacz", 404, nil)
	has("/constats/"+id, 200, nil, path)
	has("/journal", 200, []string{"Copie d’une preuve retirée"})
	has("/archive", 200, []string{"https://ours.example/archive)", "User-agent: embraye"})
	has("/preuves/01jz0000000000000000000000", 404, nil)
}

// What is handed in is checked, and always said to have been handed in; what lies is
// refused in one sentence, and nothing of it is kept.
func TestACopyIsHandedIn(t *testing.T) {
	s := newSite(t)
	s.App.Copies.On = true
	editor := s.as("editor", embraye.Editor)
	const page = "https://preuve.example/app"
	var wacz bytes.Buffer
	s.must(archive.Pack(&wacz, archive.Capture{Software: "test", URL: page, At: time.Unix(0, 0), Title: "App", File: &archive.File{MediaType: "text/html", Body: strings.NewReader("<title>App</title>Bonjour"), Size: 25}}, bytes.NewReader(make([]byte, 64))))
	send := func(name, href, content string) string {
		t.Helper()
		w := editor.sendForm("/office/preuves/new", map[string]string{"href": href}, []byte(content))
		if w.Code == http.StatusSeeOther {
			return strings.TrimPrefix(w.Header().Get("Location"), "/office/preuves/")
		}
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
		return w.Body.String()
	}
	lie := bytes.Replace(wacz.Bytes(), []byte("WARC"), []byte("WARX"), 1)
	lie[60] ^= 1
	for _, bad := range []struct{ name, href, content, want string }{
		{"another page", "https://preuve.example/autre", wacz.String(), "mais une autre"},
		{"other bytes", page, string(lie), "Rien n’est gardé"},
		{"no archive", page, "PK\x03\x04nothing", "pas un WACZ"},
		{"a program", page, "\x7fELF\x02\x01\x01", "ni un WACZ"},
		{"SingleFile of another page", page, "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://evil.example/ \n--><p>x", "mais une autre"},
		{"a PDF cut short", page, "%PDF-1.4\nabc", "abîmé"},
		{"no address", "nowhere", "%PDF-1.4\n%%EOF", "adresse"},
	} {
		if got := send(bad.name, bad.href, bad.content); !strings.Contains(got, bad.want) {
			t.Errorf("%s: no %q", bad.name, bad.want)
		}
	}
	if list, err := s.Evidence.List(t.Context(), embraye.Operator(), embraye.CopyFilter{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("%d copies are kept of what was refused, %v", len(list), err)
	}
	for _, good := range []struct{ name, content, text string }{
		{"WACZ", wacz.String(), "Bonjour"},
		{"SingleFile", "<!DOCTYPE html> <html lang=fr><!--\n Page saved with SingleFile \n url: " + page + " \n--><p>Bonsoir", "Bonsoir"},
		{"PDF", "%PDF-1.4\n%%EOF", ""},
	} {
		id := send(good.name, page, good.content)
		c, err := s.Evidence.One(t.Context(), embraye.Operator(), id)
		if err != nil || c.State != embraye.CopyKept || c.Origin != embraye.CopyHandedIn || c.Text != good.text || !strings.Contains(editor.shows("/office/preuves/"+id), "déposée") {
			t.Errorf("%s: %+v, %v", good.name, c, err)
		}
	}
	if w := editor.post("/office/preuves", url.Values{"href": {"https://preuve.example/encore"}}); w.Code != http.StatusSeeOther {
		t.Errorf("asking: %d", w.Code)
	}
	if list := editor.shows("/office/preuves?state=waiting"); !strings.Contains(list, "preuve.example/encore") || strings.Contains(list, "preuve.example/app<") {
		t.Error("the filter does not filter")
	}
}

// Whoever writes a draft has its pages copied before it is published, sees what
// became of each, and asks for those alone that have none. Without script.
func TestThePagesOfADraftAreCopied(t *testing.T) {
	s := newSite(t)
	s.App.Copies.On = true
	s.World.Wire.Serve("page.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>Ce qui disparaîtra</title><p>", strings.Repeat("Un appel à communs. ", 20))
	}))
	lea := s.as("lea", embraye.Editor)
	answer := lea.autosave("/office/constats/new", url.Values{"title": {"T"}, "evidence_href": {"https://page.example/", "https://page.example/nulle-part", "https://ours.example/constats"}})
	path := answer.Path + "/preuves"
	if html := lea.get(answer.Path).Body.String(); !strings.Contains(html, `href="`+path+`"`) {
		t.Error("the editor does not lead there")
	}
	shows := func(when string, words ...string) {
		t.Helper()
		html := lea.get(path).Body.String()
		for _, word := range words {
			if !strings.Contains(html, word) {
				t.Errorf("%s, the page does not say %q", when, word)
			}
		}
	}
	const button = "Copier les pages sans copie"
	shows("at first", "Pas encore copiée", "https://page.example/nulle-part", button)
	lea.follow(lea.post(path, url.Values{}))
	shows("when it is asked for", "En attente")
	waiting, err := s.Evidence.List(t.Context(), embraye.Operator(), embraye.CopyFilter{State: embraye.CopyWaiting, Limit: 10})
	if err != nil || len(waiting) != 2 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	for _, c := range slices.Backward(waiting) {
		s.World.Clock.Advance(max(0, c.NextAt.Sub(s.World.Clock.Now())))
		if _, err := s.Evidence.Do(t.Context(), embraye.CopyOne+c.ID, func(context.Context, store.Tables) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	shows("when it was tried", "Gardée", "Pas de copie", "la page a répondu 404", button)
	lea.follow(lea.post(path, url.Values{}))
	again, err := s.Evidence.List(t.Context(), embraye.Operator(), embraye.CopyFilter{Limit: 10})
	states := map[string]embraye.CopyState{}
	for _, c := range again {
		states[c.Href] = c.State
	}
	if err != nil || len(again) != 2 || states["https://page.example/"] != embraye.CopyKept || states["https://page.example/nulle-part"] != embraye.CopyWaiting {
		t.Errorf("asked again: %v, %v", states, err)
	}
	if html := lea.get(path).Body.String(); strings.Contains(html, button) {
		t.Error("there is nothing to ask for, and a button")
	}
}
