package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

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
