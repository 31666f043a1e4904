package activitypub

import (
	"html"

	"embraye/internal/embraye"
)

// Review is our organisation's word on a constat of another one: a reply that
// reads well where our terms are unknown, and needs no HTML where they are
// known. to is the measure that wrote the constat; change is why the review was
// corrected last.
func (w Wire) Review(r embraye.Review, to embraye.RemoteActor, change string) ([]byte, error) {
	return w.post(post{
		id: w.Site.ReviewID(r.ID), author: w.Site.ActorID(w.Organisation), followers: w.Site.Followers(w.Organisation),
		inReplyTo: string(r.Object), conversation: r.Object, html: w.Texts().Review(r, to, change), language: r.Language,
		published: r.PublishedAt, updated: r.UpdatedAt, mentions: []Mention{MentionOf(to)}, terms: w.reviewTerms(r, change),
	})
}

func (w Wire) reviewTerms(r embraye.Review, change string) map[string]any {
	m := map[string]any{
		"embraye:verdict":          string(r.Verdict),
		"embraye:organisation":     w.Site.ActorID(w.Organisation),
		"embraye:reviewedRevision": r.ReviewedRevision,
		"embraye:evidence":         evidenceTerms(r.Evidence),
		"embraye:license":          r.Licence,
		"embraye:revision":         r.Revision,
	}
	optional(m, "embraye:reason", r.Reason)
	optional(m, "embraye:revisionReason", change)
	optional(m, "embraye:integratedBy", string(r.IntegratedBy))
	return m
}

// Review is the text of a review: who is spoken to comes first, as Mastodon
// writes and hides it, then the verdict in words. The first link is the
// review's own page, so that servers draw our preview card.
func (w Texts) Review(r embraye.Review, to embraye.RemoteActor, change string) string {
	t := func(key string, args ...any) string { return w.Catalogue.T(r.Language, key, args...) }
	p := &page{}
	verdict := ""
	if r.Verdict != "" { // a draft may have none yet
		verdict = ownLink(w.Site.ReviewID(r.ID), t("review.we."+string(r.Verdict)))
	}
	p.paragraph(mentionHTML(to) + " " + strong(verdict))
	p.paragraph(html.EscapeString(t("review.of", r.ObjectTitle, r.ReviewedRevision)))
	if change != "" {
		p.paragraph(html.EscapeString(t("notes.correction", embraye.OneLine(change))))
	}
	p.paragraph(escaped(r.Reason))
	w.evidenceHTML(p, embraye.Update{Content: embraye.Content{Evidence: r.Evidence, Language: r.Language}})
	p.paragraph(ownLink(w.Site.ReviewID(r.ID), t("review.page")) + " · " + html.EscapeString(t("notes.licence", r.Licence)))
	return p.String()
}
