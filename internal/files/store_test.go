package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

func put(t *testing.T, s *Store, data []byte, name string) File {
	t.Helper()
	f, err := s.Put(context.Background(), bytes.NewReader(data), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func content(t *testing.T, s *Store, name string) []byte {
	t.Helper()
	r, _, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func code(err error) string {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) && errors.Is(err, embraye.ErrInvalid) {
		return invalid.Problems[0].Code
	}
	return ""
}

// refused puts data and wants one reason, nothing stored, nothing left over.
func refused(t *testing.T, o Options, data []byte, name, want string) {
	t.Helper()
	s, at := open(t, o)
	_, err := s.Put(context.Background(), bytes.NewReader(data), name)
	if got := code(err); got != want {
		t.Errorf("%s: %v, want %s", name, err, want)
	}
	if left := names(t, at); len(left) > 0 {
		t.Errorf("%s: left %v", name, left)
	}
}

var samplePDF = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n")

func TestPutAndGet(t *testing.T) { both(t, testPutAndGet) }

func testPutAndGet(t *testing.T, open opener) {
	s, at := open(t, Options{})
	f := put(t, s, samplePDF, "rapport.pdf")
	sum := sha256.Sum256(samplePDF)
	want := File{SHA256: hex.EncodeToString(sum[:]), Ext: "pdf", MediaType: "application/pdf", Size: int64(len(samplePDF)), OriginalName: "rapport.pdf"}
	if f != want {
		t.Errorf("file = %+v", f)
	}
	if again := put(t, s, samplePDF, "autre.pdf"); again.Name() != f.Name() {
		t.Errorf("the same bytes are named %s and %s", f.Name(), again.Name())
	}
	if got := names(t, at); len(got) != 1 || got[0] != f.Name() {
		t.Errorf("the folder holds %v", got)
	}
	r, info, err := s.Get(t.Context(), f.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if info.Size != f.Size || info.MediaType != "application/pdf" || info.Inline || info.ModTime.IsZero() || info.SHA256 != f.SHA256 {
		t.Errorf("info = %+v", info)
	}
	if _, err := r.Seek(-6, io.SeekEnd); err != nil {
		t.Error(err)
	}
	if tail, err := io.ReadAll(r); err != nil || string(tail) != "%%EOF\n" {
		t.Errorf("tail = %q, %v", tail, err)
	}
	if err := s.Remove(t.Context(), f.Name()); err != nil {
		t.Error(err)
	}
	if err := s.Remove(t.Context(), f.Name()); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("removing twice: %v", err)
	}
	if _, _, err := s.Get(t.Context(), f.Name()); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("getting what is removed: %v", err)
	}
}

func TestFilesAreForTheProgramAlone(t *testing.T) {
	s, at := open(t, Options{})
	f := put(t, s, samplePDF, "x.pdf")
	for path, want := range map[string]os.FileMode{at.dir: os.ModeDir | 0o700, filepath.Join(at.dir, f.Name()): 0o600} {
		stat, err := os.Stat(path)
		if err != nil || stat.Mode() != want {
			t.Errorf("%s has mode %v, want %v (%v)", filepath.Base(path), stat.Mode(), want, err)
		}
	}
}

func TestOnlyStoredNamesAreOpened(t *testing.T) { both(t, testOnlyStoredNamesAreOpened) }

func testOnlyStoredNamesAreOpened(t *testing.T, open opener) {
	s, at := open(t, Options{})
	if err := os.WriteFile(filepath.Join(filepath.Dir(at.dir), "secret.png"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("a", 64)
	for _, name := range []string{"", ".", "..", "../secret.png", "..%2fsecret.png", sum, sum + ".", sum + ".svg", sum + ".html", sum + ".PNG",
		strings.ToUpper(sum) + ".png", sum + ".png/", sum + ".png\x00", "/" + sum + ".png", sum[1:] + ".png", unfinishedPrefix + "x", sum + ".png.png"} {
		if _, _, err := s.Get(t.Context(), name); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("Get(%q) = %v", name, err)
		}
		if err := s.Remove(t.Context(), name); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("Remove(%q) = %v", name, err)
		}
		if _, err := s.Check(t.Context(), name); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("Check(%q) = %v", name, err)
		}
	}
}

func TestF147NamesAreNeverPaths(t *testing.T) { both(t, testF147NamesAreNeverPaths) }

func testF147NamesAreNeverPaths(t *testing.T, open opener) {
	s, at := open(t, Options{})
	for _, name := range []string{"../../etc/x", ":../../etc/x:", `..\..\x.pdf`, "/etc/passwd", strings.Repeat("../", 100) + "x"} {
		put(t, s, samplePDF, name)
	}
	if got := names(t, at); len(got) != 1 {
		t.Errorf("the folder holds %v", got)
	}
	if got := inFolder(t, filepath.Dir(at.dir)); len(got) != 1 {
		t.Errorf("beside the folder lie %v", got)
	}
}

