package app

import (
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// What is believed of the posts of strangers, whatever room keeps them.

// maxPostHTML bounds what is kept of a stranger's post, in bytes.
const maxPostHTML = 64 << 10

// CleanHTML bounds a stranger's HTML, then sanitises it.
func CleanHTML(html string) string {
	return markup.Sanitize(html[:min(len(html), maxPostHTML)])
}

// NotLater is when something was said, as far as it can be believed: what is
// dated tomorrow or not at all was said when it came, or it would stand on top
// of all others, and no correction would ever be newer.
func NotLater(said, came time.Time) time.Time {
	if said.IsZero() || said.After(came) {
		return came
	}
	return said
}

// PageOf is the page of a post: its url if that is on the post's own server,
// else its id (F091).
func PageOf(a *App, p *activitypub.Post) string {
	if u, err := embraye.ParseIRI(p.URL, a.AllowHTTP); err == nil && embraye.SameOrigin(u, p.ID) {
		return p.URL
	}
	return string(p.ID)
}
