package draw

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/vector"
)

// outline turns a path of this package into masks of coverage, one for each
// closed part. It reads what our paths use: m, l, h, v, a (of circles) and z,
// all relative.
type outline struct {
	raster       *vector.Rasterizer
	size         image.Point
	scale        float64
	x, y, x0, y0 float64
	open         bool
	masks        []*image.Alpha
}

// fillPath fills a path by the even-odd rule. Its grid has the given width in
// units, each scale pixels wide, and its origin lies at (x, y) of dst.
func fillPath(dst draw.Image, path string, grid, scale float64, x, y int, paint color.Color) error {
	side := int(math.Ceil(grid * scale))
	o := &outline{size: image.Pt(side, side), scale: scale}
	o.raster = vector.NewRasterizer(side, side)
	if err := o.read(path); err != nil {
		return fmt.Errorf("drawing the path %q: %w", path, err)
	}
	box := image.Rect(x, y, x+side, y+side)
	draw.DrawMask(dst, box, image.NewUniform(paint), image.Point{}, o.evenOdd(), image.Point{}, draw.Over)
	return nil
}

// evenOdd joins the masks: what two parts cover is a hole. The edges of our
// parts never cross, so the difference is exact.
func (o *outline) evenOdd() *image.Alpha {
	sum := image.NewAlpha(image.Rectangle{Max: o.size})
	for _, mask := range o.masks {
		for i, a := range mask.Pix {
			sum.Pix[i] = max(sum.Pix[i], a) - min(sum.Pix[i], a)
		}
	}
	return sum
}

// read draws the commands one after the other. A command stands for all the
// numbers that follow it.
func (o *outline) read(path string) error {
	for rest := path; rest != ""; {
		command := rest[0]
		end := 1 + strings.IndexFunc(rest[1:], func(r rune) bool { return r >= 'a' && r <= 'z' })
		if end == 0 {
			end = len(rest)
		}
		numbers, err := pathNumbers(rest[1:end])
		if err != nil {
			return err
		}
		if err := o.draw(command, numbers); err != nil {
			return err
		}
		rest = rest[end:]
	}
	if o.open {
		return fmt.Errorf("the last part is not closed")
	}
	return nil
}

func (o *outline) draw(command byte, n []float64) error {
	arity, known := map[byte]int{'m': 2, 'l': 2, 'h': 1, 'v': 1, 'a': 7, 'z': 0}[command]
	if !known || len(n) != arity {
		return fmt.Errorf("command %q with %d numbers", string(command), len(n))
	}
	switch command {
	case 'm':
		if o.open {
			return fmt.Errorf("a part begins before the last one is closed")
		}
		o.x, o.y = o.x+n[0], o.y+n[1]
		o.x0, o.y0, o.open = o.x, o.y, true
		o.raster.MoveTo(o.point(o.x, o.y))
	case 'l':
		o.lineTo(o.x+n[0], o.y+n[1])
	case 'h':
		o.lineTo(o.x+n[0], o.y)
	case 'v':
		o.lineTo(o.x, o.y+n[0])
	case 'a':
		o.arcTo(n[0], n[3] == 1, n[4] == 1, o.x+n[5], o.y+n[6])
	case 'z':
		o.close()
	}
	return nil
}

func (o *outline) point(x, y float64) (float32, float32) {
	return float32(x * o.scale), float32(y * o.scale)
}

func (o *outline) lineTo(x, y float64) {
	o.raster.LineTo(o.point(x, y))
	o.x, o.y = x, y
}

// close ends a part and keeps its mask; the next one begins where it began.
func (o *outline) close() {
	o.raster.ClosePath()
	mask := image.NewAlpha(image.Rectangle{Max: o.size})
	o.raster.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	o.raster.Reset(o.size.X, o.size.Y)
	o.masks = append(o.masks, mask)
	o.x, o.y, o.open = o.x0, o.y0, false
}

// arcTo follows a circle of radius r to (x, y) in short straight lines: at the
// sizes drawn here no eye tells them from a curve. The centre is found as in
// SVG 2, appendix B.2.4, for a circle.
func (o *outline) arcTo(r float64, large, sweep bool, x, y float64) {
	halfX, halfY := (x-o.x)/2, (y-o.y)/2
	half := math.Hypot(halfX, halfY)
	r = max(r, half)
	height := math.Sqrt(r*r - half*half)
	if large == sweep {
		height = -height
	}
	cx, cy := o.x+halfX-height*halfY/half, o.y+halfY+height*halfX/half
	from := math.Atan2(o.y-cy, o.x-cx)
	turn := math.Atan2(y-cy, x-cx) - from
	switch {
	case sweep && turn <= 0:
		turn += 2 * math.Pi
	case !sweep && turn >= 0:
		turn -= 2 * math.Pi
	}
	steps := max(8, int(math.Ceil(math.Abs(turn)*math.Sqrt(r*o.scale)*2)))
	for i := 1; i < steps; i++ {
		angle := from + turn*float64(i)/float64(steps)
		o.lineTo(cx+r*math.Cos(angle), cy+r*math.Sin(angle))
	}
	o.lineTo(x, y)
}

// pathNumbers reads "-1.2 11.6.5": a minus or a second point begins a number.
func pathNumbers(s string) ([]float64, error) {
	var numbers []float64
	for s = strings.TrimLeft(s, " ,"); s != ""; s = strings.TrimLeft(s, " ,") {
		end, point := 0, false
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '-' && end == 0 || s[end] == '.' && !point) {
			point = point || s[end] == '.'
			end++
		}
		n, err := strconv.ParseFloat(s[:end], 64)
		if err != nil {
			return nil, fmt.Errorf("no number at %q", s)
		}
		numbers, s = append(numbers, n), s[end:]
	}
	return numbers, nil
}
