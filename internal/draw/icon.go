package draw

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/math/fixed"
)

// IconSize is the side of an actor's picture, in pixels: what Mastodon keeps.
const IconSize = 400

// Icon is the picture of one of our actors: its label (the number of a measure,
// a letter) over the mark, in the petrol that names no stage. An empty label
// gives the mark alone. It is PNG, because no server shows SVG of others.
func Icon(label string) ([]byte, error) {
	if label == "" {
		return square(IconSize)
	}
	picture := ground(IconSize)
	if err := fillPath(picture, MarkPath, markGrid, 5, 100, 256, paint(paper)); err != nil {
		return nil, err
	}
	size := 220.0
	if len([]rune(label)) > 1 {
		size = 170
	}
	bold, err := newLetters(gobold.TTF, size)
	if err != nil {
		return nil, err
	}
	bounds, _ := font.BoundString(bold.face, bold.clean(label))
	width, height := bounds.Max.X-bounds.Min.X, bounds.Max.Y-bounds.Min.Y
	x := (fixed.I(IconSize)-width)/2 - bounds.Min.X
	y := fixed.I(140) + height/2 - bounds.Max.Y
	bold.write(picture, label, x.Round(), y.Round(), paint(paper))
	return encode(picture, [2]string{accent, paper})
}

// Favicon is the mark in a square of size pixels: 32 for old browsers, 180 for
// home screens.
func Favicon(size int) ([]byte, error) { return square(size) }

// FaviconSVG is the same as a document of its own.
func FaviconSVG() string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><path fill="` + accent +
		`" d="M0 0h48v48h-48z"/><path fill="` + paper + `" d="M4 12` + MarkPath + `"/></svg>`
}

// square draws the mark over the whole width: 48 units, as FaviconSVG.
func square(size int) ([]byte, error) {
	picture := ground(size)
	unit := float64(size) / 48
	if err := fillPath(picture, MarkPath, markGrid, unit, int(math.Round(4*unit)), int(math.Round(12*unit)), paint(paper)); err != nil {
		return nil, err
	}
	return encode(picture, [2]string{accent, paper})
}

func ground(size int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(paint(accent)), image.Point{}, draw.Src)
	return picture
}
