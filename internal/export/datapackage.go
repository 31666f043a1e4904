package export

import (
	"encoding/json"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// About is what the descriptions of the open data say of the instance.
type About struct {
	Site         embraye.Site
	Reference    *embraye.Reference
	Organisation embraye.Actor
	Contact      string // an address of the web or of mail (mailto:); empty where none is given
	Modified     string // moment of the last publication, RFC 3339; empty: none yet
	Catalogue    *locale.Catalogue
	Language     string
}

// The profiles of Data Package 2.0, and the licence of all data.
const (
	packageProfile  = "https://datapackage.org/profiles/2.0/datapackage.json"
	resourceProfile = "https://datapackage.org/profiles/2.0/dataresource.json"
	schemaProfile   = "https://datapackage.org/profiles/2.0/tableschema.json"
	licenceName     = "CC-BY-4.0"
	licenceAddress  = "https://creativecommons.org/licenses/by/4.0/"
)

type object map[string]any

// DataPackage describes the CSV files, column by column (Data Package 2.0,
// datapackage.org; readers of version 1 find in it what they know). The paths
// are relative to /donnees/datapackage.json.
func DataPackage(a About) ([]byte, error) {
	var resources []object
	for _, f := range Files(a.Catalogue, a.Language) {
		resources = append(resources, object{"$schema": resourceProfile, "type": "table", "name": f.Name, "title": f.Title, "description": f.Description,
			"path": f.Name + ".csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": f.schema()})
	}
	doc := object{
		"$schema": packageProfile, "name": "embraye", "id": a.Site.Base + "/donnees/datapackage.json",
		"title": a.title(), "description": a.t("data.lede"), "homepage": a.Site.Base + "/donnees",
		"licenses":     []object{{"name": licenceName, "path": licenceAddress}},
		"contributors": []object{{"title": a.Organisation.Name, "path": a.Site.ActorPage(a.Organisation.Handle), "roles": []string{"publisher"}, "role": "publisher"}},
		"sources":      []object{{"title": a.Reference.Name.In(a.Language), "path": a.Site.Base + "/comprendre/memoire"}},
		"resources":    resources,
	}
	return written(doc)
}

// schema is the Table Schema of a file, without words of version 2 alone.
func (f File) schema() object {
	fields := make([]object, len(f.Columns))
	for i, c := range f.Columns {
		fields[i] = object{"name": c.Name, "type": c.Type, "description": c.Description}
		if values := closed(c.Name); values != nil {
			fields[i]["constraints"] = object{"enum": values}
		}
	}
	return object{"$schema": schemaProfile, "fields": fields, "primaryKey": f.Key, "missingValues": []string{""}}
}

func (a About) t(key string, args ...any) string { return a.Catalogue.T(a.Language, key, args...) }

func (a About) title() string {
	return a.t("data.package", a.Organisation.Name, a.Reference.Name.In(a.Language))
}

func written(doc object) ([]byte, error) {
	body, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, fmt.Errorf("export: writing a description of the data: %w", err)
	}
	return append(body, '\n'), nil
}
