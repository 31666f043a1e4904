package people

import "testing"

func TestKnownPasswordsAreRefused(t *testing.T) {
	for _, bad := range []string{"azertyuiop", "AZERTYUIOP", "motdepasse", "Mot de passe", "motdepasse123", "MotDePasse2024!", "m0tdep4sse", "1234567890", "0123456789",
		"9876543210", "12345678901", "aaaaaaaaaa", "1212121212", "azertyazerty", "p@ssw0rd1234", "abcdefghij", "qwertyuiop", "bonjour2026", "éééééééééé"} {
		if p := passwordProblem(bad); p == nil || p.Code != "known_password" || p.Value != "" {
			t.Errorf("%q: %+v", bad, p)
		}
	}
	for _, good := range []string{"correct horse battery", "une phrase de passe d'essai", "azertyuiop et le chat", "4829175530", "motus et bouche cousue"} {
		if p := passwordProblem(good, names()...); p != nil {
			t.Errorf("%q: %+v", good, p)
		}
	}
}

// names are those of a house and of somebody in it.
func names() []string {
	return []string{"Les Communs d'Ici", "communs-ici", "suivi.communs.example", "communs.example", "Zoé Le Goff", "zoe.legoff@asso.example"}
}

// What the house and the person are called is no secret, whatever stands around
// it; a sentence may well name them.
func TestNamesAreNoPasswords(t *testing.T) {
	for _, bad := range []string{"communs2026", "Les Communs d'Ici", "lescommunsdici!", "suivi.communs.example", "C0mmuns-2026", "zoe.legoff@asso.example", "LeGoff1987!!",
		"communscommuns", "communs-motdepasse", "Zoé-Communs-29"} {
		if p := passwordProblem(bad, names()...); p == nil || p.Code != "known_password" || p.Value != "" {
			t.Errorf("%q: %+v", bad, p)
		}
	}
	for _, good := range []string{"les communs se partagent le samedi", "legoff aime les bigorneaux", "correct horse battery"} {
		if p := passwordProblem(good, names()...); p != nil {
			t.Errorf("%q: %+v", good, p)
		}
	}
}
