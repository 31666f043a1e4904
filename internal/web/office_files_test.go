package web_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func pngBytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 5, 5))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (s *site) upload(content []byte, name string) *embraye.EvidenceFile {
	s.t.Helper()
	f, err := s.Constats.AddFile(s.t.Context(), embraye.Operator(), bytes.NewReader(content), name, "L'affiche")
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// exhibit publishes a constat that has a file as evidence.
func (s *site) exhibit(f *embraye.EvidenceFile) string {
	s.t.Helper()
	p, err := s.Constats.Publish(s.t.Context(), embraye.Operator(), constats.PublishInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR"},
		Content: embraye.Content{Stage: embraye.Announced, Title: "Une affiche", Summary: "Une affiche est là.",
			Evidence: []embraye.Evidence{{Href: base + "/fichiers/" + f.Name, Name: "Affiche"}}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Update.ID
}

func TestW38HeadersOfFiles(t *testing.T) {
	s := newSite(t)
	for name, f := range map[string]*embraye.EvidenceFile{"inline": s.upload(pngBytes(t), "a.png"), "attachment": s.upload([]byte(pdf), "../../evil\u202Egpj.pdf")} {
		path := "/fichiers/" + f.Name
		if w := s.get(path, browser); w.Code != 404 {
			t.Errorf("%s before it is published: %d", f.Name, w.Code)
		}
		s.exhibit(f)
		w := s.get(path, browser)
		h := w.Header()
		if w.Code != 200 || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" ||
			h.Get("Content-Type") != f.MediaType || !strings.HasPrefix(h.Get("Content-Disposition"), name) || h.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%d %v", w.Code, h)
		}
		// W44: what a stranger called it can leave neither the header nor the folder.
		if d := h.Get("Content-Disposition"); strings.ContainsAny(d, "\r\n/\\") || strings.Contains(d, "\u202e") {
			t.Errorf("W44: %q", d)
		}
		if w := s.request("GET", path, "If-None-Match: "+h.Get("Etag")); w.Code != 304 {
			t.Errorf("with its ETag: %d", w.Code)
		}
	}
}

// What is uploaded is never an object of ours, whatever it says and whoever asks.
func TestW39FilesAreNoObjects(t *testing.T) {
	s := newSite(t)
	f := s.upload([]byte(strings.Replace(pdf, "endobj", "endobj % {\"@context\":\"https://www.w3.org/ns/activitystreams\",\"type\":\"Person\"}", 1)), "actor.json")
	s.exhibit(f)
	for _, accept := range []string{activity, ldProfile, "application/json", "*/*"} {
		w := s.get("/fichiers/"+f.Name, accept)
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "application/pdf" {
			t.Errorf("%s: %d %s", accept, w.Code, got)
		}
	}
	for _, path := range []string{"/fichiers/", "/fichiers/x", "/fichiers/..%2fembraye.db", "/fichiers/" + strings.Repeat("a", 64) + ".html"} {
		if w := s.get(path, activity); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// A photo is 1,600 pixels wide; a phone gets one of 800, under the same law.
func TestSmallerPhotos(t *testing.T) {
	s := newSite(t)
	wide := image.NewRGBA(image.Rect(0, 0, 1600, 900))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, wide, nil); err != nil {
		t.Fatal(err)
	}
	f := s.upload(b.Bytes(), "photo.jpg")
	small := "/fichiers/800/" + f.Name
	if w := s.get(small, browser); w.Code != 404 {
		t.Errorf("before it is published: %d", w.Code)
	}
	page := s.get("/constats/"+s.exhibit(f), browser).Body.String()
	wantWords(t, "the page", page, ` src="`+base+"/fichiers/"+f.Name+`" srcset="`+small+" 800w, /fichiers/"+f.Name+` 1600w"`)
	whole := s.get("/fichiers/"+f.Name, browser)
	w := s.get(small, browser)
	config, err := jpeg.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
	if err != nil || config.Width != 800 || config.Height != 450 {
		t.Errorf("%d: %d × %d, %v", w.Code, config.Width, config.Height, err)
	}
	for _, name := range []string{"Content-Type", "Content-Security-Policy", "Content-Disposition", "Cache-Control"} {
		if got, want := w.Header().Get(name), whole.Header().Get(name); got != want || got == "" {
			t.Errorf("%s: %q, the whole one has %q", name, got, want)
		}
	}
	if w.Header().Get("Etag") == whole.Header().Get("Etag") {
		t.Error("two sizes have one ETag")
	}
	for _, path := range []string{"/fichiers/801/", "/fichiers/0800/", "/fichiers/-1/", "/fichiers/0/", "/fichiers/x/"} {
		if w := s.get(path+f.Name, browser); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestW49Ranges(t *testing.T) {
	s := newSite(t)
	f := s.upload([]byte(pdf), "a.pdf")
	s.exhibit(f)
	for ranges, want := range map[string]int{"bytes=0-3": 206, "bytes=5-1": 416, "bytes=-99999999999999": 206, "bytes=" + strings.Repeat("0-0,", 1000) + "1-1": 200} {
		w := s.request("GET", "/fichiers/"+f.Name, "Range: "+ranges)
		if w.Code != want || w.Body.Len() > len(pdf) {
			t.Errorf("%.30s: %d, %d bytes", ranges, w.Code, w.Body.Len())
		}
	}
}

// A file that was changed where it lies: the page and the open data say so, and
// take it back when it is whole again.
func TestW50DamagedFile(t *testing.T) {
	s := newSite(t)
	f := s.upload(pngBytes(t), "a.png")
	id := s.exhibit(f)
	path := filepath.Join(s.FilesDir, f.Name)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	warned := func() (page, csv, json bool) {
		t.Helper()
		if err := s.Constats.CheckFiles(t.Context()); err != nil {
			t.Fatal(err)
		}
		sentence := s.App.Catalogue.T("fr", "constat.damaged")
		return strings.Contains(s.get("/constats/"+id, browser).Body.String(), sentence),
			strings.Count(s.get("/donnees/constats.csv", "").Body.String(), f.Name) == 2, s.damagedInJSON()
	}
	for _, step := range []struct {
		content []byte
		want    bool
	}{{whole, false}, {append([]byte("x"), whole[1:]...), true}, {nil, true}, {whole, false}} {
		err := os.Remove(path)
		if step.content != nil {
			err = os.WriteFile(path, step.content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if page, csv, json := warned(); page != step.want || csv != step.want || json != step.want {
			t.Errorf("%d bytes: page %t, CSV %t, JSON %t, want %t", len(step.content), page, csv, json, step.want)
		}
	}
}

func (s *site) damagedInJSON() bool {
	s.t.Helper()
	var rows []struct {
		Damaged []string `json:"evidence_damaged"`
	}
	if err := json.Unmarshal(s.get("/donnees/constats.json", "").Body.Bytes(), &rows); err != nil || len(rows) != 1 {
		s.t.Fatalf("%d rows, %v", len(rows), err)
	}
	return len(rows[0].Damaged) == 1
}
