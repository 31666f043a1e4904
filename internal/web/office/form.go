package office

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// A Form makes the fields of a page, with what was typed in them and what is
// wrong with it.
type Form struct {
	Values   url.Values // nil: nothing was typed
	Problems []embraye.Problem
	page     *page.Page
}

// F makes a field of the given kind. Its words are "field.NAME" and, if there
// is one, "field.NAME.help"; what was typed wins over the value.
func (p *Form) F(name, kind, value string) *field {
	f := &field{ID: "f-" + strings.ReplaceAll(name, "_", "-"), Name: name, Kind: kind, Value: value, Label: p.page.T("field." + name), Rows: 6}
	if key := "field." + name + ".help"; p.page.Catalogue.Has(key) {
		f.Help = p.page.T(key)
	}
	if p.Values != nil && kind != "password" {
		f.Value = p.Values.Get(name)
	}
	f.Error = p.ErrorOf(name)
	return f
}

// Box is a box that shows what is so, whatever else was sent on the same page.
func (p *Form) Box(name string, ticked bool) *field {
	f := p.F(name, "checkbox", "")
	f.Value = p.If(ticked)
	return f
}

// Must marks a field as required.
func (p *Form) Must(f *field) *field { f.Required = true; return f }

// Complete names what browsers may fill in.
func (p *Form) Complete(what string, f *field) *field { f.Autocomplete = what; return f }

// Most bounds a field's length in characters.
func (p *Form) Most(n int, f *field) *field { f.Max = n; return f }

// Choose gives a field its options, from a list of codes and the area of the
// catalogue that has their words; their help is the office's. If empty is a
// key, it is the word for none of them.
func (p *Form) Choose(f *field, area, empty string, codes []string) *field {
	if empty != "" {
		f.Options = append(f.Options, Option{Label: p.page.T(empty), Chosen: f.Value == ""})
	}
	for _, c := range codes {
		o := Option{Value: c, Label: p.page.T(area + "." + c), Chosen: f.Value == c}
		if key := "office." + strings.TrimPrefix(area, "office.") + "." + c + ".help"; p.page.Catalogue.Has(key) {
			o.Help = p.page.T(key)
		}
		f.Options = append(f.Options, o)
	}
	return f
}

// ChooseFrom gives a field options with words of their own.
func (p *Form) ChooseFrom(f *field, options []Option) *field {
	for i := range options {
		options[i].Chosen = options[i].Value == f.Value
	}
	f.Options = options
	return f
}

// ErrorOf is the sentence about a field, if something is wrong with it.
func (p *Form) ErrorOf(name string) string {
	for _, problem := range p.Problems {
		if problem.Field == name {
			return p.Sentence(problem)
		}
	}
	return ""
}

// Sentence says what is wrong in the reader's language.
func (p *Form) Sentence(problem embraye.Problem) string {
	key := "error." + problem.Code
	if !p.page.Catalogue.Has(key) {
		return problem.String()
	}
	allowed := p.allowed(problem)
	for _, named := range []struct {
		key  string
		fits bool
	}{{key + ".value", problem.Value != ""}, {key + ".allowed", problem.Value != "" && allowed != ""}, {key + "." + problem.Field, true}} {
		if named.fits && p.page.Catalogue.Has(named.key) {
			key = named.key
		}
	}
	return strings.NewReplacer("{allowed}", allowed, "{value}", problem.Value, // at once: a value may look like another name
		"{size}", weight(p.page, int64(problem.Max)), "{max}", p.page.Number(problem.Max)).Replace(p.page.T(key))
}

// allowed are the values of a closed list in the reader's words, those that
// forms show and tables may hold.
func (p *Form) allowed(problem embraye.Problem) string {
	areas := map[string]string{"subject": "subject.", "stage": "stage.", "confidence": "confidence.", "institution_kind": "import.kind.",
		"related_to": "relation.", "role": "office.role."}
	words := make([]string, len(problem.Allowed))
	for i, code := range problem.Allowed {
		words[i] = code
		if area, ok := areas[problem.Field]; ok && p.page.Catalogue.Has(area+code) {
			words[i] = p.page.T(area + code)
		} else if problem.Field == "measure" {
			words[i] = code + " (" + p.page.MeasureTitle(code) + ")"
		}
	}
	return strings.Join(words, ", ")
}

