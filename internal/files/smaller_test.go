package files

import (
	"bytes"
	"errors"
	"image"
	"io"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// widthAt is how wide a picture comes at a width asked for, and of how many bytes.
func widthAt(t *testing.T, s *Store, name string, width int) (pixels int, size int64) {
	t.Helper()
	r, info, err := s.Smaller(t.Context(), name, width)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != info.Size {
		t.Fatalf("%d bytes of %d, %v", len(b), info.Size, err)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || info.MediaType != "image/"+format {
		t.Fatalf("%s as %s, %v", info.MediaType, format, err)
	}
	return config.Width, info.Size
}

func TestSmallerPictures(t *testing.T) { both(t, testSmallerPictures) }

func testSmallerPictures(t *testing.T, open opener) {
	s, at := open(t, Options{})
	for name, c := range map[string]struct {
		data              []byte
		thumbnail, column int
	}{
		"wide photo":  {encodeJPEG(t, mosaic(1600, 400)), 400, 800},
		"tall photo":  {encodeJPEG(t, mosaic(900, 1600)), 400, 900},
		"drawing":     {encodePNG(t, mosaic(1001, 20)), 400, 800},
		"small photo": {encodeJPEG(t, mosaic(500, 100)), 500, 500},
		"icon":        {encodePNG(t, mosaic(48, 48)), 48, 48},
		"animation":   {encodeGIF(t, 2, 500, 10), 500, 500},
	} {
		f := put(t, s, c.data, name)
		for range 2 { // made, then found
			thumbnail, small := widthAt(t, s, f.Name(), Thumbnail)
			column, _ := widthAt(t, s, f.Name(), Column)
			if thumbnail != c.thumbnail || column != c.column || small > f.Size {
				t.Errorf("%s: %d and %d pixels, %d bytes of %d", name, thumbnail, column, small, f.Size)
			}
		}
		if err := s.Remove(t.Context(), f.Name()); err != nil {
			t.Fatal(err)
		}
	}
	if left := names(t, at); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is not of one of the widths, or no file, is not found; nothing is made of
// a file that is broken, and a smaller picture is no name of its own.
func TestNoSmallerPicture(t *testing.T) { both(t, testNoSmallerPicture) }

func testNoSmallerPicture(t *testing.T, open opener) {
	s, at := open(t, Options{})
	f := put(t, s, encodeJPEG(t, mosaic(1600, 400)), "photo.jpg")
	for name, width := range map[string]int{f.Name(): 401, "x" + f.Name(): Column, strings.Repeat("0", 64) + ".jpg": Column} {
		if _, _, err := s.Smaller(t.Context(), name, width); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("%s at %d: %v", name, width, err)
		}
	}
	if _, _, err := s.Get(t.Context(), smallName(Info{SHA256: f.SHA256, Ext: "jpg"}, Column)); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("the smaller one by a name: %v", err)
	}
	at.spoil(t, f.Name(), []byte("\xff\xd8\xff no photo"))
	if _, _, err := s.Smaller(t.Context(), f.Name(), Column); err == nil {
		t.Error("a broken file has a smaller one")
	}
	if left := names(t, at); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
