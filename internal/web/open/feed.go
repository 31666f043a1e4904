package open

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

const (
	typeAtom     = "application/atom+xml; charset=utf-8"
	typeJSONFeed = "application/feed+json; charset=utf-8"
)

// A feedFormat is one of the two ways to write a feed.
type feedFormat struct {
	name, contentType string
	write             func(io.Writer, export.Feed) error
}

func feedFormats() []feedFormat {
	return []feedFormat{{"atom", typeAtom, export.WriteAtom}, {"json", typeJSONFeed, export.WriteJSONFeed}}
}

// feed answers every feed address: of everything, of one of our actors, of a
// territory, of a measure in a territory. Its words are in the instance's
// language, its entries in their own. What does not fit goes on at ?page=true&before=.
func (h *Handler) feed(format feedFormat) answer.PagedBuilder {
	return func(ctx context.Context, v *answer.View, p answer.Paging) (*answer.Answer, error) {
		if p.Number > 0 {
			return nil, fmt.Errorf("web: page %d of a feed: %w", p.Number, embraye.ErrInvalid)
		}
		f, measure, codes, prefixes, err := h.feedOf(ctx, v)
		if err != nil {
			return nil, err
		}
		data, err := h.pages.FeedPage(ctx, measure, codes, prefixes, p.Before)
		if err != nil {
			return nil, err
		}
		f.Language = h.language
		addPaging(&f, h.site.Base+v.Path, p, data)
		f.IconURL = string(h.site.Icon(data.Organisation.Handle))
		f.Author = export.Author{Name: data.Organisation.Name, URL: h.site.ActorPage(data.Organisation.Handle)}
		f.Title = h.catalogue.T(h.language, "feed.title", f.Title, data.Organisation.Name)
		f.Licence = "CC-BY-4.0"
		for i := range data.Updates {
			f.Entries = append(f.Entries, h.feedEntry(&data.Updates[i], data.Reasons[data.Updates[i].ID]))
		}
		var out bytes.Buffer
		if err := format.write(&out, f); err != nil {
			return nil, fmt.Errorf("web: feed %s: %w", v.Path, err)
		}
		a := answer.New(http.StatusOK, format.contentType, out.Bytes()).Bare()
		return a.With("Access-Control-Allow-Origin", "*"), nil
	}
}

// addPaging says where in a feed this is, and where it goes on.
func addPaging(f *export.Feed, address string, p answer.Paging, data *embraye.FeedPage) {
	f.SelfURL = string(p.Of(embraye.IRI(address)))
	if p.Before != "" {
		f.FirstURL = address
	}
	if data.Older {
		next := answer.Paging{First: true, Before: data.Updates[len(data.Updates)-1].ID}
		f.NextURL = string(next.Of(embraye.IRI(address)))
	}
}

// feedOf reads from the address what the feed is about.
func (h *Handler) feedOf(ctx context.Context, v *answer.View) (f export.Feed, measure string, codes, prefixes []string, err error) {
	f.Title, f.HomeURL = h.catalogue.T(h.language, "feed.all"), h.site.Base+"/"
	if v.Param("handle") != "" {
		actor, err := h.actorPage(ctx, v)
		if err != nil {
			return f, "", nil, nil, err
		}
		a := actor.Actor
		f.HomeURL = h.site.ActorPage(a.Handle)
		switch a.Kind {
		case embraye.MeasureActor:
			measure, f.Title = a.Measure, page.MeasureTitle(h.app.Reference(), a, h.language)
		case embraye.InstanceActor:
			return f, "", nil, nil, fmt.Errorf("web: the instance has no feed: %w", embraye.ErrNotFound)
		}
	}
	if typed := v.Param("territory"); typed != "" {
		place, moved, err := page.PlaceOf(h.app.Wire().Territories, typed)
		if err == nil && moved || v.Param("handle") != "" && measure == "" {
			err = fmt.Errorf("web: feed of %.20q: %w", typed, embraye.ErrNotFound)
		}
		if err != nil {
			return f, "", nil, nil, err
		}
		codes, prefixes = page.Within(h.app.Wire().Territories, place)
		name := h.app.Wire().Territories.Name(place.Code, h.language)
		if measure == "" {
			f.Title, f.HomeURL = name, h.site.Base+"/territoires/"+place.Code
		} else {
			f.Title, f.HomeURL = f.Title+", "+name, f.HomeURL+"/"+place.Code
		}
	}
	return f, measure, codes, prefixes, nil
}

// feedEntry is a constat in a feed. Its author is the feed's: the organisation,
// which says it; measure and place are what readers sort by.
func (h *Handler) feedEntry(u *embraye.Update, reason string) export.Entry {
	id, words := string(h.site.UpdateID(u.ID)), func(area, value string) string { return h.catalogue.T(u.Language, area+"."+value) }
	e := export.Entry{ID: id, URL: id, Title: words("stage", string(u.Stage)) + " · " + u.Title, Summary: u.Summary,
		HTML: h.app.Wire().ConstatHTML(*u, reason), Language: u.Language, Published: u.PublishedAt,
		Categories: []string{words("stage", string(u.Stage)), words("subject", string(u.Subject)),
			cmp.Or(u.TerritoryName, h.app.Wire().Territories.Name(u.Territory, u.Language))}}
	if m, ok := h.app.Reference().Measure(u.Measure); ok {
		e.Categories = append(e.Categories, m.Title.In(u.Language))
	}
	for _, proof := range u.Evidence {
		if proof.Type == "Document" { // a file of ours
			e.Enclosures = append(e.Enclosures, export.Enclosure{URL: proof.Href, Type: proof.MediaType, Title: proof.Name})
		}
	}
	if u.UpdatedAt != nil {
		e.Updated = *u.UpdatedAt
	}
	return e
}
