package web

import (
	"fmt"
	"net/url"
	"strings"

	"embraye/internal/embraye"
)

// An officePage is what a template of the office gets: a page, who reads it,
// and, after a mistake, what was typed and what is wrong with it.
type officePage struct {
	htmlPage
	Person   *embraye.Person // nil at the doors
	Path     string
	Said     string // a sentence about what was just done
	Values   url.Values
	Problems []embraye.Problem
	query    url.Values
	office   *office
}

// A field is one input with all that stands around it.
type field struct {
	ID, Name, Kind string // Kind: an input type, or "textarea"
	Label, Help    string
	Value          string
	Error          string
	Required       bool
	Max            int
	Autocomplete   string
	Options        []option
	Groups         []optionGroup
	Rows           int
}

// An option of a select or of a list of radios.
type option struct {
	Value, Label, Help string
	Chosen             bool
}

// F makes a field of the given kind. Its words are "field.NAME" and, if there
// is one, "field.NAME.help"; what was typed wins over the value.
func (p *officePage) F(name, kind, value string) *field {
	f := &field{ID: "f-" + strings.ReplaceAll(name, "_", "-"), Name: name, Kind: kind, Value: value, Label: p.T("field." + name), Rows: 6}
	if key := "field." + name + ".help"; p.catalogue.Has(key) {
		f.Help = p.T(key)
	}
	if p.Values != nil && kind != "password" {
		f.Value = p.Values.Get(name)
	}
	f.Error = p.ErrorOf(name)
	return f
}

// Box is a box that shows what is so, whatever else was sent on the same page.
func (p *officePage) Box(name string, ticked bool) *field {
	f := p.F(name, "checkbox", "")
	f.Value = p.If(ticked)
	return f
}

// Must marks a field as required.
func (p *officePage) Must(f *field) *field { f.Required = true; return f }

// Complete names what browsers may fill in.
func (p *officePage) Complete(what string, f *field) *field { f.Autocomplete = what; return f }

// Most bounds a field's length in characters.
func (p *officePage) Most(n int, f *field) *field { f.Max = n; return f }

// Choose gives a field its options, from a list of codes and the area of the
// catalogue that has their words; their help is the office's. If empty is a
// key, it is the word for none of them.
func (p *officePage) Choose(f *field, area, empty string, codes []string) *field {
	if empty != "" {
		f.Options = append(f.Options, option{Label: p.T(empty), Chosen: f.Value == ""})
	}
	for _, c := range codes {
		o := option{Value: c, Label: p.T(area + "." + c), Chosen: f.Value == c}
		if key := "office." + strings.TrimPrefix(area, "office.") + "." + c + ".help"; p.catalogue.Has(key) {
			o.Help = p.T(key)
		}
		f.Options = append(f.Options, o)
	}
	return f
}

// ChooseFrom gives a field options with words of their own.
func (p *officePage) ChooseFrom(f *field, options []option) *field {
	for i := range options {
		options[i].Chosen = options[i].Value == f.Value
	}
	f.Options = options
	return f
}

// ErrorOf is the sentence about a field, if something is wrong with it.
func (p *officePage) ErrorOf(name string) string {
	for _, problem := range p.Problems {
		if problem.Field == name {
			return p.Sentence(problem)
		}
	}
	return ""
}

// Sentence says what is wrong in the reader's language.
func (p *officePage) Sentence(problem embraye.Problem) string {
	key := "error." + problem.Code
	if !p.catalogue.Has(key) {
		return problem.String()
	}
	allowed := p.allowed(problem)
	for _, named := range []struct {
		key  string
		fits bool
	}{{key + ".value", problem.Value != ""}, {key + ".allowed", problem.Value != "" && allowed != ""}, {key + "." + problem.Field, true}} {
		if named.fits && p.catalogue.Has(named.key) {
			key = named.key
		}
	}
	text := strings.ReplaceAll(p.T(key), "{allowed}", allowed)
	text = strings.ReplaceAll(text, "{value}", problem.Value)
	text = strings.ReplaceAll(text, "{max}", fmt.Sprint(problem.Max))
	return text
}

// allowed are the values of a closed list in the reader's words, those that
// forms show and tables may hold.
func (p *officePage) allowed(problem embraye.Problem) string {
	areas := map[string]string{"subject": "subject.", "stage": "stage.", "confidence": "confidence.", "institution_kind": "import.kind.",
		"related_to": "relation.", "role": "office.role."}
	words := make([]string, len(problem.Allowed))
	for i, code := range problem.Allowed {
		words[i] = code
		if area, ok := areas[problem.Field]; ok && p.catalogue.Has(area+code) {
			words[i] = p.T(area + code)
		} else if problem.Field == "measure" {
			words[i] = code + " (" + p.MeasureTitle(code) + ")"
		}
	}
	return strings.Join(words, ", ")
}

// A mistake is one line of the summary after the title.
type mistake struct{ Anchor, Label, Sentence string }

// Mistakes is the summary of all that is wrong, with links to the fields.
func (p *officePage) Mistakes() []mistake {
	var list []mistake
	for _, problem := range p.Problems {
		m := mistake{Anchor: anchor(problem.Field), Sentence: p.Sentence(problem)}
		if p.catalogue.Has("field." + problem.Field) {
			m.Label = p.T("field." + problem.Field)
		}
		list = append(list, m)
	}
	return list
}

// May tells whether the reader has a role.
func (p *officePage) May(role string) bool {
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
		{"/office/conversation", "office.conversation", embraye.Reader},
		{"/office/interactions", "office.interactions", embraye.Reader},
		{"/office/followers", "office.followers", embraye.Reader},
		{"/office/deliveries", "office.deliveries", embraye.Reader},
		{"/office/import", "office.import", embraye.Editor},
		{"/office/people", "office.people", embraye.Admin},
		{"/office/organisation", "office.organisation", embraye.Admin},
		{"/office/legal", "office.legal", embraye.Admin},
		{"/office/audit", "office.audit", embraye.Reviewer},
		{"/office/account", "office.account", embraye.Reader},
	}
}

// Rooms lists what the reader may enter.
func (p *officePage) Rooms() []officeRoom {
	var list []officeRoom
	for _, room := range officeRooms() {
		if p.May(string(room.Role)) {
			list = append(list, room)
		}
	}
	return list
}

// Here marks the room that the page is in.
func (p *officePage) Here(room officeRoom) bool {
	return p.Path == room.Path || room.Path != "/office" && strings.HasPrefix(p.Path, room.Path+"/") ||
		room.Path == "/office/constats" && strings.HasPrefix(p.Path, "/office/drafts/")
}

// MeasureTitle is the short title of a measure.
func (p *officePage) MeasureTitle(id string) string {
	m, _ := p.office.rooms.App.Reference().Measure(id)
	return m.Title.In(p.Lang)
}

// Handle is how an actor of ours is named in full.
func (p *officePage) Handle(handle string) string { return p.office.site.Mention(handle) }
