package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// timelinePage is how many constats one page of the chronology shows.
const timelinePage = 20

const (
	maxSearchRunes = 200
	maxQueryBytes  = 4096
)

type timelineContent struct {
	*embraye.TimelinePage
	Filter      embraye.TimelineFilter
	Measures    []choiceOf
	Territories []choiceOf
	Subjects    []choiceOf
	Stages      []choiceOf
	By          []choiceOf // empty where nobody else is gathered
	Voices      []page.Voice
	Years       []timelineYear
	NextHref    string
	First       string // address of the first page, on later ones
	Filtered    bool
	Feed        string
}

// A choiceOf is one entry of a list to choose from.
type choiceOf struct {
	Value, Label string
	Chosen       bool
}

type timelineYear struct {
	Year  string
	Cards []card
}

// parseTimeline reads the filters of the chronology. A value outside of its
// list, a date that is none and control characters are ErrInvalid.
func parseTimeline(site embraye.Site, reference *embraye.Reference, territories *embraye.Territories, u *url.URL) (f embraye.TimelineFilter, err error) {
	if len(u.RawQuery) > maxQueryBytes {
		return f, fmt.Errorf("web: query of %d bytes: %w", len(u.RawQuery), embraye.ErrInvalid)
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return f, fmt.Errorf("web: query: %w", embraye.ErrInvalid)
	}
	get := func(name string) string { return embraye.Trim(values.Get(name)) }
	f = embraye.TimelineFilter{Measure: get("mesure"), Territory: get("territoire"), Subject: embraye.Subject(get("sujet")),
		Stage: embraye.Stage(get("etape")), From: embraye.ReadDate(get("du")), To: embraye.ReadDate(get("au")), Search: get("q"),
		After: get("apres"), By: get("de"), Limit: timelinePage}
	bad := func(name string) error {
		return fmt.Errorf("web: %s of the chronology: %w", name, embraye.ErrInvalid)
	}
	for name := range values {
		// Trim would take them for nothing, and a filter that is none finds all.
		if strings.ContainsFunc(strings.TrimSpace(values.Get(name)), unicode.IsControl) {
			return f, bad("characters")
		}
	}
	if _, ok := reference.Measure(f.Measure); f.Measure != "" && !ok {
		return f, bad("measure")
	}
	if f.Territory != "" {
		code, ok := territories.Canonical(f.Territory)
		if !ok || len(f.Territory) > answer.MaxHandleBytes {
			return f, bad("territory")
		}
		f.Territory = code
	}
	switch f.Subject {
	case "", embraye.BySubjectInstitution, embraye.BySubjectCivilSociety:
	default:
		return f, bad("subject")
	}
	if f.Stage != "" && !hasStage(f.Stage) {
		return f, bad("stage")
	}
	if !f.From.Valid() || !f.To.Valid() {
		return f, bad("date")
	}
	if day, ok := f.From.FirstDay(); ok { // a month or a year is all of it; the form shows days
		f.From = embraye.MakeDate(day)
	}
	if day, ok := f.To.LastDay(); ok {
		f.To = embraye.MakeDate(day)
	}
	if utf8.RuneCountInString(f.Search) > maxSearchRunes || !utf8.ValidString(f.Search) {
		return f, bad("search")
	}
	if f.By, err = page.Whose(site, f.By); err != nil || f.By != "" {
		return f, err // the cursor is read where the list is
	}
	if date, id, ok := strings.Cut(strings.TrimPrefix(f.After, embraye.Undated), "."); f.After != "" && (!ok || !embraye.Date(date).Valid() || !embraye.ValidID(id)) {
		return f, bad("cursor")
	}
	return f, nil
}

func hasStage(s embraye.Stage) bool {
	for _, known := range embraye.Stages() {
		if s == known {
			return true
		}
	}
	return false
}

// timelineQuery writes a filter in its one spelling.
func timelineQuery(f embraye.TimelineFilter) string {
	values := url.Values{}
	for name, value := range map[string]string{"mesure": f.Measure, "territoire": f.Territory, "sujet": string(f.Subject),
		"etape": string(f.Stage), "du": string(f.From), "au": string(f.To), "q": f.Search, "de": f.By, "apres": f.After} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values.Encode() // sorted by name
}

// timeline is /chronologie. What was searched for is not kept: anybody could
// fill the memory with words.
func (h *Handler) timeline(w http.ResponseWriter, r *http.Request) {
	f, err := parseTimeline(h.site, h.rooms.App.Reference(), h.rooms.App.Wire().Territories, r.URL)
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	build := func(ctx context.Context, v *answer.View) (*answer.Answer, error) { return h.timelineAnswer(ctx, v, f) }
	if f.Search == "" {
		h.answers.ServeQuery(answer.PageOnly, timelineQuery(f), build)(w, r)
		return
	}
	v := &answer.View{Request: r, Key: answer.Key{Path: r.URL.Path, Query: timelineQuery(f), Face: answer.FacePage, Lang: h.frame.LanguageOf(r), Day: embraye.MakeDate(h.now())}}
	h.frame.RememberLanguage(w, r)
	a, err := build(r.Context(), v)
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	a.Write(w, r)
}

