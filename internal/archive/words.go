package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"embraye/internal/embraye"
)

// What is read of a page, and kept of what it says.
const (
	MaxWords   = 200 << 10 // bytes of text
	maxTitle   = 300       // characters
	maxPage    = 8 << 20   // bytes of markup
	maxToken   = 256 << 10 // one tag or one run of text
	fewLetters = 200       // a page with less says nothing
)

// Words is what a page says.
type Words struct {
	URL       string // where it was found
	MediaType string
	Title     string
	Language  string
	Text      string
	NoArchive bool // its author does not want copies to be shown
}

// Hash tells whether the words have changed; empty if there are none.
func (w Words) Hash() string {
	if w.Text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(w.Text))
	return hex.EncodeToString(sum[:])
}

// Thin reports whether a page says next to nothing: it makes its words in a
// browser, which we are not.
func (w Words) Thin() bool {
	return isHTML(w.MediaType) && utf8.RuneCountInString(w.Text) < fewLetters
}

func isHTML(mediaType string) bool {
	return mediaType == "text/html" || mediaType == "application/xhtml+xml"
}

// Extract reads what a page says. Of what is neither HTML nor text there are no
// words; what cannot be read has as many as were found.
func Extract(body io.Reader, mediaType, encoding string) Words {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	w := Words{MediaType: strings.ToLower(strings.TrimSpace(mediaType))}
	if encoding = strings.ToLower(strings.TrimSpace(encoding)); encoding == "gzip" || encoding == "x-gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			return w // it lied
		}
		body = z
	} else if encoding != "" && encoding != "identity" {
		return w
	}
	body = utf8Of(io.LimitReader(body, maxPage))
	switch {
	case isHTML(w.MediaType):
		w.markup(body)
	case strings.HasPrefix(w.MediaType, "text/") || w.MediaType == "application/json":
		b, _ := io.ReadAll(io.LimitReader(body, MaxWords)) // what came is what there is
		w.Text = tidy(string(b))
	}
	return w
}

// utf8Of guesses the encoding by the beginning: UTF-8 if it is that, else
// Windows-1252, which older French public sites are in. Declarations are often
// wrong.
func utf8Of(r io.Reader) io.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	start, _ := in.Peek(64 << 10)
	for i := 0; i < utf8.UTFMax-1 && len(start) > 0; i++ { // it may end within a character
		if c, size := utf8.DecodeLastRune(start); c != utf8.RuneError || size != 1 {
			break
		}
		start = start[:len(start)-1]
	}
	if utf8.Valid(start) {
		return in
	}
	return transform.NewReader(in, charmap.Windows1252.NewDecoder())
}

// markup reads HTML as it comes.
func (w *Words) markup(body io.Reader) {
	z := html.NewTokenizer(body)
	z.SetMaxBuf(maxToken)
	var text bytes.Buffer
	for text.Len() < 2*MaxWords {
		switch z.Next() {
		case html.ErrorToken:
			w.Text = tidy(text.String())
			return
		case html.TextToken:
			text.Write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			w.tag(z, z.Token(), &text)
		case html.EndTagToken:
			name, _ := z.TagName()
			breakAt(atom.Lookup(name), &text)
		}
	}
	w.Text = tidy(text.String())
}

// tag takes what a tag says, and passes over what nobody reads.
func (w *Words) tag(z *html.Tokenizer, t html.Token, text *bytes.Buffer) {
	switch t.DataAtom {
	case atom.Html:
		if w.Language == "" {
			w.Language = language(attribute(t, "lang"))
		}
	case atom.Title:
		if z.Next() == html.TextToken && w.Title == "" {
			w.Title = embraye.Cut(embraye.Straight(strings.Join(strings.Fields(z.Token().Data), " ")), maxTitle)
		}
	case atom.Meta:
		if name := strings.ToLower(attribute(t, "name")); name == "robots" || name == "embraye" {
			w.NoArchive = w.NoArchive || NoArchive(attribute(t, "content"))
		}
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Textarea, atom.Select:
		if t.Type == html.StartTagToken {
			skip(z, t.DataAtom)
		}
	default:
		breakAt(t.DataAtom, text)
	}
}

// skip passes over what is inside a tag; one that is never closed hides the rest.
func skip(z *html.Tokenizer, a atom.Atom) {
	for depth := 1; depth > 0; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == a {
				depth++
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == a {
				depth--
			}
		}
	}
}

// breakAt ends a line at every tag but those inside a sentence.
func breakAt(a atom.Atom, text *bytes.Buffer) {
	inline := []atom.Atom{atom.A, atom.B, atom.I, atom.Em, atom.Strong, atom.Span, atom.Small, atom.Sub, atom.Sup, atom.Abbr, atom.Code, atom.Mark, atom.U, atom.S, atom.Q, atom.Cite, atom.Time, atom.Img, atom.Wbr, atom.Font}
	if !slices.Contains(inline, a) {
		text.WriteByte('\n')
	}
}

// tidy is text for people: one space between words, one empty line at most, no
// invisible signs, bounded.
func tidy(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(embraye.Straight(s), "\n") {
		empty := true
		for word := range strings.FieldsFuncSeq(part, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			if b.Len()+len(word)+1 > MaxWords {
				b.WriteString(strings.ToValidUTF8(word[:max(0, MaxWords-b.Len()-1)], ""))
				return strings.TrimSpace(b.String())
			}
			if !empty {
				b.WriteByte(' ')
			}
			b.WriteString(word)
			empty = false
		}
		if !empty {
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}

// NoArchive reports whether a list of directives has noarchive, as X-Robots-Tag
// and the meta tag robots write it.
func NoArchive(directives string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(directives), func(r rune) bool { return r == ',' || r == ' ' || r == ':' }) {
		if word == "noarchive" {
			return true
		}
	}
	return false
}

// language keeps what looks like a tag of BCP 47.
func language(tag string) string {
	if len(tag) > 35 || strings.Trim(tag, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return strings.ToLower(tag)
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
