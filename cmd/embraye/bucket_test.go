package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/check"
	"embraye/internal/s3test"
)

// A bucket is tried before anything is answered; a folder of before moves into
// it; check and restore say what is wrong with one.
func TestABucketIsTriedAtTheStartAndTakesTheFolder(t *testing.T) {
	dir, s3, elsewhere := instanceDir(t), s3test.New(t), s3test.New(t)
	name := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.pdf" // nothing, hashed
	if err := os.WriteFile(filepath.Join(dir, "evidence", name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"EMBRAYE_DATA_DIR=" + dir, "EMBRAYE_LISTEN=127.0.0.1:0"}
	wrong := append(base, "EMBRAYE_S3_URL="+strings.Replace(s3.URL, "AKEY:", "ANOTHER:", 1))
	wantRefused(t, 1, wrong, []string{"serve"}, "the bucket of EMBRAYE_S3_URL cannot be used", "403", "may read, write, remove and list")
	if _, err := os.Stat(filepath.Join(dir, "evidence", name)); err != nil || len(s3.Names()) > 0 {
		t.Errorf("a start that was refused moved files: %v, %v", err, s3.Names())
	}

	env := append(base, "EMBRAYE_S3_URL="+s3.URL)
	looked := func(env []string) check.Finding {
		var document struct{ Findings []check.Finding }
		_, said := ran(t, env, "check", "--json")
		if err := json.Unmarshal([]byte(said[strings.IndexByte(said, '{'):strings.LastIndexByte(said, '}')+1]), &document); err != nil {
			t.Fatalf("%v in %s", err, said)
		}
		i := slices.IndexFunc(document.Findings, func(f check.Finding) bool { return f.Code == "bucket" })
		if i < 0 {
			t.Fatalf("check says nothing of the bucket: %s", said)
		}
		return document.Findings[i]
	}
	if f := looked(env); f.State != check.Warning || !strings.HasPrefix(f.Sentence, "1 file lies") {
		t.Errorf("before: %+v", f)
	}
	if f := looked(wrong); f.State != check.Error || !strings.Contains(f.Sentence, "403") || f.Remedy == "" || strings.Contains(f.Sentence, "secret") {
		t.Errorf("another's key: %+v", f)
	}
	s := serveProcess(t, env...)
	eventually(t, "the folder moves", func() bool { return strings.Contains(s.log.String(), "moved into the bucket") })
	s.stop()
	if f := looked(env); f.State != check.OK || !slices.Equal(s3.Names(), []string{name}) {
		t.Errorf("after: %+v, %v", f, s3.Names())
	}

	archive := filepath.Join(t.TempDir(), "a.tar.gz")
	s.command(nil, "backup", archive)
	fresh := []string{"EMBRAYE_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "EMBRAYE_S3_URL=" + elsewhere.URL}
	elsewhere.Disturb(s3test.Away)
	wantRefused(t, 1, fresh, []string{"restore", archive}, "the bucket of EMBRAYE_S3_URL cannot be used")
	elsewhere.Disturb(nil)
	if status, said := ran(t, fresh, "restore", archive); status != 0 {
		t.Errorf("restore: %d %s", status, said)
	}
}
