package locale

import (
	"regexp"
	"slices"
	"strings"
)

const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
)

// french sets the no-break spaces that French wants before double punctuation
// and inside quotation marks: U+202F before ; ! ?, U+00A0 before : and beside
// « ». Only spaces that are there are replaced, so addresses stay whole; verbs
// of a text that is still to be formatted are no per cent signs.
var french = strings.NewReplacer(
	" :", noBreak+":", " ;", narrowNoBreak+";", " !", narrowNoBreak+"!", " ?", narrowNoBreak+"?",
	"« ", "«"+noBreak, " »", noBreak+"»", " %s", " %s", " %d", " %d", " %", noBreak+"%", "'", "’")

// counted keeps a number on the line of what it counts, or of what it numbers.
var counted = strings.NewReplacer("ersion %d", "ersion"+noBreak+"%d", "%d ", "%d"+noBreak)

// inPosts reports whether a text stands in what others get: it is broken into lines
// there, and stays as it was sent.
func inPosts(key string) bool {
	return slices.Contains([]string{"notes", "pinned", "review", "actor", "collection"}, key[:strings.IndexByte(key+".", '.')])
}

// spaces is the part of french that leaves every letter as it was written.
var spaces = strings.NewReplacer(
	" :", noBreak+":", " ;", narrowNoBreak+";", " !", narrowNoBreak+"!", " ?", narrowNoBreak+"?",
	"« ", "«"+noBreak, " »", noBreak+"»", " %", noBreak+"%", " €", noBreak+"€")

// numbers are groups of three digits, « 1 200 000 »; a year and the number after
// it are two words.
var numbers = regexp.MustCompile(`\b\d{1,3}(?: \d{3})+\b`)

// NoBreak makes the spaces of a French text that somebody else wrote no-break
// where they must be, also within a number and before the sign of the euro, and
// changes nothing else.
func NoBreak(s string) string {
	s = numbers.ReplaceAllStringFunc(s, func(n string) string { return strings.ReplaceAll(n, " ", narrowNoBreak) })
	return spaces.Replace(s)
}

// texts are what stands between the tags of HTML that escapes > in them.
var texts = regexp.MustCompile(`(?:^|>)[^<>]+`)

// NoBreakHTML is NoBreak for the texts of HTML: its addresses stay as they are.
func NoBreakHTML(s string) string { return texts.ReplaceAllStringFunc(s, NoBreak) }

// French makes the spaces of a French text no-break where they must be, and its
// apostrophes curly.
func French(s string) string { return french.Replace(s) }

// Typography applies the habits of a language to a name of the reference text or
// of a place, for whatever is read by people: pages, forms, mails. Posts, feeds and
// open data have the name as it was written.
func Typography(lang, s string) string {
	if lang == "fr" {
		return French(s)
	}
	return strings.ReplaceAll(s, "'", "’")
}
