package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"embraye/internal/embraye"
)

// The light theme's colours, as the stylesheet has them (a test compares). The
// cards of other networks know no dark theme.
const (
	paper  = "#fcfcfa"
	ink    = "#14201f"
	soft   = "#485654"
	rule   = "#c4cecc"
	accent = "#00566b"
)

// stageColours are the ground and the shape of a stage's badge.
func stageColours(s embraye.Stage) (ground, shape string) {
	switch s {
	case embraye.Done:
		return "#043b49", "#ffffff"
	case embraye.PartlyDone:
		return "#1d7585", "#ffffff"
	case embraye.UnderWay:
		return "#97d0da", "#05313c"
	case embraye.Announced:
		return "#daedf1", "#0a5364"
	case embraye.Stalled:
		return "#f7dea6", "#5a3a00"
	case embraye.Reversed:
		return "#6e4200", "#ffffff"
	case embraye.NoSign:
		return "#e2e7e6", "#38453f"
	}
	return paper, "#55625f"
}

// paint reads #rrggbb; only constants of this file are given to it.
func paint(hex string) color.RGBA {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return color.RGBA{A: 0xff}
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
}

// encode packs a picture as PNG. Every pixel of ours is a mix of two of few
// colours, so a palette of ramps holds them all nearly exactly and halves the
// bytes; pairs names the two ends of each ramp.
func encode(picture *image.RGBA, pairs ...[2]string) ([]byte, error) {
	reduced := image.NewPaletted(picture.Bounds(), ramps(pairs))
	seen := map[color.RGBA]uint8{} // the search through the palette is slow
	var last color.RGBA
	var index uint8
	for i := range reduced.Pix {
		p := picture.Pix[4*i : 4*i+4 : 4*i+4]
		if c := (color.RGBA{p[0], p[1], p[2], p[3]}); c != last || i == 0 {
			known, ok := seen[c]
			if !ok {
				known = uint8(reduced.Palette.Index(c))
				seen[c] = known
			}
			last, index = c, known
		}
		reduced.Pix[i] = index
	}
	var out bytes.Buffer
	if err := png.Encode(&out, reduced); err != nil {
		return nil, fmt.Errorf("encoding a picture: %w", err)
	}
	return out.Bytes(), nil
}

const rampSteps = 24

func ramps(pairs [][2]string) color.Palette {
	var list color.Palette
	for _, pair := range pairs {
		from, to := paint(pair[0]), paint(pair[1])
		for step := range rampSteps {
			mix := func(a, b uint8) uint8 {
				return uint8((int(a)*(rampSteps-1-step) + int(b)*step + (rampSteps-1)/2) / (rampSteps - 1))
			}
			list = append(list, color.RGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 0xff})
		}
	}
	return list
}
