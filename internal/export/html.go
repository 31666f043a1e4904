package export

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"embraye/internal/embraye"
)

// maxOpenElements keeps a hostile nest from growing readers' stacks.
const maxOpenElements = 64

// CleanHTML rebuilds HTML for a feed from an allow-list: text, its structure,
// links to web addresses. Scripts, styles, frames, pictures, event handlers and
// links of other schemes (javascript:) go; every element is closed. Our own
// HTML passes unchanged; this is the last fence, because feed readers show
// content inside pages of their own.
func CleanHTML(s string) string {
	b := &htmlBuilder{}
	tokens := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(s, "")))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if tokens.Err() != io.EOF {
				return "" // a strings.Reader gives no other error than the tokenizer's own limits
			}
			b.closeTo(0)
			return b.out.String()
		case html.TextToken:
			b.text(tokens.Token().Data)
		case html.StartTagToken:
			b.start(tokens.Token(), false)
		case html.SelfClosingTagToken:
			b.start(tokens.Token(), true)
		case html.EndTagToken:
			b.end(tokens.Token().Data)
		}
	}
}

type htmlBuilder struct {
	out     strings.Builder
	open    []string
	skipped string // element whose content is being left out
}

// allowed names the elements of a text; void ones are never closed.
func allowed(name string) (ok, void bool) {
	switch name {
	case "br", "hr":
		return true, true
	case "p", "a", "strong", "em", "b", "i", "u", "s", "del", "ins", "mark", "sub", "sup", "small", "span", "q", "cite", "abbr", "time",
		"ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "caption", "thead", "tbody", "tr", "th", "td", "bdi":
		return true, false
	}
	return false, false
}

// leftOut names the elements whose content goes with them.
func leftOut(name string) bool {
	return slices.Contains([]string{"script", "style", "iframe", "object", "template", "noscript", "noembed", "noframes",
		"xmp", "plaintext", "textarea", "title", "head", "svg", "math", "select"}, name)
}

func (b *htmlBuilder) text(s string) {
	if b.skipped == "" {
		b.out.WriteString(html.EscapeString(CleanText(s)))
	}
}

func (b *htmlBuilder) start(t html.Token, selfClosing bool) {
	ok, void := allowed(t.Data)
	switch {
	case b.skipped != "":
	case leftOut(t.Data):
		if !selfClosing || t.Data != "svg" && t.Data != "math" { // only foreign elements close themselves
			b.skipped = t.Data
		}
	case !ok || len(b.open) >= maxOpenElements:
	default:
		b.out.WriteString("<" + t.Data)
		b.attributes(t)
		b.out.WriteString(">")
		if !void {
			b.open = append(b.open, t.Data)
		}
	}
}

func (b *htmlBuilder) attributes(t html.Token) {
	seen := map[string]bool{}
	for _, a := range t.Attr {
		value := CleanText(a.Val)
		if seen[a.Key] || !allowedAttribute(t.Data, a.Key, value) {
			continue
		}
		seen[a.Key] = true
		b.out.WriteString(" " + a.Key + `="` + html.EscapeString(value) + `"`)
	}
}

func allowedAttribute(element, name, value string) bool {
	switch name {
	case "href":
		return element == "a" && embraye.WebAddress(value)
	case "lang", "dir", "title":
		return true
	case "rel", "hreflang":
		return element == "a"
	case "datetime":
		return element == "time"
	}
	return false
}

func (b *htmlBuilder) end(name string) {
	if b.skipped != "" {
		if name == b.skipped {
			b.skipped = ""
		}
		return
	}
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i] == name {
			b.closeTo(i)
			return
		}
	}
}

func (b *htmlBuilder) closeTo(depth int) {
	for len(b.open) > depth {
		last := len(b.open) - 1
		b.out.WriteString("</" + b.open[last] + ">")
		b.open = b.open[:last]
	}
}
