package activitypub

import (
	"html"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// page writes the HTML of a Note: only p br span a strong em ul li, which
// every program keeps (Mastodon throws the rest away), and every text escaped.
type page struct{ strings.Builder }

func (p *page) paragraph(inner string) {
	if inner != "" {
		p.WriteString("<p>" + inner + "</p>")
	}
}

func (p *page) list(items []string) {
	if len(items) == 0 {
		return
	}
	p.WriteString("<ul>")
	for _, item := range items {
		p.WriteString("<li>" + item + "</li>")
	}
	p.WriteString("</ul>")
}

// escaped is a text of several lines as HTML.
func escaped(s string) string {
	return strings.ReplaceAll(html.EscapeString(strings.TrimSpace(s)), "\n", "<br>")
}

func strong(inner string) string { return "<strong>" + inner + "</strong>" }

// link is a link that leaves us; text is escaped here. What a draft has in the
// place of an address is text, in its preview too.
func link(href, label string) string {
	if !embraye.WebAddress(href) {
		return html.EscapeString(label)
	}
	return `<a href="` + html.EscapeString(href) + `" rel="nofollow noopener noreferrer">` + html.EscapeString(label) + `</a>`
}

// ownLink leads to a page of ours.
func ownLink(href embraye.IRI, label string) string {
	return `<a href="` + html.EscapeString(string(href)) + `">` + html.EscapeString(label) + `</a>`
}

// dots joins the parts that are not empty, with the middle dot of our lines.
func dots(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

// Texts writes what our Notes say, in HTML that every program keeps.
type Texts struct{ Wire }

// Texts is the writer of texts.
func (w Wire) Texts() Texts { return Texts{w} }

// Constat is the text of a constat. The first line says stage and measure;
// the first link is the constat's own page, so that servers draw our preview
// card; what our terms say stands in words too. The words are in the constat's
// language. reason is that of the last correction of substance: a typo after it
// does not take it away.
func (w Texts) Constat(u embraye.Update, reason string) string {
	t := func(key string, args ...any) string {
		return html.EscapeString(w.Catalogue.T(u.Language, key, args...))
	}
	p := &page{}
	stage := ""
	if u.Stage != "" { // a draft may have none yet
		stage = t("stage." + string(u.Stage))
	}
	if first := dots(stage, escaped(w.measureTitle(u.Measure, u.Language))); first != "" {
		p.paragraph(strong(first))
	}
	if u.Title != "" {
		p.paragraph(ownLink(w.Site.UpdateID(u.ID), u.Title))
	}
	if reason != "" && u.Substance > 1 && u.Revision >= u.Substance {
		p.paragraph(t("notes.correction", embraye.OneLine(reason)))
	}
	p.paragraph(escaped(u.Summary))
	p.WriteString(markup.MarkdownNote(u.Text))
	p.paragraph(w.whereWhen(u))
	w.evidenceHTML(p, u)
	w.extrasHTML(p, u)
	if u.Actor != "" {
		p.paragraph(w.measureHashtag(u.Actor))
	}
	signed := ""
	if u.SignedBy != "" {
		signed = t("notes.signed", u.SignedBy)
	}
	p.paragraph(dots(signed, t("notes.licence", u.Licence)))
	return p.String()
}

// whereWhen is the line of place, institution and dates.
func (w Texts) whereWhen(u embraye.Update) string {
	place := w.place(u.Scope, u.Language)
	who := u.Institution.Name
	if u.Subject == embraye.BySubjectCivilSociety {
		who = w.Catalogue.T(u.Language, "subject.civil_society")
		if u.Institution.Name != "" {
			who += ", " + u.Institution.Name
		}
	}
	effective := ""
	if u.EffectiveDate != "" {
		effective = w.Catalogue.T(u.Language, "notes.effective", w.Catalogue.Date(u.Language, string(u.EffectiveDate)))
		if when := w.timeliness(u); when != embraye.NotApplicable {
			effective += " (" + w.Catalogue.T(u.Language, "timeliness."+string(when)) + ")"
		}
	}
	return html.EscapeString(dots(place, who, effective, w.observed(u.ObservedDate, u.Language)))
}

// observed is « constaté le 3 mai 2026 » or « constaté en mai 2026 ».
func (w Texts) observed(d embraye.Date, lang string) string {
	if d == "" {
		return ""
	}
	key := "notes.observed_in"
	if len(d) == len("2026-05-03") {
		key = "notes.observed"
	}
	return w.Catalogue.T(lang, key, w.Catalogue.Date(lang, string(d)))
}

// place is the name of a territory; communes bring their own.
func (w Texts) place(s embraye.Scope, lang string) string {
	if s.TerritoryName != "" {
		return s.TerritoryName
	}
	return w.Territories.Name(s.Territory, lang)
}

func (w Texts) evidenceHTML(p *page, u embraye.Update) {
	t := func(key string, args ...any) string { return w.Catalogue.T(u.Language, key, args...) }
	date := func(d embraye.Date) string { return w.Catalogue.Date(u.Language, string(d)) }
	var items []string
	for _, e := range u.Evidence {
		consulted, archived := "", ""
		if e.Consulted != "" {
			consulted = html.EscapeString(t("notes.consulted", date(e.Consulted)))
		}
		if e.ArchivedAt != "" {
			archived = link(e.ArchivedAt, t("notes.archived"))
		}
		items = append(items, dots(link(e.Href, e.Name), escaped(e.Publisher), escaped(date(e.PublishedOn)), consulted, archived))
	}
	if len(items) > 0 {
		p.paragraph(html.EscapeString(t("notes.evidence")))
		p.list(items)
	}
	if len(u.Searched) > 0 {
		items = nil
		for _, s := range u.Searched {
			items = append(items, escaped(s))
		}
		p.paragraph(html.EscapeString(t("notes.searched")))
		p.list(items)
	}
	if u.Confidence != "" {
		p.paragraph(html.EscapeString(t("notes.confidence", t("confidence."+string(u.Confidence)))))
	}
}

func (w Texts) extrasHTML(p *page, u embraye.Update) {
	t := func(key string, args ...any) string { return w.Catalogue.T(u.Language, key, args...) }
	if i := u.Indicator; i != nil {
		value := embraye.OneLine(i.Name + " · " + i.Value + " " + i.Unit)
		goal, asOf := "", ""
		if i.Goal != "" {
			goal = t("notes.goal", i.Goal)
		}
		if i.AsOf != "" {
			asOf = t("notes.as_of", w.Catalogue.Date(u.Language, string(i.AsOf)))
		}
		p.paragraph(html.EscapeString(t("notes.indicator", dots(value, goal, asOf))))
	}
	for _, id := range u.Lessons {
		p.paragraph(html.EscapeString(t("notes.lesson", w.lesson(id, u.Language))))
	}
	for _, r := range u.RelatedTo {
		p.paragraph(link(r.Href, t("relation."+r.Rel)))
	}
}

func (w Texts) lesson(id, lang string) string {
	for _, l := range w.Reference.Lessons {
		if l.ID == id {
			return l.Text.In(lang)
		}
	}
	return id
}

func (w Wire) measureTitle(id, lang string) string {
	m, ok := w.Reference.Measure(id)
	if !ok {
		return id
	}
	return m.Title.In(lang)
}

// measureHashtag is the hashtag as Mastodon writes it, so that it leads to the
// reader's own server.
func (w Texts) measureHashtag(handle string) string {
	return `<a href="` + html.EscapeString(w.Site.ActorPage(handle)) + `" class="mention hashtag" rel="tag">#<span>` +
		html.EscapeString(hashtag(handle)) + `</span></a>`
}

// hashtag is a handle as a hashtag: Mesure2 for mesure2.
func hashtag(handle string) string {
	if handle == "" {
		return handle
	}
	return strings.ToUpper(handle[:1]) + handle[1:]
}
