package site

import (
	"html/template"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/markup"
	"embraye/internal/web/page"
)

// A reply is what somebody elsewhere wrote and the moderation shows. Its HTML
// was sanitised when it came in; it is again here, because a page must not
// trust a table (F138, F140, F145).
type reply struct {
	HTML     template.HTML
	Language string
	Name     string // as they call themselves, without tricks; may be empty
	Handle   string // @user@host, the host as the address has it
	Href     string
	At       time.Time
	Answers  []ourAnswer
}

// An ourAnswer is what the organisation or a measure answered.
type ourAnswer struct {
	HTML     template.HTML
	Language string
	Handle   string
	Href     string
	At       time.Time
}

func newReply(r embraye.ShownReply) reply {
	out := reply{
		HTML: template.HTML(markup.Sanitize(r.Reply.HTML)),
		Name: page.PlainName(r.Author.Name), At: r.Reply.PublishedAt,
		Handle: r.Author.URI.Host(), Href: string(r.Reply.URI),
	}
	if user := page.PlainName(r.Author.Username); user != "" {
		out.Handle = "@" + user + "@" + r.Author.URI.Host()
	}
	for _, n := range r.Answers {
		out.Answers = append(out.Answers, ourAnswer{template.HTML(markup.Sanitize(n.HTML)), n.Language, n.Actor, "/notes/" + n.ID, n.PublishedAt})
	}
	// Another host than the author's could pretend to be the source.
	if u := embraye.IRI(r.Reply.URL); embraye.WebAddress(r.Reply.URL) && u.Host() == r.Reply.URI.Host() {
		out.Href = r.Reply.URL
	}
	if len(r.Reply.Language) <= 35 && strings.Trim(r.Reply.Language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == "" {
		out.Language = r.Reply.Language
	}
	return out
}
