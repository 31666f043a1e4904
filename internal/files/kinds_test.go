package files

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pixels is what is stored of a picture.
func pixels(t *testing.T, data []byte) image.Image {
	t.Helper()
	s, _ := open(t, Options{})
	m, _, err := image.Decode(bytes.NewReader(content(t, s, put(t, s, data, "x").Name())))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type rgb [3]uint8

// wantPixels compares the corners, one pixel from the edges, and the middle with
// what Chromium 156 draws for the same file; JPEG may be a little off.
func wantPixels(t *testing.T, m image.Image, w, h int, want ...rgb) {
	t.Helper()
	if b := m.Bounds(); b.Dx() != w || b.Dy() != h {
		t.Fatalf("%d × %d, want %d × %d", b.Dx(), b.Dy(), w, h)
	}
	for i, at := range []image.Point{{1, 1}, {w - 2, 1}, {1, h - 2}, {w - 2, h - 2}, {w / 2, h / 2}}[:len(want)] {
		c := color.NRGBAModel.Convert(m.At(at.X, at.Y)).(color.NRGBA)
		for j, got := range []uint8{c.R, c.G, c.B} {
			if d := int(got) - int(want[i][j]); d < -6 || d > 6 || c.A != 255 {
				t.Errorf("at %v: %v, want %v", at, c, want[i])
				break
			}
		}
	}
}

func TestK11LossyWebPHasTheFullRange(t *testing.T) {
	black, white := rgb{0, 0, 0}, rgb{255, 255, 255}
	m := pixels(t, sample(t, "img-lossy.webp"))
	wantPixels(t, m, 48, 32, black, white, black, white)
	if c := color.NRGBAModel.Convert(m.At(1, 1)).(color.NRGBA); c != (color.NRGBA{A: 255}) {
		t.Errorf("black is %v", c)
	}
	// Every value, against the formula of RFC 6386 in exact numbers.
	all := image.NewYCbCr(image.Rect(0, 0, 256, 1), image.YCbCrSubsampleRatio444)
	for v := range 256 {
		all.Y[v], all.Cb[v], all.Cr[v] = uint8(v), 128, uint8(255-v)
	}
	half := &image.NYCbCrA{YCbCr: *image.NewYCbCr(all.Rect, all.SubsampleRatio), A: bytes.Repeat([]byte{7}, 256), AStride: 256}
	copy(half.Y, all.Y)
	copy(half.Cb, all.Cb)
	copy(half.Cr, all.Cr)
	fullRange(all)
	fullRange(half)
	for v := range 256 {
		luma, red := 255./219*float64(v-16), 1.402*255/224*float64(127-v)
		c := color.RGBAModel.Convert(all.At(v, 0)).(color.RGBA)
		if want := min(max(luma+red, 0), 255); want-float64(c.R) > 2 || float64(c.R)-want > 2 {
			// Colours that no screen has are cut before they are added.
			if luma >= 0 && luma <= 255 && red >= -179 && red <= 179 {
				t.Errorf("Y %d, Cr %d: red is %d, want %.1f", v, 255-v, c.R, want)
			}
		}
		if n := half.NYCbCrAAt(v, 0); n.Y != all.Y[v] || n.Cr != all.Cr[v] || n.A != 7 {
			t.Errorf("with transparency %d is %v", v, n)
		}
	}
}

func TestK12PicturesOfEveryKindStandUpright(t *testing.T) {
	wantPixels(t, pixels(t, sample(t, "img-orientation6.png")), 32, 48, rgb{2, 0, 247}, rgb{247, 0, 2}, rgb{2, 0, 247}, rgb{247, 0, 2})
	plain := encodePNG(t, mosaic(20, 10)) // red green / blue white
	end := len(plain) - 12
	exifChunk := func(orientation byte, order binary.AppendByteOrder, mark string) []byte {
		return pngChunk("eXIf", exif(orientation, order, mark)[4+6:])
	}
	ihdr := 8 + 25
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"before the pixels": {bytes.Join([][]byte{plain[:ihdr], exifChunk(6, binary.BigEndian, "MM"), plain[ihdr:]}, nil), "BRWG"},
		"behind the pixels": {bytes.Join([][]byte{plain[:end], exifChunk(3, binary.LittleEndian, "II"), plain[end:]}, nil), "WBGR"},
		"with a mark":       {bytes.Join([][]byte{plain[:ihdr], pngChunk("eXIf", exif(8, binary.BigEndian, "MM")[4:]), plain[ihdr:]}, nil), "GWRB"},
		"cut off":           {bytes.Join([][]byte{plain[:ihdr], pngChunk("eXIf", []byte("MM\x00*")), plain[ihdr:]}, nil), "RGBW"},
		"of no orientation": {bytes.Join([][]byte{plain[:ihdr], exifChunk(9, binary.BigEndian, "MM"), plain[ihdr:]}, nil), "RGBW"},
	} {
		s, _ := open(t, Options{})
		if got := corners(t, content(t, s, put(t, s, c.data, "x.png").Name())); got != c.want {
			t.Errorf("PNG %s: %s, want %s", name, got, c.want)
		}
	}
	lossy := sample(t, "img-lossy.webp")[12:] // black left, white right
	for name, tiff := range map[string][]byte{"as it should be": exif(6, binary.LittleEndian, "II")[4+6:], "as in a JPEG": exif(6, binary.LittleEndian, "II")[4:]} {
		m := pixels(t, riff(vp8x(8, 48, 32), lossy, riffChunk("EXIF", tiff)))
		wantPixels(t, m, 32, 48, rgb{0, 0, 0}, rgb{0, 0, 0}, rgb{255, 255, 255}, rgb{255, 255, 255})
		if t.Failed() {
			t.Fatalf("WebP, EXIF %s", name)
		}
	}
}

