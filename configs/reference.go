package configs

import (
	"errors"
	"fmt"

	"embraye/internal/embraye"
)

// ParseReference reads a reference text in YAML. Unknown keys are mistakes: a
// misspelt one would silently lose words that can never be added again. A
// measure is enabled unless it says otherwise.
func ParseReference(data []byte) (*embraye.Reference, error) {
	var file referenceFile
	mistakes, err := decode(data, &file)
	if err != nil {
		return nil, err
	}
	r := file.reference()
	invalid := r.Validate()
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("the file is %w: %w", embraye.ErrInvalid, errors.Join(append(mistakes, invalid)...))
	}
	if invalid != nil {
		return nil, invalid
	}
	return r, nil
}

// referenceFile is the file's own shape: the domain's, but for what the file
// may leave out.
type referenceFile struct {
	ID       string           `json:"id"`
	Version  string           `json:"version"`
	IRI      string           `json:"iri"`
	Name     embraye.Text     `json:"name"`
	Language string           `json:"language"`
	Licence  string           `json:"licence"`
	Source   string           `json:"source"`
	Deadline string           `json:"deadline"`
	Scale    string           `json:"scale"`
	Measures []measureFile    `json:"measures"`
	Lessons  []embraye.Lesson `json:"lessons"`
}

type measureFile struct {
	ID      string              `json:"id"`
	Handle  string              `json:"handle"`
	Title   embraye.Text        `json:"title"`
	Text    embraye.Text        `json:"text"`
	Summary embraye.Text        `json:"summary"`
	Grid    map[string][]string `json:"grid"`
	Enabled *bool               `json:"enabled"`
}

func (f referenceFile) reference() *embraye.Reference {
	r := &embraye.Reference{ID: f.ID, Version: f.Version, IRI: f.IRI, Name: f.Name, Language: f.Language,
		Licence: f.Licence, Source: f.Source, Deadline: f.Deadline, Scale: f.Scale, Lessons: f.Lessons}
	for _, m := range f.Measures {
		r.Measures = append(r.Measures, embraye.Measure{ID: m.ID, Handle: m.Handle, Title: m.Title, Text: m.Text,
			Summary: m.Summary, Grid: m.Grid, Enabled: m.Enabled == nil || *m.Enabled})
	}
	return r
}
