package embraye

import (
	"maps"
	"slices"
	"strings"
)

// Text is one text in several languages, by language code.
type Text map[string]string

// In returns the text in lang, else in French, else in the first language by
// alphabet, so that a page always has words and always the same ones.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "fr"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

// Reference is the text whose measures an instance follows: a manifesto with a
// version, in its own words. It is chosen at the first start, kept whole as one
// JSON document and never edited: an organisation speaks about the measures,
// it does not rewrite them.
type Reference struct {
	ID       string    `json:"id"`      // memoire-covid19
	Version  string    `json:"version"` // 2020-04-29
	IRI      string    `json:"iri"`     // https://w3id.org/embraye/ref/memoire-covid19
	Name     Text      `json:"name,omitempty"`
	Language string    `json:"language"` // of the original
	Licence  string    `json:"licence"`  // SPDX
	Source   string    `json:"source"`
	Deadline string    `json:"deadline"` // last day that is in time, 2021-12-31
	Scale    string    `json:"scale"`    // version of the list of stages
	Measures []Measure `json:"measures"`
	Lessons  []Lesson  `json:"lessons,omitempty"`
}

// Measure is one demand of the reference text, and the actor that speaks of it.
type Measure struct {
	ID      string              `json:"id"`     // m2
	Handle  string              `json:"handle"` // mesure2
	Title   Text                `json:"title"`
	Text    Text                `json:"text"`              // verbatim in the reference's language
	Summary Text                `json:"summary,omitempty"` // the same in plain words, ours
	Grid    map[string][]string `json:"grid,omitempty"`    // what would show it, by language
	Enabled bool                `json:"enabled"`           // at first start; an admin may switch it on later
}

// Lesson is a tag that a constat may cite.
type Lesson struct {
	ID   string `json:"id"` // e1
	Text Text   `json:"text"`
}

// MeasureIRI names a measure the same on every instance that follows this text.
func (r *Reference) MeasureIRI(id string) string {
	return r.IRI + "/" + r.Version + "/" + id
}

// MeasureNumber is 2 for m2; empty for m0 and for what has another name.
func MeasureNumber(id string) string {
	n, ok := strings.CutPrefix(id, "m")
	if !ok || n == "0" || strings.Trim(n, "0123456789") != "" {
		return ""
	}
	return n
}

// TextIRI names this version of the text; its measures are below it.
func (r *Reference) TextIRI() string { return r.IRI + "/" + r.Version }

// Measure finds a measure by its id.
func (r *Reference) Measure(id string) (Measure, bool) {
	return r.find(func(m Measure) bool { return m.ID == id })
}

// MeasureByHandle finds a measure by its handle, without regard to case, as
// people type it.
func (r *Reference) MeasureByHandle(handle string) (Measure, bool) {
	return r.find(func(m Measure) bool { return strings.EqualFold(m.Handle, handle) })
}

// MeasureByIRI finds the measure that a peer's constat names. Another version
// of the text is another text.
func (r *Reference) MeasureByIRI(iri string) (Measure, bool) {
	id, ok := strings.CutPrefix(iri, r.MeasureIRI(""))
	if !ok {
		return Measure{}, false
	}
	return r.Measure(id)
}

func (r *Reference) find(match func(Measure) bool) (Measure, bool) {
	if i := slices.IndexFunc(r.Measures, match); i >= 0 {
		return r.Measures[i], true
	}
	return Measure{}, false
}

// GridIn is the reading grid in lang, else in the languages of Text.In.
func (m Measure) GridIn(lang string) []string {
	for _, l := range []string{lang, "fr"} {
		if g := m.Grid[l]; len(g) > 0 {
			return g
		}
	}
	for _, l := range slices.Sorted(maps.Keys(m.Grid)) {
		if len(m.Grid[l]) > 0 {
			return m.Grid[l]
		}
	}
	return nil
}
