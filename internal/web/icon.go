package web

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Icons are drawn, so that every actor has a picture from the first start: the
// two plates of a clutch and the measure's number, in a colour of its own.
// PNG, because no server shows SVG (INTEROP 0.5).

const iconSize = 400 // pixels; what Mastodon keeps

// icons remembers what was drawn: a picture depends on its label and colour
// alone, so it is drawn once in the life of the process.
type icons struct {
	mu    sync.Mutex
	drawn map[iconKey][]byte
}

type iconKey struct {
	label string
	paint color.RGBA
}

func newIcons() *icons { return &icons{drawn: map[iconKey][]byte{}} }

// get draws the icon of an actor: its label in its colour.
func (i *icons) get(handle, label string) ([]byte, error) {
	key := iconKey{label, iconPaint(handle)}
	i.mu.Lock()
	defer i.mu.Unlock()
	if picture, ok := i.drawn[key]; ok {
		return picture, nil
	}
	picture, err := drawIcon(key)
	if err == nil {
		i.drawn[key] = picture
	}
	return picture, err
}

// iconPaint chooses by handle among dark colours that white reads well on
// (7:1 at least).
func iconPaint(handle string) color.RGBA {
	paints := []color.RGBA{
		{0x04, 0x3b, 0x49, 0xff}, {0x5d, 0x2f, 0x6b, 0xff}, {0x6e, 0x42, 0x00, 0xff}, {0x0b, 0x4f, 0x3c, 0xff},
		{0x2b, 0x3f, 0x80, 0xff}, {0x7a, 0x26, 0x3a, 0xff}, {0x3d, 0x4a, 0x14, 0xff},
	}
	if n := len(handle); n > 0 && handle[n-1] >= '0' && handle[n-1] <= '9' {
		return paints[int(handle[n-1]-'0')%len(paints)] // neighbours differ
	}
	sum := fnv.New32a()
	sum.Write([]byte(handle))
	return paints[sum.Sum32()%uint32(len(paints))]
}

func drawIcon(key iconKey) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, iconSize, iconSize))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(key.paint), image.Point{}, draw.Src)
	light := image.NewUniform(color.RGBA{0xff, 0xff, 0xff, 0xff})
	// Two shafts and two plates that nearly touch; the label stands between
	// what they would move.
	for _, bar := range []image.Rectangle{
		image.Rect(60, 312, 170, 328), image.Rect(170, 276, 190, 364),
		image.Rect(210, 276, 230, 364), image.Rect(230, 312, 340, 328),
	} {
		fillRounded(picture, bar, 6, light)
	}
	if err := drawLabel(picture, key.label, light); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("encoding an icon: %w", err)
	}
	return out.Bytes(), nil
}

// fillRounded fills a rectangle with round corners.
func fillRounded(dst draw.Image, r image.Rectangle, radius float32, src image.Image) {
	x0, y0, x1, y1 := float32(r.Min.X), float32(r.Min.Y), float32(r.Max.X), float32(r.Max.Y)
	shape := vector.NewRasterizer(iconSize, iconSize)
	shape.MoveTo(x0+radius, y0)
	shape.LineTo(x1-radius, y0)
	shape.QuadTo(x1, y0, x1, y0+radius)
	shape.LineTo(x1, y1-radius)
	shape.QuadTo(x1, y1, x1-radius, y1)
	shape.LineTo(x0+radius, y1)
	shape.QuadTo(x0, y1, x0, y1-radius)
	shape.LineTo(x0, y0+radius)
	shape.QuadTo(x0, y0, x0+radius, y0)
	shape.ClosePath()
	shape.Draw(dst, dst.Bounds(), src, image.Point{})
}

// drawLabel writes one or two letters, centred above the plates.
func drawLabel(dst draw.Image, label string, src image.Image) error {
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return fmt.Errorf("reading the icons' font: %w", err)
	}
	size := 240.0
	if len([]rune(label)) > 1 {
		size = 190
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return fmt.Errorf("sizing the icons' font: %w", err)
	}
	defer face.Close()
	bounds, _ := font.BoundString(face, label)
	width, height := bounds.Max.X-bounds.Min.X, bounds.Max.Y-bounds.Min.Y
	pen := font.Drawer{Dst: dst, Src: src, Face: face, Dot: fixed.Point26_6{
		X: (fixed.I(iconSize)-width)/2 - bounds.Min.X,
		Y: fixed.I(150) + height/2 - bounds.Max.Y,
	}}
	pen.DrawString(label)
	return nil
}
