package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// What templates of the office ask their page for: closed lists, names of
// things, links. Nothing here reads or writes.

var officeFuncs = template.FuncMap{"inc": func(n int) int { return n + 1 }, "plain": plainName}

// Stylesheet and Script are what a page of the office loads.
func (p *officePage) Stylesheet() *asset { return p.office.assets.byName["style.css"] }

// Script makes the editor nicer; every page works without it.
func (p *officePage) Script() *asset { return p.office.assets.byName["office.js"] }

// Mark is the sign of the program.
func (p *officePage) Mark() template.HTML { return draw.Mark() }

// Languages are the ways to this page, as it was asked for, in the other
// languages.
func (p *officePage) Languages() []languageLink {
	var links []languageLink
	here := "" // a door's address may be a key: it is not written out (SECURITY W10)
	if p.Person != nil {
		here = typedAt(p.Path)
	}
	for _, lang := range locale.Languages() {
		if lang != p.Lang {
			query := url.Values{"lang": {lang}}
			for name, values := range p.query {
				if name != "lang" {
					query[name] = values
				}
			}
			links = append(links, languageLink{lang, p.catalogue.T(lang, "site.this_language"), here + "?" + query.Encode()})
		}
	}
	return links
}

// texts are the codes of a closed list.
func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// Closed lists of the forms.
func (p *officePage) Stages() []string           { return texts(embraye.Stages()) }
func (p *officePage) Subjects() []string         { return texts(embraye.Subjects()) }
func (p *officePage) Confidences() []string      { return texts(embraye.Confidences()) }
func (p *officePage) InstitutionKinds() []string { return texts(embraye.InstitutionKinds()) }
func (p *officePage) RevisionKinds() []string    { return texts(embraye.RevisionKinds()) }
func (p *officePage) Roles() []string            { return texts(embraye.Roles()) }
func (p *officePage) Licences() []string         { return embraye.Licences() }
func (p *officePage) PageLanguages() []string    { return locale.Languages() }

// ContentLanguages are those that the editor offers, and the one that the
// constat already has.
func (p *officePage) ContentLanguages() []string {
	list := locale.Languages()
	if d := p.draft(); d != nil && d.Language != "" && !slices.Contains(list, d.Language) && p.catalogue.Has("office.language."+d.Language) {
		list = append(list, d.Language)
	}
	return list
}

func (p *officePage) draft() *embraye.Draft {
	switch c := p.Content.(type) {
	case *editorPage:
		return c.Draft
	case *correctPage:
		return c.Draft
	}
	return nil
}

// If is the value of a box that is ticked.
func (p *officePage) If(ticked bool) string {
	if ticked {
		return "1"
	}
	return ""
}

// TypedOr is what was typed, or what to begin with.
func (p *officePage) TypedOr(name, value string) string {
	if typed := p.Values.Get(name); typed != "" {
		return typed
	}
	return value
}

// Lines is a list as lines of a text.
func (p *officePage) Lines(list []string) string { return strings.Join(list, "\n") }

// Includes reports whether a list has a value.
func (p *officePage) Includes(list []string, value string) bool { return slices.Contains(list, value) }

// Commune is INSEE's code of a commune, without our prefix.
func (p *officePage) Commune(code string) string {
	commune, ok := strings.CutPrefix(code, "COG-C")
	if !ok {
		return ""
	}
	return commune
}

// Scheduled is the hour of a draft as a browser's field wants it.
func (p *officePage) Scheduled(d *embraye.Draft) string {
	if d.ScheduledAt == nil {
		return ""
	}
	return d.ScheduledAt.In(p.office.zone()).Format(scheduleLayout)
}

// DraftTitle names a draft that may have no title yet.
func (p *officePage) DraftTitle(d embraye.Draft) string {
	if d.Title == "" {
		return p.T("office.untitled")
	}
	return d.Title
}

// DraftPlace is the measure and the place of a draft, as far as they are known.
func (p *officePage) DraftPlace(d embraye.Draft) string {
	var parts []string
	if d.Measure != "" {
		parts = append(parts, p.MeasureTitle(d.Measure))
	}
	if d.Territory != "" {
		parts = append(parts, p.Place(d.Scope))
	}
	return strings.Join(parts, " · ")
}

