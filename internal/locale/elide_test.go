package locale

import "testing"

func TestFrenchElides(t *testing.T) {
	for _, c := range []struct {
		text string
		args []any
		want string
	}{
		{"Le bureau de %s", []any{"Amont"}, "Le bureau d’%s"},
		{"Le bureau de %s", []any{"Brume"}, "Le bureau de %s"},
		{"Le bureau de %s", []any{"Horizon"}, "Le bureau de %s"},
		{"Ce que %s dit de %s et %d fois", []any{"Écume", "Île", 3}, "Ce qu’%s dit d’%s et %d fois"},
		{"de %s à %s", []any{"2020", "avril 2021"}, "de %s à %s"},
		{"De %s", []any{"Amont"}, "De %s"},
		{"monde %s", []any{"Amont"}, "monde %s"},
		{"%d de %s", []any{1, "Amont"}, "%d d’%s"},
		{"sans rien", []any{"Amont"}, "sans rien"},
		{"de %s", []any{""}, "de %s"},
	} {
		if got := elide(c.text, c.args); got != c.want {
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
