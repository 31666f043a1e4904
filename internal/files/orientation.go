package files

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
)

// upright turns a picture as its EXIF orientation says: 2 to 4 mirror or turn
// by half, 5 to 8 exchange the sides. Cameras write the pixels as the sensor
// lay; without the tag, which goes with the metadata, photos would lie on
// their side.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	src, ok := img.(*image.RGBA)
	if !ok {
		src = image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
		draw.Draw(src, src.Bounds(), img, img.Bounds().Min, draw.Src)
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := target(orientation, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// target is where the pixel (x, y) of a w × h picture goes.
func target(orientation, x, y, w, h int) (tx, ty int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default:
		return y, w - 1 - x
	}
}

// exifMark stands before the TIFF header in an APP1 segment, and by habit in
// other formats too.
const exifMark = "Exif\x00\x00"

// exifOrientation is what an APP1 segment says, 1 if it says nothing: the
// segment is the mark and then a TIFF header.
func exifOrientation(segment []byte) int {
	tiff, ok := bytes.CutPrefix(segment, []byte(exifMark))
	if !ok {
		return 1
	}
	return tiffOrientation(tiff)
}

// tiffOrientation reads tag 0x0112 of the first directory, 1 if there is none.
func tiffOrientation(b []byte) int {
	b = bytes.TrimPrefix(b, []byte(exifMark))
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	} else if string(b[:2]) != "II" {
		return 1
	}
	start := int64(order.Uint32(b[4:]))
	if start+2 > int64(len(b)) {
		return 1
	}
	entries := b[start+2:]
	for range order.Uint16(b[start:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