// Waiting reports whether anything waits for the reader.
func (p *officePage) Waiting(s *embraye.OfficeStart) bool {
	return len(s.Drafts)+len(s.ForReview)+len(s.Scheduled)+len(s.Failed)+len(s.Reset)+len(s.NotMailed)+len(s.DeadLinks)+len(s.Unread)+s.Replies+s.Reports+s.FailingHosts > 0 ||
		len(s.LegalMissing) > 0 && p.May("admin")
}

// Line is one problem as a sentence with the name of its field.
func (p *officePage) Line(problem embraye.Problem) string {
	if key := "field." + problem.Field; p.catalogue.Has(key) {
		return p.T(key) + p.T("site.colon") + p.Sentence(problem)
	}
	return p.Sentence(problem)
}

// MoreOpen reports whether the optional part of the editor has something in it
// that should be seen.
func (p *officePage) MoreOpen() bool {
	for _, problem := range p.Problems {
		if strings.HasPrefix(problem.Field, "indicator") || slices.Contains([]string{"license", "lang", "lessons", "related_to"}, problem.Field) {
			return true
		}
	}
	d := p.draft()
	return d.Indicator != nil || len(d.Lessons)+len(d.RelatedTo) > 0
}

// Indicator is the draft's, or an empty one.
func (p *officePage) Indicator() embraye.Indicator {
	if i := p.draft().Indicator; i != nil {
		return *i
	}
	return embraye.Indicator{}
}

// Relations are the draft's, and room for one more.
func (p *officePage) Relations() []embraye.Relation {
	return append(slices.Clone(p.draft().RelatedTo), embraye.Relation{})
}

// RelationKinds are the words between two constats.
func (p *officePage) RelationKinds(chosen string) []option {
	return p.choose("relation", chosen, embraye.Relations())
}

func (p *officePage) choose(area, chosen string, codes []string) []option {
	var list []option
	for _, c := range codes {
		list = append(list, option{Value: c, Label: p.T(area + "." + c), Chosen: c == chosen})
	}
	return list
}

// RolesOf lists the roles, one of them chosen.
func (p *officePage) RolesOf(role embraye.Role) []option {
	return p.choose("office.role", string(role), p.Roles())
}

// StatesOf lists the states of the list of constats.
func (p *officePage) StatesOf(chosen string) []option {
	all := []option{{Label: p.T("office.all"), Chosen: chosen == ""}}
	return append(all, p.choose("office.state", chosen, []string{"draft", "in_review", "scheduled", "published", "withdrawn"})...)
}

// ReplyStates lists the states of the conversation.
func (p *officePage) ReplyStates(chosen embraye.ReplyState) []option {
	current := string(chosen)
	if current == "" {
		current = "all"
	}
	return p.choose("office.reply_state", current, []string{"pending", "shown", "hidden", "all"})
}

// ReplyState names the state of a reply; what could never be shown is filed,
// not hidden.
func (p *officePage) ReplyState(r embraye.Reply) string {
	if r.State == embraye.ReplyHidden && !r.Showable() {
		return p.T("office.reply_state.filed")
	}
	return p.T("office.reply_state." + string(r.State))
}

// ActorsOf lists our actors that can be followed.
func (p *officePage) ActorsOf(chosen string) []option {
	org := p.office.rooms.App.Organisation()
	list := []option{{Label: p.T("office.all"), Chosen: chosen == ""}, {Value: org, Label: p.Handle(org), Chosen: chosen == org}}
	for _, m := range p.office.rooms.App.Reference().Measures {
		list = append(list, option{Value: m.Handle, Label: p.Handle(m.Handle), Chosen: chosen == m.Handle})
	}
	return list
}

// LegalKind is how long a legal text may be.
func (p *officePage) LegalKind(name string) string {
	switch name {
	case "publisher_address", "host_address", "retention", "moderation", "accessibility_state":
		return "textarea"
	}
	return "text"
}

// Minute is a date with its time, on the office's clock.
func (p *officePage) Minute(t time.Time) string {
	t = t.In(p.office.zone())
	return p.Date(embraye.MakeDate(t)) + " " + t.Format("15:04 MST")
}

// Clock is what the office's clock shows now.
func (p *officePage) Clock() string { return p.Minute(p.office.now()) }

