package export

import (
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// A File is one table of the open data: /donnees/NAME.csv and .json.
type File struct {
	Name               string
	Title, Description string
	Columns            []Column
	Key                []string // columns that name a row
}

// Files are the tables of the open data, explained in lang.
func Files(c *locale.Catalogue, lang string) []File {
	files := []File{
		{Name: "constats", Columns: Columns(c, lang), Key: []string{"id", "version"}},
		{Name: "avis", Columns: explained(c, lang, "data.review.", ReviewColumns()), Key: []string{"id"}},
		{Name: "organisations", Columns: explained(c, lang, "data.organisation.", OrganisationColumns()), Key: []string{"account"}},
	}
	for i := range files {
		f := &files[i]
		f.Title, f.Description = c.T(lang, "data.file."+f.Name), c.T(lang, "data.file."+f.Name+".help")
	}
	return files
}

func explained(c *locale.Catalogue, lang, key string, names []string) []Column {
	list := make([]Column, len(names))
	for i, name := range names {
		list[i] = Column{Name: name, Type: typeOf(name), Description: c.T(lang, key+name)}
	}
	return list
}

// typeOf is Table Schema's type of a column about reviews or organisations.
func typeOf(name string) string {
	switch {
	case slices.Contains([]string{"here", "constat_revised", "gathered"}, name):
		return "boolean"
	case slices.Contains([]string{"constat_version", "constats"}, name):
		return "integer"
	case slices.Contains([]string{"published", "updated", "answered", "since", "last_news", "silent_since"}, name):
		return "datetime"
	}
	return "string"
}

// closed are the values that a column of one of the files can have, beside none.
func closed(column string) []string {
	switch column {
	case "stage":
		return texts(embraye.Stages())
	case "subject":
		return texts(embraye.Subjects())
	case "confidence":
		return texts(embraye.Confidences())
	case "version_kind":
		return texts(append(embraye.RevisionKinds(), embraye.FirstRevision))
	case "verdict":
		return texts(embraye.Verdicts())
	}
	return nil
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
