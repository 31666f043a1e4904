package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// sendForm posts values and a file.
func (v *visitor) sendForm(path string, values map[string]string, file []byte) *httptest.ResponseRecorder {
	v.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "rapport.pdf") // before the text, as a browser may
	if err == nil {
		_, err = part.Write(file)
	}
	for name, value := range values {
		if err == nil {
			err = form.WriteField(name, value)
		}
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		v.s.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", base+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", base)
	return v.send(r)
}

// Without a folder for temporary files an upload is our fault, said so, and
// what was typed beside it is saved.
func TestT15NoTemporaryFolder(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	person := s.person("lea", embraye.Editor)
	lea := s.visitor().signIn(person.Email)
	lea.h = s.handler(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "away"))
	large := []byte(pdf + "%" + strings.Repeat("x", 2<<20))

	w := lea.sendForm("/office/constats/new", map[string]string{"title": "Un appel est ouvert", "summary": "Tout est là."}, large)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Un appel est ouvert") ||
		!strings.Contains(w.Body.String(), "conservé") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if n, err := s.Store.Tables().Drafts.CountOpen(t.Context(), person.ID); err != nil || n != 1 {
		t.Errorf("%d drafts are saved (%v)", n, err)
	}
	if !strings.Contains(log.String(), "away") || strings.Contains(w.Body.String(), "away") {
		t.Errorf("the reason belongs to the operator: %s", log.String())
	}
	if w := lea.sendForm("/office/constats/new", map[string]string{"title": "Un petit fichier"}, []byte(pdf)); w.Code != http.StatusSeeOther {
		t.Errorf("a file that needs no temporary folder: %d", w.Code)
	}

	boss := s.visitor().signIn(s.person("admin", embraye.Admin).Email)
	if w := boss.sendForm("/office/organisation", map[string]string{"org_name": "Une coopérative"}, large); w.Code != http.StatusServiceUnavailable ||
		!strings.Contains(w.Body.String(), "Une coopérative") {
		t.Errorf("a logo: %d", w.Code)
	}
	if w := lea.sendForm("/office/import", nil, large); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a table: %d", w.Code)
	}
}

// What is no form stays a mistake of whoever sent it.
func TestT15BrokenFormsAreNotOurFault(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	for name, body := range map[string]string{"cut": "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nUn ap", "none": "hello"} {
		r := httptest.NewRequest("POST", base+"/office/constats/new", io.NopCloser(strings.NewReader(body)))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.Header.Set("Origin", base)
		if w := lea.send(r); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

// After a file that was refused there is a place for another, also where the card
// that it was sent from has an address now; what is wrong with it leads there.
func TestARefusedFileLeavesItsField(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Reviewer)
	for path, values := range map[string]map[string]string{"/office/constats/new": {"title": "Un appel est ouvert", "evidence_href": "https://preuve.example/"},
		"/office/constats/" + s.exhibit(s.upload(pngBytes(t), "a.png")) + "/correct": {"title": "Un appel est ouvert", "evidence_href": "https://preuve.example/", "kind": "typo", "reason": "Une faute."}} {
		page := lea.sendForm(path, values, []byte("MZ, a program")).Body.String()
		if !strings.Contains(page, `href="#f-file"`) || !strings.Contains(page, `id="f-file" name="file"`) || !strings.Contains(page, `value="https://preuve.example/"`) {
			t.Errorf("%s: the mistake leads nowhere: %s", path, page)
		}
	}
}

// Limits are said as people count them.
func TestLimitsAreSaidForPeople(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	wantWords(t, "a long text", lea.post("/office/constats/new", url.Values{"title": {"T"}, "text": {strings.Repeat("x", embraye.MaxText+1)}}).Body.String(), "20\u202f000 caractères au plus")
	wantWords(t, "a large table", lea.sendForm("/office/import", nil, []byte(strings.Repeat("x", 6<<20))).Body.String(), "5 Mo au plus")
}

// What somebody sends who is not signed in is bounded with its names: it is held in
// memory until the page of the sign-in has carried it.
func TestNamesOfAFormCountToo(t *testing.T) {
	stranger := newSite(t).visitor()
	values := map[string]string{}
	for n := range 4 {
		values[strings.Repeat("x", 400<<10)+string(rune('a'+n))] = ""
	}
	if w := stranger.sendForm("/office/constats/new", values, nil); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of long names: %d", w.Code)
	}
}
