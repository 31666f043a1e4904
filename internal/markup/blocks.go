package markup

import (
	"html"
	"strings"

	xhtml "golang.org/x/net/html"
)

// What becomes of an element before the policy judges it. Taking its tags away
// would change what is said: struck figures would count, words of two blocks
// run together.
type role uint8

const (
	inline    role = iota
	separator      // ends what was said before: a block that we do not show as one
	cell           // a separator within a line
	holder         // a block that we show, which holds text
	frame          // a block that we show, which holds blocks
	picture        // becomes its description
)

var roles = map[string]role{
	"img": picture, "td": cell, "th": cell,
	"p": holder, "li": holder, "pre": holder, "ul": frame, "ol": frame, "blockquote": frame,
	"address": separator, "article": separator, "aside": separator, "body": separator, "caption": separator, "center": separator,
	"dd": separator, "details": separator, "dialog": separator, "dir": separator, "div": separator, "dl": separator, "dt": separator,
	"fieldset": separator, "figcaption": separator, "figure": separator, "footer": separator, "form": separator,
	"h1": separator, "h2": separator, "h3": separator, "h4": separator, "h5": separator, "h6": separator, "header": separator,
	"hgroup": separator, "hr": separator, "html": separator, "legend": separator, "main": separator, "menu": separator, "nav": separator,
	"option": separator, "section": separator, "summary": separator, "table": separator, "tbody": separator, "tfoot": separator,
	"thead": separator, "tr": separator,
}

// synonyms are elements that say what one of ours says.
var synonyms = map[string]string{"s": "del", "strike": "del", "b": "strong", "i": "em"}

// keepBlocks rewrites HTML of strangers so that the policy, which drops tags,
// drops no meaning: s and strike become del; a block that we have no element for
// becomes a paragraph, or a new line where a paragraph cannot stand; cells are
// kept apart; a picture becomes its description.
func keepBlocks(source string) string {
	b := blocks{tokens: xhtml.NewTokenizer(strings.NewReader(source))}
	for b.step() {
	}
	return b.out.String()
}

type blocks struct {
	tokens *xhtml.Tokenizer
	out    strings.Builder
	open   bool   // a paragraph of ours is open
	held   int    // elements open that hold text
	filled bool   // something stands before, in the paragraph or element
	parted string // how what comes next is parted from it: "", "block" or "cell"
	skip   string // an element whose text is no text
}

func (b *blocks) step() bool {
	kind := b.tokens.Next()
	if kind == xhtml.ErrorToken {
		b.close()
		return false
	}
	raw := string(b.tokens.Raw())
	switch kind {
	case xhtml.TextToken:
		if b.skip == "" && strings.TrimSpace(raw) != "" {
			b.begin()
		}
		b.out.WriteString(raw)
	case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
		name, _ := b.tokens.TagName()
		b.start(string(name), raw)
	case xhtml.EndTagToken:
		name, _ := b.tokens.TagName()
		b.end(string(name), raw)
	}
	return true
}

func (b *blocks) start(name, raw string) {
	switch roles[name] {
	case separator:
		b.part("block")
	case cell:
		if b.parted == "" {
			b.parted = "cell"
		}
	case holder, frame:
		b.close()
		if roles[name] == holder {
			b.held++
		}
		b.out.WriteString(raw)
	case picture:
		b.describe()
	default:
		if name == "script" || name == "style" {
			b.skip = name
		} else if name != "br" {
			b.begin()
		}
		if ours := synonyms[name]; ours != "" {
			raw = "<" + ours + ">"
		}
		b.out.WriteString(raw)
	}
}

func (b *blocks) end(name, raw string) {
	switch roles[name] {
	case separator:
		b.part("block")
	case cell, picture:
	case holder, frame:
		b.close()
		if roles[name] == holder && b.held > 0 {
			b.held--
		}
		b.out.WriteString(raw)
	default:
		if name == b.skip {
			b.skip = ""
		}
		if ours := synonyms[name]; ours != "" {
			raw = "</" + ours + ">"
		}
		b.out.WriteString(raw)
	}
}

// part notes that what comes next is not the same block.
func (b *blocks) part(how string) {
	if b.open {
		b.out.WriteString("</p>")
		b.open, b.filled = false, false
	}
	b.parted = how
}

// close ends our own paragraph before an element that cannot stand in one.
func (b *blocks) close() {
	b.part("")
	b.filled = false
}

// begin puts between what was said and what comes now what parts them.
func (b *blocks) begin() {
	switch {
	case b.parted == "block" && b.held == 0:
		b.out.WriteString("<p>")
		b.open = true
	case b.parted == "block" && b.filled:
		b.out.WriteString("<br>")
	case b.parted == "cell" && b.filled:
		b.out.WriteString(" | ")
	}
	b.parted, b.filled = "", true
}

func (b *blocks) describe() {
	for {
		key, value, more := b.tokens.TagAttr()
		if string(key) == "alt" && len(value) > 0 {
			b.begin()
			b.out.WriteString(html.EscapeString(string(value)))
		}
		if !more {
			return
		}
	}
}
