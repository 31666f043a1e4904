package embraye

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextProblem is the one law for a text, whichever way it comes in: UTF-8
// without NUL, nothing that turns the direction in which its neighbours are
// read (what is shown would not be what is said), there if it must be, and not
// longer than max characters.
func TextProblem(field, s string, max int, required bool) *Problem {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return &Problem{Field: field, Code: "not_text"}
	case strings.ContainsFunc(s, turns):
		return &Problem{Field: field, Code: "not_text", Value: turning(s)}
	case required && Blank(s):
		return &Problem{Field: field, Code: "required"}
	case utf8.RuneCountInString(s) > max:
		return &Problem{Field: field, Code: "too_long", Max: max}
	}
	return nil
}

// Readable reports whether s is text in which nothing turns.
func Readable(s string) bool { return TextProblem("", s, len(s), false) == nil }

// Straight is a text of a stranger that is shown, without what the law refuses
// in ours: nobody can be asked to type it again.
func Straight(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 || turns(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Unmarked is s without the invisible marks of direction that word processors
// and web pages leave around what is copied from them (LRM, RLM, ALM). Nobody
// typed them, so that nobody is told about them.
func Unmarked(s string) string { return marks.Replace(s) }

// marks takes bytes that are no UTF-8 as they are, for the law to find.
var marks = strings.NewReplacer("\u200e", "", "\u200f", "", "\u061c", "")

// turns reports what Unicode calls Bidi_Control: marks, embeddings, overrides
// and isolates of the direction.
func turns(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// turning names the first sign that turns, which nobody can see.
func turning(s string) string {
	for _, r := range s {
		if turns(r) {
			return fmt.Sprintf("%U", r)
		}
	}
	return ""
}

// Blank reports whether nobody could see anything.
func Blank(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}) == ""
}

// Cut bounds a text by characters.
func Cut(s string, max int) string {
	n := 0
	for i := range s {
		if n == max {
			return s[:i]
		}
		n++
	}
	return s
}

// Counted is n with the word that goes with it, for who reads a terminal or a log
// (pages count in the words of the catalogue): 1 copy, 2 copies, 0 copies.
func Counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		return fmt.Sprint(n, " ", one)
	}
	return fmt.Sprint(n, " ", many)
}
