package activitypub

import (
	"html"
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// PinnedScopes is how many scopes « où on en est » names before it sends to
// the page.
const PinnedScopes = 30

// Pinned is « où on en est » of a measure: the stage of each scope, the two
// subjects apart. states are the latest constats, one per scope. The first link
// is the measure's page.
func (w Texts) Pinned(measure embraye.Measure, lang string, states []embraye.Update) string {
	t := func(key string, args ...any) string {
		return html.EscapeString(w.Catalogue.T(lang, key, args...))
	}
	p := &page{}
	p.paragraph(strong(t("pinned.title", measure.Title.In(lang))))
	p.paragraph(ownLink(embraye.IRI(w.Site.ActorPage(measure.Handle)), w.Catalogue.T(lang, "pinned.page")))
	if len(states) == 0 {
		p.paragraph(t("pinned.empty"))
	} else {
		for _, subject := range embraye.Subjects() {
			w.pinnedSubject(p, subject, lang, states)
		}
	}
	p.paragraph(w.measureHashtag(measure.Handle))
	return p.String()
}

func (w Texts) pinnedSubject(p *page, subject embraye.Subject, lang string, states []embraye.Update) {
	heading := html.EscapeString(w.Catalogue.T(lang, "subject."+string(subject)))
	var items []string
	more := false
	for _, u := range states {
		if u.Subject != subject || u.Withdrawn() {
			continue
		}
		if len(items) == PinnedScopes {
			more = true
			break
		}
		items = append(items, w.pinnedScope(u, lang))
	}
	if len(items) == 0 {
		p.paragraph(heading + html.EscapeString(w.colon(lang)+w.Catalogue.T(lang, "pinned.nobody")))
		return
	}
	p.paragraph(heading)
	p.list(items)
	if more {
		p.paragraph(html.EscapeString(w.Catalogue.T(lang, "pinned.more")))
	}
}

func (w Texts) pinnedScope(u embraye.Update, lang string) string {
	scope := w.place(u.Scope, lang)
	if u.Institution.Name != "" {
		scope += ", " + u.Institution.Name
	}
	stage := w.Catalogue.T(lang, "stage."+string(u.Stage))
	return dots(html.EscapeString(scope+w.colon(lang)+stage), ownLink(w.Site.UpdateID(u.ID), u.Title), html.EscapeString(w.observed(u.ObservedDate, lang)))
}

// colon ends a label: with a no-break space before it in French.
func (w Texts) colon(lang string) string { return w.Catalogue.T(lang, "notes.colon") + " " }

// Correction is the short reply by which a measure tells that it corrected
// a constat (INTEROP 0.11): Misskey and PeerTube ignore the Update itself. It
// names the stage, and the one before if that is what changed.
func (w Texts) Correction(u embraye.Update, before embraye.Stage, reason string) string {
	t := func(key string, args ...any) string { return w.Catalogue.T(u.Language, key, args...) }
	stage := t("stage." + string(u.Stage))
	if before != u.Stage {
		stage = t("stage."+string(before)) + " → " + stage
	}
	versions := w.Site.UpdateID(u.ID) + "/versions"
	p := &page{}
	p.paragraph(strong(html.EscapeString(t("notes.correction", embraye.OneLine(reason)))))
	p.paragraph(html.EscapeString(t("notes.correction_of", u.Revision, u.Title)) + " · " +
		html.EscapeString(t("notes.correction_stage", stage)))
	p.paragraph(ownLink(versions, t("notes.correction_versions")+" ("+strconv.Itoa(u.Revision)+")"))
	return p.String()
}

// MentionOf names an actor so that its server tells it, and how people write
// it: @user@host.
func MentionOf(a embraye.RemoteActor) Mention {
	name := "@" + a.Username + "@" + a.URI.Host()
	if a.Username == "" {
		name = string(a.URI)
	}
	return Mention{Actor: a.URI, Name: name}
}

// Answer is an editor's reply to somebody, whose name comes first, as
// Mastodon writes and hides it. The text is Markdown.
func (w Texts) Answer(to embraye.RemoteActor, markdown string) string {
	body := markup.MarkdownNote(markdown)
	if body == "" {
		return ""
	}
	mention := mentionHTML(to)
	if rest, ok := strings.CutPrefix(body, "<p>"); ok {
		return "<p>" + mention + " " + rest
	}
	return "<p>" + mention + "</p>" + body
}

// mentionHTML leads to the person's own page if that is on the person's own
// server (F091).
func mentionHTML(to embraye.RemoteActor) string {
	href := string(to.URI)
	if embraye.WebAddress(to.URL) && embraye.SameOrigin(embraye.IRI(to.URL), to.URI) {
		href = to.URL
	}
	label := "@<span>" + html.EscapeString(to.Username) + "</span>"
	if to.Username == "" {
		label = html.EscapeString(string(to.URI))
	}
	return `<span class="h-card" translate="no"><a href="` + html.EscapeString(href) + `" class="u-url mention">` + label + `</a></span>`
}
