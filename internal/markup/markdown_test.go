package markup

import "testing"

// F138 on the way out: an editor's text cannot break our own HTML, and
// Markdown keeps what it says.
func TestMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"un\ndeux\n\ntrois":           "<p>un\ndeux</p><p>trois</p>",
		"a  \nb":                      "<p>a<br>b</p>",
		"## Titre":                    "<p><strong>Titre</strong></p>",
		"- a\n- *b*":                  "<ul><li>a</li><li><em>b</em></li></ul>",
		"1. a\n2. b":                  "<ol><li>a</li><li>b</li></ol>",
		"3. a\n4. b":                  `<ol start="3"><li>a</li><li>b</li></ol>`,
		"> cité":                      "<blockquote><p>cité</p></blockquote>",
		"~~5 %~~ 7 %":                 "<p><del>5 %</del> 7 %</p>",
		"`<b>` et **x**":              "<p>&lt;b&gt; et <strong>x</strong></p>",
		"```\na<b\nc\n```":            "<p>a&lt;b<br>c</p>",
		"<script>x</script>":          "<p>&lt;script&gt;x&lt;/script&gt;</p>",
		"a <b onclick=x>c</b>":        "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>",
		"[x](javascript:alert(1))":    "<p>x</p>",
		"[x](/office)":                "<p>x</p>",
		"![alt](https://a.example/i)": `<p><a href="https://a.example/i" rel="nofollow noopener noreferrer">alt</a></p>`,
		"<https://a.example/?b&c>":    `<p><a href="https://a.example/?b&amp;c" rel="nofollow noopener noreferrer">https://a.example/?b&amp;c</a></p>`,
		`\*a\* &eacute; \&amp; AT&T`:  "<p>*a* é &amp;amp; AT&amp;T</p>",
		"a\n\n---\n\nb":               "<p>a</p><p>b</p>",
	} {
		if got := Markdown(in); got != want {
			t.Errorf("Markdown(%q) = %q, want %q", in, got, want)
		}
	}
}

// P09: what orders, quotes and compares still does so, on the page and in the
// Note, where tables do not arrive.
func TestP09MarkdownKeepsItsOrderQuotationsAndTables(t *testing.T) {
	const table = "| Année | Montant |\n|---|--:|\n| 2019 | **12** |\n| 2020 | |\n| 2021 | [34](https://a.example/) |\n"
	for _, c := range []struct{ name, in, page, note string }{
		{"P09 a table", table,
			`<div class="scroll" tabindex="0"><table><tr><th scope="col">Année</th><th scope="col">Montant</th></tr><tr><td>2019</td><td><strong>12</strong></td></tr><tr><td>2020</td><td></td></tr>` +
				`<tr><td>2021</td><td><a href="https://a.example/" rel="nofollow noopener noreferrer">34</a></td></tr></table></div>`,
			`<ul><li><strong>Année</strong> 2019, <strong>Montant</strong> <strong>12</strong></li><li><strong>Année</strong> 2020</li>` +
				`<li><strong>Année</strong> 2021, <strong>Montant</strong> <a href="https://a.example/" rel="nofollow noopener noreferrer">34</a></li></ul>`},
		{"P09 a table without a body", "| a | b |\n|---|---|\n",
			`<div class="scroll" tabindex="0"><table><tr><th scope="col">a</th><th scope="col">b</th></tr></table></div>`,
			`<p><strong>a</strong>, <strong>b</strong></p>`},
		{"P09 a table of dangerous cells", "| <b>x</b> |\n|---|\n| <script> |\n",
			`<div class="scroll" tabindex="0"><table><tr><th scope="col">&lt;b&gt;x&lt;/b&gt;</th></tr><tr><td>&lt;script&gt;</td></tr></table></div>`,
			`<ul><li><strong>&lt;b&gt;x&lt;/b&gt;</strong> &lt;script&gt;</li></ul>`},
		{"P09 a quotation of two paragraphs with a list", "> un\n>\n> 2. deux",
			`<blockquote><p>un</p><ol start="2"><li>deux</li></ol></blockquote>`, `<blockquote><p>un</p><ol start="2"><li>deux</li></ol></blockquote>`},
		{"P09 lists in lists", "1. a\n   - b\n2. c",
			"<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Markdown(c.in); got != c.page {
				t.Errorf("page\n got %s\nwant %s", got, c.page)
			}
			if got := MarkdownNote(c.in); got != c.note {
				t.Errorf("Note\n got %s\nwant %s", got, c.note)
			}
		})
	}
}
