package embraye

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What people type and paste brings along characters that nobody sees: no-break
// and zero-width spaces of web pages, byte order marks of files, soft hyphens
// of documents, accents beside their letters. Here they become what was meant,
// once, for every form, command and table. Names and texts keep what some
// scripts and emoji need to be read: the joiners.

// OneLine is a text on one line: composed (NFC), without what nobody sees,
// every run of white space and control characters one space, none at the ends.
func OneLine(s string) string {
	return Trim(strings.Join(strings.FieldsFunc(visible(s), blankRune), " "))
}

// Prose is a text of several lines: composed, without what nobody sees,
// trimmed. No-break spaces inside stay, as typography wants them.
func Prose(s string) string {
	return Trim(visible(strings.ReplaceAll(s, "\r\n", "\n")))
}

// Address is a web address as it was meant: nothing invisible inside, no white
// space at the ends, no brackets around it.
func Address(s string) string {
	s = strings.TrimFunc(visible(s), func(r rune) bool { return blankRune(r) || unicode.Is(unicode.Cf, r) })
	if inner, ok := strings.CutPrefix(s, "<"); ok && strings.HasSuffix(inner, ">") {
		s = Trim(strings.TrimSuffix(inner, ">"))
	}
	return s
}

// Unspaced is a number or code without the white space that groups its signs,
// and without anything invisible: 233 500 016 is 233500016.
func Unspaced(s string) string {
	return strings.Map(func(r rune) rune {
		if blankRune(r) || invisible(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// Trim cuts white space and what nobody sees from both ends.
func Trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return blankRune(r) || invisible(r) })
}

func blankRune(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// invisible is what has neither width nor meaning, and the marks of direction
// that word processors and web pages leave around what is copied from them
// (LRM, RLM, ALM). Joiners have a meaning, see keeps. What turns the direction
// (turns) is for the law of texts to refuse.
func invisible(r rune) bool {
	switch r {
	case 0xad, 0x34f, 0x61c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xfeff:
		return true
	}
	return false
}

const (
	zeroWidthSpace     = '\u200b'
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

func joins(r rune) bool { return r == zeroWidthJoiner || r == zeroWidthNonJoiner }

// visible composes s (NFC) and takes out what nobody sees. What is not UTF-8 is
// for the rules of texts to refuse.
func visible(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	runes := []rune(norm.NFC.String(s))
	var out strings.Builder
	var before rune
	for i, r := range runes {
		after := rune(0)
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if (joins(r) || invisible(r)) && !keeps(before, r, after) {
			continue
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}

// keeps tells whether an invisible character does its work between two others:
// joiners choose the forms of letters in scripts that join them and make one
// emoji of several, a zero-width space parts the words of scripts that write
// without spaces.
func keeps(before, r, after rune) bool {
	switch {
	case joins(r):
		return unicode.In(before, joining...) || r == zeroWidthJoiner && pictured(before) && unicode.IsSymbol(after)
	case r == zeroWidthSpace:
		return unicode.In(before, unspaced...) && unicode.In(after, unspaced...)
	}
	return false
}

// pictured is the end of an emoji: a symbol, its colour, its form or a flag's tag.
func pictured(r rune) bool { return unicode.IsSymbol(r) || r == 0xfe0f || r >= 0xe0020 && r <= 0xe007f }

var (
	// joining are the scripts in which joiners change what is read.
	joining = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali,
		unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
		unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Balinese, unicode.Javanese}
	// unspaced are the scripts that write without spaces.
	unspaced = []*unicode.RangeTable{unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Balinese, unicode.Javanese}
)
