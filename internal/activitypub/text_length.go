package activitypub

import (
	"html"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"

	"embraye/internal/embraye"
)

var noElements = sync.OnceValue(bluemonday.StrictPolicy)

// Title is what a post is called: its name, or its text without markup.
func (p Post) Title() string {
	if name, _ := p.Map["name"].(string); embraye.Readable(name) && !embraye.Blank(name) {
		return embraye.OneLine(name)
	}
	spaced := strings.NewReplacer("<br", " <br", "</p>", " </p>", "</li>", " </li>").Replace(p.HTML)
	if text := html.UnescapeString(noElements().Sanitize(spaced)); embraye.Readable(text) {
		return embraye.OneLine(text)
	}
	return ""
}

// TextLength is how many characters of a Note's HTML a reader sees.
func TextLength(source string) int {
	return utf8.RuneCountInString(html.UnescapeString(noElements().Sanitize(source)))
}
