package leave_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/leave"
	"embraye/internal/s3test"
	"embraye/internal/storetest"
)

// An export takes the files of a bucket; without it there is none, and nothing
// is called missing.
func TestFilesOfABucketAreTakenAlong(t *testing.T) {
	s3 := s3test.New(t)
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Bucket: fedtest.Bucket(t, s3)}, "ours.example")
	h := &house{T: t, World: w, ours: w.Instances[0]}
	_, file := h.publish(h.ours, "Un", 3)
	_, lost := h.publish(h.ours, "Deux", 4)
	s3.Set(lost, nil)
	parent := t.TempDir()
	s3.Disturb(s3test.Away)
	if r, err := leave.Save(t.Context(), filepath.Join(parent, "away"), h.source()); !errors.Is(err, embraye.ErrUnavailable) || len(h.contents(parent)) > 0 {
		t.Errorf("away: %+v, %v", r, err)
	}
	s3.Disturb(nil)
	dir := filepath.Join(parent, "new")
	r, err := leave.Save(t.Context(), dir, h.source())
	h.must(err)
	if r.Evidence != 1 || !slices.Equal(r.Missing, []string{"fichiers/" + lost}) || h.contents(dir)["fichiers/"+file] == "" {
		t.Errorf("%+v", r)
	}
}
