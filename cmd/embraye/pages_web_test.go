//go:build faults

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// pageKinds are the pages of a bad web by what becomes of them: state and reason,
// or several that are right. Each is one page of twenty: four are dead, one is
// endless, one has a hundred megabytes.
var pageKinds = []struct{ kind, want string }{
	{"gone", "failed 404"}, {"gone", "failed 404"}, {"closed", "failed unreachable"}, {"ill", "failed 503"},
	{"endless", "kept"}, {"huge", "kept|failed too_large"}, {"led", "kept"}, {"circle", "failed forbidden"},
	{"inside", "failed forbidden|failed unreachable"}, {"bomb", "kept"}, {"short", "failed unreachable"}, {"plain.gz", "kept"}, {"hostile", "kept"}, {"paper.pdf", "kept"},
	{"page", "kept"}, {"page", "kept"}, {"page", "kept"}, {"page", "kept"}, {"page", "kept"}, {"page", "kept"},
}

// A badWeb is servers with every kind of page, and some behind the guard that nobody
// may ever be sent to.
type badWeb struct {
	hosts   []string
	closed  string   // where nobody listens
	inside  []string // addresses that the guard forbids
	bomb    []byte   // a gigabyte, packed
	asked   atomic.Int64
	open    atomic.Int64 // requests on their way
	strayed atomic.Int64 // requests behind the guard
}

// pageHosts is a prime: every host has every kind.
const pageHosts = 211

func newBadWeb(t *testing.T) *badWeb {
	w := &badWeb{closed: freeAddress(t), bomb: bomb(t)}
	for range pageHosts {
		w.hosts = append(w.hosts, listens(t, "127.0.0.1:0", w))
	}
	stray := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { w.strayed.Add(1) })
	_, port, _ := net.SplitHostPort(listens(t, "127.0.0.2:0", stray))
	for _, host := range []string{"127.0.0.2", "[::ffff:127.0.0.2]", "2130706434", "0x7f000002", "127.0.0.2.", "user@127.0.0.2", "0.0.0.0", "[::]"} {
		w.inside = append(w.inside, "http://"+host+":"+port+"/")
	}
	_, six, _ := net.SplitHostPort(listens(t, "[::1]:0", stray))
	w.inside = append(w.inside, "http://[::1]:"+six+"/", "//127.0.0.2:"+port+"/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/",
		"file:///etc/passwd", "gopher://127.0.0.2:"+port+"/_GET", "ftp://127.0.0.2:"+port+"/", "http://localhost:8080/office")
	return w
}

func listens(t *testing.T, at string, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return l.Addr().String()
}

