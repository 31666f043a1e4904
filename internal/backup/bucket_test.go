package backup_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/backup"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/files"
	"embraye/internal/s3test"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// A backup has the files of a bucket, and puts them into an empty one; while one
// is away there is no backup without them, and no half restore.
func TestFilesOfABucketAreBackedUpAndRestored(t *testing.T) {
	from, to := s3test.New(t), s3test.New(t)
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Bucket: fedtest.Bucket(t, from)}, "ours.example")
	in := w.Instances[0]
	f, err := in.Constats.AddFile(t.Context(), embraye.Operator(), bytes.NewReader(apptest.Picture(t, 3)), "photo.png", "")
	must(t, err)
	var archive bytes.Buffer
	report, err := backup.Write(t.Context(), &archive, source(in, w))
	must(t, err)
	if report.Evidence.Files != 1 || len(report.Missing)+len(report.Damaged) > 0 {
		t.Errorf("%+v", report)
	}
	from.Disturb(s3test.Away)
	if r, err := backup.Write(t.Context(), new(bytes.Buffer), source(in, w)); !errors.Is(err, embraye.ErrUnavailable) || len(r.Missing) > 0 {
		t.Errorf("away: %+v, %v", r, err)
	}

	c, err := backup.Read(bytes.NewReader(archive.Bytes()), nil)
	must(t, err)
	target := backup.Target{Keep: func([]byte) error { return nil }}
	target.Files, err = files.Open(t.TempDir(), files.Options{Bucket: fedtest.Bucket(t, to)})
	must(t, err)
	defer target.Files.Close()
	empty := func() *store.Store {
		return storetest.OpenURL(t, storetest.EmptyURL(t, storetest.SQLite), w.Clock.Now)
	}
	target.Store = empty()
	to.Set(strings.Repeat("a", 64)+".pdf", []byte("another's"))
	if err := c.Fits(t.Context(), target); err == nil || !strings.Contains(err.Error(), "an empty bucket") {
		t.Errorf("into a bucket of another: %v", err)
	}
	to.Set(strings.Repeat("a", 64)+".pdf", nil)
	to.Set("somebody/else.txt", []byte("x"))
	must(t, c.Fits(t.Context(), target))
	to.Disturb(s3test.Away)
	if _, err := backup.Restore(t.Context(), bytes.NewReader(archive.Bytes()), nil, c, target); !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("into a bucket that is away: %v", err)
	}
	if started, err := target.Store.Started(t.Context()); err != nil || started {
		t.Errorf("half a restore: %v, %v", started, err)
	}
	to.Disturb(nil)
	restored, err := backup.Restore(t.Context(), bytes.NewReader(archive.Bytes()), nil, c, target)
	must(t, err)
	if ok, err := target.Files.Check(t.Context(), f.Name); !ok || err != nil || restored.Evidence.Files != 1 {
		t.Errorf("%+v, %v, %v", restored, ok, err)
	}
}
