package activitypub

import (
	"html"
	"sync"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
)

var noElements = sync.OnceValue(bluemonday.StrictPolicy)

// TextLength is how many characters of a Note's HTML a reader sees.
func TextLength(source string) int {
	return utf8.RuneCountInString(html.UnescapeString(noElements().Sanitize(source)))
}
