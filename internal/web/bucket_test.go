package web_test

import (
	"testing"

	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"log/slog"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/s3test"
	"embraye/internal/storetest"
	"embraye/internal/web"
)

// Files of a bucket have the answers of those in a folder; while it is away they
// are neither missing nor damaged.
func TestFilesOfABucketAreServedAsOthers(t *testing.T) {
	s3 := s3test.New(t)
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Bucket: fedtest.Bucket(t, s3)}, "ours.example")
	s, folder := &site{w, w.Instances[0], t}, newSite(t)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 1600, 900)), nil); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for name, data := range map[string][]byte{"a.png": pngBytes(t), "b.jpg": photo.Bytes(), "c.pdf": []byte(pdf)} {
		f := s.upload(data, name)
		if w := s.get("/fichiers/"+f.Name, browser); w.Code != 404 {
			t.Errorf("%s before it is published: %d", name, w.Code)
		}
		s.exhibit(f)
		folder.exhibit(folder.upload(data, name))
		paths = append(paths, "/fichiers/"+f.Name)
		if name == "b.jpg" {
			paths = append(paths, "/fichiers/800/"+f.Name)
		}
	}
	for _, path := range paths {
		etag := "If-None-Match: " + folder.get(path, browser).Header().Get("Etag")
		for _, header := range []string{"Accept: */*", "Range: bytes=3-9", "Range: bytes=-4", "Range: bytes=99999999-", etag} {
			for _, method := range []string{"GET", "HEAD"} {
				got, want := s.request(method, path, header), folder.request(method, path, header)
				if got.Code != want.Code || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) {
					t.Errorf("%s %s, %s: %d, %d bytes, where a folder says %d, %d bytes", method, path, header, got.Code, got.Body.Len(), want.Code, want.Body.Len())
				}
				for _, name := range []string{"Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "Etag", "Content-Disposition", "Content-Security-Policy", "Cache-Control"} {
					if got.Header().Get(name) != want.Header().Get(name) {
						t.Errorf("%s %s, %s: %s is %q, not %q", method, path, header, name, got.Header().Get(name), want.Header().Get(name))
					}
				}
			}
		}
	}
	if len(s3.Names()) != 4 {
		t.Errorf("stored: %v", s3.Names())
	}
	s3.Disturb(s3test.Away)
	for _, path := range paths {
		if w := s.get(path, browser); w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("away: %s: %d %v", path, w.Code, w.Header())
		}
	}
	if _, err := s.Constats.AddFile(t.Context(), embraye.Operator(), bytes.NewReader([]byte(pdf+" ")), "d.pdf", ""); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("away: kept a file: %v", err)
	}
	if err := s.Constats.CheckFiles(t.Context()); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("away: read files again: %v", err)
	}
	s3.Disturb(nil)
	list, err := s.Store.Tables().EvidenceFiles.List(t.Context(), "", 10)
	if err != nil || len(list) != 3 || list[0].Damaged || list[1].Damaged || list[2].Damaged {
		t.Errorf("afterwards: %+v, %v", list, err)
	}
	if err := s.Constats.CheckFiles(t.Context()); err != nil {
		t.Error(err)
	}
}

// H10: a store of files that is away is told once, as what it is, although pages
// are served meanwhile; so is its end.
func TestH10ABucketThatIsAwayIsNoDatabase(t *testing.T) {
	s3 := s3test.New(t)
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Bucket: fedtest.Bucket(t, s3)}, "ours.example")
	s := &site{w, w.Instances[0], t}
	f := s.upload(pngBytes(t), "a.png")
	s.exhibit(f)
	var log bytes.Buffer
	h := s.handler(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	asked := func() {
		for range 3 {
			serve(h, "GET", "/fichiers/"+f.Name, browser)
			serve(h, "GET", "/", browser)
		}
	}
	s3.Disturb(s3test.Away)
	asked()
	if said := log.String(); strings.Count(said, "level=ERROR") != 1 || strings.Contains(said, "again") || !strings.Contains(said, "the store of files is unavailable") {
		t.Errorf("away:\n%s", said)
	}
	s3.Disturb(nil)
	asked()
	if said := log.String(); strings.Count(said, "level=") != 2 || strings.Count(said, "the store of files answers again") != 1 {
		t.Errorf("back:\n%s", said)
	}
}
