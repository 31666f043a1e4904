package office

import "strings"

// A field is one input with all that stands around it.
type field struct {
	ID, Name, Kind string // Kind: an input type, or "textarea"
	Label, Help    string
	Value          string
	Error          string
	Required       bool
	Max            int
	Autocomplete   string
	Options        []Option
	Groups         []OptionGroup
	Rows           int
}

// An Option of a select or of a list of radios.
type Option struct {
	Value, Label, Help string
	Chosen             bool
}

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
