package open

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

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
// territory, of a measure in a territory; with ?de=, what all organisations say
// there, or one. Its words are in the instance's language, its entries in their
// own. What does not fit goes on at ?page=true&before=.
func (h *Handler) feed(format feedFormat) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := answer.ParsePaging(r.URL)
		if err == nil && p.Number > 0 {
			err = fmt.Errorf("web: page %d of a feed: %w", p.Number, embraye.ErrInvalid)
		}
		by, err2 := page.Whose(h.site, r.URL.Query().Get("de"))
		if err = cmp.Or(err, err2); err != nil {
			h.answers.Fail(w, r, err)
			return
		}
		h.answers.ServeQuery(answer.OtherOnly, feedQuery(by, p), func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
			return h.writeFeed(ctx, v, format, by, p)
		})(w, r)
	}
}

// feedQuery is the query of a feed in its one spelling.
func feedQuery(by string, p answer.Paging) string {
	query := p.String()
	if by != "" {
		query = strings.TrimSuffix("de="+url.QueryEscape(by)+"&"+query, "&")
	}
	return query
}

func (h *Handler) writeFeed(ctx context.Context, v *answer.View, format feedFormat, by string, p answer.Paging) (*answer.Answer, error) {
	f, filter, err := h.feedOf(ctx, v)
	if err != nil {
		return nil, err
	}
	filter.By, filter.Before = by, p.Before
	data, err := h.pages.FeedPage(ctx, filter)
	if err != nil {
		return nil, err
	}
	f.Language, f.Licence = h.language, "CC-BY-4.0"
	addPaging(&f, h.site.Base+v.Path, by, p, data)
	f.IconURL = string(h.site.Icon(data.Organisation.Handle))
	f.Author = export.Author{Name: data.Organisation.Name, URL: h.site.ActorPage(data.Organisation.Handle)}
	switch {
	case data.Speaker != nil:
		f.Author = h.peerAuthor(*data.Speaker)
		f.Title = h.catalogue.T(h.language, "feed.title", f.Title, f.Author.Name)
	case by == embraye.EveryOrganisation:
		f.Title = h.catalogue.T(h.language, "feed.title", f.Title, h.catalogue.T(h.language, "timeline.every_organisation"))
	default:
		f.Title = h.catalogue.T(h.language, "feed.title", f.Title, data.Organisation.Name)
	}
	for _, e := range data.Entries {
		f.Entries = append(f.Entries, h.entry(e, data.Reasons))
	}
	var out bytes.Buffer
	if err := format.write(&out, f); err != nil {
		return nil, fmt.Errorf("web: feed %s: %w", v.Path, err)
	}
	a := answer.New(http.StatusOK, format.contentType, out.Bytes()).Bare()
	return a.With("Access-Control-Allow-Origin", "*"), nil
}

// addPaging says where in a feed this is, and where it goes on.
func addPaging(f *export.Feed, path, by string, p answer.Paging, data *embraye.FeedPage) {
	address := func(p answer.Paging) string { return strings.TrimSuffix(path+"?"+feedQuery(by, p), "?") }
	f.SelfURL = address(p)
	if p.Before != "" {
		f.FirstURL = address(answer.Paging{})
	}
	if data.Older {
		f.NextURL = address(answer.Paging{First: true, Before: data.Entries[len(data.Entries)-1].ID()})
	}
}

// feedOf reads from the address what the feed is about.
func (h *Handler) feedOf(ctx context.Context, v *answer.View) (f export.Feed, about embraye.FeedFilter, err error) {
	f.Title, f.HomeURL = h.catalogue.T(h.language, "feed.all"), h.site.Base+"/"
	if v.Param("handle") != "" {
		actor, err := h.actorPage(ctx, v)
		if err != nil {
			return f, about, err
		}
		a := actor.Actor
		f.HomeURL = h.site.ActorPage(a.Handle)
		switch a.Kind {
		case embraye.MeasureActor:
			about.Measure, f.Title = a.Measure, h.measureTitle(a)
		case embraye.InstanceActor:
			return f, about, fmt.Errorf("web: the instance has no feed: %w", embraye.ErrNotFound)
		}
	}
	if typed := v.Param("territory"); typed != "" {
		place, moved, err := page.PlaceOf(h.app.Wire().Territories, typed)
		if err == nil && moved || v.Param("handle") != "" && about.Measure == "" {
			err = fmt.Errorf("web: feed of %.20q: %w", typed, embraye.ErrNotFound)
		}
		if err != nil {
			return f, about, err
		}
		about.Codes, about.Prefixes = page.Within(h.app.Wire().Territories, place)
		name := h.app.Wire().Territories.Name(place.Code, h.language)
		if about.Measure == "" {
			f.Title, f.HomeURL = name, h.site.Base+"/territoires/"+place.Code
		} else {
			f.Title, f.HomeURL = f.Title+", "+name, f.HomeURL+"/"+place.Code
		}
	}
	return f, about, nil
}

// entry is what somebody says; what is ours is by the author of the feed.
func (h *Handler) entry(e embraye.FeedEntry, reasons map[string]string) export.Entry {
	if e.Copy != nil {
		return h.copyEntry(e.Copy)
	}
	return h.feedEntry(e.Update, reasons[e.Update.ID])
}

// copyEntry is a peer's constat in a feed. It names its home, where it is read,
// and comes in the words that its post has, cleaned like all that strangers send.
func (h *Handler) copyEntry(c *embraye.PeerCopy) export.Entry {
	e := export.Entry{ID: string(c.URI), URL: cmp.Or(c.URL, string(c.URI)), Title: h.catalogue.T(c.Language, "stage."+string(c.Stage)) + " · " + c.Title, Summary: c.Summary,
		HTML: c.HTML, Language: c.Language, Published: c.PublishedAt, Author: h.peerAuthor(c.Peer), Categories: h.categories(c.Scope, c.Stage, c.Language)}
	if c.UpdatedAt != nil {
		e.Updated = *c.UpdatedAt
	}
	return e
}

// measureTitle is the reference text's short title, as it is written there.
func (h *Handler) measureTitle(a embraye.Actor) string {
	if m, ok := h.app.Reference().Measure(a.Measure); ok {
		return m.Title.In(h.language)
	}
	return a.Name
}

// peerAuthor is a peer as the author of what it says.
func (h *Handler) peerAuthor(p embraye.Peer) export.Author {
	return export.Author{Name: cmp.Or(p.Name, p.Handle), URL: h.site.Base + "/organisations/" + p.Host}
}

// categories are what readers sort by.
func (h *Handler) categories(s embraye.Scope, stage embraye.Stage, lang string) []string {
	list := []string{h.catalogue.T(lang, "stage."+string(stage)), h.catalogue.T(lang, "subject."+string(s.Subject)),
		cmp.Or(s.TerritoryName, h.app.Wire().Territories.Name(s.Territory, lang))}
	if m, ok := h.app.Reference().Measure(s.Measure); ok {
		list = append(list, m.Title.In(lang))
	}
	return list
}

// feedEntry is a constat in a feed. Its author is the feed's: the organisation,
// which says it; measure and place are what readers sort by.
func (h *Handler) feedEntry(u *embraye.Update, reason string) export.Entry {
	id := string(h.site.UpdateID(u.ID))
	e := export.Entry{ID: id, URL: id, Title: h.catalogue.T(u.Language, "stage."+string(u.Stage)) + " · " + u.Title, Summary: u.Summary,
		HTML: h.app.Wire().Texts().Constat(*u, reason), Language: u.Language, Published: u.PublishedAt, Categories: h.categories(u.Scope, u.Stage, u.Language)}
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
