package site

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// How many places the table of scopes names: one cell may have all regions,
// the table what keeps its page light.
const (
	maxScopeLinks = 18
	maxTableLinks = 46
)

type measureContent struct {
	*embraye.MeasurePage
	Name        string // Mesure 2
	Text        string // verbatim
	TextLang    string
	Translation string // ours, where the page is in another language
	Deadline    string
	Summary     string
	Grid        []string
	Answers     []page.SubjectAnswer
	Scopes      []scopeRow
	Maps        []template.HTML
	Timeline    template.HTML
	Changes     []changeRow
	Cards       []card
	Follow      followBox
	Prev        *measureRow
	Next        *measureRow

	Embed        string      // the line that shows the measure on another site
	Divergent    []placeLink // scopes where answers differ
	Speakers     []speaker
	MoreSpeakers int
}

// A speaker is an organisation that speaks of the measure.
type speaker struct {
	Name, Href string
	Constats   int
}

// linksBeside is how many places the table names: fewer where other
// organisations are named too.
func linksBeside(heard embraye.MeasureVoices) int {
	if len(heard.Speakers) > 1 {
		return maxTableLinks - 40
	}
	return maxTableLinks
}

// maxSpeakers is how many organisations the page of a measure names.
const maxSpeakers = 5

// addHeard shows what all organisations say.
func addHeard(p *page.Page, content *measureContent, heard embraye.MeasureVoices) {
	for _, d := range heard.Divergent {
		if len(d.Said) > 0 {
			scope := d.Said[0].Scope()
			content.Divergent = append(content.Divergent, placeLink{p.Actor(content.Actor.Handle) + "/" + scope.Territory, p.ScopeName(scope)})
		}
	}
	for _, s := range heard.Speakers[:min(len(heard.Speakers), maxSpeakers)] {
		name, href := p.Speaker(s.Name, s.Handle)
		content.Speakers = append(content.Speakers, speaker{name, href, s.Constats})
	}
	content.MoreSpeakers = max(0, len(heard.Speakers)-maxSpeakers)
}

// A scopeRow is one stage of the table, a scopeCell one subject of it.
type scopeRow struct {
	Stage embraye.Stage
	Cells []scopeCell
}

type scopeCell struct {
	N      int
	Places []placeLink
	More   int // places that are not named
}

type placeLink struct{ Href, Name string }

type changeRow struct {
	Date, Scope string
	Stage       embraye.Stage
}

// MeasurePage is where one measure stands.
func (h *Handler) MeasurePage(ctx context.Context, v *answer.View, a embraye.Actor) (*answer.Answer, error) {
	data, err := h.pages.MeasurePage(ctx, a.Handle)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, page.MeasureTitle(h.rooms.App.Reference(), a, v.Lang))
	describe(page, a)
	content := measureContent{MeasurePage: data, Name: page.MeasureName(a.Measure), Answers: page.Answers(data.States),
		Scopes: scopeRows(page, data.Actor.Handle, data.States, linksBeside(data.Heard)), Cards: cardsOf(page, data.Latest, data.Organisation.Name),
		Follow: newFollowBox(page, "follow.measure", a.Handle, "/@"+a.Handle+"/feed.atom")}
	reference := h.rooms.App.Reference()
	if m, ok := reference.Measure(a.Measure); ok {
		content.Text, content.TextLang = m.Text.In(reference.Language), reference.Language
		if v.Lang != reference.Language {
			content.Translation = m.Text[v.Lang]
		}
		content.Summary = page.Demand(m.ID)
		for _, sign := range m.GridIn(v.Lang) {
			content.Grid = append(content.Grid, locale.Typography(v.Lang, sign))
		}
	}
	page.LinkedData = breadcrumbs(page, crumb{page.Title, page.Canonical})
	content.Embed = offerEmbed(page)
	content.Deadline = page.Date(embraye.Date(reference.Deadline))
	page.Description = cmp.Or(page.Said(content.Answers), content.Summary, content.Text)
	for _, subject := range embraye.Subjects() {
		content.Maps = append(content.Maps, draw.TileMap(draw.TileMapInput{Words: h.catalogue, Lang: v.Lang, Subject: subject, States: data.States}))
	}
	addChanges(page, &content, data.Voices, v.Day)
	addNeighbours(page, &content, data)
	addHeard(page, &content, data.Heard)
	page.Content = content
	return h.frame.Render("measure", http.StatusOK, page)
}

