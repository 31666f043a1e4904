package files

import (
	"encoding/binary"
	"errors"
	"io"
)

// frame is the first picture of an animated WebP: where its chunks lie in the
// file, and where on the canvas its pixels. It is empty for a still one.
type frame struct {
	at, length    int64
	x, y          int
	width, height int
	transparent   bool
}

// webpWalk is what is known while the chunks go by.
type webpWalk struct {
	in          io.ReadSeeker
	canvas      header
	transparent bool // the canvas says so: an ALPH chunk stands before the colours
	found       bool // the picture
	header      header
	frame       frame
}

// webpHeader walks the RIFF chunks: each must lie within the file (the decoder
// allocates what a chunk claims), and a frame must have the size that the
// canvas claims. Lossless pixels are held twice, in and out of a transform. Of
// an animation the first picture counts; EXIF stands behind the pixels.
func webpHeader(in io.ReadSeeker) (header, error) {
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return header{}, err
	}
	w := &webpWalk{in: in}
	orientation := 1
	err = w.chunks(12, size, func(c chunk) error {
		switch {
		case c.name == "VP8X":
			w.canvas.width, w.canvas.height = 1+uint24(c.start[4:]), 1+uint24(c.start[7:])
			w.transparent = c.start[0]&0x10 != 0
		case w.found && c.name == "EXIF":
			exif := make([]byte, min(c.length, maxExif))
			if err := w.read(c.at, exif); err != nil {
				return err
			}
			orientation = tiffOrientation(exif)
		case w.found:
		case c.name == "VP8 ", c.name == "VP8L":
			return w.still(c)
		case c.name == "ANMF":
			return w.animated(c)
		}
		return nil
	})
	if !w.found {
		return header{}, errors.Join(errors.New("no picture"), err)
	}
	w.header.orientation, w.header.frame = orientation, w.frame
	return w.header, nil // what is broken behind the picture is not looked at
}

// chunk is one chunk of a RIFF file: where its content begins, how long it is,
// and its first bytes.
type chunk struct {
	name       string
	at, length int64
	start      [16]byte
	read       int // how many of them there are
}

// chunks calls f for each chunk between two places of the file.
func (w *webpWalk) chunks(at, end int64, f func(chunk) error) error {
	for at+8 <= end {
		var b [8 + 16]byte
		if _, err := w.in.Seek(at, io.SeekStart); err != nil {
			return err
		}
		n, err := io.ReadFull(w.in, b[:])
		if n < 8 {
			return err
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		c := chunk{name: string(b[:4]), at: at + 8, length: int64(binary.LittleEndian.Uint32(b[4:]))}
		if c.length > end-c.at {
			return errors.New("a chunk is longer than the file")
		}
		c.read = copy(c.start[:], b[8:n])
		if err := f(c); err != nil {
			return err
		}
		at = c.at + c.length + c.length&1
	}
	return nil
}

func (w *webpWalk) read(at int64, b []byte) error {
	if _, err := w.in.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(w.in, b)
	return err
}

// still takes the picture of a file that has one.
func (w *webpWalk) still(c chunk) error {
	h := webpPicture(c, w.transparent)
	if w.canvas.width > 0 && (h.width != w.canvas.width || h.height != w.canvas.height) {
		return errors.New("the frame has another size than the canvas")
	}
	w.header, w.found = h, true
	return nil
}

// animated takes the first picture of an animation: a frame has a place, a size
// and chunks of its own. Where it does not cover the canvas, that is held too.
func (w *webpWalk) animated(c chunk) error {
	if c.length < 16 || w.canvas.width == 0 {
		return errHeader
	}
	f := frame{at: c.at + 16, length: c.length - 16, x: 2 * uint24(c.start[0:]), y: 2 * uint24(c.start[3:]),
		width: 1 + uint24(c.start[6:]), height: 1 + uint24(c.start[9:])}
	if f.x+f.width > w.canvas.width || f.y+f.height > w.canvas.height {
		return errors.New("a frame lies beside the canvas")
	}
	h := w.canvas
	err := w.chunks(f.at, f.at+f.length, func(c chunk) error {
		switch {
		case w.found:
		case c.name == "ALPH":
			f.transparent = true
		case c.name == "VP8 ", c.name == "VP8L":
			picture := webpPicture(c, f.transparent)
			if picture.width != f.width || picture.height != f.height {
				return errors.New("the picture has another size than its frame")
			}
			h.memory, w.found = picture.memory, true
		}
		return nil
	})
	if err != nil || !w.found {
		w.found = false
		return errors.Join(errHeader, err)
	}
	if f.width != h.width || f.height != h.height {
		h.memory += 4 * int64(h.width) * int64(h.height)
	}
	w.header, w.frame = h, f
	return nil
}

// webpPicture is what a chunk of pixels says of itself.
func webpPicture(c chunk, transparent bool) header {
	h := header{}
	perPixel := int64(2) // a half of it colour, and the macroblocks' edges
	if c.name == "VP8L" {
		bits := binary.LittleEndian.Uint32(c.start[1:])
		h.width, h.height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
		perPixel = 8
	} else if c.read >= 10 {
		h.width, h.height = int(binary.LittleEndian.Uint16(c.start[6:])&0x3fff), int(binary.LittleEndian.Uint16(c.start[8:])&0x3fff)
	}
	if transparent {
		perPixel = 12 // transparency is a lossless picture of its own
	}
	h.memory = int64(h.width)*int64(h.height)*perPixel + c.length
	return h
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
