package people

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"embraye/internal/embraye"
)

//go:embed known_passwords.txt
var knownWords string

var known = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(knownWords) {
		words[word] = true
	}
	return words
})

// disguises are signs that people put for letters.
var disguises = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// shortOne is a password that repeating two signs does not make long.
const shortOne = 64

// knownBad reports whether a password is among the first that anybody tries: a
// word of the list, repeated or with figures and signs around it, a run of
// figures or letters, or one or two signs over and over.
func knownBad(password string) bool {
	s := strings.ReplaceAll(strings.ToLower(password), " ", "")
	signs := map[rune]bool{}
	for _, r := range s {
		signs[r] = true
	}
	if len(signs) <= 2 && len(s) < shortOne || isRun(s) {
		return true
	}
	bare := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, form := range []string{bare, disguises.Replace(bare), disguises.Replace(s)} {
		if known()[once(strings.ReplaceAll(embraye.Fold(form), " ", ""))] {
			return true
		}
	}
	return false
}

// isRun: each sign follows the one before, upwards or downwards, as 1234567890.
func isRun(s string) bool {
	up, down := true, true
	runes := []rune(strings.ReplaceAll(s, "90", "9:")) // after nine comes nought
	for i := 1; i < len(runes); i++ {
		up = up && runes[i] == runes[i-1]+1 || up && runes[i-1] == ':' && runes[i] == '1'
		down = down && runes[i] == runes[i-1]-1
	}
	return up || down
}

// once is the word that a text repeats.
func once(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return s[:n]
		}
	}
	return s
}
