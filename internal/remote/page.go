package remote

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"

	"embraye/internal/embraye"
)

const maxTitleRunes = 300

// Page is what a web page says about itself, to name a piece of evidence. All
// of it is a stranger's text.
type Page struct {
	URL         embraye.IRI // after redirects; not necessarily canonical
	ContentType string      // without parameters; empty if not said
	Title       string      // empty for anything but HTML
	SiteName    string      // og:site_name
}

// Page reads the head of a web page, unsigned. Of anything but HTML it returns
// the media type and leaves the body alone. A page longer than the limit is
// cut, not refused: titles stand at the top.
func (c *Client) Page(ctx context.Context, address embraye.IRI) (*Page, error) {
	var page *Page
	w := want{accept: "text/html, application/xhtml+xml;q=0.9, */*;q=0.1", redirects: 5}
	err := c.get(ctx, string(address), w, func(u *url.URL, resp *http.Response) error {
		name, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil {
			name = ""
		}
		page = &Page{URL: embraye.IRI(u.String()), ContentType: name}
		if name != "text/html" && name != "application/xhtml+xml" {
			return nil
		}
		body, _, err := readUpTo(resp, maxDocumentBytes)
		if err != nil {
			return err
		}
		page.Title, page.SiteName = readHead(decode(body))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read page %s: %w", address, err)
	}
	return page, nil
}

// decode guesses the encoding: UTF-8 if it is that, else Windows-1252, which
// is what older French public sites are in. Declarations are often wrong.
func decode(body []byte) []byte {
	whole := body
	for i := 0; i < utf8.UTFMax-1 && len(whole) > 0; i++ { // the limit may have cut a character
		if r, size := utf8.DecodeLastRune(whole); r != utf8.RuneError || size != 1 {
			break
		}
		whole = whole[:len(whole)-1]
	}
	if utf8.Valid(whole) {
		return whole
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(body)
	if err != nil {
		return nil
	}
	return out
}

// readHead finds the title and og:site_name, and stops where the body begins.
func readHead(body []byte) (title, site string) {
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return title, site
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return title, site
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			switch {
			case token.DataAtom == atom.Body:
				return title, site
			case token.DataAtom == atom.Title && title == "" && z.Next() == html.TextToken:
				title = shorten(z.Token().Data)
			case token.DataAtom == atom.Meta && site == "" && attribute(token, "property") == "og:site_name":
				site = shorten(attribute(token, "content"))
			}
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func shorten(s string) string {
	s = oneLine([]byte(s))
	if utf8.RuneCountInString(s) <= maxTitleRunes {
		return s
	}
	return string([]rune(s)[:maxTitleRunes-1]) + "…"
}
