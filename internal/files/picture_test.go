package files

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"strings"
	"testing"
)

func TestW37OnlyWhatDecodes(t *testing.T) {
	for name, data := range map[string]string{
		"svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "html": "<!doctype html><script>x</script>", "xhtml": `<?xml version="1.0"?><html/>`,
		"mhtml": "From: x\nMIME-Version: 1.0\n", "js": "alert(1)", "exe": "MZ\x90\x00", "zip": "PK\x03\x04", "bmp": "BM\x00\x00", "space": " \x89PNG\r\n\x1a\n", "text": "x",
	} {
		refused(t, Options{}, []byte(data), "image.png", CodeType)
		refused(t, Options{}, []byte(data), name+"."+name, CodeType)
	}
	refused(t, Options{}, nil, "nothing.png", CodeEmpty)
	for name, data := range map[string][]byte{
		"PNG signature": []byte("\x89PNG\r\n\x1a\n<svg>"), "JPEG signature": []byte("\xff\xd8\xff<html>"), "GIF signature": []byte("GIF89a/*<script>*/=1;"),
		"WebP signature": []byte("RIFF\x00\x00\x00\x00WEBP<html>"), "PDF signature": []byte("%PDF-1.7<html>"), "PDF without version": []byte("%PDF-<html>%%EOF"),
		"cut PNG": samplePNG(t)[:60], "cut JPEG": encodeJPEG(t, mosaic(64, 64))[:500], "cut GIF": encodeGIF(t, 2, 8, 8)[:60], "cut WebP": sampleWebP(t)[:30],
	} {
		refused(t, Options{}, data, name, CodeBroken)
	}
}

// A picture that is also something else loses the something else.
func TestW39NothingButThePictureSurvives(t *testing.T) {
	actor := []byte(`{"@context":"https://www.w3.org/ns/activitystreams","type":"Person"}`)
	refused(t, Options{}, actor, "actor.pdf", CodeType)
	s, _ := open(t, Options{})
	for name, data := range map[string][]byte{"png": samplePNG(t), "jpg": encodeJPEG(t, mosaic(8, 8)), "gif": encodeGIF(t, 1, 8, 8), "webp": sampleWebP(t)} {
		f := put(t, s, append(data, actor...), name)
		if bytes.Contains(content(t, s, f.Name()), []byte("activitystreams")) {
			t.Errorf("%s: what was appended is served", name)
		}
	}
}

func TestW40MetadataGoes(t *testing.T) {
	s, _ := open(t, Options{})
	pngData := samplePNG(t)
	secret := []byte("SECRET")
	animation := encodeGIF(t, 2, 8, 8)
	comment := append([]byte{0x21, 0xfe, byte(len(secret))}, append(secret, 0)...)
	for name, data := range map[string][]byte{
		"jpeg": withSegments(encodeJPEG(t, mosaic(16, 16)), exif(1, binary.LittleEndian, "II"), segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00SECRET")), segment(0xfe, secret), segment(0xed, secret)),
		"png":  bytes.Join([][]byte{pngData[:33], pngChunk("tEXt", []byte("Author\x00SECRET")), pngChunk("eXIf", []byte("MM\x00*SECRET")), pngData[33:]}, nil),
		"webp": riff(vp8x(8, 1, 1), sampleWebP(t)[12:], riffChunk("EXIF", secret), riffChunk("XMP ", secret)),
		"gif":  append(append(animation[:len(animation)-1:len(animation)-1], comment...), 0x3b),
	} {
		if !bytes.Contains(data, secret) {
			t.Fatalf("%s: the sample has no secret", name)
		}
		f := put(t, s, data, name)
		if bytes.Contains(content(t, s, f.Name()), secret) {
			t.Errorf("%s: the secret is served", name)
		}
	}
}

func TestW40PicturesStandUpright(t *testing.T) {
	// What the corners of a picture must look like when it is shown with each
	// orientation (EXIF 2.3, 4.6.4 A).
	want := map[byte]string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 9: "RGBW"}
	s, _ := open(t, Options{MaxSide: 60})
	for _, size := range []image.Point{{48, 32}, {120, 80}} { // as it is, and scaled down
		for o, corner := range want {
			for mark, order := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
				f := put(t, s, withSegments(encodeJPEG(t, mosaic(size.X, size.Y)), exif(o, order, mark)), "photo.jpg")
				if got := corners(t, content(t, s, f.Name())); got != corner {
					t.Errorf("%v orientation %d %s: corners %s, want %s", size, o, mark, got, corner)
				}
				if tall := o >= 5 && o <= 8; tall != (f.Height > f.Width) {
					t.Errorf("orientation %d: %d × %d", o, f.Width, f.Height)
				}
			}
		}
	}
}

