package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
)

var errHeader = errors.New("the header is broken")

// pngHeader reads IHDR and what stands around the pixels: how deep they are,
// whether a key colour makes them transparent, whether they are interlaced
// (the decoder then holds each pass beside the whole), how they lie.
func pngHeader(in io.Reader) (header, error) {
	r := bufio.NewReader(in)
	var b [33]byte // signature, length, "IHDR", 13 bytes, CRC
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return header{}, err
	}
	if string(b[12:16]) != "IHDR" {
		return header{}, errHeader
	}
	width, height := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if width > 1<<30 || height > 1<<30 {
		return header{}, errHeader
	}
	depth, colour, interlaced := b[24], b[25], b[28] != 0
	transparent, orientation, err := pngChunks(r)
	if err != nil {
		return header{}, err
	}
	perPixel := int64(4)
	if (colour == 0 && !transparent) || colour == 3 {
		perPixel = 1
	}
	if depth == 16 {
		perPixel *= 2
	}
	if interlaced {
		perPixel *= 2
	}
	return header{width: int(width), height: int(height), memory: int64(width) * int64(height) * perPixel, orientation: orientation}, nil
}

// maxExif is the longest eXIf chunk that is looked into: that of a JPEG.
const maxExif = 1 << 16

// pngChunks looks for tRNS and eXIf; the latter may stand behind the pixels. A
// file that is cut off is for the decoder to refuse.
func pngChunks(r *bufio.Reader) (transparent bool, orientation int, err error) {
	orientation = 1
	for pixels := false; ; {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			if pixels {
				err = nil
			}
			return transparent, orientation, err
		}
		length := int64(binary.BigEndian.Uint32(b[:]))
		switch string(b[4:]) {
		case "tRNS":
			transparent = true
		case "IDAT":
			pixels = true
		case "IEND":
			return transparent, orientation, nil
		case "eXIf":
			exif := make([]byte, min(length, maxExif))
			if _, err := io.ReadFull(r, exif); err != nil && !pixels {
				return transparent, orientation, err
			}
			orientation = tiffOrientation(exif)
			length -= int64(len(exif))
		}
		if _, err := io.CopyN(io.Discard, r, length+4); err != nil && !pixels {
			return transparent, orientation, err
		}
	}
}

// jpegHeader walks the segments up to the first scan, as the decoder does: the
// frame says how large the picture is, its sampling what the planes take, and a
// progressive one keeps every coefficient (four bytes each) until the end.
func jpegHeader(in io.Reader) (header, error) {
	r := bufio.NewReader(in)
	h, adobe := header{orientation: 1}, false
	if _, err := r.Discard(2); err != nil {
		return header{}, err
	}
	for {
		marker, segment, err := jpegSegment(r)
		if err != nil {
			return header{}, err
		}
		switch marker {
		case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf:
			return header{}, jpeg.UnsupportedError("lossless, hierarchical or arithmetic coding")
		case 0xc0, 0xc1, 0xc2:
			if h.width > 0 {
				return header{}, errors.New("two frames")
			}
			if err := h.jpegFrame(segment, marker == 0xc2); err != nil {
				return header{}, err
			}
		case 0xe1:
			if o := exifOrientation(segment); o != 1 {
				h.orientation = o
			}
		case 0xee:
			adobe = adobe || len(segment) >= 12 && bytes.HasPrefix(segment, []byte("Adobe"))
		case 0xda:
			if h.width == 0 {
				return header{}, errors.New("no frame before the scan")
			}
			h.unmarkedCMYK = h.unmarkedCMYK && !adobe
			return h, nil
		}
	}
}

// jpegSegment skips to the next marker and reads its segment.
func jpegSegment(r *bufio.Reader) (marker byte, segment []byte, err error) {
	for marker == 0 || marker == 0xff || marker >= 0xd0 && marker <= 0xd7 {
		previous := marker
		if marker, err = r.ReadByte(); err != nil {
			return 0, nil, err
		}
		if previous != 0xff && marker != 0xff {
			marker = 0 // no marker begins here
		}
	}
	if marker == 0xd9 {
		return 0, nil, errors.New("the picture ends before its scan")
	}
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return 0, nil, errHeader
	}
	segment = make([]byte, n)
	_, err = io.ReadFull(r, segment)
	return marker, segment, err
}

func (h *header) jpegFrame(segment []byte, progressive bool) error {
	if len(segment) < 6 {
		return errHeader
	}
	components := int(segment[5])
	if components < 1 || components > 4 || len(segment) < 6+3*components {
		return errHeader
	}
	h.height, h.width = int(binary.BigEndian.Uint16(segment[1:])), int(binary.BigEndian.Uint16(segment[3:]))
	blocks, maxX, maxY := 0, 1, 1 // per unit of the frame
	for i := range components {
		x, y := int(segment[7+3*i]>>4), int(segment[7+3*i]&15)
		if x < 1 || x > 4 || y < 1 || y > 4 {
			return fmt.Errorf("sampling of component %d", i)
		}
		if components == 1 {
			x, y = 1, 1 // one component is not interleaved
		}
		blocks, maxX, maxY = blocks+x*y, max(maxX, x), max(maxY, y)
	}
	units := int64((h.width+8*maxX-1)/(8*maxX)) * int64((h.height+8*maxY-1)/(8*maxY))
	samples := units * int64(blocks) * 64
	h.memory = samples
	if progressive {
		h.memory += 4 * samples
	}
	if h.unmarkedCMYK = components == 4; h.unmarkedCMYK {
		h.memory += 4 * int64(h.width) * int64(h.height)
	}
	return nil
}
