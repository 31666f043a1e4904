package embraye

import (
	"strings"
	"unicode"
)

// foldings maps the accented letters of French and its neighbours to ASCII.
// The domain may not import a Unicode library for one comparison.
var foldings = strings.NewReplacer(
	"à", "a", "â", "a", "ä", "a", "á", "a", "ã", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"î", "i", "ï", "i", "í", "i", "ì", "i", "ñ", "n", "ô", "o", "ö", "o", "ó", "o", "ò", "o", "õ", "o",
	"ù", "u", "û", "u", "ü", "u", "ú", "u", "ÿ", "y", "ý", "y", "œ", "oe", "æ", "ae", "ß", "ss")

// Fold makes names comparable: lower case, without accents, every run of
// characters that are neither letters nor digits one space.
func Fold(s string) string {
	s = foldings.Replace(strings.ToLower(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}
