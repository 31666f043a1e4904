package embraye

import (
	"errors"
	"testing"
)

func TestNewTerritoriesRefuses(t *testing.T) {
	north := Territory{Code: "XX-N", Kind: TerritoryRegion, COG: "1", Name: Text{"fr": "Nord"}}
	for name, list := range map[string][]Territory{
		"no code":        {{Kind: TerritoryCountry}},
		"code twice":     {north, north},
		"name twice":     {north, {Code: "XX-M", Kind: TerritoryRegion, COG: "2", Name: Text{"fr": "NORD"}}},
		"unknown region": {north, {Code: "COG-D01", Kind: TerritoryDepartment, COG: "01", Region: "XX-S"}},
		"not a region":   {{Code: "XX", Kind: TerritoryCountry}, {Code: "COG-D01", Kind: TerritoryDepartment, COG: "01", Region: "XX"}},
	} {
		if _, err := NewTerritories("test", list); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: error = %v, want ErrInvalid", name, err)
		}
	}
}

func TestTerritoriesOfAnotherCountry(t *testing.T) {
	places, err := NewTerritories("test", []Territory{
		{Code: "XX", Kind: TerritoryCountry, Name: Text{"en": "Elsewhere"}},
		{Code: "XX-N", Kind: TerritoryRegion, COG: "1", Name: Text{"en": "North"}, Aliases: []string{"XX-OLD"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := places.Canonical("xx-old"); !ok || got != "XX-N" {
		t.Errorf("Canonical = %q, %v", got, ok)
	}
	if len(places.Regions()) != 1 || places.Name("XX", "fr") != "Elsewhere" || len(places.Examples()) != 2 {
		t.Errorf("%v, %q, %v", places.Regions(), places.Name("XX", "fr"), places.Examples())
	}
	if code, ok := places.Canonical("FR-BRE"); ok {
		t.Errorf("a code that is not in the table is %q", code)
	}
	places.All()[0].Code = "changed"
	if _, ok := places.Lookup("XX"); !ok {
		t.Error("All hands out the table itself")
	}
}
