package configs

import (
	"errors"
	"strings"
	"testing"

	"embraye/internal/embraye"

	"github.com/google/go-cmp/cmp"
)

func places(t *testing.T) *embraye.Territories {
	t.Helper()
	p, err := Territories()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRegions(t *testing.T) {
	var got []string
	for _, r := range places(t).Regions() {
		got = append(got, r.Code)
	}
	want := strings.Fields("FR-ARA FR-BFC FR-BRE FR-CVL FR-20R FR-GES FR-HDF FR-IDF FR-NAQ FR-NOR FR-OCC FR-PAC FR-PDL FR-971 FR-972 FR-973 FR-974 FR-976")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDepartmentsAreComplete(t *testing.T) {
	p := places(t)
	perRegion := map[string]int{}
	for _, d := range p.All() {
		if d.Kind == embraye.TerritoryDepartment {
			perRegion[d.Region]++
			if d.Code != "COG-D"+d.COG || d.Name["fr"] == "" {
				t.Errorf("%+v", d)
			}
		}
	}
	want := map[string]int{"FR-ARA": 12, "FR-BFC": 8, "FR-BRE": 4, "FR-CVL": 6, "FR-20R": 2, "FR-GES": 10, "FR-HDF": 5,
		"FR-IDF": 8, "FR-NAQ": 12, "FR-NOR": 5, "FR-OCC": 13, "FR-PAC": 6, "FR-PDL": 5}
	if diff := cmp.Diff(want, perRegion); diff != "" {
		t.Error(diff)
	}
	for _, code := range []string{"COG-D01", "COG-D19", "COG-D2A", "COG-D2B", "COG-D21", "COG-D95"} {
		if got, ok := p.Canonical(code); !ok || got != code {
			t.Errorf("Canonical(%q) = %q, %v", code, got, ok)
		}
	}
	for _, code := range []string{"COG-D00", "COG-D20", "COG-D96", "COG-D1", "COG-D"} {
		if got, ok := p.Canonical(code); ok {
			t.Errorf("Canonical(%q) = %q", code, got)
		}
	}
}

func TestCanonical(t *testing.T) {
	p := places(t)
	for in, want := range map[string]string{
		"world": "world", "monde": "world", "Monde": "world", "EU": "EU", "eu": "EU", "europe": "EU", "UE": "EU", "Union européenne": "EU", "France": "FR", "fr": "FR",
		"FR-BRE": "FR-BRE", "fr-bre": "FR-BRE", " FR-BRE ": "FR-BRE", "bretagne": "FR-BRE", "Brittany": "FR-BRE", "COG-R53": "FR-BRE",
		"FR-COR": "FR-20R", "corse": "FR-20R", "FR-GP": "FR-971", "FR-MQ": "FR-972", "FR-GF": "FR-973", "FR-RE": "FR-974", "FR-YT": "FR-976",
		"COG-D974": "FR-974", "COG-R04": "FR-974", "la reunion": "FR-974", "ILE DE FRANCE": "FR-IDF", "provence-alpes-cote d’azur": "FR-PAC",
		"FR-35": "COG-D35", "FR-2a": "COG-D2A", "FR-75": "COG-D75", "FR-75C": "COG-D75", "COG-R75": "FR-NAQ", "ille et vilaine": "COG-D35", "Côte-d'Or": "COG-D21",
		"COG-C35238": "COG-C35238", "cog-c2a004": "COG-C2A004", "COG-C97411": "COG-C97411",
	} {
		if got, ok := p.Canonical(in); !ok || got != want {
			t.Errorf("Canonical(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", " ", "-", "FR-XYZ", "35", "53", "FR-20", "COG-C3523", "COG-C352380", "COG-C99001", "COG-C20001", "COG-CAB123", "COG-C3A238", "COG-C35 38", "COG-R99", "Rennes", "DE"} {
		if got, ok := p.Canonical(in); ok {
			t.Errorf("Canonical(%q) = %q", in, got)
		}
	}
}

// Every code, name and alias leads to its own place.
func TestEveryWordMeansOnePlace(t *testing.T) {
	p := places(t)
	for _, place := range p.All() {
		words := append([]string{place.Code, place.Name["fr"]}, place.Aliases...)
		if place.Name["en"] != "" {
			words = append(words, place.Name["en"])
		}
		for _, w := range words {
			if got, ok := p.Canonical(w); !ok || got != place.Code {
				t.Errorf("Canonical(%q) = %q, %v, want %q", w, got, ok, place.Code)
			}
		}
		if found, ok := p.Lookup(place.Code); !ok || found.Code != place.Code {
			t.Errorf("Lookup(%q) = %+v, %v", place.Code, found, ok)
		}
	}
}

func TestNamesAndCommunes(t *testing.T) {
	p := places(t)
	for _, c := range [][3]string{{"FR-BRE", "fr", "Bretagne"}, {"FR-BRE", "en", "Brittany"}, {"COG-D35", "en", "Ille-et-Vilaine"},
		{"COG-C35238", "fr", "COG-C35238"}, {"DE-BE", "fr", "DE-BE"}, {"", "fr", ""}} {
		if got := p.Name(c[0], c[1]); got != c[2] {
			t.Errorf("Name(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
	for code, region := range map[string]string{"COG-C35238": "FR-BRE", "COG-C2B033": "FR-20R", "COG-C97411": "FR-974"} {
		got, ok := p.Lookup(code)
		if !ok || got.Kind != embraye.TerritoryCommune || got.Region != region || got.COG != code[5:] {
			t.Errorf("Lookup(%q) = %+v, %v", code, got, ok)
		}
	}
	if _, ok := p.Lookup("bretagne"); ok {
		t.Error("Lookup takes an alias")
	}
}

func TestParseTerritoryNamesWhatIsAllowed(t *testing.T) {
	p := places(t)
	if got, err := p.Parse("FR-COR"); err != nil || got != "FR-20R" {
		t.Errorf("Parse = %q, %v", got, err)
	}
	_, err := p.Parse("FR-XYZ")
	if !errors.Is(err, embraye.ErrInvalid) {
		t.Fatalf("error = %v, want ErrInvalid", err)
	}
	for _, want := range []string{`"FR-XYZ"`, "world", "FR-BRE", "COG-D35", "COG-C35238"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
