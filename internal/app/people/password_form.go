package people

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// passwordForm is the one form of a password that is hashed: composed accents
// (NFC), every space the plain one (RFC 8265, OpaqueString). Systems type the
// same key in different ways, and nobody can see which.
func passwordForm(password string) string {
	if !utf8.ValidString(password) {
		return password
	}
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, password))
}

// passwordTries are the forms of which a kept hash may be: as it was typed, for
// hashes that are older than passwordForm, the one form, and decomposed, as an
// older hash of another system's typing is. A password without accents is one.
func passwordTries(password string) []string {
	var tries []string
	for _, form := range []string{password, passwordForm(password), norm.NFD.String(password)} {
		if len(form) <= maxPassword && !slices.Contains(tries, form) {
			tries = append(tries, form)
		}
	}
	if len(tries) == 0 {
		return []string{password} // too long in every form: refused at the usual price
	}
	return tries
}
