package web_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// keepsNothing makes the database of a site read-only, as on a disk that is, or
// full; the pool that writes is one connection.
func (s *site) keepsNothing(pragma string) (again func()) {
	s.t.Helper()
	set := func(statement string) {
		if _, err := s.Store.Pool().ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatal(err)
		}
	}
	set(pragma)
	return func() { set("PRAGMA query_only=0"); set("PRAGMA max_page_count=1000000") }
}

const (
	readOnlyDisk = "PRAGMA query_only=1"
	fullDisk     = "PRAGMA max_page_count=1" // SQLite takes what there is: not a page more
)

func TestH04ReadinessTellsWhyNothingIsKept(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	h := s.handler(web.Options{Ready: s.App.Ready, Log: slog.New(slog.NewTextHandler(&log, nil))})
	ready := func(what string, want int, reason string) {
		t.Helper()
		for range 3 {
			if w := serve(h, "GET", "/readyz"); w.Code != want || !strings.Contains(w.Body.String(), reason) {
				t.Errorf("%s: %d %s", what, w.Code, w.Body)
			}
		}
	}
	ready("at first", 200, `"ok"`)
	again := s.keepsNothing(readOnlyDisk)
	ready("the answer is remembered: asking writes", 200, `"ok"`)
	s.Clock.Advance(time.Minute)
	serve(h, "GET", "/readyz")
	ready("a read-only disk", 503, "full or read-only")
	if w := serve(h, "GET", "/", "Accept: text/html"); w.Code != 200 {
		t.Errorf("readers are served meanwhile: %d", w.Code)
	}
	again()
	s.Clock.Advance(time.Minute)
	serve(h, "GET", "/readyz")
	ready("it can be written to", 200, `"ok"`)
	if err := os.RemoveAll(s.FilesDir); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	serve(h, "GET", "/readyz")
	ready("the folder of evidence is gone", 503, "folder of evidence")
	if n, m := strings.Count(log.String(), "not ready"), strings.Count(log.String(), "ready again"); n != 2 || m != 1 {
		t.Errorf("two outages and one end are told %d and %d times:\n%s", n, m, log.String())
	}
}

// Whatever cannot be kept answers 507 and says so; what is sent later is kept.
func TestH04WhatIsSentToAFullDisk(t *testing.T) {
	for name, fault := range map[string]string{"read-only": readOnlyDisk, "full": fullDisk} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			lea := s.as("lea", embraye.Editor)
			again := s.keepsNothing(fault)
			for what, send := range map[string]func() (int, string, string){
				"form": func() (int, string, string) {
					w := lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "summary": {strings.Repeat("Tout est là. ", 35)}, "action": {"save"}})
					return w.Code, w.Header().Get("Retry-After"), w.Body.String()
				},
				"upload": func() (int, string, string) {
					w := lea.sendForm("/office/constats/new", map[string]string{"title": "Un appel", "summary": strings.Repeat("Tout est là. ", 35)}, []byte(pdf))
					return w.Code, w.Header().Get("Retry-After"), w.Body.String()
				},
			} {
				status, wait := 303, ""
				body := ""
				for n := 0; status == 303 && n < 300; n++ { // what room there is in pages is filled first
					status, wait, body = send()
				}
				if status != 507 || wait == "" || !strings.Contains(body, "place") {
					t.Errorf("%s: %d, Retry-After %q\n%s", what, status, wait, body)
				}
			}
			again()
			if w := lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "action": {"save"}}); w.Code != 303 {
				t.Errorf("afterwards: %d", w.Code)
			}
		})
	}
}

func TestH10AnOutageIsToldOnceAndSoIsItsEnd(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	away := true
	h := s.handler(web.Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Revision: func(ctx context.Context) (int64, error) {
			if away {
				return 0, fmt.Errorf("dialling: %w", embraye.ErrUnavailable)
			}
			return s.Store.PublicRevision(ctx)
		},
	}).(*web.Handler)
	told := func(what string, begins, ends int) {
		t.Helper()
		if n, m := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "again"); n != begins || m != ends {
			t.Errorf("%s: told %d times, its end %d times:\n%s", what, n, m, log.String())
		}
	}
	for range 5 {
		serve(h, "GET", "/")
		serve(h, "GET", "/actors/mesure2")
	}
	told("away", 1, 0)
	away = false
	h.Invalidate()
	serve(h, "GET", "/")
	serve(h, "GET", "/actors/mesure2")
	told("back", 1, 1)

	lea := s.as("lea", embraye.Editor)
	lea.h = h
	again := s.keepsNothing(readOnlyDisk)
	for range 5 {
		lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "action": {"save"}})
		serve(h, "GET", "/")
	}
	told("read-only", 2, 1)
	again()
	lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "action": {"save"}})
	lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "action": {"save"}})
	told("written again", 2, 2)
}

// A page that says that something failed does not call safe what was sent to it.
func TestH10WhatWasSentIsNotSaidToBeSafe(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	w := lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "action": {"save"}})
	if body := w.Body.String(); w.Code < 500 || !strings.Contains(body, "rechargez cette page") || strings.Contains(body, "Rien n’est perdu") {
		t.Errorf("sent: %d %s", w.Code, body)
	}
	if w := lea.get("/office/constats/new"); w.Code < 500 || !strings.Contains(w.Body.String(), "Rien n’est perdu") {
		t.Errorf("asked for: %d %s", w.Code, w.Body)
	}
}