func TestW44CleanNames(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\x`: "x", "%2e%2e%2f": "%2e%2e%2f", "a\x00b.pdf": "ab.pdf", "evil\u202egpj.exe": "evilgpj.exe",
		"CON": "_CON", "con.txt": "_con.txt", "LPT1.pdf": "_LPT1.pdf", "COMA.pdf": "COMA.pdf", ".htaccess": "htaccess", "...": "", "": "", "/": "",
		"a\r\nSet-Cookie: x.pdf": "aSet-Cookie: x.pdf", "  deux\u00a0 mots\t.pdf ": "deux mots.pdf", "été 2020.pdf": "été 2020.pdf", "\xff\xfea": "a",
		"zero\u200bwidth": "zerowidth", "rapport.": "rapport",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := CleanName(strings.Repeat("é", 400) + ".pdf"); len([]rune(got)) != 200 || !strings.HasSuffix(got, "é.pdf") {
		t.Errorf("a long name becomes %q", got)
	}
}

func TestW44DispositionIsWellFormed(t *testing.T) {
	info, err := parseName(strings.Repeat("a", 64) + ".pdf")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		`a"b;c.pdf`: `a"b;c.pdf`, "été.pdf": "été.pdf", "": "aaaaaaaaaaaa.pdf", "evil.exe": "evil.exe.pdf", "a\r\nX: y.PDF": "aX: y.PDF",
	} {
		header := Disposition(info, in)
		how, params, err := mime.ParseMediaType(header)
		if err != nil || how != "attachment" || params["filename"] != want || strings.ContainsAny(header, "\r\n") {
			t.Errorf("%q: %q gives %q %v, %v", in, header, how, params, err)
		}
	}
}

func TestW46TooLarge(t *testing.T) { both(t, testW46TooLarge) }

func testW46TooLarge(t *testing.T, open opener) {
	s, at := open(t, Options{})
	before := allocated()
	_, err := s.Put(context.Background(), io.LimitReader(zeros{}, 41<<20), "x.png")
	if code(err) != CodeTooLarge {
		t.Errorf("41 MiB: %v", err)
	}
	if spent := allocated() - before; spent > 1<<20 {
		t.Errorf("41 MiB took %d bytes of memory", spent)
	}
	broken := errors.New("connection cut")
	_, err = s.Put(context.Background(), io.MultiReader(strings.NewReader("%PDF-1.7"), failing{broken}), "x.pdf")
	if !errors.Is(err, broken) || errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("a cut connection: %v", err)
	}
	if left := names(t, at); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestARequestThatEndsStopsItsUpload(t *testing.T) { both(t, testARequestThatEndsStopsItsUpload) }

func testARequestThatEndsStopsItsUpload(t *testing.T, open opener) {
	s, at := open(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Put(ctx, bytes.NewReader(samplePDF), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	s.decoding <- struct{}{} // somebody else's image
	ctx, cancel = context.WithCancel(context.Background())
	_, err := s.Put(ctx, io.MultiReader(bytes.NewReader(samplePNG(t)), canceling{cancel}), "x")
	if !errors.Is(err, context.Canceled) || errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("error = %v", err)
	}
	<-s.decoding
	if left := names(t, at); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestW50ChangedByteIsNoticed(t *testing.T) { both(t, testW50ChangedByteIsNoticed) }

func testW50ChangedByteIsNoticed(t *testing.T, open opener) {
	s, at := open(t, Options{})
	f := put(t, s, samplePDF, "x.pdf")
	if ok, err := s.Check(t.Context(), f.Name()); !ok || err != nil {
		t.Errorf("untouched: %v, %v", ok, err)
	}
	changed := bytes.Replace(samplePDF, []byte("1.7"), []byte("1.6"), 1)
	at.spoil(t, f.Name(), changed)
	if ok, err := s.Check(t.Context(), f.Name()); ok || err != nil {
		t.Errorf("changed: %v, %v", ok, err)
	}
}

func TestSweepRemovesOnlyOldLeftovers(t *testing.T) {
	s, at := open(t, Options{})
	f := put(t, s, samplePDF, "x.pdf")
	now := time.Now()
	for name, age := range map[string]time.Duration{unfinishedPrefix + "old": 48 * time.Hour, unfinishedPrefix + "new": 0, f.Name(): 48 * time.Hour} {
		path := filepath.Join(at.dir, name)
		if name != f.Name() {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Sweep(now.Add(-24 * time.Hour)); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if got := names(t, at); len(got) != 2 {
		t.Errorf("the folder holds %v", got)
	}
}

// allocated is everything that was ever allocated: a difference bounds what
// was in use at any moment.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type canceling struct{ cancel func() }

func (c canceling) Read([]byte) (int, error) { c.cancel(); return 0, io.EOF }

// A file of another instance is judged as an upload is, and keeps its bytes.
func TestAdoptedFilesAreJudged(t *testing.T) { both(t, testAdoptedFilesAreJudged) }

func testAdoptedFilesAreJudged(t *testing.T, open opener) {
	s, at := open(t, Options{MaxPixels: 100_000})
	picture, page := encodePNG(t, mosaic(300, 200)), []byte("<script>alert(1)</script>")
	for name, data := range map[string][]byte{
		"a page as a picture":  page,
		"a picture as another": encodeGIF(t, 1, 10, 10),
		"too many pixels":      encodePNG(t, mosaic(1000, 200)),
		"half a picture":       picture[:20],
	} {
		if f, err := s.Adopt(t.Context(), hashed(data)+".png", bytes.NewReader(data)); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	if _, err := s.Adopt(t.Context(), hashed(page)+".png", bytes.NewReader(picture)); code(err) != CodeBroken {
		t.Errorf("another's name: %v", err)
	}
	if left := names(t, at); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	f, err := s.Adopt(t.Context(), hashed(picture)+".png", bytes.NewReader(picture))
	if err != nil || f.Width != 300 || f.Height != 200 || f.Size != int64(len(picture)) || !bytes.Equal(content(t, s, f.Name()), picture) {
		t.Errorf("%+v, %v", f, err)
	}
}
