package activitypub

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// MarkdownHTML writes the long text of a constat with the few elements that
// every program keeps: headings become strong paragraphs, as Mastodon would
// make of them; raw HTML is shown as text, images become links.
func MarkdownHTML(source string) string {
	if strings.TrimSpace(source) == "" {
		return ""
	}
	src := []byte(source)
	m := &markdown{source: src}
	m.blocks(goldmark.DefaultParser().Parse(text.NewReader(src)))
	return m.out.String()
}

type markdown struct {
	source []byte
	out    bytes.Buffer
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
	case *ast.ThematicBreak:
	case *ast.CodeBlock, *ast.FencedCodeBlock, *ast.HTMLBlock:
		m.lines(n)
	default: // quotes and whatever holds blocks
		m.blocks(n)
	}
}

func (m *markdown) wrap(before string, n ast.Node, after string) {
	m.out.WriteString(before)
	m.inlines(n)
	m.out.WriteString(after)
}

// list numbers ordered items by hand: ol is not among the elements that all
// programs keep.
func (m *markdown) list(list *ast.List) {
	m.out.WriteString("<ul>")
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		m.out.WriteString("<li>")
		if list.IsOrdered() {
			m.out.WriteString(strconv.Itoa(number) + ". ")
			number++
		}
		m.blocks(item)
		m.out.WriteString("</li>")
	}
	m.out.WriteString("</ul>")
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
	inner := &markdown{source: m.source}
	inner.inlines(n)
	m.out.WriteString(markdownLink(href, inner.out.String()))
}

// markdownLink is a link to the web; anything else is only its label.
func markdownLink(href, label string) string {
	if !webLink(href) {
		return label
	}
	if label == "" {
		label = html.EscapeString(href)
	}
	return `<a href="` + html.EscapeString(href) + `" rel="nofollow noopener noreferrer">` + label + `</a>`
}
