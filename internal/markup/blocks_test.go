package markup

import "testing"

// Cleaning takes tags away, never what they say.
func TestK26CleaningKeepsWhatIsSaid(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"struck", "<p>Le budget est de <s>10</s> <strike>11</strike> 12 M€</p>", "<p>Le budget est de <del>10</del> <del>11</del> 12 M€</p>"},
		{"blocks", "<div>un</div><div>deux</div>", "<p>un</p><p>deux</p>"},
		{"text beside blocks", "zéro<div>un</div>deux", "zéro<p>un</p><p>deux</p>"},
		{"blocks in a block", "<div><div>un</div><section>deux</section></div>", "<p>un</p><p>deux</p>"},
		{"paragraphs in a block", "<div><p>un</p><p>deux</p></div>", "<p>un</p><p>deux</p>"},
		{"headings", "<h1>Titre</h1>texte", "<p>Titre</p><p>texte</p>"},
		{"blocks in a list", "<ul><li><div>un</div><div>deux</div></li><li>trois</li></ul>", "<ul><li>un<br>deux</li><li>trois</li></ul>"},
		{"blocks in a quotation", "<blockquote><div>un</div><div>deux</div></blockquote>", "<blockquote><p>un</p><p>deux</p></blockquote>"},
		{"table", "<table><tr><td>2019</td><td>12</td></tr><tr><td>2020</td><td>14</td></tr></table>", "<p>2019 | 12</p><p>2020 | 14</p>"},
		{"definitions", "<dl><dt>un</dt><dd>deux</dd></dl>", "<p>un</p><p>deux</p>"},
		{"rule", "un<hr>deux", "un<p>deux</p>"},
		{"bold", "<b>un</b> <i>deux</i>", "<strong>un</strong> <em>deux</em>"},
		{"powers", "<p>10<sup>6</sup> et H<sub>2</sub>O</p>", "<p>10<sup>6</sup> et H<sub>2</sub>O</p>"},
		{"numbers of a list", `<ol start="3"><li>c</li><li value="7">g</li></ol>`, `<ol start="3"><li>c</li><li value="7">g</li></ol>`},
		{"picture", `<p>un <img src="https://p.example/x.png" alt="pouce &lt;levé&gt;"> deux</p>`, "<p>un pouce &lt;levé&gt; deux</p>"},
		{"attributes of what is struck", `<s onclick="x()" class="a">10</s>`, "<del>10</del>"},
		{"no text", "<div><br></div><script>un</script><style>deux</style>", "<br>"},
		{"not closed", "<div>un<div>deux", "<p>un</p><p>deux</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Sanitize(c.html); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.html, got, c.want)
			}
			if again := Sanitize(c.want); again != c.want {
				t.Errorf("cleaned twice it is %s", again)
			}
		})
	}
}
