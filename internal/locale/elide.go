package locale

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// elide writes « d’ » and « qu’ » in a French text where what comes into it
// begins with a vowel, « le bureau d’Amont », and « du » and « des » before a name
// that brings its article, which they replace: « les constats des Communs ». An h
// is left alone: whether it is aspirated is not in its letters, nor is it for y.
func elide(text string, args []any) (string, []any) {
	var out strings.Builder
	args = slices.Clone(args)
	for i, arg := range args {
		before, after, found := strings.Cut(text, "%")
		if !found || after == "" {
			break
		}
		if after[0] == 's' {
			name := fmt.Sprint(arg)
			if stem, ok := endsIn(before, "de "); ok {
				if article, rest := articleOf(name); article != "" {
					before, args[i] = stem+article, rest
				} else if beginsWithVowel(name) {
					before = stem + "d’"
				}
			} else if stem, ok := endsIn(before, "que "); ok && beginsWithVowel(name) {
				before = stem + "qu’"
			}
		}
		out.WriteString(before + "%" + after[:1])
		text = after[1:]
	}
	return out.String() + text, args
}

// endsIn cuts a word from the end of a text, if it is a whole word there.
func endsIn(text, word string) (stem string, ok bool) {
	stem, ok = strings.CutSuffix(text, word)
	return stem, ok && (stem == "" || strings.ContainsRune(" (« ", lastRune(stem)))
}

// articleOf is what « de » becomes before a name that begins with le or les, and
// the name without them.
func articleOf(name string) (article, rest string) {
	for spelled, article := range map[string]string{"le ": "du ", "les ": "des "} {
		if len(name) > len(spelled) && strings.EqualFold(name[:len(spelled)], spelled) {
			return article, name[len(spelled):]
		}
	}
	return "", name
}

func beginsWithVowel(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size > 0 && strings.ContainsRune("aàâäeéèêëiîïoôöuùûüœæAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜŒÆ", r)
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