func TestW41BombsAreRefusedByTheirHeader(t *testing.T) {
	bomb := func(w, h uint32, rest ...[]byte) []byte {
		ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return bytes.Join(append([][]byte{[]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(ihdr, 8, 6, 0, 0, 0))}, rest...), nil)
	}
	sof := func(marker byte, w, h uint16) []byte {
		b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w)
		return withSegments([]byte{0xff, 0xd8}, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")),
			segment(marker, append(b, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0)), segment(0xda, []byte{3, 1, 0, 2, 0, 3, 0, 0, 63, 0}))
	}
	vp8 := append([]byte{0x30, 1, 0, 0x9d, 1, 0x2a}, 0xff, 0x3f, 0xff, 0x3f) // 16,383 × 16,383
	var many bytes.Buffer
	many.WriteString("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff")
	for range 20_000 {
		many.Write([]byte{0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0})
	}
	many.WriteByte(0x3b)
	hugeFrame := append(append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff"), 0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 1, 0x44, 0), 0x3b)
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"PNG 65,535 × 65,535": {bomb(65535, 65535, pngChunk("IDAT", make([]byte, 100_000))), CodePixels},
		"PNG 2^31":            {bomb(1<<31, 1), CodeBroken},
		"PNG long chunk":      {bomb(100, 100, []byte("\x7f\xff\xff\xffzTXt")), CodeBroken},
		"JPEG 30,000":         {sof(0xc0, 30000, 30000), CodePixels},
		"JPEG progressive":    {sof(0xc2, 6000, 6000), CodePixels},
		"GIF 20,000 frames":   {many.Bytes(), CodeFrames},
		"GIF 65,535":          {hugeFrame, CodePixels},
		"WebP 2^30":           {riff(vp8x(0, 1<<15, 1<<15), riffChunk("VP8 ", vp8)), CodeBroken},
		"WebP 16,383":         {riff(riffChunk("VP8 ", vp8)), CodePixels},
		"WebP small canvas":   {riff(vp8x(0, 1, 1), riffChunk("VP8 ", vp8)), CodeBroken},
		"WebP lossless":       {riff(riffChunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0})), CodePixels},
		"WebP long chunk":     {append(riff()[:12], "VP8 \xff\xff\xff\x7f\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00"...), CodeBroken},
	} {
		before := allocated()
		refused(t, Options{}, c.data, name, c.code)
		if spent := allocated() - before; spent > 4<<20 {
			t.Errorf("%s took %d bytes", name, spent)
		}
	}
}

