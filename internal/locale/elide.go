package locale

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// elide writes « d’ » and « qu’ » in a French text where what comes into it
// begins with a vowel: « le bureau d’Amont ». An h is left alone: whether it is
// aspirated is not in its letters, nor is it for y.
func elide(text string, args []any) string {
	var out strings.Builder
	for _, arg := range args {
		before, after, found := strings.Cut(text, "%")
		if !found || after == "" {
			break
		}
		if after[0] == 's' && beginsWithVowel(fmt.Sprint(arg)) {
			for _, word := range []string{"de ", "que "} {
				if stem, ok := strings.CutSuffix(before, word); ok && (stem == "" || strings.ContainsRune(" (« ", lastRune(stem))) {
					before = stem + strings.TrimSuffix(word, "e ") + "’"
				}
			}
		}
		out.WriteString(before + "%" + after[:1])
		text = after[1:]
	}
	return out.String() + text
}

func beginsWithVowel(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size > 0 && strings.ContainsRune("aàâäeéèêëiîïoôöuùûüœæAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜŒÆ", r)
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
