package locale

import (
	"fmt"
	"testing"
)

func TestFrenchElides(t *testing.T) {
	for _, c := range []struct {
		text string
		args []any
		want string
	}{
		{"Le bureau de %s", []any{"Amont"}, "Le bureau d’Amont"},
		{"Le bureau de %s", []any{"Brume"}, "Le bureau de Brume"},
		{"Le bureau de %s", []any{"Horizon"}, "Le bureau de Horizon"},
		{"Ce que %s dit de %s et %d fois", []any{"Écume", "Île", 3}, "Ce qu’Écume dit d’Île et 3 fois"},
		{"de %s à %s", []any{"2020", "avril 2021"}, "de 2020 à avril 2021"},
		{"De %s", []any{"Amont"}, "De Amont"},
		{"monde %s", []any{"Amont"}, "monde Amont"},
		{"%d de %s", []any{1, "Amont"}, "1 d’Amont"},
		{"de %s", []any{""}, "de "},
		{"%d nouveautés de %s, dit %s", []any{3, "Les Communs", "Les Communs"}, "3 nouveautés des Communs, dit Les Communs"},
		{"Le bureau de %s", []any{"Le Mouton"}, "Le bureau du Mouton"},
		{"Le bureau de %s", []any{"Lessive"}, "Le bureau de Lessive"},
		{"Le bureau de %s", []any{"La Quadrature"}, "Le bureau de La Quadrature"},
		{"Le bureau de %s", []any{"Les"}, "Le bureau de Les"},
		{"Le bureau « %s »", []any{"Les Communs"}, "Le bureau « Les Communs »"},
		{"ronde %s", []any{"Les Communs"}, "ronde Les Communs"},
	} {
		text, args := elide(c.text, c.args)
		if got := fmt.Sprintf(text, args...); got != c.want {
			t.Errorf("%q with %v: %q, want %q", c.text, c.args, got, c.want)
		}
	}
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.T("en", "office.of_organisation", "Amont"); got == c.T("fr", "office.of_organisation", "Amont") || got == "" {
		t.Errorf("English elides: %q", got)
	}
}
