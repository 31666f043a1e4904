package activitypub

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// Post is a Note or something like it.
type Post struct {
	ID, AttributedTo, InReplyTo embraye.IRI
	Type                        string
	HTML                        string // as received: sanitise before showing
	Language, URL               string
	Published                   time.Time
	Updated                     *time.Time
	To, Cc                      []string
	Mentions                    []string
	Quote                       string // address of the quoted post
	Embraye                     *Constat
	EmbrayeErr                  error  // why our terms were there but not usable
	Review                      Review // our terms of a review, if it is one
	Map                         map[string]any
}

// Public reports whether everybody was addressed.
func (p Post) Public() bool {
	return slices.Contains(p.To, string(Public)) || slices.Contains(p.Cc, string(Public))
}

// Title is what a post is called: its name, or its text without markup.
func (p Post) Title() string {
	if name, _ := p.Map["name"].(string); embraye.Readable(name) && !embraye.Blank(name) {
		return embraye.OneLine(name)
	}
	spaced := strings.NewReplacer("<br", " <br", "</p>", " </p>", "</li>", " </li>").Replace(p.HTML)
	if text := markup.Text(spaced); embraye.Readable(text) {
		return embraye.OneLine(text)
	}
	return ""
}

// postTypes are objects that somebody wrote and others read.
var postTypes = map[string]bool{
	"Note": true, "Article": true, "Page": true, "Question": true, "Event": true,
	"Image": true, "Audio": true, "Video": true, "Document": true,
}

// ReadPost reads a post that was fetched or embedded.
func ReadPost(obj map[string]any) (p *Post, err error) {
	defer guard(&err)
	return readPost(obj)
}

func readPost(obj map[string]any) (*Post, error) {
	p := &Post{Type: firstString(obj["type"]), Map: obj}
	if !postTypes[p.Type] {
		return nil, invalid(fmt.Errorf("a %.60q is not a post", p.Type))
	}
	id, _ := obj["id"].(string)
	var err error
	if p.ID, err = embraye.ParseID(id, true); err != nil {
		return nil, fmt.Errorf("id of the %s: %w", p.Type, err)
	}
	if p.AttributedTo, err = embraye.ParseIRI(idOf(obj["attributedTo"]), true); err != nil {
		return nil, fmt.Errorf("attributedTo of %s: %w", p.ID, err)
	}
	c, err := readCommon(obj)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID, err)
	}
	p.To, p.Cc, p.Published = c.to, c.cc, c.published
	if !c.updated.IsZero() {
		p.Updated = &c.updated
	}
	p.readText(c.content)
	p.readLinks()
	p.Embraye, p.EmbrayeErr = readConstat(p)
	p.Review = readReview(obj)
	return p, nil
}

// readText finds the HTML and its language. GoToSocial and Mastodon send both
// content and contentMap; PeerTube writes Markdown. source is never read: it
// says what the author typed, not what is shown (F146).
func (p *Post) readText(content string) {
	p.HTML = content
	languages, _ := p.Map["contentMap"].(map[string]any)
	for _, lang := range sortedKeys(languages) {
		s, isText := languages[lang].(string)
		if isText && (content == "" || s == content) && len(lang) <= 35 {
			p.HTML, p.Language = s, lang
			break
		}
	}
	if lang, ok := p.Map["language"].(map[string]any); ok && p.Language == "" { // Lemmy, PeerTube
		p.Language, _ = lang["identifier"].(string)
	}
	if mediaType, _ := p.Map["mediaType"].(string); strings.HasPrefix(mediaType, "text/markdown") {
		p.HTML = markup.MarkdownNote(p.HTML)
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// readLinks reads the optional addresses. One that is not canonical is as good
// as none.
func (p *Post) readLinks() {
	if i, err := embraye.ParseID(idOf(p.Map["inReplyTo"]), true); err == nil {
		p.InReplyTo = i
	}
	p.URL = pageURL(p.Map["url"], p.ID)
	for _, tag := range many(p.Map["tag"]) {
		if t, ok := tag.(map[string]any); ok && firstString(t["type"]) == "Mention" {
			if href, ok := t["href"].(string); ok {
				p.Mentions = append(p.Mentions, href)
			}
		}
	}
	for _, key := range []string{"quote", "quoteUrl", "quoteUri", "_misskey_quote"} {
		if i, err := embraye.ParseID(idOf(p.Map[key]), true); err == nil {
			p.Quote = string(i)
			break
		}
	}
}

// pageURL is the page of something, if it is on the host of its id: a link to
// elsewhere would be shown as if it were the author's (F091).
func pageURL(value any, id embraye.IRI) string {
	best := ""
	for _, v := range many(value) {
		href, html := "", true
		switch v := v.(type) {
		case string:
			href = v
		case map[string]any:
			href, _ = v["href"].(string)
			mediaType, _ := v["mediaType"].(string)
			html = strings.HasPrefix(mediaType, "text/html") || mediaType == ""
		}
		if html && best == "" && embraye.WebAddress(href) && embraye.IRI(href).Host() == id.Host() {
			best = href
		}
	}
	return best
}