func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, "<title>Bombe</title>")
	for block := bytes.Repeat([]byte("boum "), 1<<18); b.Len() < 1<<20; {
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// page is the address of a page by its number, and what has to become of it.
func (w *badWeb) page(n int) (href, want string) {
	p := pageKinds[n%len(pageKinds)]
	host := w.hosts[n%len(w.hosts)]
	if p.kind == "closed" {
		host = w.closed
	}
	if inside := w.inside[n/len(pageKinds)%len(w.inside)]; p.kind == "inside" && n%2 == 0 && strings.HasPrefix(inside, "http://127.0.0.2:") {
		return inside + strconv.Itoa(n), p.want // asked for by hand
	}
	return fmt.Sprintf("http://%s/%s/%d", host, p.kind, n), p.want
}

func (w *badWeb) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) < 3 { // robots.txt
		if len(w.hosts) > 1 && r.Host == w.hosts[1] {
			http.Redirect(out, r, w.inside[0]+"robots.txt", http.StatusFound)
			return
		}
		http.NotFound(out, r)
		return
	}
	w.asked.Add(1)
	w.open.Add(1)
	defer w.open.Add(-1)
	n, _ := strconv.Atoi(parts[2])
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch parts[1] {
	case "gone":
		http.NotFound(out, r)
	case "ill":
		http.Error(out, "plus tard", http.StatusServiceUnavailable)
	case "endless":
		fmt.Fprint(out, "<title>Sans fin</title>")
		if n/len(pageKinds)%5 == 3 { // it says nothing more, and never ends
			fmt.Fprintf(out, "<p>%d %s", n, sentences(n, 20))
			out.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		flood(out, fmt.Sprintf("<p>%d encore.", n), 1<<40)
	case "huge":
		if n/len(pageKinds)%3 > 0 {
			out.Header().Set("Content-Type", "application/pdf")
		}
		if n/len(pageKinds)%3 == 1 {
			out.Header().Set("Content-Length", strconv.Itoa(100<<20))
		}
		flood(out, fmt.Sprintf("<p>%d gros.\n", n), 100<<20)
	case "led":
		if len(parts) < 4 || parts[3] != "123" {
			next := "1"
			if len(parts) > 3 {
				next = parts[3] + strconv.Itoa(len(parts[3])+1)
			}
			http.Redirect(out, r, fmt.Sprintf("http://%s/led/%d/%s", w.hosts[(n+len(next))%len(w.hosts)], n, next), http.StatusFound)
			return
		}
		fmt.Fprintf(out, "<title>Menée %d</title><p>%s", n, sentences(n, 30))
	case "circle":
		http.Redirect(out, r, r.URL.Path, http.StatusMovedPermanently)
	case "inside":
		out.Header().Set("Location", w.inside[n/len(pageKinds)%len(w.inside)])
		out.WriteHeader(http.StatusFound)
	case "bomb":
		out.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(out, string(w.bomb), n)
	case "short":
		out.Header().Set("Content-Length", "100000")
		fmt.Fprint(out, "<title>Courte</title><p>", sentences(n, 3))
	case "plain.gz":
		out.Header().Set("Content-Encoding", "gzip")
		fmt.Fprintf(out, "<p>Rien de compressé, %d.", n)
	case "hostile":
		hostile(out, n, w.inside[0])
	case "paper.pdf":
		out.Header().Set("Content-Type", "application/pdf")
		fmt.Fprintf(out, "%%PDF-1.4\n%d\n%s", n, strings.Repeat(sentences(n, 5), 5000))
	default:
		fmt.Fprintf(out, "<html lang=fr><title>Page %d</title><nav><a href=/>Accueil</a></nav><h1>Mesure %d</h1><p>%s", n, n, sentences(n, 40+n%1500))
	}
}

// flood writes a line again and again.
func flood(out io.Writer, line string, most int) {
	block := []byte(strings.Repeat(line, 1+(64<<10)/len(line)))
	for sent := 0; sent < most; sent += len(block) {
		if _, err := out.Write(block); err != nil {
			return
		}
	}
}

func sentences(n, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "La collectivité %d tient sa promesse numéro %d depuis %d ans. ", n, i, (n*i)%17)
	}
	return b.String()
}

// hostile is markup that costs much or leads inside.
func hostile(out io.Writer, n int, inside string) {
	fmt.Fprintf(out, "<title>Hostile %d</title><meta http-equiv=refresh content='0;url=%s'><base href='%s'><img src='%s'><iframe src='%s'></iframe><link rel=stylesheet href='%s'>", n, inside, inside, inside, inside, inside)
	switch n / len(pageKinds) % 5 {
	case 0:
		flood(out, "<div>", 6<<20)
	case 1:
		fmt.Fprint(out, "<p title='")
		flood(out, "sans fin ", 6<<20)
	case 2:
		fmt.Fprint(out, "<script>")
		flood(out, "alert(1);", 3<<20)
	case 3:
		flood(out, "\xff\xfe\x00\u202e &#x110000; &amp;&lt;\n", 2<<20)
	default:
		fmt.Fprint(out, strings.Repeat("<svg><template><table><p>", 50_000), sentences(n, 50))
	}
}