func (h *Handler) timelineAnswer(ctx context.Context, v *answer.View, f embraye.TimelineFilter) (*answer.Answer, error) {
	data, err := h.pages.TimelinePage(ctx, f)
	if err != nil {
		return nil, err
	}
	p := h.frame.NewPage(v, h.catalogue.T(v.Lang, "timeline.title"))
	p.Description = p.T("timeline.lede")
	p.Feed, p.FeedTitle = "/feed", p.T("feed.all")
	filtered := f
	filtered.After, filtered.Limit = "", 0
	content := timelineContent{TimelinePage: data, Filter: f, Filtered: filtered != embraye.TimelineFilter{}, Feed: feedOf(p, f)}
	p.Hidden = content.Filtered || f.After != "" // one list is enough for search engines
	addChoices(p, &content)
	content.Voices = page.OncePerFact(p, data.Voices, data.Texts)
	for _, u := range data.Updates {
		year := "" // of the fact; when it was seen says nothing of when it happened
		if d := u.EffectiveDate; len(d) >= 4 {
			year = string(d[:4])
		}
		if n := len(content.Years); n == 0 || content.Years[n-1].Year != year {
			content.Years = append(content.Years, timelineYear{Year: year})
		}
		last := &content.Years[len(content.Years)-1]
		last.Cards = append(last.Cards, card{Page: p, Update: u, Organisation: p.Frame.Organisation.Name})
	}
	if data.Next != "" {
		next := f
		next.After = data.Next
		content.NextHref = "?" + timelineQuery(next)
	}
	if f.After != "" {
		content.First = "/chronologie"
		if query := timelineQuery(filtered); query != "" {
			content.First += "?" + query
		}
	}
	p.Content = content
	return h.frame.Render("timeline", http.StatusOK, p)
}

// feedOf is the feed that is nearest to a filter.
func feedOf(p *page.Page, f embraye.TimelineFilter) string {
	m, _ := p.Reference.Measure(f.Measure)
	address := "/feed.atom"
	switch {
	case f.Measure != "" && f.Territory != "":
		address = p.Actor(m.Handle) + "/" + f.Territory + address
	case f.Measure != "":
		address = p.Actor(m.Handle) + address
	case f.Territory != "":
		address = "/territoires/" + f.Territory + address
	}
	if f.By != "" {
		address += "?de=" + url.QueryEscape(f.By)
	}
	return address
}

// maxPeersToChoose is how many peers the form lists, beside the one that an address names.
const maxPeersToChoose = 60

// addChoices fills the lists of the filter form. Departments are left out: the
// list would outweigh the page; an address may name them.
func addChoices(p *page.Page, c *timelineContent) {
	if len(c.Peers) > 0 {
		c.By = []choiceOf{{"", p.Publisher(), c.Filter.By == ""}, {embraye.EveryOrganisation, p.T("timeline.every_organisation"), c.Filter.By == embraye.EveryOrganisation}}
	}
	for i, peer := range c.Peers {
		if i >= maxPeersToChoose && peer.Host != c.Filter.By {
			continue
		}
		name, _ := p.Speaker(peer.Name, peer.Handle)
		c.By = append(c.By, choiceOf{peer.Host, name, c.Filter.By == peer.Host})
	}
	for _, m := range p.Reference.Measures {
		if m.Enabled || m.ID == c.Filter.Measure {
			c.Measures = append(c.Measures, choiceOf{m.ID, p.MeasureName(m.ID), m.ID == c.Filter.Measure})
		}
	}
	listed := false
	for _, t := range p.Territories.All() {
		if t.Kind == embraye.TerritoryDepartment {
			continue
		}
		listed = listed || t.Code == c.Filter.Territory
		c.Territories = append(c.Territories, choiceOf{t.Code, p.Territory(t.Code), t.Code == c.Filter.Territory})
	}
	if !listed && c.Filter.Territory != "" {
		c.Territories = append(c.Territories, choiceOf{c.Filter.Territory, p.Territory(c.Filter.Territory), true})
	}
	for _, s := range embraye.Subjects() {
		c.Subjects = append(c.Subjects, choiceOf{string(s), p.Name("subject", s), s == c.Filter.Subject})
	}
	for _, s := range embraye.DisplayStages() {
		if s != embraye.NotAssessed {
			c.Stages = append(c.Stages, choiceOf{string(s), p.Name("stage", s), s == c.Filter.Stage})
		}
	}
}
