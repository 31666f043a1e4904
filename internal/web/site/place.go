package site

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type placeContent struct {
	Code, Name  string
	Measure     embraye.Actor // of one measure; Handle is empty on a territory's own page
	Number      string
	Answers     []page.SubjectAnswer
	Groups      []placeGroup
	Others      []page.Voice // of one measure: what peers say
	Divergent   []page.Divergent
	Divergences int
	Follow      followBox
	Prev, Next  *placeLink
}

// A placeGroup is what is known on one measure, or on one subject.
type placeGroup struct {
	Title, Href string
	Cards       []card
	Silent      string       // the sentence of an empty group
	Others      []page.Voice // of a measure among all: what peers say
}

// measurePlace is /@{measure}/{territory}: one measure in one place.
func (h *Handler) measurePlace(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	actor, err := h.ActorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	if actor.Actor.Kind != embraye.MeasureActor {
		return nil, fmt.Errorf("web: %s is no measure: %w", actor.Actor.Handle, embraye.ErrNotFound)
	}
	place, moved, err := page.PlaceOf(h.rooms.App.Wire().Territories, v.Param("territory"))
	if err != nil {
		return nil, err
	}
	if moved {
		return answer.Redirect(http.StatusMovedPermanently, h.site.ActorPage(actor.Actor.Handle)+"/"+place.Code), nil
	}
	codes, prefixes := page.Within(h.rooms.App.Wire().Territories, place)
	data, err := h.pages.PlacePage(ctx, actor.Actor.Measure, codes, prefixes)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, "")
	content := placeContent{Code: place.Code, Name: page.Territory(place.Code), Measure: actor.Actor,
		Number: page.MeasureName(actor.Actor.Measure), Answers: page.Answers(data.States)}
	describe(page, actor.Actor)
	page.Title = page.T("place.title", page.MeasureTitle(actor.Actor.Measure), content.Name)
	page.Canonical += "/" + place.Code
	page.Streams, page.Type = "", "website"
	page.LinkedData = breadcrumbs(page, crumb{page.MeasureTitle(actor.Actor.Measure), h.site.ActorPage(actor.Actor.Handle)}, crumb{content.Name, page.Canonical})
	page.Feed, page.FeedTitle = page.Actor(actor.Actor.Handle)+"/"+place.Code+"/feed", page.Title
	page.Description = page.T("place.description", content.Number, content.Name, actor.Organisation.Name)
	content.Follow = newFollowBox(page, "follow.measure", actor.Actor.Handle, page.Feed+".atom")
	content.Follow.Place = place.Code
	for _, subject := range embraye.Subjects() {
		group := placeGroup{Title: page.Name("subject", subject), Silent: page.T("place.silent", content.Name)}
		for _, u := range data.Updates {
			if u.Subject == subject {
				group.Cards = append(group.Cards, card{Page: page, Update: u, Organisation: actor.Organisation.Name, Bare: true})
			}
		}
		content.Groups = append(content.Groups, group)
	}
	content.Others = page.Voices(data.Others, data.Texts)
	content.Divergent, content.Divergences = page.Divergent(data.Divergent, data.Texts), data.Divergences
	content.Prev, content.Next = regionsBeside(page, place, page.Actor(actor.Actor.Handle)+"/")
	page.Content = content
	return h.frame.Render("place", http.StatusOK, page)
}

// regionsBeside are the regions before and after one, in the table's order.
func regionsBeside(p *page.Page, place embraye.Territory, base string) (prev, next *placeLink) {
	regions := p.Territories.Regions()
	i := slices.IndexFunc(regions, func(r embraye.Territory) bool { return r.Code == place.Code })
	if i > 0 {
		prev = &placeLink{base + regions[i-1].Code, p.Territory(regions[i-1].Code)}
	}
	if i >= 0 && i+1 < len(regions) {
		next = &placeLink{base + regions[i+1].Code, p.Territory(regions[i+1].Code)}
	}
	return prev, next
}

// territory is /territoires/{code}: all measures in one place.
func (h *Handler) territory(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	place, moved, err := page.PlaceOf(h.rooms.App.Wire().Territories, v.Param("territory"))
	if err != nil {
		return nil, err
	}
	if moved {
		return answer.Redirect(http.StatusMovedPermanently, h.site.Base+"/territoires/"+place.Code), nil
	}
	codes, prefixes := page.Within(h.rooms.App.Wire().Territories, place)
	data, err := h.pages.PlacePage(ctx, "", codes, prefixes)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, "")
	page.Title = page.Territory(place.Code)
	page.Description = page.T("territory.description", page.Title)
	page.Feed, page.FeedTitle = "/territoires/"+place.Code+"/feed", page.Title
	content := placeContent{Code: place.Code, Name: page.Title}
	for _, m := range data.Measures {
		group := placeGroup{Title: page.MeasureName(m.Measure) + page.T("site.colon") + page.MeasureTitle(m.Measure),
			Href: page.Actor(m.Handle) + "/" + place.Code, Silent: page.T("territory.silent")}
		for _, u := range data.Updates {
			if u.Measure == m.Measure {
				group.Cards = append(group.Cards, card{Page: page, Update: u, Organisation: page.Frame.Organisation.Name, Bare: true})
			}
		}
		said := slices.DeleteFunc(slices.Clone(data.Others), func(s embraye.NamedStanding) bool { return s.Measure != m.Measure })
		group.Others = page.Voices(said, data.Texts)
		content.Groups = append(content.Groups, group)
	}
	content.Prev, content.Next = regionsBeside(page, place, "/territoires/")
	page.Content = content
	return h.frame.Render("territory", http.StatusOK, page)
}
