package backup_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"embraye/internal/backup"
)

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestAFolderKeepsTheNewestBackups(t *testing.T) {
	_, in, w := archived(t)
	dir := t.TempDir()
	others := []string{"embraye-ours.example-20200101T000000Z.tar", "embraye-other.example-20200101T000000Z.tar.gz", "notes.txt", "embraye-ours.example-now.tar.gz"}
	for _, name := range append(others, "embraye-ours.example-20200101T000000Z.tar.gz", "embraye-ours.example-20200102T000000Z.tar.gz.age") {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	d := backup.Destination{Path: dir, Host: "ours.example", Keep: 2}
	saved, err := backup.Save(t.Context(), d, source(in, w))
	must(t, err)
	if want := []string{"embraye-ours.example-20200101T000000Z.tar.gz"}; !slices.Equal(saved.Removed, want) {
		t.Errorf("removed %v, want %v", saved.Removed, want)
	}
	w.Clock.Advance(time.Hour)
	again, err := backup.Save(t.Context(), d, source(in, w))
	must(t, err)
	want := append(others, filepath.Base(saved.File), filepath.Base(again.File))
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder has %v, want %v", got, want)
	}
	info, err := os.Stat(again.File)
	must(t, err)
	if info.Mode().Perm() != 0o600 || info.Size() != again.Bytes {
		t.Errorf("mode %v, %d bytes of %d", info.Mode(), info.Size(), again.Bytes)
	}
	text, err := os.ReadFile(again.File)
	must(t, err)
	if _, err := backup.Read(bytes.NewReader(text), nil); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong, the earlier backup stays and nothing half is there.
func TestABackupThatFailsLeavesNothing(t *testing.T) {
	_, in, w := archived(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "embraye.tar.gz")
	must(t, os.WriteFile(file, []byte("the one before"), 0o600))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := backup.Save(ended, backup.Destination{Path: file}, source(in, w)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if text, err := os.ReadFile(file); string(text) != "the one before" || err != nil || len(names(t, dir)) != 1 {
		t.Errorf("%q, %v, %v", text, err, names(t, dir))
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer full.Close()
	if _, err := backup.Stream(t.Context(), full, nil, source(in, w)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	for path, says := range map[string]string{dir + "/none/x.tar.gz": "no such file", dir + "/none/": "make it first"} {
		if _, err := backup.Save(t.Context(), backup.Destination{Path: path}, source(in, w)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := backup.Save(t.Context(), backup.Destination{Path: file, Keep: 3}, source(in, w)); err == nil {
		t.Error("--keep of a file was taken")
	}
	if _, err := os.Stat(strings.TrimPrefix(in.URL, "sqlite:") + ".backup"); !os.IsNotExist(err) {
		t.Errorf("the copy of the database was left: %v", err)
	}
}

// Files that are not there, or not what they were, are said and lose nothing
// else.
func TestEvidenceThatIsAmissIsSaid(t *testing.T) {
	_, in, w := archived(t)
	broken, lost := strings.Repeat("a", 64)+".png", strings.Repeat("b", 64)+".pdf"
	for _, name := range []string{broken, lost} {
		_, err := in.Store.Pool().Exec(`INSERT INTO evidence_files (name, media_type, size, width, height, original_name, alt, person_id, public, created_at)
			VALUES (?, 'image/png', 3, 1, 1, '', '', 0, false, '2026-01-01 00:00:00+00:00')`, name)
		must(t, err)
	}
	must(t, os.WriteFile(filepath.Join(in.FilesDir, broken), []byte("not its hash"), 0o600))
	var out bytes.Buffer
	report, err := backup.Write(t.Context(), &out, source(in, w))
	must(t, err)
	if !slices.Equal(report.Damaged, []string{broken}) || !slices.Equal(report.Missing, []string{lost}) || len(report.Erased) > 0 {
		t.Errorf("%+v", report)
	}
	p := restored(t, "sqlite", out.Bytes(), in, w)
	if !slices.Equal(p.Damaged, []string{broken}) || p.Evidence.Files != 0 {
		t.Errorf("%+v", p.Restored)
	}
}
