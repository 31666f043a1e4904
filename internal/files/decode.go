package files

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// What the decoders of Go's libraries leave to their caller.

// adobeCMYK is an APP14 segment that says: four colours, written inverted.
const adobeCMYK = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"

// decodeJPEG reads four colours without Adobe's mark as browsers do: as if it
// were there. Go's decoder refuses to guess.
func decodeJPEG(in io.ReadSeeker, h header) (image.Image, error) {
	if !h.unmarkedCMYK {
		return jpeg.Decode(in)
	}
	var start [2]byte
	if _, err := io.ReadFull(in, start[:]); err != nil {
		return nil, err
	}
	return jpeg.Decode(io.MultiReader(bytes.NewReader(start[:]), bytes.NewReader([]byte(adobeCMYK)), in))
}

// decodeWebP reads a still WebP, or the first picture of an animation, which is
// a still one without its envelope.
func decodeWebP(in io.ReadSeeker, h header) (image.Image, error) {
	f := h.frame
	if f == (frame{}) {
		img, err := webp.Decode(in)
		return fullRange(img), err
	}
	if _, err := in.Seek(f.at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	img, err := webp.Decode(io.MultiReader(bytes.NewReader(f.envelope()), io.LimitReader(in, f.length)))
	if err != nil || f.width == h.width && f.height == h.height {
		return fullRange(img), err
	}
	canvas := image.NewNRGBA(image.Rect(0, 0, h.width, h.height))
	draw.Draw(canvas, image.Rect(f.x, f.y, f.x+f.width, f.y+f.height), fullRange(img), img.Bounds().Min, draw.Src)
	return canvas, nil
}

// envelope is what stands before the chunks of a still WebP.
func (f frame) envelope() []byte {
	var extended []byte
	if f.transparent {
		extended = append([]byte("VP8X"), 10, 0, 0, 0, 0x10, 0, 0, 0)
		extended = append(extended, byte(f.width-1), byte((f.width-1)>>8), byte((f.width-1)>>16))
		extended = append(extended, byte(f.height-1), byte((f.height-1)>>8), byte((f.height-1)>>16))
	}
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+int64(len(extended))+f.length+f.length&1))
	return append(append(b, "WEBP"...), extended...)
}

// fullRange stretches the colours of a lossy WebP in place. VP8 writes black as
// 16 and white as 235 (RFC 6386, section 9.2: ITU-R BT.601), image.YCbCr means
// 0 and 255, as JPEG does: without this, black would be (16, 16, 16).
func fullRange(img image.Image) image.Image {
	var m *image.YCbCr
	switch lossy := img.(type) {
	case *image.YCbCr:
		m = lossy
	case *image.NYCbCrA:
		m = &lossy.YCbCr
	default:
		return img // lossless colours are RGB
	}
	luma, chroma := stretch(16, 0, 219), stretch(128, 128, 224)
	for i, v := range m.Y {
		m.Y[i] = luma[v]
	}
	for _, plane := range [][]uint8{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = chroma[v]
		}
	}
	return img
}

// stretch maps a range of width steps around zero to 255 steps around base.
func stretch(zero, base, width int) (table [256]uint8) {
	for v := range table {
		steps := float64((v-zero)*255) / float64(width)
		table[v] = uint8(min(max(base+int(math.Round(steps)), 0), 255))
	}
	return table
}
