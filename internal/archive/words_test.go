package archive

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestExtract(t *testing.T) {
	tests := []struct{ name, body, mediaType, title, language, text string }{
		{"words, without what nobody reads", `<html lang=FR><head><title> Un  titre
 </title><style>p{}</style><script>var a="<p>non</p>"</script></head><body><nav>Menu</nav><p>Un <b>mot</b> &eacute;crit.</p><noscript>non</noscript><svg><text>non</text></svg><ul><li>a<li>b</ul></body>`,
			"text/html; charset=utf-8", "Un titre", "fr", "Menu\nUn mot écrit.\na\nb"},
		{"Windows-1252", "<title>Caf\xe9</title><p>L\x92\xe9t\xe9", "text/html", "Café", "", "L’été"},
		{"hostile: never closed", `<p>Avant<script><p>x`, "text/html", "", "", "Avant"},
		{"hostile: nested", strings.Repeat("<div>", 100_000) + "Fin", "text/html", "", "", "Fin"},
		{"hostile: signs that turn", "<html lang='\"><x'><p>a\u202eb\u2066c\x00d", "text/html", "", "", "abcd"},
		{"hostile: one endless tag", "<p>Avant<a href='" + strings.Repeat("x", 1<<20) + "'>Après", "text/html", "", "", "Avant"},
		{"text", "a\r\n\r\n  b\tc", "text/plain", "", "", "a\nb c"},
		{"a PDF has no words", "%PDF-1.4 (Bonjour)", "application/pdf", "", "", ""},
		{"no type", "abc", "", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := Extract(strings.NewReader(test.body), test.mediaType, "")
			if w.Title != test.title || w.Language != test.language || w.Text != test.text {
				t.Errorf("%.300q, %q, %.300q", w.Title, w.Language, w.Text)
			}
		})
	}
}

func TestExtractIsBounded(t *testing.T) {
	w := Extract(strings.NewReader(strings.Repeat("<p>é "+strings.Repeat("mot ", 100), 20_000)), "text/html", "")
	if len(w.Text) > MaxWords || len(w.Text) < MaxWords/2 || !utf8.ValidString(w.Text) {
		t.Errorf("%d bytes of text", len(w.Text))
	}
	if w.Hash() == "" {
		t.Error("a page full of words has no hash")
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write([]byte("<p>Avant"))
	for range 64 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	if w := Extract(&bomb, "text/html", "gzip"); len(w.Text) > MaxWords || !strings.HasPrefix(w.Text, "Avant") {
		t.Errorf("gzip bomb: %d bytes", len(w.Text))
	}
	if w := Extract(strings.NewReader("<p>abc"), "text/html", "gzip"); w.Text != "" {
		t.Errorf("what is no gzip and says so has the words %q", w.Text)
	}
}

func TestWhoDoesNotWantCopies(t *testing.T) {
	for _, s := range []string{`<meta name="robots" content="noindex, NOARCHIVE">`, `<META NAME=embraye CONTENT=noarchive>`} {
		if w := Extract(strings.NewReader(s), "text/html", ""); !w.NoArchive {
			t.Errorf("%s: not heard", s)
		}
	}
	if !NoArchive("otherbot: noarchive") || NoArchive("noindex") || NoArchive("") {
		t.Error("X-Robots-Tag is read wrongly")
	}
	const all = "User-agent: *\nDisallow: /\n"
	const ours = all + "\nUser-agent: autre\nUser-Agent: Embraye # nous\nDisallow: /prive\nDisallow: /*.pdf$\nAllow: /prive/ouvert\n"
	for path, want := range map[string]bool{"/": false, "/prive/a": true, "/prive/ouvert/b": false, "/a.pdf": true, "/a.pdf?x": false, "/public": false} {
		if got := RobotsForbid(strings.NewReader(ours), path); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
	if !RobotsForbid(strings.NewReader("\ufeffUser-agent: embraye\n# "+strings.Repeat("x", 100<<10)+"\nDisallow: /prive\n"), "/prive") {
		t.Error("behind a byte order mark and a long line nothing is heard")
	}
	if RobotsForbid(strings.NewReader(all), "/") {
		t.Error("what is said to crawlers is taken for us")
	}
}

func TestAddressesOfOnePage(t *testing.T) {
	for _, pair := range [][2]string{{"https://a.example", "HTTPS://A.example/#x"}, {"https://a.example:443/b?c", "https://a.example/b?c"}} {
		if !SamePage(pair[0], pair[1]) {
			t.Errorf("%s is not %s", pair[0], pair[1])
		}
	}
	if SamePage("https://a.example/b", "https://a.example/B") || SamePage("https://a.example/", "http://a.example/") {
		t.Error("two pages are taken for one")
	}
}
