package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// webpHeader walks the RIFF chunks: each must lie within the file (the decoder
// allocates what a chunk claims), and the frame must have the size that the
// canvas claims. Lossless pixels are held twice, in and out of a transform.
func webpHeader(in io.ReadSeeker) (header, error) {
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return header{}, err
	}
	canvas, transparent := header{}, false
	for at := int64(12); ; {
		var b [18]byte // name and length of a chunk, and what its first ten bytes say
		if _, err := in.Seek(at, io.SeekStart); err != nil {
			return header{}, err
		}
		n, err := io.ReadFull(in, b[:])
		if n < 8+5 {
			return header{}, errors.Join(errors.New("no picture"), err)
		}
		length := int64(binary.LittleEndian.Uint32(b[4:]))
		if length > size-at-8 {
			return header{}, errors.New("a chunk is longer than the file")
		}
		switch string(b[:4]) {
		case "VP8X":
			canvas.width, canvas.height = 1+uint24(b[12:]), 1+uint24(b[15:])
			transparent = b[8]&0x10 != 0
		case "VP8 ", "VP8L":
			h := webpFrame(b, n, length, transparent)
			if canvas.width > 0 && (h.width != canvas.width || h.height != canvas.height) {
				return header{}, errors.New("the frame has another size than the canvas")
			}
			return h, nil
		case "ANIM", "ANMF":
			return header{}, errors.New("animated WebP is not understood")
		}
		at += 8 + length + length&1
	}
}

func webpFrame(b [18]byte, n int, length int64, transparent bool) header {
	h := header{}
	perPixel := int64(2) // a half of it colour, and the macroblocks' edges
	if b[3] == 'L' {
		bits := binary.LittleEndian.Uint32(b[9:])
		h.width, h.height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
		perPixel = 8
	} else if n == len(b) {
		h.width, h.height = int(binary.LittleEndian.Uint16(b[14:])&0x3fff), int(binary.LittleEndian.Uint16(b[16:])&0x3fff)
	}
	if transparent {
		perPixel = 12 // transparency is a lossless picture of its own
	}
	h.memory = int64(h.width)*int64(h.height)*perPixel + length
	return h
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// gifHeader walks the blocks without unpacking a pixel, and counts frames and
// their areas.
func gifHeader(in io.Reader) (header, error) {
	r := bufio.NewReader(in)
	var b [13]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return header{}, err
	}
	h := header{width: int(binary.LittleEndian.Uint16(b[6:])), height: int(binary.LittleEndian.Uint16(b[8:]))}
	if err := skipColours(r, b[10]); err != nil {
		return header{}, err
	}
	for {
		block, err := r.ReadByte()
		if err != nil {
			return header{}, err
		}
		switch block {
		case 0x21: // extension
			if _, err := r.Discard(1); err != nil {
				return header{}, err
			}
		case 0x2c:
			if err := h.gifFrame(r); err != nil {
				return header{}, err
			}
		case 0x3b:
			if h.frames == 0 {
				return header{}, errors.New("no picture")
			}
			return h, nil
		default:
			return header{}, errHeader
		}
		if err := skipBlocks(r); err != nil {
			return header{}, err
		}
	}
}

// frameBytes is what a frame takes besides its pixels: its palette and places
// in lists.
const frameBytes = 9 << 10

func (h *header) gifFrame(r *bufio.Reader) error {
	var b [9]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return err
	}
	memory := int64(binary.LittleEndian.Uint16(b[4:]))*int64(binary.LittleEndian.Uint16(b[6:])) + frameBytes
	if h.frames++; h.frames == 1 {
		h.memory = memory
	}
	h.animation += memory
	if err := skipColours(r, b[8]); err != nil {
		return err
	}
	_, err := r.Discard(1) // size of the first codes
	return err
}

func skipColours(r *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := r.Discard(3 << (flags&7 + 1))
	return err
}

func skipBlocks(r *bufio.Reader) error {
	for {
		n, err := r.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := r.Discard(int(n)); err != nil {
			return err
		}
	}
}
