// Package draw owns the pictures of the site: the eight shapes of the stages,
// the tile map of the regions, the timeline of changes, the icons of actors and
// the preview cards. It draws from domain values and does nothing else: no
// files, no clock, no network, and the same input always gives the same bytes.
//
// What always holds: a shape is one string of relative path commands (StagePath)
// and serves the stylesheet, the SVG and the PNG alike; a picture never says
// what a table beside it does not say in words; SVG carries classes and no
// style attributes, because the pages' policy forbids them.
//
// Start reading at StagePath, then TileMap and Timeline for SVG, Card for PNG.
package draw

import (
	"html/template"
	"strconv"
	"strings"
)

// MarkPath is the mark on a grid of 40 × 24: the two plates of a clutch, each
// with its shaft, about to touch.
const MarkPath = "m0 10h11v-8h5.5v20h-5.5v-8h-11zm40 0h-11v-8h-5.5v20h5.5v-8h11z"

const markGrid = 40 // the wider side

// Mark is the mark as an inline picture that stands beside the name.
func Mark() template.HTML {
	return `<svg class="mark" viewBox="0 0 40 24" width="40" height="24" aria-hidden="true"><path d="` + MarkPath + `"/></svg>`
}

// svg builds a picture as text. Words are escaped by word, everything else is
// made in this package.
type svg struct{ strings.Builder }

// put writes its parts: strings as they are, numbers in their shortest form.
func (s *svg) put(parts ...any) {
	for _, part := range parts {
		switch v := part.(type) {
		case string:
			s.WriteString(v)
		case int:
			s.WriteString(strconv.Itoa(v))
		case float64:
			s.WriteString(decimal(v))
		}
	}
}

// word writes text from outside.
func (s *svg) word(text string) { template.HTMLEscape(s, []byte(text)) }

// html is what was built.
func (s *svg) html() template.HTML { return template.HTML(s.String()) }

// decimal writes a number with at most one digit after the point.
func decimal(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}
