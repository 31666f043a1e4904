package export

import (
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// draft is a line while it is being read.
type draft struct {
	embraye.Scope
	embraye.Content
	proofs proofs
	words  vocabulary
}

func (d *draft) indicator() *embraye.Indicator {
	if d.Indicator == nil {
		d.Indicator = &embraye.Indicator{}
	}
	return d.Indicator
}

// vocabulary maps what people write to codes: the codes themselves and the
// words of every language, folded.
type vocabulary struct {
	reference   *embraye.Reference
	subjects    map[string]embraye.Subject
	kinds       map[string]embraye.InstitutionKind
	stages      map[string]embraye.Stage
	confidences map[string]embraye.Confidence
	licences    map[string]string
}

func (im Importer) words() vocabulary {
	return vocabulary{
		reference:   im.Frame.Reference,
		subjects:    lexicon(im.Catalogue, "subject.", embraye.Subjects()),
		kinds:       lexicon(im.Catalogue, "import.kind.", embraye.InstitutionKinds()),
		stages:      lexicon(im.Catalogue, "stage.", embraye.Stages()),
		confidences: lexicon(im.Catalogue, "confidence.", embraye.Confidences()),
		licences:    lexicon(im.Catalogue, "licence.", embraye.Licences()),
	}
}

// lexicon knows a code, its word, and each of the two without « source » or
// what follows « ou »: "primaire", "agence".
func lexicon[T ~string](c *locale.Catalogue, prefix string, codes []T) map[string]T {
	words := map[string]T{}
	for _, code := range codes {
		words[embraye.Fold(string(code))] = code
		for _, lang := range locale.Languages() {
			if !c.Has(prefix + string(code)) {
				continue
			}
			word := embraye.Fold(c.T(lang, prefix+string(code)))
			words[word] = code
			short := strings.TrimSuffix(strings.TrimPrefix(word, "source "), " source")
			words[short] = code
			for _, or := range []string{" ou ", " or "} {
				if before, _, ok := strings.Cut(word, or); ok {
					words[before] = code
				}
			}
		}
	}
	return words
}

// choose returns what was typed when no word fits: the check then names it and
// what is allowed.
func choose[T ~string](words map[string]T, s string) T {
	if code, ok := words[embraye.Fold(s)]; ok {
		return code
	}
	return T(s)
}

// measure understands m2, mesure2, Mesure 2, 2 and the short title.
func (v vocabulary) measure(s string) string {
	typed := strings.ReplaceAll(embraye.Fold(s), " ", "")
	for _, m := range v.reference.Measures {
		if typed == embraye.Fold(m.ID) || typed == embraye.Fold(m.Handle) || "m"+typed == m.ID || "measure"+strings.TrimPrefix(m.ID, "m") == typed {
			return m.ID
		}
		for _, title := range m.Title {
			if embraye.Fold(title) == embraye.Fold(s) {
				return m.ID
			}
		}
	}
	return s
}

// entries splits a cell that holds a list: by lines or vertical bars.
func entries(s string) []string {
	var list []string
	for entry := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '|' || r == '\n' || r == '\r' }) {
		if entry = embraye.Trim(entry); entry != "" {
			list = append(list, entry)
		}
	}
	return list
}
