package site

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// A thing is one of schema.org, as pages tell it to search engines.
type thing map[string]any

// linkedData is a script of data: JSON writes < > & as escapes, so nothing in it
// ends the element.
func linkedData(doc thing) template.HTML {
	doc["@context"] = "https://schema.org"
	body, err := json.Marshal(doc)
	if err != nil {
		panic(err) // texts and numbers
	}
	return template.HTML(`<script type="application/ld+json">` + string(body) + `</script>`)
}

// A crumb is one step of the way to a page.
type crumb struct{ name, address string }

// breadcrumbs is the way to a page from the home page on.
func breadcrumbs(p *page.Page, way ...crumb) template.HTML {
	var list []thing
	for i, step := range append([]crumb{{p.Publisher(), p.Home}}, way...) {
		list = append(list, thing{"@type": "ListItem", "position": i + 1, "name": step.name, "item": step.address})
	}
	return linkedData(thing{"@type": "BreadcrumbList", "itemListElement": list})
}

// publisher is who speaks here, and the site, which can be searched.
func publisher(p *page.Page) template.HTML {
	org := p.Frame.Organisation
	organisation := thing{"@type": "Organization", "@id": string(p.Site.ActorID(org.Handle)), "name": p.Publisher(), "url": p.Site.ActorPage(org.Handle),
		"logo": string(p.Site.Icon(org.Handle))}
	return linkedData(thing{"@type": "WebSite", "@id": p.Home, "url": p.Home, "name": p.Publisher(), "inLanguage": p.Lang, "publisher": organisation,
		"potentialAction": thing{"@type": "SearchAction", "target": p.Site.Base + "/chronologie?q={q}", "query-input": "required name=q"}}) +
		linkedData(organisation)
}

// dataset is the open data for search engines of data.
func dataset(p *page.Page, c *dataContent) template.HTML {
	var files []thing
	for _, f := range c.Files {
		kind := "text/csv"
		if strings.HasSuffix(f.Name, ".json") {
			kind = "application/json"
		}
		files = append(files, thing{"@type": "DataDownload", "name": f.Name, "encodingFormat": kind, "contentUrl": p.Site.Base + "/donnees/" + f.Name})
	}
	org := p.Frame.Organisation
	return linkedData(thing{"@type": "Dataset", "@id": p.Site.Base + "/donnees#constats", "url": p.Site.Base + "/donnees", "name": p.Title + " · " + p.Publisher(),
		"description": p.Description, "inLanguage": p.Lang, "isAccessibleForFree": true, "license": p.Licence("CC-BY-4.0").Href, "distribution": files,
		"creator": thing{"@type": "Organization", "@id": string(p.Site.ActorID(org.Handle)), "name": p.Publisher(), "url": p.Site.ActorPage(org.Handle)}})
}

// claimReview is the constat for search engines: the claim is the measure in a
// scope, the rating a word of the scale and no number (schema.org/ClaimReview).
func (h *Handler) claimReview(page *page.Page, u *embraye.Update, org embraye.Actor) template.HTML {
	reference := h.rooms.App.Reference()
	m, _ := reference.Measure(u.Measure)
	id := string(h.site.UpdateID(u.ID))
	doc := thing{
		"@type": "ClaimReview", "@id": id, "url": id,
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
	return linkedData(doc)
}
