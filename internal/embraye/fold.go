package embraye

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart and that people write
// without their stroke or as two: Bałtyk, Malmø, cœur, Straße.
var letters = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ı", "i", "ς", "σ")

// Fold makes names comparable: lower case, without accents, however they were
// typed. Forms that only look different are one (NFKD: composed and decomposed
// accents, ligatures, full width), what nobody sees is nothing (soft hyphens,
// zero-width characters, marks of direction), and every run of characters that
// are neither letters nor digits is one space.
func Fold(s string) string {
	return norm.NFC.String(strings.Join(strings.FieldsFunc(bare(s), separates), " "))
}

// bare is a text in lower case without accents and without what nobody sees.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if accent(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, letters.Replace(strings.ToLower(norm.NFKD.String(s))))
}

// strokes are signs that people type in several forms.
var strokes = strings.NewReplacer("’", "'", "ʼ", "'", "‐", "-", "–", "-", "—", "-")

// Finds reports whether a search finds something in texts: each of its words
// stands in one of them, whatever its case, accents, apostrophes and hyphens.
func Finds(search string, texts ...string) bool {
	where := strokes.Replace(bare(strings.Join(texts, "\n")))
	for word := range strings.FieldsSeq(strokes.Replace(bare(search))) {
		if !strings.Contains(where, word) {
			return false
		}
	}
	return true
}

// accent is a mark above or below a letter. The marks of other scripts are
// vowels and voices: without them words would mean something else.
func accent(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x1ab0 && r <= 0x1aff || r >= 0x1dc0 && r <= 0x1dff || r >= 0x20d0 && r <= 0x20ff || r >= 0xfe20 && r <= 0xfe2f
}

// separates is what stands between words. U+02BC is an apostrophe, though
// Unicode calls it a letter.
func separates(r rune) bool {
	return r == 'ʼ' || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}
