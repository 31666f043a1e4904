package archive

import (
	"fmt"
	"strings"
	"testing"
)

// What two texts have in common is the share of their sentences, by words.
func TestAlike(t *testing.T) {
	var long []string
	for n := range 40 {
		long = append(long, fmt.Sprintf("La mesure %d est tenue par la collectivité.", n))
	}
	page := strings.Join(long, "\n")
	tests := []struct {
		name, a, b string
		want       int
	}{
		{"the same", page, page, 100},
		{"nothing at all", "", " \n ", 100},
		{"something and nothing", page, "", 0},
		{"a date and a counter", page + "\nMis à jour le 3 mars 2026\n1204 vues", page + "\nMis à jour le 4 avril 2026\n1310 vues", 97},
		{"another order", page, strings.Join(append(long[20:], long[:20]...), " "), 100},
		{"half is gone", page, strings.Join(long[:20], "\n"), 50},
		{"as much again", page, page + "\n" + strings.ReplaceAll(page, "tenue", "rompue"), 50},
		{"one sentence twice", "Oui. Oui. Oui. Oui.", "Oui. Non. Non. Non.", 25},
		{"no sentences", strings.Repeat("mot ", 1000), strings.Repeat("mot ", 999), 0},
		{"a number is no end", "Le taux est de 3.5 pour cent.", "Le taux est de 3.6 pour cent.", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, back := Alike(test.a, test.b), Alike(test.b, test.a); got != test.want || back != got {
				t.Errorf("%d %% one way, %d %% the other, want %d %%", got, back, test.want)
			}
		})
	}
}
