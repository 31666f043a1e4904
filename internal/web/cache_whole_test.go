package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// cachedPages are addresses whose answers are kept for everybody.
func cachedPages(constat string) []string {
	return []string{"/", "/territoires", "/territoires/FR-BRE", "/chronologie", "/comprendre", "/comprendre/memoire", "/suivre", "/organisations", "/divergences",
		"/donnees", "/journal", "/mentions-legales", "/confidentialite", "/accessibilite", "/ecoconception", "/signaler", "/@organisation", "/@mesure2",
		"/@mesure2/FR-BRE", constat, constat + "/versions", constat + "/versions/1", constat + "/card.png", "/@mesure2/card.png", "/feed.atom",
		"/@mesure2/feed.json", "/donnees/constats.csv", "/sitemap.xml", "/actors/mesure2", "/actors/mesure2/outbox", "/actors/mesure2/featured",
		constat + "/replies", constat + "/fil?page=1", finger("acct:mesure2@ours.example"), "/nodeinfo/2.1"}
}

// slow is pages whose frame is read once the reader has hung up.
type slow struct {
	web.Pages
	reading, gone chan struct{}
}

func (s slow) FramePage(ctx context.Context) (*embraye.FramePage, error) {
	select {
	case <-s.reading:
	default:
		close(s.reading)
	}
	<-s.gone
	return s.Pages.FramePage(ctx)
}

// A reader's reset connection while the page is built is nobody else's affair.
func TestT04HangingUpSpoilsNothing(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	clean := s.handler(web.Options{})
	for _, path := range []string{"/", "/@mesure2", constat, "/chronologie", "/suivre", "/mentions-legales"} {
		whole := serve(clean, "GET", path, "Accept: "+browser)
		pages := slow{s.Store.Pages(), make(chan struct{}), make(chan struct{})}
		h := s.handler(web.Options{Pages: pages})
		hangUp(t, h, path, pages)
		if w := serve(h, "GET", path, "Accept: "+browser); w.Code != whole.Code || w.Body.String() != whole.Body.String() {
			t.Errorf("%s after a reset: %d, and not what everybody gets", path, w.Code)
		}
	}
}

// hangUp asks for a page and is gone before it is there.
func hangUp(t *testing.T, h http.Handler, path string, pages slow) {
	t.Helper()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		context.AfterFunc(r.Context(), func() { close(pages.gone) })
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "ours.example"
	r.Header.Set("Accept", browser)
	go func() { <-pages.reading; cancel() }()
	if resp, err := server.Client().Do(r); err == nil {
		resp.Body.Close()
		t.Fatalf("%s was answered before its reader hung up: %d", path, resp.StatusCode)
	}
	<-done
}

// Whatever table cannot be read: an answer is the whole one or an error, and
// once the table is back everything is as before.
func TestT04NoAnswerIsThinner(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	s.revise(id)
	paths := cachedPages(constat)
	get := func(h http.Handler, path string) *httptest.ResponseRecorder {
		accept := browser
		if strings.HasPrefix(path, "/actors/") {
			accept = activity
		}
		return serve(h, "GET", path, "Accept: "+accept)
	}
	whole, clean := map[string]string{}, s.handler(web.Options{})
	for _, path := range paths {
		w := get(clean, path)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		whole[path] = w.Body.String()
	}
	refused := 0
	for _, table := range tables(t, s) {
		h := s.handler(web.Options{})
		rename(t, s, table, table+"_away")
		for _, path := range paths {
			if w := get(h, path); w.Code >= 500 {
				refused++
			} else if w.Code != http.StatusOK || w.Body.String() != whole[path] {
				t.Errorf("%s without %s: %d, and not the whole answer", path, table, w.Code)
			}
		}
		rename(t, s, table+"_away", table)
		h.(*web.Handler).Invalidate()
		for _, path := range paths {
			if w := get(h, path); w.Body.String() != whole[path] {
				t.Errorf("%s after %s came back: %d, and not the whole answer", path, table, w.Code)
			}
		}
	}
	if refused < len(paths) {
		t.Errorf("only %d answers were refused: the tables were not away", refused)
	}
}

func tables(t *testing.T, s *site) (names []string) {
	t.Helper()
	rows, err := s.Store.Pool().QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'search\_texts%' ESCAPE '\'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func rename(t *testing.T, s *site, from, to string) {
	t.Helper()
	if _, err := s.Store.Pool().ExecContext(t.Context(), `ALTER TABLE "`+from+`" RENAME TO "`+to+`"`); err != nil {
		t.Fatal(err)
	}
}

// A page that says “today” says it of today, although nothing was published.
func TestS08TodayIsNotKeptForEver(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	h := s.handler(web.Options{})
	for _, path := range cachedPages(constat) {
		serve(h, "GET", path, "Accept: "+browser)
	}
	before := serve(h, "GET", "/@mesure2", "Accept: "+browser).Body.String()
	s.Clock.Advance(200 * 24 * time.Hour)
	if before == serve(h, "GET", "/@mesure2", "Accept: "+browser).Body.String() {
		t.Error("the timeline of a measure stays as it was 200 days ago")
	}
	clean := s.handler(web.Options{})
	for _, path := range cachedPages(constat) {
		kept, fresh := serve(h, "GET", path, "Accept: "+browser), serve(clean, "GET", path, "Accept: "+browser)
		if kept.Body.String() != fresh.Body.String() {
			t.Errorf("%s is not what a new process says today", path)
		}
	}
}

// What cannot be read is never taken for what is not there: a form that leads
// to the reader's server, a file that only editors see.
func TestT04AnUnreadableTableIsNoAnswer(t *testing.T) {
	s := newSite(t)
	for table, path := range map[string]string{"actors": "/suivre/vers", "updates": "/suivre/vers"} {
		id, _ := s.publish("Un constat de plus de " + table)
		target := map[string]string{"actors": "mesure2", "updates": id}[table]
		rename(t, s, table, table+"_away")
		r := httptest.NewRequest("POST", base+path, strings.NewReader("compte=lea@ailleurs.example&cible="+target))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.handler(web.Options{}).ServeHTTP(w, r)
		rename(t, s, table+"_away", table)
		if w.Code < 500 {
			t.Errorf("%s without %s: %d", path, table, w.Code)
		}
	}
}
