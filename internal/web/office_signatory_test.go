package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// Nobody is called a signatory without the list that says so.
func TestSignatoriesHaveTheirProof(t *testing.T) {
	s := newSite(t)
	ada := s.as("ada", embraye.Admin)
	s.hears("pair.example", "Amont", embraye.Done, "Un constat")
	s.page("/organisations", "signature non vérifiée")
	if strings.Contains(s.page("/organisations/pair.example", "signature non vérifiée"), ">signataire<") {
		t.Error("somebody signed without a word")
	}
	for _, path := range []string{"/office/organisation", "/office/peers/1"} {
		for proof, field := range map[string]string{"": "signatory_proof", "javascript:alert(1)": "signatory_proof", "liste": "signatory_proof"} {
			w := ada.post(path, url.Values{"action": {"signatory"}, "signatory": {"signatory"}, "signatory_proof": {proof}})
			if w.Code != http.StatusBadRequest || !controlOf(t, w.Body.String(), field).invalid {
				t.Errorf("%s with the proof %q: %d", path, proof, w.Code)
			}
		}
		if w := ada.post(path, url.Values{"action": {"signatory"}, "signatory": {"perhaps"}}); w.Code != http.StatusBadRequest {
			t.Errorf("%s with an unknown state: %d", path, w.Code)
		}
		if w := ada.post(path, url.Values{"action": {"signatory"}, "signatory": {"signatory"}, "signatory_proof": {" https://memoire.example/signataires "}}); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	page := s.page("/organisations", `<a href="https://memoire.example/signataires" rel="noopener nofollow">signataire</a>`)
	if n := strings.Count(page, ">signataire<"); n != 2 {
		t.Errorf("%d signatories, want 2", n)
	}
	s.page("/organisations/pair.example", ">signataire<")
	s.page("/donnees/organisations.csv", "signatory,https://memoire.example/signataires")
	if w := ada.post("/office/peers/1", url.Values{"action": {"signatory"}, "signatory": {"not_signatory"}, "signatory_proof": {"https://memoire.example/signataires"}}); w.Code != http.StatusSeeOther {
		t.Errorf("taken back: %d", w.Code)
	}
	s.page("/organisations/pair.example", "non-signataire")
	editor := s.as("lea", embraye.Editor)
	for _, path := range []string{"/office/organisation", "/office/peers/1"} {
		if w := editor.post(path, url.Values{"action": {"signatory"}, "signatory": {"not_signatory"}}); w.Code != http.StatusForbidden {
			t.Errorf("an editor on %s: %d", path, w.Code)
		}
	}
}
