package people

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"embraye/internal/app"
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
//
// Nobody needs a list for the names of the house and of the person: a password
// that is made of them alone is as bad.
func knownBad(password string, own ...string) bool {
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
		form = letters(form)
		if known()[once(form)] || madeOf(form, own) {
			return true
		}
	}
	return false
}

// houseNames is what the house is called, and where it lives.
func houseNames(ctx context.Context, desk *app.App) ([]string, error) {
	handle := desk.Organisation()
	org, err := desk.Store.Tables().Actors.Take(ctx, handle)
	if err != nil {
		return nil, err
	}
	return []string{org.Name, handle, desk.Base().Hostname(), desk.Site.HandleDomain}, nil
}

// letters are those of a text, without accents and what stands between.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, embraye.Fold(s))
}

// shortName is a name that other words may well contain, and shortRest what is
// too little to be a password beside names.
const (
	shortName = 3
	shortRest = 4
)

// madeOf reports whether a text is made of some of these names, with little or
// only a known word beside them.
func madeOf(s string, own []string) bool {
	rest := s
	for _, name := range namesIn(own) {
		rest = strings.ReplaceAll(rest, name, "")
	}
	if rest == s {
		return false
	}
	rest = strings.TrimFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(rest) < shortRest || known()[once(rest)]
}

// namesIn are whole texts and their words, the longest first.
func namesIn(own []string) []string {
	var names []string
	for _, text := range own {
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, word := range append(words, text) {
			if name := letters(word); len(name) > shortName {
				names = append(names, name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
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
