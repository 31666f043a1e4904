package organisation

import (
	"context"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// legalPrefix begins the settings that are legal texts.
const legalPrefix = "legal."

// LegalKey is the setting of a legal text.
func LegalKey(name string) string { return legalPrefix + name }

// Legal returns the texts of the legal pages; what nobody has written yet is
// missing.
func (o *Organisation) Legal(ctx context.Context) (map[string]string, error) {
	texts, err := o.desk.Store.Tables().Settings.Among(ctx, legalPrefix, embraye.LegalTexts())
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	return texts, err
}

// SetLegal writes the texts that are named; the others stay.
func (o *Organisation) SetLegal(ctx context.Context, by embraye.Acting, texts map[string]string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: legal texts: %w", err)
	}
	wrong := &embraye.InvalidError{}
	names := make([]string, 0, len(texts))
	for name, text := range texts {
		names = append(names, name)
		if !slices.Contains(embraye.LegalTexts(), name) {
			wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "legal", Code: "unknown", Value: app.Cut(name, embraye.MaxName), Allowed: embraye.LegalTexts()})
		} else if p := embraye.TextProblem(name, text, embraye.MaxText, false); p != nil {
			wrong.Problems = append(wrong.Problems, *p)
		} else if p := ContactProblem(name, text); p != nil {
			wrong.Problems = append(wrong.Problems, *p)
		}
	}
	if len(wrong.Problems) > 0 {
		return wrong
	}
	slices.Sort(names)
	return o.desk.InTx(ctx, func(t store.Tables) error {
		for _, name := range names {
			text := embraye.Prose(texts[name])
			if err := t.Settings.Set(ctx, LegalKey(name), text); err != nil {
				return err
			}
		}
		t.Changed()
		return o.desk.RecordDetail(ctx, t, by, "organisation.legal", o.desk.Site.Base, "", strings.Join(names, " "), false)
	})
}

// ContactProblem wants an address in a text that says where to write to: e-mail
// or a page. Other texts, and empty ones, are left alone.
func ContactProblem(name, text string) *embraye.Problem {
	if name != "contact" && !strings.HasSuffix(name, "_contact") || embraye.Blank(text) {
		return nil
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "<>()[],;:.")
		if address, err := mail.ParseAddress(word); err == nil && strings.Contains(address.Address, ".") || pageAddress(word) {
			return nil
		}
	}
	return &embraye.Problem{Field: name, Code: "no_contact", Value: app.Cut(embraye.OneLine(text), embraye.MaxName)}
}

// pageAddress reads asso.example/contact too, as people write it.
func pageAddress(word string) bool {
	if !strings.Contains(word, "://") {
		word = "https://" + word
	}
	host := embraye.IRI(word).Host()
	name, top, ok := strings.Cut(host, ".")
	return embraye.WebAddress(word) && ok && name != "" && len(top) > 1
}

// LegalMissing lists what the legal pages still lack.
func LegalMissing(texts map[string]string) []string {
	var missing []string
	for _, name := range embraye.LegalTexts() {
		if texts[name] == "" {
			missing = append(missing, name)
		}
	}
	return missing
}
