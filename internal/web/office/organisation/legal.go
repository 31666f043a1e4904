package organisation

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A legalPage is the form of the legal texts, in their order.
type legalPage struct {
	Names []string
	Texts map[string]string
}

func legal(v *office.Visit) error {
	texts, err := v.Rooms.Organisation.Legal(v.Context())
	if err != nil {
		return err
	}
	return v.Show("legal", "office.legal", legalPage{embraye.LegalTexts(), texts})
}

func changeLegal(v *office.Visit) error {
	texts := map[string]string{}
	for _, name := range embraye.LegalTexts() {
		texts[name] = v.Form(name)
	}
	if err := v.Rooms.Organisation.SetLegal(v.Context(), v.By, texts); err != nil {
		return v.Again(err, "legal", "office.legal", legalPage{embraye.LegalTexts(), texts})
	}
	return v.Said("/office/legal", "office.said.done")
}