func TestK14AnAnimatedWebPIsItsFirstPicture(t *testing.T) {
	red := rgb{255, 1, 0}
	wantPixels(t, pixels(t, sample(t, "img-animated.webp")), 200, 100, red, red, red, red, red)
	frame := func(x, y, w, h int, chunks ...[]byte) []byte {
		b := []byte{byte(x / 2), 0, 0, byte(y / 2), 0, 0, byte(w - 1), 0, 0, byte(h - 1), 0, 0, 100, 0, 0, 2}
		return riffChunk("ANMF", append(b, bytes.Join(chunks, nil)...))
	}
	lossy := sample(t, "img-lossy.webp")[12:]
	alpha := riffChunk("ALPH", append([]byte{0}, bytes.Repeat([]byte{128}, 48*32)...))
	anim := riffChunk("ANIM", make([]byte, 6))
	// A frame that covers a part of its canvas.
	m := pixels(t, riff(vp8x(2, 60, 40), anim, frame(10, 4, 48, 32, lossy), frame(0, 0, 48, 32, lossy)))
	if c := color.NRGBAModel.Convert(m.At(11, 5)).(color.NRGBA); m.Bounds().Dx() != 60 || c != (color.NRGBA{A: 255}) {
		t.Errorf("%v, the corner of the frame is %v", m.Bounds(), c)
	}
	if _, _, _, a := m.At(2, 2).RGBA(); a != 0 {
		t.Error("the canvas beside the frame is not transparent")
	}
	m = pixels(t, riff(vp8x(0x12, 48, 32), anim, frame(0, 0, 48, 32, alpha, lossy)))
	if _, _, _, a := m.At(2, 2).RGBA(); a>>8 != 128 {
		t.Errorf("half transparent became %d", a>>8)
	}
	for name, data := range map[string][]byte{
		"beside the canvas":  riff(vp8x(2, 48, 32), anim, frame(2, 0, 48, 32, lossy)),
		"of another size":    riff(vp8x(2, 60, 40), anim, frame(0, 0, 40, 32, lossy)),
		"without a picture":  riff(vp8x(2, 60, 40), anim, frame(0, 0, 48, 32)),
		"without a canvas":   riff(anim, frame(0, 0, 48, 32, lossy)),
		"longer than itself": riff(vp8x(2, 60, 40), anim, frame(0, 0, 48, 32, []byte("VP8 \xff\xff\x00\x00"), make([]byte, 20))),
	} {
		refused(t, Options{}, data, name, CodeBroken)
	}
}

