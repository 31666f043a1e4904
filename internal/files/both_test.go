package files

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"embraye/internal/s3test"
)

// shelf is where the files of a store lie, for whoever looks behind its back.
type shelf struct {
	dir string
	s3  *s3test.Server // nil: in the folder
}

// opener opens a store for a test.
type opener func(t testing.TB, o Options) (*Store, shelf)

// both tests what holds wherever files lie.
func both(t *testing.T, test func(t *testing.T, open opener)) {
	t.Run("folder", func(t *testing.T) { test(t, open) })
	t.Run("bucket", func(t *testing.T) {
		test(t, func(t testing.TB, o Options) (*Store, shelf) {
			s3 := s3test.New(t)
			o.Bucket = bucketOf(t, s3)
			s, at := open(t, o)
			at.s3 = s3
			return s, at
		})
	})
}

func bucketOf(t testing.TB, s3 *s3test.Server) *Bucket {
	t.Helper()
	b, err := ParseBucket(s3.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.Patience = 10 * time.Minute // no slow machine is an absent store
	return &b
}

func open(t testing.TB, o Options) (*Store, shelf) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, shelf{dir: dir}
}

// names lists what is stored, and what is left of what was not.
func names(t testing.TB, at shelf) []string {
	t.Helper()
	list := inFolder(t, at.dir)
	if at.s3 != nil {
		list = append(list, at.s3.Names()...)
	}
	return list
}

func inFolder(t testing.TB, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// spoil changes the bytes of a stored file.
func (at shelf) spoil(t testing.TB, name string, data []byte) {
	t.Helper()
	if at.s3 != nil {
		at.s3.Set(name, data)
	} else if err := os.WriteFile(filepath.Join(at.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hashed is the name of bytes, without its end.
func hashed(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
