package embraye

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// TerritoryKind tells what sort of place a code names.
type TerritoryKind string

// The kinds of places. Unknown codes of peers have none.
const (
	TerritoryWorld      TerritoryKind = "world"
	TerritoryUnion      TerritoryKind = "union"
	TerritoryCountry    TerritoryKind = "country"
	TerritoryRegion     TerritoryKind = "region"
	TerritoryDepartment TerritoryKind = "department"
	TerritoryCommune    TerritoryKind = "commune"
)

// Territory is a place that a constat can speak of. There is one code per
// place: the overseas departments are their regions.
type Territory struct {
	Code    string        `json:"code"`             // FR-BRE
	Kind    TerritoryKind `json:"kind"`             // region
	Name    Text          `json:"name"`             // empty for communes, whose name the editor types
	Region  string        `json:"region,omitempty"` // of departments and communes: FR-BRE
	COG     string        `json:"cog,omitempty"`    // INSEE's code: 53, 35, 35238
	Aliases []string      `json:"aliases,omitempty"`
}

// Territories is the table of places, with the edition of the official lists
// that it was drawn from. It does not change after NewTerritories.
type Territories struct {
	Edition string
	list    []Territory
	byCode  map[string]int
	byAlias map[string]string // folded alias, code or name -> code
}

// NewTerritories indexes the table, and refuses one in which a word means two places.
func NewTerritories(edition string, list []Territory) (*Territories, error) {
	t := &Territories{Edition: edition, list: list, byCode: map[string]int{}, byAlias: map[string]string{}}
	for i, place := range list {
		if _, twice := t.byCode[place.Code]; twice || place.Code == "" {
			return nil, fmt.Errorf("territory %q: code missing or used twice: %w", place.Code, ErrInvalid)
		}
		t.byCode[place.Code] = i
	}
	for _, place := range list {
		if i, ok := t.byCode[place.Region]; place.Region != "" && (!ok || list[i].Kind != TerritoryRegion) {
			return nil, fmt.Errorf("territory %q: region %q is not in the table: %w", place.Code, place.Region, ErrInvalid)
		}
		for _, alias := range place.allAliases() {
			key := Fold(alias)
			if other, taken := t.byAlias[key]; taken && other != place.Code {
				return nil, fmt.Errorf("territory alias %q means %s and %s: %w", alias, other, place.Code, ErrInvalid)
			}
			t.byAlias[key] = place.Code
		}
	}
	return t, nil
}

// allAliases are the code, the names, the written aliases and the codes that
// follow from INSEE's: COG-R53 for a region, FR-35 for a department.
func (p Territory) allAliases() []string {
	aliases := append([]string{p.Code}, p.Aliases...)
	for _, lang := range slices.Sorted(maps.Keys(p.Name)) {
		aliases = append(aliases, p.Name[lang])
	}
	switch p.Kind {
	case TerritoryRegion:
		aliases = append(aliases, "COG-R"+p.COG)
	case TerritoryDepartment:
		aliases = append(aliases, "FR-"+p.COG)
	}
	return aliases
}

// Canonical returns the one code for what somebody typed or sent: a code of any
// edition, a name, with or without accents and capitals.
func (t *Territories) Canonical(input string) (code string, ok bool) {
	if commune, ok := t.commune(strings.ToUpper(Unspaced(input))); ok {
		return commune.Code, true
	}
	code, ok = t.byAlias[Fold(input)]
	return code, ok
}

// Parse is Canonical with an error that names the allowed values.
func (t *Territories) Parse(input string) (string, error) {
	if code, ok := t.Canonical(input); ok {
		return code, nil
	}
	return "", fmt.Errorf("unknown territory %s; allowed: %s: %w", quote(input), strings.Join(t.Examples(), ", "), ErrInvalid)
}

// Examples names the allowed values in short: every code but those of
// departments and communes, which are shown by their pattern.
func (t *Territories) Examples() []string {
	var codes []string
	department := false
	for _, place := range t.list {
		if place.Kind == TerritoryDepartment {
			department = true
			continue
		}
		codes = append(codes, place.Code)
	}
	if department {
		codes = append(codes, "a department (COG-D35)", "a commune (COG-C35238)")
	}
	return codes
}

// Lookup finds a place by its canonical code. Communes are not listed, only
// recognised: their department must exist.
func (t *Territories) Lookup(code string) (Territory, bool) {
	if i, ok := t.byCode[code]; ok {
		return t.list[i], true
	}
	return t.commune(code)
}

// Regions are the regions in the order of the table.
func (t *Territories) Regions() []Territory {
	var regions []Territory
	for _, place := range t.list {
		if place.Kind == TerritoryRegion {
			regions = append(regions, place)
		}
	}
	return regions
}

// All is the whole table, communes excepted, in its order.
func (t *Territories) All() []Territory { return slices.Clone(t.list) }

// Name is the place's name in lang; a commune and a peer's unknown code are
// shown as they are.
func (t *Territories) Name(code, lang string) string {
	if place, ok := t.Lookup(code); ok && len(place.Name) > 0 {
		return place.Name.In(lang)
	}
	return code
}

// commune reads COG-C and INSEE's five characters: two of the department
// (Corsica has letters, overseas three), the rest digits.
func (t *Territories) commune(code string) (Territory, bool) {
	cog, ok := strings.CutPrefix(code, "COG-C")
	if !ok || len(cog) != 5 || !allDigits(cog[:1]) || !allDigits(cog[2:]) {
		return Territory{}, false
	}
	department := cog[:2]
	if department == "97" {
		department = cog[:3]
	}
	parent, ok := t.byAlias[Fold("FR-"+department)]
	if !ok {
		return Territory{}, false
	}
	place := t.list[t.byCode[parent]]
	region := place.Region
	if place.Kind == TerritoryRegion {
		region = place.Code
	}
	return Territory{Code: code, Kind: TerritoryCommune, Region: region, COG: cog}, true
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
