package people

import (
	"fmt"
	"html/template"
	"strings"

	qr "github.com/piglig/go-qr"
)

// A picture is a QR code as the path of a drawing, with its size.
type picture struct {
	Size int
	Path string
}

// quiet is the white around a QR code (ISO 18004: four squares).
const quiet = 4

// drawQR draws a text; runs of squares are one stroke, so that the page stays
// light. What cannot be drawn stays a text and a link.
func drawQR(text string) *picture {
	code, err := qr.EncodeText(text, qr.Medium)
	if err != nil {
		return nil
	}
	var path strings.Builder
	for y := range code.Size() {
		for x := 0; x < code.Size(); x++ {
			from := x
			for x < code.Size() && code.Module(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return &picture{Size: code.Size() + 2*quiet, Path: path.String()}
}

// otpauth lets a link of ours lead to an app: templates know web addresses alone.
func otpauth(uri string) template.URL { return template.URL(uri) }
