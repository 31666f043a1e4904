package markup

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"embraye/internal/embraye"
)

// Markdown writes the long text of a constat for a page: CommonMark with the
// tables and struck words of GitHub. Headings become strong paragraphs, because
// the page has its own; raw HTML is shown as text, images become links.
func Markdown(source string) string { return render(source, (*markdown).table) }

// MarkdownNote is the same for the content of a Note. Tables are the one element
// that Mastodon, Misskey and PeerTube drop and whose text alone says nothing, so
// each row is an item of a list that repeats the head; ordered lists and
// quotations stay (mastodon lib/sanitize_ext/sanitize_config.rb, Pleroma
// priv/scrubbers/default.ex).
func MarkdownNote(source string) string { return render(source, (*markdown).rows) }

// render writes all but tables alike.
func render(source string, table func(*markdown, *east.Table)) string {
	if strings.TrimSpace(source) == "" {
		return ""
	}
	m := &markdown{source: []byte(source), writeTable: table}
	m.blocks(markdownParser().Parse(text.NewReader(m.source)))
	return m.out.String()
}

// markdownParser is made once: its tables of rules are only read.
var markdownParser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()
})

type markdown struct {
	source     []byte
	out        bytes.Buffer
	writeTable func(*markdown, *east.Table)
}

func (m *markdown) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		m.block(n)
	}
}

func (m *markdown) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		m.wrap("<p><strong>", n, "</strong></p>")
	case *ast.Paragraph:
		m.wrap("<p>", n, "</p>")
	case *ast.TextBlock:
		m.wrap("", n, "")
	case *ast.List:
		m.list(n)
	case *ast.Blockquote:
		m.out.WriteString("<blockquote>")
		m.blocks(n)
		m.out.WriteString("</blockquote>")
	case *east.Table:
		m.writeTable(m, n)
	case *ast.ThematicBreak:
	case *ast.CodeBlock, *ast.FencedCodeBlock, *ast.HTMLBlock:
		m.lines(n)
	default: // whatever holds blocks
		m.blocks(n)
	}
}

func (m *markdown) wrap(before string, n ast.Node, after string) {
	m.out.WriteString(before)
	m.inlines(n)
	m.out.WriteString(after)
}

func (m *markdown) list(list *ast.List) {
	element, start := "ul", ""
	if list.IsOrdered() {
		element = "ol"
		if list.Start != 1 {
			start = ` start="` + strconv.Itoa(list.Start) + `"`
		}
	}
	m.out.WriteString("<" + element + start + ">")
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		m.out.WriteString("<li>")
		m.blocks(item)
		m.out.WriteString("</li>")
	}
	m.out.WriteString("</" + element + ">")
}

func (m *markdown) lines(n ast.Node) {
	var block strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		block.Write(line.Value(m.source))
	}
	if s := strings.TrimSpace(block.String()); s != "" {
		m.out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") + "</p>")
	}
}

func (m *markdown) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		m.inline(n)
	}
}

func (m *markdown) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		m.text(n)
	case *ast.String:
		m.out.WriteString(html.EscapeString(string(n.Value)))
	case *ast.Emphasis:
		if n.Level == 2 {
			m.wrap("<strong>", n, "</strong>")
		} else {
			m.wrap("<em>", n, "</em>")
		}
	case *east.Strikethrough:
		m.wrap("<del>", n, "</del>")
	case *ast.Link:
		m.link(string(n.Destination), n)
	case *ast.Image:
		m.link(string(n.Destination), n)
	case *ast.AutoLink:
		m.out.WriteString(markdownLink(string(n.URL(m.source)), html.EscapeString(string(n.Label(m.source)))))
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			segment := n.Segments.At(i)
			m.out.WriteString(html.EscapeString(string(segment.Value(m.source))))
		}
	default: // code spans and unknown inlines: their text
		m.inlines(n)
	}
}

func (m *markdown) text(n *ast.Text) {
	// The parser leaves entities and escapes as written.
	s := string(n.Segment.Value(m.source))
	if !n.IsRaw() {
		s = unescapeMarkdown(s)
	}
	m.out.WriteString(html.EscapeString(s))
	switch {
	case n.HardLineBreak():
		m.out.WriteString("<br>")
	case n.SoftLineBreak():
		m.out.WriteByte('\n')
	}
}

// unescapeMarkdown takes the backslash away before punctuation and resolves
// entities, in one pass: an escaped ampersand begins no entity.
func unescapeMarkdown(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0:
			i++
			out.WriteByte(s[i])
		case s[i] == '&':
			entity := s[i:]
			if end := strings.IndexByte(entity, ';'); end >= 0 {
				entity = entity[:end+1]
			}
			out.WriteString(html.UnescapeString(entity))
			i += len(entity) - 1
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func (m *markdown) link(href string, n ast.Node) {
	m.out.WriteString(markdownLink(href, m.label(n)))
}

// label is what a node holds, apart.
func (m *markdown) label(n ast.Node) string {
	inner := &markdown{source: m.source, writeTable: m.writeTable}
	inner.inlines(n)
	return inner.out.String()
}

// markdownLink is a link to the web; anything else is only its label.
func markdownLink(href, label string) string {
	if !embraye.WebAddress(href) {
		return label
	}
	if label == "" {
		label = html.EscapeString(href)
	}
	return `<a href="` + html.EscapeString(href) + `" rel="nofollow noopener noreferrer">` + label + `</a>`
}