// What the header says is what decoding may take, for pictures of every kind
// that the standard library can write.
func TestW41HeadersTellTheMemory(t *testing.T) {
	const side = 1000
	at := image.Rect(0, 0, side, side)
	for name, c := range map[string]struct {
		kind kind
		data []byte
	}{
		"RGBA": {kindPNG, encodePNG(t, mosaic(side, side))}, "gray": {kindPNG, encodePNG(t, image.NewGray(at))}, "16 bit": {kindPNG, encodePNG(t, image.NewNRGBA64(at))},
		"palette": {kindPNG, encodePNG(t, image.NewPaletted(at, color.Palette{color.Black, color.White}))},
		"4:2:0":   {kindJPEG, encodeJPEG(t, mosaic(side, side))}, "gray JPEG": {kindJPEG, encodeJPEG(t, image.NewGray(at))}, "GIF": {kindGIF, encodeGIF(t, 3, side, side)},
	} {
		h, err := readHeader(c.kind, bytes.NewReader(c.data))
		if err != nil || h.width != side || h.height != side {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
		before := allocated()
		if _, err := decode(c.kind, bytes.NewReader(c.data), h); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if spent := int64(allocated() - before); spent > h.memory+256<<10 || spent < h.memory/2 {
			t.Errorf("%s took %d kB, its header says %d", name, spent>>10, h.memory>>10)
		}
	}
	refused(t, Options{}, encodePNG(t, image.NewGray16(image.Rect(0, 0, 6000, 6000))), "large 16 bit", CodePixels)
	refused(t, Options{MaxPixels: 99}, encodePNG(t, mosaic(10, 10)), "pixels", CodePixels)
}

func TestW41OnePictureStaysInItsBudget(t *testing.T) {
	s, _ := open(t, Options{MaxDecodeBytes: 16 << 20})
	data := encodePNG(t, mosaic(2000, 2000))
	before := allocated()
	if f, err := s.Put(context.Background(), bytes.NewReader(data), "x"); err != nil || f.Width != 1600 {
		t.Errorf("%+v, %v", f, err)
	}
	if spent := allocated() - before; spent > 16<<20+4*1600*1600+2<<20 { // the budget, the scaled picture, the encoder
		t.Errorf("took %d MiB", spent>>20)
	}
	refused(t, Options{MaxDecodeBytes: 15 << 20}, data, "over the budget", CodePixels)
}

func TestPicturesAreScaledDownOnly(t *testing.T) {
	s, _ := open(t, Options{MaxSide: 50})
	for _, c := range []struct{ w, h, wantW, wantH int }{{50, 50, 50, 50}, {40, 10, 40, 10}, {100, 80, 50, 40}, {80, 100, 40, 50}, {1000, 1, 50, 1}} {
		for ext, data := range map[string][]byte{"png": encodePNG(t, mosaic(c.w, c.h)), "jpg": encodeJPEG(t, mosaic(c.w, c.h))} {
			f := put(t, s, data, "x")
			if f.Width != c.wantW || f.Height != c.wantH || f.Ext != ext || f.MediaType != mediaTypes()[ext] {
				t.Errorf("%d × %d %s: %+v", c.w, c.h, ext, f)
			}
			config, _, err := image.DecodeConfig(bytes.NewReader(content(t, s, f.Name())))
			if err != nil || config.Width != f.Width || config.Height != f.Height {
				t.Errorf("stored %+v, %v, want %+v", config, err, f)
			}
		}
	}
}

func TestTransparencyAndPalettesSurvive(t *testing.T) {
	s, _ := open(t, Options{MaxSide: 50})
	clear := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	f := put(t, s, encodePNG(t, clear), "clear.png")
	m, err := png.Decode(bytes.NewReader(content(t, s, f.Name())))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := m.At(5, 5).RGBA(); a != 0 {
		t.Errorf("alpha = %d", a)
	}
	pal := image.NewPaletted(image.Rect(0, 0, 20, 20), color.Palette{color.Black, color.White})
	f = put(t, s, encodePNG(t, pal), "palette.png")
	if m, err := png.Decode(bytes.NewReader(content(t, s, f.Name()))); err != nil {
		t.Error(err)
	} else if _, ok := m.(*image.Paletted); !ok {
		t.Errorf("the palette became %T", m)
	}
}

func TestWebPBecomesJPEG(t *testing.T) {
	s, _ := open(t, Options{})
	f := put(t, s, sampleWebP(t), "x.webp")
	if f.Ext != "jpg" || f.Width != 1 || f.Height != 1 {
		t.Errorf("file = %+v", f)
	}
	lossless := riff(riffChunk("VP8L", []byte{0x2f, 0, 0, 0, 0x10, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0x08})) // one transparent pixel
	if f := put(t, s, lossless, "clear.webp"); f.Ext != "png" {
		t.Errorf("file = %+v", f)
	}
}

func TestGIFs(t *testing.T) {
	s, _ := open(t, Options{MaxSide: 100})
	f := put(t, s, encodeGIF(t, 3, 20, 10), "small.gif")
	g, err := gif.DecodeAll(bytes.NewReader(content(t, s, f.Name())))
	if err != nil || len(g.Image) != 3 || f.Ext != "gif" || f.Width != 20 || f.Height != 10 {
		t.Errorf("%+v, %d pictures, %v", f, len(g.Image), err)
	}
	if f := put(t, s, encodeGIF(t, 3, 200, 100), "wide.gif"); f.Ext != "png" || f.Width != 100 || f.Height != 50 {
		t.Errorf("a wide one becomes %+v", f)
	}
	refused(t, Options{MaxFrames: 2}, encodeGIF(t, 3, 4, 4), "three", CodeFrames)
}

func TestReasonsAreSentences(t *testing.T) {
	err := refuse(CodeType, "", 0)
	if got := err.Error(); !strings.Contains(got, "PNG, JPEG, WebP, GIF, PDF") {
		t.Errorf("error = %s", got)
	}
}

func FuzzImage(f *testing.F) {
	f.Add(samplePNG(f))
	f.Add(withSegments(encodeJPEG(f, mosaic(8, 8)), exif(6, binary.BigEndian, "MM")))
	f.Add(encodeGIF(f, 2, 4, 4))
	f.Add(sampleWebP(f))
	f.Add(riff(vp8x(0x10, 1, 1), riffChunk("ALPH", []byte{0, 0}), sampleWebP(f)[12:]))
	f.Add(samplePDF)
	s, _ := open(f, Options{MaxPixels: 1 << 20, MaxSide: 64})
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := s.Put(context.Background(), bytes.NewReader(data), "x")
		if err != nil {
			if code(err) == "" {
				t.Fatalf("not the file's fault: %v", err)
			}
			return
		}
		if ok, err := s.Check(t.Context(), file.Name()); !ok || err != nil {
			t.Fatalf("%s: %v, %v", file.Name(), ok, err)
		}
		if file.Ext != "pdf" {
			if config, _, err := image.DecodeConfig(bytes.NewReader(content(t, s, file.Name()))); err != nil || config.Width != file.Width || config.Width > 64 || config.Height > 64 {
				t.Fatalf("%+v is stored as %+v, %v", file, config, err)
			}
		}
		if err := s.Remove(t.Context(), file.Name()); err != nil {
			t.Fatal(err)
		}
	})
}
