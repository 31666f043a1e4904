package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/s3test"
)

func TestAddressesOfBuckets(t *testing.T) {
	for address, want := range map[string]Bucket{
		"https://K:S@s3.example/evidence":                                {Host: "s3.example", Secure: true, Key: "K", Secret: "S", Name: "evidence", Region: "us-east-1", PathStyle: true},
		"https://K:a%2Fb%2Bc@s3.example/evidence/?region=gra&path=off":   {Host: "s3.example", Secure: true, Key: "K", Secret: "a/b+c", Name: "evidence", Region: "gra"},
		"http://K:S@127.0.0.1:3900/evidence.org?path=on&region=garage":   {Host: "127.0.0.1:3900", Key: "K", Secret: "S", Name: "evidence.org", Region: "garage", PathStyle: true},
		"https://K:S@[2001:db8::1]:9000/an-evidence?region=eu-central-1": {Host: "[2001:db8::1]:9000", Secure: true, Key: "K", Secret: "S", Name: "an-evidence", Region: "eu-central-1", PathStyle: true},
	} {
		want.Patience = 20 * time.Second
		if got, err := ParseBucket(address); err != nil || got != want {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
	for address, wants := range map[string][]string{
		"evidence":                                {"should be https://KEY:SECRET@host/bucket"},
		"https://hidden:hid/den@h/b":              {"%2F for /"},
		"https://hidden@h/bucket":                 {"a key and a secret"},
		"https://K:hidden@h":                      {"the bucket is needed"},
		"https://K:hidden@h/one/two":              {"no folder in it"},
		"https://K:hidden@h/UPPER":                {"small letters"},
		"https://K:hidden#x@h/b":                  {"https://KEY:SECRET@host/bucket"},
		"s3://K@h/ab?path=yes&zone=x#f":           {"begins with https://", "a key and a secret", "3 to 63", "%23", "path is on or off", "region and path"},
		"https://K:hidden@h/abc?%zz":              {"what follows the ?"},
		"https://K:hidden@h/abc?path=on&path=off": {"once each"},
	} {
		_, err := ParseBucket(address)
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hid") {
				t.Errorf("%s: %v, want %q", address, err, want)
			}
		}
	}
}

// A store of files that is away, refuses, or has another page before it, is
// unavailable: no file is missing because of it, and nothing is half kept.
func TestABucketThatIsAwayLosesNothing(t *testing.T) {
	answer := func(status int, kind, text string) s3test.Disturbance {
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
			return true
		}
	}
	for name, disturbance := range map[string]s3test.Disturbance{
		"503":           answer(503, "application/xml", "<Error><Code>SlowDown</Code></Error>"),
		"403":           answer(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>"),
		"another's 404": answer(404, "text/html", "<h1>Not found</h1>"),
		"no bucket":     answer(404, "application/xml", "<Error><Code>NoSuchBucket</Code></Error>"),
		"cut":           func(http.ResponseWriter, *http.Request, http.Handler) bool { panic(http.ErrAbortHandler) },
		"silent for good": func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s3, dir := s3test.New(t), t.TempDir()
			to := bucketOf(t, s3)
			if name == "silent for good" {
				to.Patience = 20 * time.Millisecond
			}
			s, err := Open(dir, Options{Bucket: to})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			sum := strings.Repeat("a", 64)
			photo := sum + ".jpg"
			s3.Set(photo, []byte("bytes"))
			s3.Disturb(disturbance)
			ctx := t.Context()
			for what, do := range map[string]func() error{
				"get":     func() error { _, _, err := s.Get(ctx, photo); return err },
				"check":   func() error { _, err := s.Check(ctx, photo); return err },
				"smaller": func() error { _, _, err := s.Smaller(ctx, photo, Column); return err },
				"put":     func() error { _, err := s.Put(ctx, bytes.NewReader(samplePDF), "x.pdf"); return err },
				"keep":    func() error { _, err := s.Keep(ctx, hashed(samplePDF)+".pdf", bytes.NewReader(samplePDF)); return err },
				"remove":  func() error { return s.Remove(ctx, photo) },
				"others":  func() error { _, err := s.Others(ctx, func(string) bool { return true }); return err },
				"try":     func() error { return s.Try(ctx) },
			} {
				if err := do(); !errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrInvalid) || strings.Contains(err.Error(), s3test.Secret) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if left := inFolder(t, dir); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			s3.Disturb(nil)
			if got := s3.Names(); len(got) != 1 {
				t.Errorf("stored: %v", got)
			}
		})
	}
}