// addChanges draws the timeline and the table that equals it.
func addChanges(p *page.Page, content *measureContent, counting []embraye.Voice, today embraye.Date) {
	lanes := draw.Lanes(counting)
	content.Timeline = draw.Timeline(draw.TimelineInput{Words: p.Catalogue, Lang: p.Lang, Lanes: lanes, Name: func(s embraye.Scope) string { return scopeName(p, s) },
		Deadline: embraye.Date(p.Reference.Deadline), Since: embraye.Date(p.Reference.Version), Today: today})
	changes := draw.Changes(lanes)
	for _, c := range changes[:min(len(changes), maxChanges)] {
		date := p.Date(c.Date)
		if !c.Dated {
			date = observed(p, c.Date)
		}
		content.Changes = append(content.Changes, changeRow{date, scopeName(p, c.Scope), c.Stage})
	}
}

// maxChanges is how many changes the table of a measure shows; the chronology
// has all.
const maxChanges = 7

// scopeName is how a scope is called where its measure is known.
func scopeName(p *page.Page, s embraye.Scope) string { return cmp.Or(s.Institution.Name, p.Place(s)) }

func addNeighbours(p *page.Page, content *measureContent, data *embraye.MeasurePage) {
	i := slices.IndexFunc(data.Measures, func(m embraye.Actor) bool { return m.Handle == data.Actor.Handle })
	row := func(m embraye.Actor) *measureRow {
		return &measureRow{Number: p.MeasureName(m.Measure), Title: p.MeasureTitle(m.Measure), Href: p.Actor(m.Handle)}
	}
	if i > 0 {
		content.Prev = row(data.Measures[i-1])
	}
	if i >= 0 && i+1 < len(data.Measures) {
		content.Next = row(data.Measures[i+1])
	}
}

// scopeRows counts scopes by stage and subject and names their places; the
// widest places first. Nobody said anything of the regions of the last row.
func scopeRows(p *page.Page, handle string, states []embraye.Standing, most int) []scopeRow {
	var rows []scopeRow
	for _, stage := range embraye.DisplayStages() {
		row := scopeRow{Stage: stage}
		for _, subject := range embraye.Subjects() {
			var places []embraye.Scope
			if stage == embraye.NotAssessed {
				for _, region := range p.Unassessed(states, subject) {
					places = append(places, embraye.Scope{Territory: region.Code})
				}
			}
			for _, u := range states {
				if u.Subject == subject && u.Stage == stage {
					places = append(places, u.Scope())
				}
			}
			row.Cells = append(row.Cells, newScopeCell(p, handle, places))
		}
		rows = append(rows, row)
	}
	shortenCells(rows, most)
	return rows
}

// shortenCells ends the longest cells on « et n autres », until the table has
// no more links than a page may have.
func shortenCells(rows []scopeRow, links int) {
	total := func(most int) (links int) {
		for _, row := range rows {
			for _, cell := range row.Cells {
				links += min(len(cell.Places), most)
			}
		}
		return links
	}
	most := maxScopeLinks
	for most > 1 && total(most) > links {
		most--
	}
	for _, row := range rows {
		for i, cell := range row.Cells {
			if more := len(cell.Places) - most; more > 0 {
				row.Cells[i].Places, row.Cells[i].More = cell.Places[:most], more
			}
		}
	}
}

func newScopeCell(p *page.Page, handle string, scopes []embraye.Scope) scopeCell {
	cell := scopeCell{N: len(scopes)}
	slices.SortStableFunc(scopes, func(a, b embraye.Scope) int {
		return cmp.Or(cmp.Compare(width(p, a.Territory), width(p, b.Territory)), strings.Compare(embraye.Fold(p.Place(a)), embraye.Fold(p.Place(b))))
	})
	seen := map[string]bool{}
	for _, s := range scopes {
		if seen[s.Territory] {
			continue // its page has all scopes of the place
		}
		seen[s.Territory] = true
		cell.Places = append(cell.Places, placeLink{"/@" + handle + "/" + s.Territory, p.Place(s)})
	}
	return cell
}

// width orders places: the world, the union, the country, regions, the rest.
func width(p *page.Page, code string) int {
	place, _ := p.Territories.Lookup(code)
	kinds := []embraye.TerritoryKind{embraye.TerritoryCountry, embraye.TerritoryUnion, embraye.TerritoryWorld, embraye.TerritoryRegion,
		embraye.TerritoryDepartment, embraye.TerritoryCommune}
	if i := slices.Index(kinds, place.Kind); i >= 0 {
		return i
	}
	return len(kinds)
}
