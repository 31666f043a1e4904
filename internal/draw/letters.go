package draw

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// letters writes words with one font in one size.
type letters struct {
	font *sfnt.Font
	face font.Face
}

// newLetters reads a font of golang.org/x/image; size is in pixels.
func newLetters(ttf []byte, size float64) (*letters, error) {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("reading a font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("sizing a font: %w", err)
	}
	return &letters{parsed, face}, nil
}

// clean keeps what the font can write: no-break spaces become spaces, hyphens the
// one that it has, soft hyphens nothing, since no line ends there; other letters
// that it lacks are left out, because a box says nothing. Accents that are typed
// apart have letters of their own.
func (l *letters) clean(text string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u202f':
			return ' '
		case '\u2010', '\u2011', '\u2212':
			return '-'
		case '\u00ad':
			return -1
		}
		if i, err := l.font.GlyphIndex(&buffer, r); err != nil || i == 0 {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}

// width is in pixels.
func (l *letters) width(text string) int {
	return font.MeasureString(l.face, l.clean(text)).Ceil()
}

// write puts text with its base line at y and returns where it ends.
func (l *letters) write(dst draw.Image, text string, x, y int, paint color.Color) int {
	pen := font.Drawer{Dst: dst, Src: image.NewUniform(paint), Face: l.face, Dot: fixed.P(x, y)}
	pen.DrawString(l.clean(text))
	return pen.Dot.X.Ceil()
}

// wrap breaks text at ordinary spaces and after hyphens into at most most lines
// of width pixels, all about as long. What does not fit is cut and marked with
// an ellipsis.
func (l *letters) wrap(text string, width, most int) (lines []string, whole bool) {
	lines = l.fill(text, width)
	if whole = len(lines) <= most; !whole {
		lines = lines[:most]
		lines[most-1] += "…"
	}
	for i, line := range lines {
		if l.width(line) > width { // one long word, or no room for the ellipsis
			lines[i], whole = l.cut(line, width), false
		}
	}
	for narrower := width - 20; whole && narrower > width/2; narrower -= 20 {
		other := l.fill(text, narrower)
		if len(other) > len(lines) || slices.ContainsFunc(other, func(line string) bool { return l.width(line) > narrower }) {
			break
		}
		lines = other
	}
	return lines, whole
}

// fill puts as much on each line as it holds.
func (l *letters) fill(text string, width int) (lines []string) {
	line := ""
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\t\r", r) })
	for _, word := range words {
		gap := " "
		for _, piece := range afterHyphens(word) {
			longer := strings.TrimLeft(line+gap+piece, " ")
			if gap = ""; line == "" || l.width(longer) <= width {
				line = longer
				continue
			}
			lines, line = append(lines, line), piece
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// afterHyphens splits a word where a line may end. A single letter stays with what
// follows it, and with what comes before: « a-t-il », « dit-on », « y a-t-il ».
func afterHyphens(word string) (pieces []string) {
	for _, piece := range strings.SplitAfter(strings.ReplaceAll(word, "\u2010", "-"), "-") {
		if n := len(pieces); n > 0 && (shortPiece(pieces[n-1]) || shortPiece(piece)) {
			pieces[n-1] += piece
			continue
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// shortPiece: less than four letters between hyphens are no line of their own.
func shortPiece(piece string) bool {
	return utf8.RuneCountInString(strings.Trim(piece, "-.,;:!? …»")) < 4
}

// cut shortens text to width, with an ellipsis at its end.
func (l *letters) cut(text string, width int) string {
	if l.width(text) <= width {
		return text
	}
	runes := []rune(strings.TrimSuffix(text, "…"))
	for len(runes) > 0 && l.width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,.;:\u00a0\u202f") + "…"
}
