package files

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"embraye/internal/embraye"
)

func TestH04RoomIsTriedAndNotOnlyCounted(t *testing.T) {
	open := func(o Options) (*Store, string) {
		dir := filepath.Join(t.TempDir(), "evidence")
		s, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s, dir
	}
	s, dir := open(Options{})
	if free, size, err := s.Disk(); err != nil || free <= 0 || size < free {
		t.Errorf("%d of %d bytes are free, %v", free, size, err)
	}
	if err := s.Room(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Room(); !errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, embraye.ErrNoRoom) {
		t.Errorf("a folder that was taken away: %v", err)
	}
	small, _ := open(Options{LeastRoom: math.MaxInt64})
	if err := small.Room(); !errors.Is(err, embraye.ErrNoRoom) {
		t.Errorf("a disk with less room than that: %v", err)
	}
}