func TestK14RareJPEGs(t *testing.T) {
	first, second := rgb{173, 162, 0}, rgb{217, 1, 141}
	wantPixels(t, pixels(t, sample(t, "img-cmyk-noadobe.jpg")), 48, 32, first, first, second, second)
	refused(t, Options{}, sample(t, "img-sampling-2x2_1x1_1x2.jpg"), "colours that are sampled oddly", CodeUnread)
	plain := encodeJPEG(t, mosaic(16, 16))
	frame := bytes.Index(plain, []byte{0xff, 0xc0})
	for name, marker := range map[string]byte{"lossless": 0xc3, "arithmetic": 0xc9, "progressive arithmetic": 0xca} {
		data := bytes.Clone(plain)
		data[frame+1] = marker
		refused(t, Options{}, data, name, CodeUnread)
	}
	deep := bytes.Clone(plain)
	deep[frame+4] = 12
	refused(t, Options{}, deep, "twelve bits", CodeUnread)
	refused(t, Options{}, plain[:len(plain)/2], "half of a file", CodeBroken)
	// A mark that is there is not said again.
	marked := withSegments(sample(t, "img-cmyk-noadobe.jpg"), []byte(adobeCMYK))
	wantPixels(t, pixels(t, marked), 48, 32, first, first, second, second)
	if _, err := jpeg.Decode(strings.NewReader(string(marked))); err != nil {
		t.Errorf("the mark that is put in: %v", err)
	}
}

func TestK15WhatMayStandBeforeAPDF(t *testing.T) {
	s, _ := open(t, Options{})
	body := "%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
	for name, data := range map[string]string{
		"line feeds": string(sample(t, "pdf-leading-newlines.pdf")), "BOM": "\ufeff" + body, "both": "\r\n\ufeff \t\x00\f" + body, "much": strings.Repeat("\n", 1000) + body,
	} {
		f := put(t, s, []byte(data), "x.pdf")
		if f.Ext != "pdf" || string(content(t, s, f.Name())) != data {
			t.Errorf("%s: %+v, or the bytes changed", name, f)
		}
		if _, info, err := s.Get(t.Context(), f.Name()); err != nil || info.Inline || info.MediaType != "application/pdf" {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
	for name, data := range map[string]string{
		"page": "<!doctype html>\n" + body, "page behind space": "\n\n<script>\n" + body, "JSON": "{\"a\":\n" + body, "JSON behind a BOM": "\ufeff[\n" + body,
		"words": "From: a\n\n" + body, "too far": strings.Repeat("\n", 1024) + body, "SVG": "\n<svg>" + body, "UTF-16": "\xff\xfe" + body,
	} {
		refused(t, Options{}, []byte(data), name, CodeType)
	}
	refused(t, Options{}, []byte("\n\n%PDF-x\n%%EOF\n"), "no version", CodeBroken)
}

// An animation cannot make more be held than its frame and its canvas.
func TestK14TheHeaderTellsTheMemory(t *testing.T) {
	lossy := sample(t, "img-lossy.webp")[12:]
	b := append([]byte{0, 0, 0, 0, 0, 0, 47, 0, 0, 31, 0, 0, 0, 0, 0, 0}, lossy...)
	data := riff(vp8x(2, 10_000, 10_000), riffChunk("ANMF", b))
	refused(t, Options{}, data, "a canvas that is too large", CodePixels)
	if h, err := webpHeader(bytes.NewReader(sample(t, "img-animated.webp"))); err != nil || h.width != 200 || h.height != 100 || h.memory < 200*100*3/2 {
		t.Errorf("%+v, %v", h, err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	if h, err := pngHeader(bytes.NewReader(out.Bytes())); err != nil || h.orientation != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}
