package export

import (
	"strings"
	"unicode"
)

// CleanText removes what XML 1.0 cannot carry or a reader must not meet in a
// feed: broken UTF-8, control characters but tab and line ends, U+FFFE and the
// other noncharacters. What remains is written with the usual escapes.
func CleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r == '\r', unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// cleanLine is CleanText on one line, for titles and names.
func cleanLine(s string) string { return strings.Join(strings.Fields(CleanText(s)), " ") }