// Keeps tells whether the form still has what somebody typed: no secret comes back.
func (p *Form) Keeps() bool {
	for name, values := range p.Values {
		if p.page.Catalogue.Has("field."+name) && !isSecret(name) && strings.Join(values, "") != "" {
			return true
		}
	}
	return false
}

// A mistake is one line of the summary after the title.
type mistake struct{ Anchor, Label, Sentence string }

// Mistakes is the summary of all that is wrong, with links to the fields.
func (p *Form) Mistakes() []mistake {
	var list []mistake
	for _, problem := range p.Problems {
		m := mistake{Anchor: anchor(problem.Field), Sentence: p.Sentence(problem)}
		if p.page.Catalogue.Has("field." + problem.Field) {
			m.Label = p.page.T("field." + problem.Field)
		}
		list = append(list, m)
	}
	return list
}

// arrange puts the mistakes in the order of the page's fields, as it was filled, and
// tells whether that is another one; those that no field has come first.
func (p *Form) arrange(body []byte) (moved bool) {
	at := func(problem embraye.Problem) int {
		return bytes.Index(body, fmt.Appendf(nil, `id="%s"`, strings.TrimPrefix(anchor(problem.Field), "#")))
	}
	order := func(a, b embraye.Problem) int { return cmp.Compare(at(a), at(b)) }
	if slices.IsSortedFunc(p.Problems, order) {
		return false
	}
	p.Problems = slices.SortedStableFunc(slices.Values(p.Problems), order)
	return true
}

// If is the value of a box that is ticked.
func (p *Form) If(ticked bool) string {
	if ticked {
		return "1"
	}
	return ""
}

// TypedOr is what was typed, or what to begin with.
func (p *Form) TypedOr(name, value string) string {
	if typed := p.Values.Get(name); typed != "" {
		return typed
	}
	return value
}

// Line is one problem as a sentence with the name of its field.
func (p *Form) Line(problem embraye.Problem) string {
	if key := "field." + problem.Field; p.page.Catalogue.Has(key) {
		return p.page.T(key) + p.page.T("site.colon") + p.Sentence(problem)
	}
	return p.Sentence(problem)
}

// Options are the options of a closed list, one of them chosen.
func (p *Form) Options(area, chosen string, codes []string) []Option {
	var list []Option
	for _, c := range codes {
		list = append(list, Option{Value: c, Label: p.page.T(area + "." + c), Chosen: c == chosen})
	}
	return list
}

// An OptionGroup is some options of a field under a heading.
type OptionGroup struct {
	Label   string
	Options []Option
}

// WithEmpty puts an empty option before a list.
func (p *Form) WithEmpty(key string, options []Option) []Option {
	return append([]Option{{Label: p.page.T(key)}}, options...)
}

// Grouped gives a field options under headings.
func (p *Form) Grouped(f *field, empty string, groups []OptionGroup) *field {
	f.Options = []Option{{Label: p.page.T(empty), Chosen: f.Value == ""}}
	for _, g := range groups {
		list := slices.Clone(g.Options)
		for i := range list {
			list[i].Chosen = list[i].Value == f.Value
		}
		f.Groups = append(f.Groups, OptionGroup{p.page.T("office.places." + g.Label), list})
	}
	return f
}

// Helped gives a field another help than its name's.
func (p *Form) Helped(key string, f *field) *field { f.Help = p.page.T(key); return f }

// Labelled gives a field the words of another.
func (p *Form) Labelled(key string, f *field) *field {
	f.Label = p.page.T(key)
	if p.page.Catalogue.Has(key + ".help") {
		f.Help = p.page.T(key + ".help")
	}
	return f
}

// Tall is how many lines of a text show.
func (p *Form) Tall(rows int, f *field) *field { f.Rows = rows; return f }

// anchor is where on the page a field is.
func anchor(name string) string {
	if strings.HasPrefix(name, "evidence") {
		name = "evidence"
	}
	return fmt.Sprint("#f-", strings.ReplaceAll(name, "_", "-"))
}
