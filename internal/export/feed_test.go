package export

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func sampleFeed() Feed {
	at := time.Date(2024, 6, 12, 10, 0, 0, 0, time.UTC)
	return Feed{Title: "Mesure 2", Subtitle: "Où on en est", HomeURL: "https://suivi.example/@mesure2", SelfURL: "https://suivi.example/@mesure2/feed.atom",
		Language: "fr", Author: Author{Name: "Org", URL: "https://suivi.example/@org"}, Licence: "CC-BY-4.0",
		Entries: []Entry{{ID: "https://suivi.example/constats/" + firstID, URL: "https://suivi.example/constats/" + firstID, Title: "Un & deux",
			Summary: "court", HTML: `<p>Long <a href="https://a.example/?a=1&amp;b=2">lien</a></p>`, Language: "fr", Published: at, Updated: at.Add(time.Hour),
			Categories: []string{"Mesure2"}}}}
}

func TestWriteAtom(t *testing.T) {
	var out bytes.Buffer
	if err := WriteAtom(&out, sampleFeed()); err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><id>https://suivi.example/@mesure2/feed.atom</id><title>Mesure 2</title><subtitle>Où on en est</subtitle>` +
		`<updated>2024-06-12T11:00:00Z</updated><link rel="self" type="application/atom+xml" href="https://suivi.example/@mesure2/feed.atom"></link>` +
		`<link rel="alternate" type="text/html" href="https://suivi.example/@mesure2"></link><rights>CC-BY-4.0</rights>` +
		`<author><name>Org</name><uri>https://suivi.example/@org</uri></author><entry xml:lang="fr"><id>https://suivi.example/constats/` + firstID + `</id>` +
		`<title>Un &amp; deux</title><published>2024-06-12T10:00:00Z</published><updated>2024-06-12T11:00:00Z</updated>` +
		`<link rel="alternate" type="text/html" href="https://suivi.example/constats/` + firstID + `"></link><category term="Mesure2"></category><summary>court</summary>` +
		`<content type="html">&lt;p&gt;Long &lt;a href=&#34;https://a.example/?a=1&amp;amp;b=2&#34;&gt;lien&lt;/a&gt;&lt;/p&gt;</content></entry></feed>`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteJSONFeed(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSONFeed(&out, sampleFeed()); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	id := "https://suivi.example/constats/" + firstID
	if err := json.Unmarshal([]byte(`{"version":"https://jsonfeed.org/version/1.1","title":"Mesure 2","description":"Où on en est","language":"fr",
		"home_page_url":"https://suivi.example/@mesure2","feed_url":"https://suivi.example/@mesure2/feed.atom","authors":[{"name":"Org","url":"https://suivi.example/@org"}],
		"items":[{"id":"`+id+`","url":"`+id+`","title":"Un & deux","summary":"court","content_html":"<p>Long <a href=\"https://a.example/?a=1&amp;b=2\">lien</a></p>",
		"date_published":"2024-06-12T10:00:00Z","date_modified":"2024-06-12T11:00:00Z","tags":["Mesure2"],"language":"fr"}]}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFeedOfNothing(t *testing.T) {
	var atom, js bytes.Buffer
	if err := WriteAtom(&atom, Feed{ID: "x", Title: "Vide"}); err != nil || !strings.Contains(atom.String(), "<updated>1970-01-01T00:00:00Z</updated>") {
		t.Errorf("%v %s", err, atom.String())
	}
	if err := WriteJSONFeed(&js, Feed{Title: "Vide"}); err != nil || !strings.Contains(js.String(), `"items":[]`) {
		t.Errorf("%v %s", err, js.String())
	}
}

func TestFeedText(t *testing.T) {
	t.Run("W63", func(t *testing.T) {
		var controls strings.Builder
		for r := rune(0); r < 0x20; r++ {
			controls.WriteRune(r)
		}
		for _, s := range []string{"]]></title><script>alert(1)</script>", "&", controls.String() + "x", "a\ufffeb\uffffc", "bro\xffken\xc3", "&#0;&#x1F;", "<![CDATA[x]]>"} {
			checkFeed(t, s)
		}
		f := sampleFeed()
		f.Entries[0].URL, f.HomeURL, f.Author.URL = "javascript:alert(1)", "JaVa\tScript:x", "data:text/html,x"
		var out bytes.Buffer
		if err := WriteAtom(&out, f); err != nil || strings.Contains(strings.ToLower(out.String()), "javascript") || strings.Contains(out.String(), "data:") {
			t.Errorf("%v %s", err, out.String())
		}
	})
}

func TestCleanHTML(t *testing.T) {
	for in, want := range map[string]string{
		`<p>un <strong>deux</strong><br>trois</p>`:                          `<p>un <strong>deux</strong><br>trois</p>`,
		`<a href="javascript:x">a</a>`:                                      `<a>a</a>`,
		`<a href="jav&#97;script:x">a</a>`:                                  `<a>a</a>`,
		`<a href=" https://a.example">a</a>`:                                `<a>a</a>`,
		`<a href="https://a.example/" onclick="x">a</a>`:                    `<a href="https://a.example/">a</a>`,
		`<script>alert(1)</script>x`:                                        `x`,
		`<style>p{}</style><svg><script>x</script></svg>y`:                  `y`,
		`<img src=x onerror=alert(1)>z`:                                     `z`,
		`<p>ouvert <em>et`:                                                  `<p>ouvert <em>et</em></p>`,
		`<p><em>croisé</p></em>`:                                            `<p><em>croisé</em></p>`,
		`</div>a &lt;script&gt;`:                                            `a &lt;script&gt;`,
		`a&#1;b&#0;c`:                                                       "ab\ufffdc",
		`<!--[if IE]>x<![endif]-->b`:                                        `b`,
		strings.Repeat("<em>", 200):                                         strings.Repeat("<em>", 64) + strings.Repeat("</em>", 64),
		`<p title="a&quot; onx=&quot;b" title="deux" lang=fr>x</p>`:         `<p title="a&#34; onx=&#34;b" lang="fr">x</p>`,
		`<a href="https://a.example/" href="javascript:x" rel="me">l</a>`:   `<a href="https://a.example/" rel="me">l</a>`,
		`<svg/>après <iframe src="https://x.example">dedans</iframe>dehors`: `après dehors`,
	} {
		if got := CleanHTML(in); got != want {
			t.Errorf("CleanHTML(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

// checkFeed writes s everywhere and reads it as a strict reader would.
func checkFeed(t *testing.T, s string) {
	t.Helper()
	f := Feed{ID: s, Title: s, Subtitle: s, HomeURL: s, SelfURL: s, IconURL: s, Language: s, Licence: s, Author: Author{s, s},
		Entries: []Entry{{ID: s, URL: s, Title: s, Summary: s, HTML: s, Language: s, Author: Author{s, s}, Categories: []string{s}}}}
	var atom, js bytes.Buffer
	if err := WriteAtom(&atom, f); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	if !utf8.Valid(atom.Bytes()) {
		t.Fatalf("%q: broken UTF-8", s)
	}
	checkRunes(t, s, atom.String())
	decoder := xml.NewDecoder(bytes.NewReader(atom.Bytes()))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%q: not well-formed: %v\n%s", s, err, atom.String())
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Space != "http://www.w3.org/2005/Atom" {
			t.Fatalf("%q: foreign element %v", s, start.Name)
		}
	}
	if err := WriteJSONFeed(&js, f); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	var doc struct {
		Items []struct {
			HTML string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(js.Bytes(), &doc); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	checkRunes(t, s, doc.Items[0].HTML)
	checkHTML(t, s, doc.Items[0].HTML)
}

func checkRunes(t *testing.T, s, out string) {
	t.Helper()
	for _, r := range out {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			t.Fatalf("%q: %U got through", s, r)
		}
	}
}

// checkHTML parses as a browser would and looks for anything that runs.
func checkHTML(t *testing.T, s, out string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if ok, _ := allowed(n.Data); !ok && n.Data != "html" && n.Data != "head" && n.Data != "body" && n.Data != "colgroup" {
			t.Fatalf("%q: element %s in %q", s, n.Data, out)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "http") {
				t.Fatalf("%q: attribute %s=%q in %q", s, a.Key, a.Val, out)
			}
		}
	}
}

func FuzzFeedText(f *testing.F) {
	for _, s := range []string{"a", "]]>", "\x00\xff", "<script>x</script>", `<a href="javascript:x">`, "<svg><style><a title='</style><img src=x onerror=y>'>",
		"<math><mi><table><mglyph><style><!--</style><img title='--><img src=1 onerror=x>'>", "<p><table><td>x", "<xmp><p title='</xmp><img src=x onerror=y>'>"} {
		f.Add(s)
	}
	f.Fuzz(checkFeed)
}

// A file that a constat rests on can be taken by a program that reads feeds.
func TestFeedsHaveEnclosures(t *testing.T) {
	f := sampleFeed()
	f.Entries[0].Enclosures = []Enclosure{{"https://suivi.example/fichiers/a.pdf", "application/pdf", "Délibération"}, {"javascript:alert(1)", "text/html", ""}, {"https://suivi.example/b", "", ""}}
	var atom, js bytes.Buffer
	if err := WriteAtom(&atom, f); err != nil {
		t.Fatal(err)
	}
	if err := WriteJSONFeed(&js, f); err != nil {
		t.Fatal(err)
	}
	if want := `<link rel="enclosure" type="application/pdf" href="https://suivi.example/fichiers/a.pdf" title="Délibération"></link>`; !strings.Contains(atom.String(), want) || strings.Count(atom.String(), "enclosure") != 1 {
		t.Error(atom.String())
	}
	if want := `"attachments":[{"url":"https://suivi.example/fichiers/a.pdf","mime_type":"application/pdf","title":"Délibération"}]`; !strings.Contains(js.String(), want) {
		t.Error(js.String())
	}
}