// cutting is a connection that breaks after some bytes of each answer.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	if len(p) >= c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// What breaks in the middle goes on where it broke, a few times; a part that is
// read costs no other bytes; nothing is held in memory.
func TestFilesOfABucketAreReadAsTheyArrive(t *testing.T) {
	s3 := s3test.New(t)
	s, err := Open(t.TempDir(), Options{Bucket: bucketOf(t, s3)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	name := hashed(large) + ".pdf"
	s3.Set(name, large)
	var asked, cuts atomic.Int32
	s3.Disturb(func(w http.ResponseWriter, r *http.Request, s http.Handler) bool {
		asked.Add(1)
		if cuts.Add(-1) < 0 {
			return false
		}
		s.ServeHTTP(&cutting{w, 1 << 20}, r)
		return true
	})
	before := allocated()
	if ok, err := s.Check(t.Context(), name); !ok || err != nil || asked.Load() != 1 {
		t.Errorf("%v, %v, %d requests", ok, err, asked.Load())
	}
	if spent := allocated() - before; spent > 4<<20 {
		t.Errorf("16 MiB took %d bytes of memory", spent)
	}
	cuts.Store(maxCuts)
	if ok, err := s.Check(t.Context(), name); !ok || err != nil {
		t.Errorf("a line that breaks %d times: %v, %v", maxCuts, ok, err)
	}
	cuts.Store(maxCuts + 1)
	if _, err := s.Check(t.Context(), name); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("a line that breaks each time: %v", err)
	}
	cuts.Store(0)
	asked.Store(0)
	f, info, err := s.Get(t.Context(), name)
	if err != nil || info.Size != int64(len(large)) {
		t.Fatal(info, err)
	}
	defer f.Close()
	for _, at := range []int64{0, 1 << 20, int64(len(large)) - 5, 3} {
		got := make([]byte, 5)
		if _, err := f.Seek(at, io.SeekStart); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(f, got); err != nil || !bytes.Equal(got, large[at:at+5]) {
			t.Errorf("at %d: %q, %v", at, got, err)
		}
	}
	if _, err := f.Seek(-1, io.SeekStart); err == nil || asked.Load() != 4 {
		t.Errorf("%v, %d requests", err, asked.Load())
	}
	s3.Disturb(func(w http.ResponseWriter, r *http.Request, s http.Handler) bool {
		r.Header.Del("Range")
		s.ServeHTTP(w, r)
		return true
	})
	if _, err := f.Seek(7, io.SeekStart); err != nil {
		t.Error(err)
	}
	if n, err := f.Read(make([]byte, 5)); n > 0 || !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("a store that does not know of parts gave %d bytes, %v", n, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	g, _, err := s.Get(ended, name)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	cancel()
	if _, err := io.Copy(io.Discard, g); !errors.Is(err, context.Canceled) || errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("a request that ended: %v", err)
	}
}

func TestABucketIsTried(t *testing.T) {
	s3, dir := s3test.New(t), t.TempDir()
	s3.Set("another", []byte("x"))
	try := func(change func(*Bucket)) error {
		to := bucketOf(t, s3)
		change(to)
		s, err := Open(dir, Options{Bucket: to})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.Try(t.Context())
	}
	if err := try(func(*Bucket) {}); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Bucket){
		"403 SignatureDoesNotMatch": func(b *Bucket) { b.Secret = "wrong" },
		"404 NoSuchBucket":          func(b *Bucket) { b.Name = "nobodys" },
		"connection refused":        func(b *Bucket) { b.Host = "127.0.0.1:1" },
	} {
		if err := try(change); !errors.Is(err, embraye.ErrUnavailable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if got, left := s3.Names(), inFolder(t, dir); len(got) != 1 || len(left) > 0 {
		t.Errorf("left behind: %v, %v", got, left)
	}
	s3.Disturb(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool { return r.Method == http.MethodPut })
	if err := try(func(*Bucket) {}); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("a bucket that forgets: %v", err)
	}
	s, _ := open(t, Options{})
	if err := s.Try(t.Context()); err != nil {
		t.Errorf("no bucket: %v", err)
	}
}

// What lies in the folder of an earlier life is found before it is moved, while
// it is, and after; a move that ends in the middle goes on.
func TestTheFolderMovesIntoTheBucket(t *testing.T) {
	dir, s3 := t.TempDir(), s3test.New(t)
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	pdf, photo := put(t, s, samplePDF, "x.pdf"), put(t, s, encodeJPEG(t, mosaic(1600, 400)), "x.jpg")
	widthAt(t, s, photo.Name(), Column) // makes one
	damaged := strings.Repeat("b", 64) + ".png"
	for _, name := range []string{damaged, unfinishedPrefix + "1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := s.Carry(ctx); err != nil || c.Moved != 0 {
		t.Errorf("into no bucket: %+v, %v", c, err)
	}
	moved, err := Open(dir, Options{Bucket: bucketOf(t, s3)})
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	found := func(when string) {
		t.Helper()
		for _, f := range []File{pdf, photo} {
			if ok, err := moved.Check(ctx, f.Name()); !ok || err != nil {
				t.Errorf("%s: %s: %v, %v", when, f.Name(), ok, err)
			}
		}
	}
	found("before")
	if n, err := moved.Left(ctx); n != 3 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	puts := 0
	s3.Disturb(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if r.Method != http.MethodPut {
			return false
		}
		if puts++; puts > 1 {
			s3test.Refuse(w, http.StatusForbidden, "AccessDenied")
		}
		return puts > 1
	})
	if c, err := moved.Carry(ctx); !errors.Is(err, embraye.ErrUnavailable) || c.Moved != 1 || len(s3.Names()) != 1 {
		t.Errorf("cut off: %+v, %v", c, err)
	}
	s3.Disturb(nil)
	found("meanwhile")
	if c, err := moved.Carry(ctx); err != nil || c.Moved != 1 || len(c.Damaged) != 1 || c.Damaged[0] != damaged {
		t.Errorf("%+v, %v", c, err)
	}
	found("after")
	if left := inFolder(t, dir); len(left) != 2 || len(s3.Names()) != 2 {
		t.Errorf("left: %v, moved: %v", left, s3.Names())
	}
	if err := moved.Remove(ctx, damaged); err != nil {
		t.Errorf("what is only in the folder: %v", err)
	}
	if n, err := moved.Left(ctx); n != 0 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
}
