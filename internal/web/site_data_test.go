package web_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/web"
)

// multiply puts n copies of a constat and of its versions beside it.
func (s *site) multiply(id string, n int) {
	s.t.Helper()
	const numbers = `WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?) `
	for table, key := range map[string]string{"updates": "id", "revisions": "update_id"} {
		var into, from []string
		for _, column := range s.columns(table) {
			switch {
			case column == key:
				into, from = append(into, column), append(from, "printf('01jz%022d', i)")
			case column != "id": // a row's number is its own
				into, from = append(into, column), append(from, column)
			}
		}
		query := "INSERT INTO " + table + " (" + strings.Join(into, ", ") + ") " + numbers + "SELECT " + strings.Join(from, ", ") + " FROM " + table + ", numbers WHERE " + key + " = ?"
		if table == "revisions" {
			defer s.exec(query, n, id) // each version needs its constat
			continue
		}
		s.exec(query, n, id)
	}
}

func (s *site) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.Store.Pool().ExecContext(s.t.Context(), query, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) columns(table string) (names []string) {
	s.t.Helper()
	rows, err := s.Store.Pool().QueryContext(s.t.Context(), "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return names
}

func dataFiles() []string { return []string{"constats.csv", "constats-tableur.csv", "constats.json"} }

// All there is, once, in every format, however many pieces it took.
func TestS02OpenDataIsWholeInPieces(t *testing.T) {
	for n, want := range map[int]int{1: 3, 98: 100, 99: 101, 350: 352} { // a corrected one has two rows
		s := newSite(t)
		id, _ := s.publish("Un appel à communs est ouvert")
		s.multiply(id, n)
		s.revise(id)
		h := s.handler(web.Options{})
		rows := map[string]int{}
		for _, name := range dataFiles() {
			w := serve(h, "GET", "/donnees/"+name)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", name, w.Code)
			}
			rows[name] = len(identities(t, name, w.Body.Bytes()))
		}
		for name, got := range rows {
			if got != want {
				t.Errorf("%d copies: %s has %d rows, not %d", n, name, got, want)
			}
		}
	}
}

// identities are constat and version of every row; two of one kind fail.
func identities(t *testing.T, name string, file []byte) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	add := func(id, version string) {
		if found[id+" "+version] {
			t.Errorf("%s has version %s of %s twice", name, version, id)
		}
		found[id+" "+version] = true
	}
	if strings.HasSuffix(name, ".json") {
		var rows []struct {
			ID      string
			Version int
		}
		if err := json.Unmarshal(file, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			add(r.ID, strconv.Itoa(r.Version))
		}
		return found
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	if name == "constats-tableur.csv" {
		in.Comma = ';'
	}
	lines, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		add(line[0], line[1])
	}
	return found
}

// An instance without a constat has files without rows, and whoever has a file
// of this revision need not take it again.
func TestOpenDataIsAskedForAgain(t *testing.T) {
	s := newSite(t)
	if got := s.request("GET", "/donnees/constats.json").Body.String(); got != "[]\n" {
		t.Errorf("no constats are %q", got)
	}
	s.publish("Un appel à communs est ouvert")
	for _, name := range dataFiles() {
		w := s.request("GET", "/donnees/"+name)
		etag := w.Header().Get("Etag")
		if !strings.HasPrefix(etag, `W/"`) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", name, w.Header())
		}
		if w := s.request("GET", "/donnees/"+name, "If-None-Match: "+etag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("%s that is there already: %d", name, w.Code)
		}
		if w := s.request("HEAD", "/donnees/"+name); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Etag") != etag {
			t.Errorf("HEAD %s: %d %v", name, w.Code, w.Header())
		}
		s.publish("Un constat de plus, après " + name)
		if w := s.request("GET", "/donnees/"+name, "If-None-Match: "+etag); w.Code != http.StatusOK {
			t.Errorf("%s after a publication: %d", name, w.Code)
		}
	}
}

// Whoever has a slow line knows before how much comes.
func TestTheDataPageSaysHowLargeItsFilesAre(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs est ouvert")
	check := func(words string) {
		t.Helper()
		text := s.request("GET", "/donnees", "Accept-Language: fr").Body.String()
		for _, name := range dataFiles() {
			size := s.request("GET", "/donnees/"+name).Body.Len()
			_, after, _ := strings.Cut(text, name+"</a>")
			line, _, _ := strings.Cut(after, "</li>")
			var said int
			_, number, _ := strings.Cut(line, words)
			if _, err := fmt.Sscan(strings.ReplaceAll(number, "\u00a0", " "), &said); err != nil || said*1000 < size*98/100 || said*1000 > size*102/100+1000 {
				t.Errorf("%s of %d bytes: %q", name, size, line)
			}
		}
	}
	check(" · ")
	s.multiply(id, 200)
	s.publish("Un constat de plus")
	check("environ ")
}