// A profilePart is the rows of links of a profile.
type profilePart struct {
	Page *officePage
	Rows []embraye.ActorLink
}

// Profile hands rows of links to a part; what was typed wins.
func (p *officePage) Profile(rows []embraye.ActorLink) profilePart {
	if names, hrefs := p.Values["link_name"], p.Values["link_href"]; len(names) > 0 {
		rows = nil
		for i := range min(len(names), len(hrefs)) {
			rows = append(rows, embraye.ActorLink{Name: names[i], Href: hrefs[i]})
		}
	}
	return profilePart{p, rows}
}

// Errors are the sentences about the rows.
func (p profilePart) Errors() []string {
	var list []string
	for _, problem := range p.Page.Problems {
		if problem.Field == "links" {
			list = append(list, p.Page.Sentence(problem))
		}
	}
	return list
}

// Wrong reports whether one of them is about this row.
func (p profilePart) Wrong(row embraye.ActorLink) bool {
	return slices.ContainsFunc(p.Page.Problems, func(problem embraye.Problem) bool {
		return problem.Field == "links" && problem.Value == row.Href && row != embraye.ActorLink{}
	})
}

// A wayPart is how far a constat has come.
type wayPart struct {
	Page   *officePage
	Report *embraye.DeliveryReport
}

// Way hands a delivery report to a part.
func (p *officePage) Way(report *embraye.DeliveryReport) wayPart { return wayPart{p, report} }

// A replyPart is one reply in a list.
type replyPart struct {
	Page  *officePage
	Reply embraye.OfficeReply
}

// About hands a reply to a part.
func (p *officePage) About(reply embraye.OfficeReply) replyPart { return replyPart{p, reply} }

// An olderLink leads to the next page of a list.
type olderLink struct{ Label, Href, Text string }

// Older leads to what comes after id, with the filters that are set.
func (p *officePage) Older(id string) *olderLink { return p.older("before", p.T("office.pages"), id) }

// OlderQuotes is Older for the second list of its page.
func (p *officePage) OlderQuotes(id string) *olderLink {
	return p.older("quotes_before", p.T("office.quotes"), id)
}

func (p *officePage) older(name, label, id string) *olderLink {
	if id == "" {
		return nil
	}
	q := url.Values{}
	for set, values := range p.query {
		if set != "lang" {
			q[set] = values
		}
	}
	q.Set(name, id)
	return &olderLink{label, "?" + q.Encode(), p.T("office.older")}
}

// OlderN is Older for lists that are numbered.
func (p *officePage) OlderN(id int64) *olderLink {
	if id == 0 {
		return nil
	}
	return p.Older(strconv.FormatInt(id, 10))
}

// Options of a field under headings.
type optionGroup struct {
	Label   string
	Options []option
}

// WithEmpty puts an empty option before a list.
func (p *officePage) WithEmpty(key string, options []option) []option {
	return append([]option{{Label: p.T(key)}}, options...)
}

// Grouped gives a field options under headings.
func (p *officePage) Grouped(f *field, empty string, groups []optionGroup) *field {
	f.Options = []option{{Label: p.T(empty), Chosen: f.Value == ""}}
	for _, g := range groups {
		list := slices.Clone(g.Options)
		for i := range list {
			list[i].Chosen = list[i].Value == f.Value
		}
		f.Groups = append(f.Groups, optionGroup{p.T("office.places." + g.Label), list})
	}
	return f
}

// Helped gives a field another help than its name's.
func (p *officePage) Helped(key string, f *field) *field { f.Help = p.T(key); return f }

// Labelled gives a field the words of another.
func (p *officePage) Labelled(key string, f *field) *field {
	f.Label = p.T(key)
	if p.catalogue.Has(key + ".help") {
		f.Help = p.T(key + ".help")
	}
	return f
}

// Tall is how many lines of a text show.
func (p *officePage) Tall(rows int, f *field) *field { f.Rows = rows; return f }

// Described lists the ids of what explains a field.
func (f *field) Described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.ID+"-h")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-e")
	}
	return strings.Join(ids, " ")
}

// anchor is where on the page a field is.
func anchor(name string) string {
	if strings.HasPrefix(name, "evidence") {
		name = "evidence"
	}
	return fmt.Sprint("#f-", strings.ReplaceAll(name, "_", "-"))
}
