package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/embraye"
)

func TestPage(t *testing.T) {
	const address = "http://press.example/a"
	tests := []struct {
		name, mediaType, body string
		want                  Page
	}{
		{"plain", "text/html; charset=utf-8", `<!doctype html><html><head><title> Une  aide
 pour les &laquo;&nbsp;théâtres&nbsp;&raquo; </title><meta property="og:site_name" content="Le Journal"></head>`,
			Page{address, "text/html", "Une aide pour les « théâtres »", "Le Journal"}},
		{"site first", "text/html", `<meta content="S" property="og:site_name"/><title>T</title>`, Page{address, "text/html", "T", "S"}},
		{"Windows-1252", "text/html; charset=iso-8859-1", "<title>Minist\xe8re \x96 caf\xe9 &rsquo;</title>", Page{address, "text/html", "Ministère – café ’", ""}},
		{"title of the body is another", "text/html", `<head></head><body><svg><title>icon</title></svg>`, Page{address, "text/html", "", ""}},
		{"script that writes a title", "text/html", `<script>"<title>no</title>"</script><title>yes</title>`, Page{address, "text/html", "yes", ""}},
		{"markup is text", "text/html", `<title><b>x</b></title>`, Page{address, "text/html", "<b>x</b>", ""}},
		{"empty title", "text/html", `<title></title><meta property="og:site_name" content="S">`, Page{address, "text/html", "", "S"}},
		{"long", "text/html", `<title>` + strings.Repeat("é", 1000) + `</title>`, Page{address, "text/html", strings.Repeat("é", 299) + "…", ""}},
		{"longer than the limit", "text/html", `<title>T</title>` + strings.Repeat("é", 1<<20), Page{address, "text/html", "T", ""}},
		{"PDF", "application/pdf", "%PDF-1.7 <title>no</title>", Page{address, "application/pdf", "", ""}},
		{"F094 not HTML", `text/plain; a="text/html"`, "<title>no</title>", Page{address, "text/plain", "", ""}},
		{"no type", "", "<title>no</title>", Page{address, "", "", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.serve(t, "press.example", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Signature") != "" {
					t.Error("is signed")
				}
				w.Header()["Content-Type"] = []string{test.mediaType}
				fmt.Fprint(w, test.body)
			})
			page, err := l.client(t).Page(context.Background(), address)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, *page); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPageRedirects(t *testing.T) {
	var l lab
	l.serve(t, "press.example", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n == 0 {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<title>T</title>")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
	})
	c := l.client(t)
	if page, err := c.Page(context.Background(), "http://press.example/5"); err != nil || page.Title != "T" || page.URL != "http://press.example/0" {
		t.Errorf("five: got %v, %v", page, err)
	}
	if page, err := c.Page(context.Background(), "http://press.example/6"); !errors.Is(err, ErrRefused) {
		t.Errorf("six: got %v, %v; want ErrRefused", page, err)
	}
}

func TestPageAddressNeedNotBeCanonical(t *testing.T) {
	var l lab
	l.serve(t, "xn--caf-dma.example", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<title>%s</title>", r.URL.Path)
	})
	for _, address := range []embraye.IRI{"http://Café.example/é?q=%C3%A9#part", "http://café.example:80/%C3%A9"} {
		if page, err := l.client(t).Page(context.Background(), address); err != nil || page.Title != "/é" {
			t.Errorf("%s: got %v, %v", address, page, err)
		}
	}
}
