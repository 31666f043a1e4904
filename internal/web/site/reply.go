package site

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// A reply is what somebody elsewhere wrote and the moderation shows. Its HTML
// was sanitised when it came in; it is again here, because a page must not
// trust a table (SECURITY F138, F140, F145).
type reply struct {
	HTML     template.HTML
	Language string
	Name     string // as they call themselves, without tricks; may be empty
	Handle   string // @user@host, the host as the address has it
	Href     string
	At       time.Time
}

func newReply(r embraye.ShownReply) reply {
	out := reply{
		HTML: template.HTML(activitypub.SanitizeHTML(r.Reply.HTML)),
		Name: page.PlainName(r.Author.Name), At: r.Reply.PublishedAt,
		Handle: r.Author.URI.Host(), Href: string(r.Reply.URI),
	}
	if user := page.PlainName(r.Author.Username); user != "" {
		out.Handle = "@" + user + "@" + r.Author.URI.Host()
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

// claimReview is the constat for search engines: the claim is the measure in a
// scope, the rating a word of the scale and no number (schema.org/ClaimReview).
func (h *Handler) claimReview(page *page.Page, u *embraye.Update, org embraye.Actor) template.HTML {
	type thing map[string]any
	reference := h.rooms.App.Reference()
	m, _ := reference.Measure(u.Measure)
	id := string(h.site.UpdateID(u.ID))
	doc := thing{
		"@context": "https://schema.org", "@type": "ClaimReview", "@id": id, "url": id,
		"datePublished": u.PublishedAt.UTC().Format(time.RFC3339), "inLanguage": u.Language, "headline": u.Title, "description": u.Summary,
		"author":        thing{"@type": "Organization", "name": org.Name, "url": h.site.ActorPage(org.Handle)},
		"claimReviewed": m.Title.In(u.Language) + " (" + h.catalogue.T(u.Language, "subject."+string(u.Subject)) + ", " + page.Place(u.Scope) + ")",
		"reviewRating":  thing{"@type": "Rating", "alternateName": h.catalogue.T(u.Language, "stage."+string(u.Stage))},
		"itemReviewed": thing{"@type": "Claim", "@id": reference.MeasureIRI(u.Measure), "name": m.Title.In(u.Language), "datePublished": reference.Version,
			"appearance": thing{"@type": "CreativeWork", "name": reference.Name.In(u.Language), "url": h.site.Base + "/comprendre/memoire"}},
	}
	if l := page.Licence(u.Licence); l.Href != "" {
		doc["license"] = l.Href
	}
	if u.UpdatedAt != nil {
		doc["dateModified"] = u.UpdatedAt.UTC().Format(time.RFC3339)
	}
	body, err := json.Marshal(doc) // writes < > & as escapes, so nothing ends the element
	if err != nil {
		h.log.Error("linked data of a constat", "id", u.ID, "err", err)
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(body) + `</script>`)
}
