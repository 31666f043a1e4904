package office

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// A Page is what a template of the office gets: a page, who reads it, and its
// form.
type Page struct {
	page.Page
	Person *embraye.Person // nil at the doors
	Path   string
	Said   string // a sentence about what was just done
	Form   *Form
	Query  url.Values
	Zone   *time.Location
	Now    time.Time
	Script *page.Asset // makes the editor nicer; every page works without it
}

// Page has what all pages of the office share.
func (v *Visit) Page(title string, content any, values url.Values, problems []embraye.Problem) *Page {
	p := &Page{
		Page:   *v.office.frame.NewPage(&answer.View{Request: v.R, Key: answer.Key{Lang: v.Lang}}, v.T(title)),
		Person: v.By.Person, Path: v.R.URL.Path, Query: v.R.URL.Query(), Zone: v.Zone(), Now: v.office.now(), Script: v.office.frame.Script("office.js"),
	}
	p.Content = content
	p.Form = &Form{Values: values, Problems: problems, page: &p.Page}
	return p
}

// May tells whether the reader has a role.
func (p *Page) May(role string) bool {
	return p.Person != nil && p.Person.Role.Includes(embraye.Role(role))
}

// A place in the margin of the office.
type officeRoom struct {
	Path, Key string
	Role      embraye.Role
}

// officeRooms is the list in the margin, in its order.
func officeRooms() []officeRoom {
	return []officeRoom{
		{"/office", "office.start", embraye.Reader},
		{"/office/constats", "office.constats", embraye.Reader},
		{"/office/reviews", "office.reviews.room", embraye.Reader},
		{"/office/preuves", "office.copies", embraye.Reader},
		{"/office/conversation", "office.conversation", embraye.Reader},
		{"/office/interactions", "office.interactions", embraye.Reader},
		{"/office/elsewhere", "office.elsewhere", embraye.Reader},
		{"/office/followers", "office.followers", embraye.Reader},
		{"/office/deliveries", "office.deliveries", embraye.Reader},
		{"/office/blocks", "office.blocks", embraye.Admin},
		{"/office/import", "office.import", embraye.Editor},
		{"/office/peers", "office.peers", embraye.Admin},
		{"/office/people", "office.people", embraye.Admin},
		{"/office/organisation", "office.organisation", embraye.Admin},
		{"/office/legal", "office.legal", embraye.Admin},
		{"/office/chatons", "office.chatons", embraye.Admin},
		{"/office/jobs", "office.jobs", embraye.Admin},
		{"/office/health", "office.health", embraye.Admin},
		{"/office/audit", "office.audit", embraye.Reviewer},
		{"/office/account", "office.account", embraye.Reader},
	}
}

// Rooms lists what the reader may enter.
func (p *Page) Rooms() []officeRoom {
	var list []officeRoom
	for _, room := range officeRooms() {
		if p.May(string(room.Role)) {
			list = append(list, room)
		}
	}
	return list
}

// Here marks the room that the page is in.
func (p *Page) Here(room officeRoom) bool {
	return p.Path == room.Path || room.Path != "/office" && strings.HasPrefix(p.Path, room.Path+"/") ||
		room.Path == "/office/constats" && strings.HasPrefix(p.Path, "/office/drafts/")
}

// Handle is how an actor of ours is named in full.
func (p *Page) Handle(handle string) string { return p.Site.Mention(handle) }

// Languages are the ways to this page, as it was asked for, in the other
// languages.
func (p *Page) Languages() []page.LanguageLink {
	var links []page.LanguageLink
	here := "" // a door's address may be a key: it is not written out (W10)
	if p.Person != nil {
		here = typedAt(p.Path)
	}
	for _, lang := range locale.Languages() {
		if lang != p.Lang {
			query := url.Values{"lang": {lang}}
			for name, values := range p.Query {
				if name != "lang" {
					query[name] = values
				}
			}
			links = append(links, page.LanguageLink{Lang: lang, Name: p.Catalogue.T(lang, "site.this_language"), Href: here + "?" + query.Encode()})
		}
	}
	return links
}

// Minute is a date with its time, on the office's clock; nothing has ever
// happened at no time.
func (p *Page) Minute(t time.Time) string {
	if t.IsZero() {
		return p.T("office.no_date")
	}
	return p.Catalogue.Minute(p.Lang, t.In(p.Zone))
}

// Hour is the time of day as people say it: « 21 h 37 », "21:37".
func (p *Page) Hour(t time.Time) string {
	return p.Catalogue.Hour(p.Lang, t.In(p.Zone))
}

// An OlderLink leads to the next page of a list.
type OlderLink struct{ Label, Href, Text string }

// Older leads to what comes after id, with the filters that are set.
func (p *Page) Older(id string) *OlderLink { return p.OlderOf("before", p.T("office.pages"), id) }

// OlderOf leads to what comes after id in one of several lists of a page.
func (p *Page) OlderOf(name, label, id string) *OlderLink {
	if id == "" {
		return nil
	}
	q := url.Values{}
	for set, values := range p.Query {
		if set != "lang" {
			q[set] = values
		}
	}
	q.Set(name, id)
	return &OlderLink{label, "?" + q.Encode(), p.T("office.older")}
}

// OlderN is Older for lists that are numbered.
func (p *Page) OlderN(id int64) *OlderLink {
	if id == 0 {
		return nil
	}
	return p.Older(strconv.FormatInt(id, 10))
}
