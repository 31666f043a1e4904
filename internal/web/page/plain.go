package page

import (
	"strings"
	"unicode"

	"embraye/internal/embraye"
)

const maxNameRunes = 60

// PlainName keeps of a stranger's name what can be read: no controls, nothing
// that turns the direction or hides, no towers of accents (F143).
func PlainName(s string) string {
	var out strings.Builder
	marks, n := 0, 0
	for _, r := range embraye.OneLine(s) {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > 2 {
				continue
			}
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			continue
		default:
			marks = 0
		}
		if n++; n > maxNameRunes {
			return out.String() + "…"
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}
