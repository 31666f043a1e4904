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
		if p := passwordProblem(good); p != nil {
			t.Errorf("%q: %+v", good, p)
		}
	}
}
