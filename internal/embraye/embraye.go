// Package embraye is the domain: measures, constats ("updates" in code), their
// stages, scopes, revisions and evidence, the organisation and its people, and
// the rules that hold for them whoever asks. It does no input or output.
//
// Structs that are rows of the database are the same structs that the program
// works with; their gorm tags are strings and import nothing. What a stranger
// can see and rely on is decided here: required fields, scopes, lateness, what
// a correction may change, who may do what.
//
// Start reading at update.go (what a constat is), then content.go (what it
// says), then permission.go.
package embraye

import (
	"strconv"
	"unicode/utf8"
)

func quote(s string) string {
	if utf8.RuneCountInString(s) > 80 {
		s = string([]rune(s)[:80]) + "…"
	}
	return strconv.Quote(s)
}

func itoa(n int) string { return strconv.Itoa(n) }