// breaking is a reader of the answer who does something after the first bytes.
type breaking struct {
	http.ResponseWriter
	after func()
}

func (b *breaking) Write(p []byte) (int, error) {
	if b.after != nil {
		b.after()
		b.after = nil
	}
	return b.ResponseWriter.Write(p)
}

// Half a file never looks like a whole one: the connection is cut. What fails
// before the first byte is a status.
func TestS02OpenDataThatCannotBeReadToTheEndIsCut(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs est ouvert")
	s.multiply(id, 1000)
	away := func() { rename(t, s, "revisions", "revisions_away") }
	for _, name := range dataFiles() {
		cut := func() (cut bool) {
			defer func() { cut = recover() == http.ErrAbortHandler }()
			w := &breaking{httptest.NewRecorder(), away}
			s.handler(web.Options{}).ServeHTTP(w, httptest.NewRequest("GET", base+"/donnees/"+name, nil))
			return false
		}()
		if !cut {
			t.Errorf("%s ends in its middle as if that were all", name)
		}
		w := serve(s.handler(web.Options{}), "GET", "/donnees/"+name)
		if w.Code < 500 || w.Header().Get("Etag") != "" || strings.Contains(w.Header().Get("Content-Type"), "csv") {
			t.Errorf("%s that cannot be read: %d %v", name, w.Code, w.Header())
		}
		rename(t, s, "revisions_away", "revisions")
	}
}

// BenchmarkOpenData downloads each file of an instance with 100,000 constats
// over loopback and prints how many constats came in a second, the
// processor time of each, and how much more memory the process took at the worst
// moment: of Go's heap, and as the system counts it (Linux). Use -benchtime 1x.
func BenchmarkOpenData(b *testing.B) {
	s := newSite(b)
	id, _ := s.publish("Un appel à communs est ouvert")
	const constats = 100_000
	s.multiply(id, constats)
	server := httptest.NewServer(s.Web)
	defer server.Close()
	for _, name := range append(dataFiles(), "constats.csv gzip") {
		b.Run(name, func(b *testing.B) {
			file, encoding, _ := strings.Cut(name, " ")
			r, err := http.NewRequestWithContext(b.Context(), "GET", server.URL+"/donnees/"+file, nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Host = "ours.example"
			r.Header.Set("Accept-Encoding", encoding)
			download := func() (n int64) {
				resp, err := server.Client().Do(r)
				if err != nil {
					b.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					b.Fatal(resp.Status)
				}
				if n, err = io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
				return n
			}
			for b.Loop() {
				began, worked := time.Now(), processorTime(b)
				n := download()
				b.ReportMetric(constats/time.Since(began).Seconds(), "constats/s")
				b.ReportMetric(float64((processorTime(b)-worked).Microseconds())/constats, "cpu-µs/constat")
				stop := watchMemory(b) // which slows it down
				download()
				heap, system := stop()
				b.ReportMetric(float64(n)/(1<<20), "file-MiB")
				b.ReportMetric(heap, "peak-heap-MiB")
				b.ReportMetric(system, "peak-MiB")
			}
		})
	}
}

// watchMemory looks at the memory every 2 ms; stop says by how much it grew at most.
func watchMemory(b *testing.B) (stop func() (heap, system float64)) {
	b.Helper()
	debug.FreeOSMemory()
	heapBefore, systemBefore := memory(b)
	var heap, system float64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				h, s := memory(b)
				heap, system = max(heap, h-heapBefore), max(system, s-systemBefore)
			}
		}
	}()
	return func() (float64, float64) {
		close(done)
		<-ended
		return heap, system
	}
}

// memory is what Go's heap and the process hold, in MiB.
func memory(b *testing.B) (heap, system float64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	heap = float64(m.HeapAlloc) / (1 << 20)
	var pages, resident float64
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if _, err := fmt.Sscan(string(statm), &pages, &resident); err != nil {
			b.Error(err)
		}
	}
	return heap, resident * float64(os.Getpagesize()) / (1 << 20)
}
