// Package markup is text with marks: the Markdown that editors write, as HTML for a
// page and for a Note, and the HTML of strangers, safe to show. It does no I/O, and
// what it returns leads only to the web and loads nothing.
//
// Start reading at Markdown and at Sanitize.
package markup

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
)

// maxCombining is how many combining marks a letter keeps: five are more than
// any script stacks, five thousand cover the page (F143).
const maxCombining = 5

// mayBeLink keeps what other programs mark: hashtags and mentions, as classes
// that our style sheet knows.
var linkClass = regexp.MustCompile(`^(mention|hashtag|u-url|ellipsis|invisible| )*$`)

// policy is our own, stricter than bluemonday's: no images, styles or ids, so
// that reading a page asks no third party for anything (F145).
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "ul", "ol", "li", "blockquote", "code", "pre", "strong", "em", "del",
		"sub", "sup", "q", "ruby", "rt", "rp")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("value").Matching(bluemonday.Integer).OnElements("li")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("class").Matching(linkClass).OnElements("a", "span")
	for _, scheme := range []string{"http", "https"} {
		p.AllowURLSchemeWithCustomPolicy(scheme, func(u *url.URL) bool { return u.Host != "" }) // "https:0" is a path of ours to a browser
	}
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(false)
	return p
})

// Sanitize makes HTML of strangers safe to show, without changing what it
// says: a small list of elements, links only to the web and marked as not ours,
// what is struck stays struck, and blocks stay apart. Hidden characters go last, when
// no entity can hide them any more; nothing that is left can become a tag,
// because the policy has escaped it.
func Sanitize(source string) string {
	clean := strings.ReplaceAll(policy().Sanitize(keepBlocks(source)), ` rel="nofollow noreferrer"`, ` rel="nofollow noopener noreferrer"`)
	return withoutHidden(clean)
}

var noElements = sync.OnceValue(bluemonday.StrictPolicy)

// Text is what a reader sees of HTML, its elements taken away.
func Text(source string) string { return html.UnescapeString(noElements().Sanitize(source)) }

// withoutHidden removes controls and characters that reverse or hide text from
// clean HTML, and cuts towers of combining marks; a tag between two marks does
// not begin a new tower.
func withoutHidden(s string) string {
	marks, inTag := 0, false
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || Hidden(r) {
			return -1
		}
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxCombining {
				return -1
			}
			return r
		case r == '<' || inTag:
			inTag = r != '>'
		default:
			marks = 0
		}
		return r
	}, s)
}

// Hidden reports characters without a shape of their own that change how others
// look: directions, tags, zero-width ones. The joiner of emoji and Indic
// scripts stays.
func Hidden(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f, r == 0x2060, r == 0xfeff:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2061 && r <= 0x206f, r >= 0xe0000 && r <= 0xe007f, r == 0xfffd:
		return true
	}
	return false
}
