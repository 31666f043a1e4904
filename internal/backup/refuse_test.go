package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"embraye/internal/backup"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"filippo.io/age"
)

// archived is a backup of an instance that has just begun.
func archived(t *testing.T) ([]byte, *fedtest.Instance, *fedtest.World) {
	t.Helper()
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "ours.example")
	var out bytes.Buffer
	_, err := backup.Write(t.Context(), &out, source(w.Instances[0], w))
	must(t, err)
	return out.Bytes(), w.Instances[0], w
}

type entry struct {
	tar.Header
	content string
}

func unpacked(t *testing.T, archive []byte) (all []entry) {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	must(t, err)
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		content, err := io.ReadAll(in)
		must(t, err)
		all = append(all, entry{*h, string(content)})
	}
}

// packed makes an archive of entries; with sums the last one is right again.
func packed(t *testing.T, all []entry, sums bool) []byte {
	t.Helper()
	var out bytes.Buffer
	zip, said := gzip.NewWriter(&out), ""
	to := tar.NewWriter(zip)
	for _, e := range all {
		if e.Name == "checksums.sha256" && sums {
			e.content = said
		}
		if e.Size = int64(len(e.content)); e.Typeflag != tar.TypeReg {
			e.Size = 0
		}
		must(t, to.WriteHeader(&e.Header))
		if e.Size > 0 {
			_, err := io.WriteString(to, e.content)
			must(t, err)
		}
		said += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(e.content)), e.Name)
	}
	must(t, errors.Join(to.Close(), zip.Close()))
	return out.Bytes()
}

func TestArchivesThatAreNotWholeOrNotOursAreRefused(t *testing.T) {
	good, _, _ := archived(t)
	if _, err := backup.Read(bytes.NewReader(good), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Read(bytes.NewReader(packed(t, unpacked(t, good), true)), nil); err != nil {
		t.Fatalf("packed by another program: %v", err)
	}
	change := func(sums bool, f func([]entry) []entry) []byte { return packed(t, f(unpacked(t, good)), sums) }
	edit := func(name, old, new string) []byte {
		return change(true, func(all []entry) []entry {
			done := false
			for i, e := range all {
				if strings.HasPrefix(e.Name, name) && strings.Contains(e.content, old) {
					all[i].content, done = strings.Replace(e.content, old, new, 1), true
				}
			}
			if !done {
				t.Fatalf("%q is not in %s", old, name)
			}
			return all
		})
	}
	insert := func(h tar.Header, content string) []byte {
		return change(true, func(all []entry) []entry {
			last := len(all) - 1
			return append(append(all[:last:last], entry{h, content}), all[last])
		})
	}
	regular := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600} }
	schema := fmt.Sprintf(`"schema": %d`, store.KnownSchema())
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 0x10
	for name, tt := range map[string]struct {
		archive []byte
		says    string
	}{
		"nothing":              {nil, "cut off"},
		"another file":         {[]byte("SQLite format 3\000, and so on, for long enough"), "no archive of Embraye"},
		"a flipped bit":        {flipped, "damaged"},
		"something after it":   {append(bytes.Clone(good), "and more of something else"...), "follows the end"},
		"without checksums":    {change(false, func(all []entry) []entry { return all[:len(all)-1] }), "cut off"},
		"a changed row":        {change(false, func(all []entry) []entry { all[4].content += " "; return all }), "the checksum of \"database/"},
		"a row less":           {change(false, func(all []entry) []entry { return append(all[:4:4], all[5:]...) }), "the checksum of \"database/"},
		"a later format":       {edit("manifest.json", `"format": 1`, `"format": 2`), "is of format 2, made by embraye test, and this program reads format 1"},
		"a later schema":       {edit("manifest.json", schema, `"schema": 9999`), fmt.Sprintf("has schema 9999, made by embraye test, and this program knows schema %d", store.KnownSchema())},
		"another program's":    {edit("manifest.json", `"embraye"`, `"debarque"`), "none of Embraye's"},
		"a text for a number":  {edit("database/public_revision/", `[1,`, `["1",`), "row 1: 1 is no value of the kind integer"},
		"a value less":         {edit("database/public_revision/", `[1,`, `[`), "1 values for 2 columns"},
		"a path that leads up": {insert(regular("../secret.key"), "x"), "none that an archive of Embraye has"},
		"one inside evidence":  {insert(regular("evidence/../../x.png"), "x"), "none that an archive of Embraye has"},
		"an absolute path":     {insert(regular("/etc/passwd"), "x"), "none that an archive of Embraye has"},
		"a table of its own":   {insert(regular("database/goose_db_version/0001.jsonl"), "[]"), "none that an archive of Embraye has"},
		"a link":               {insert(tar.Header{Typeflag: tar.TypeSymlink, Name: "secret.key2", Linkname: "/etc/passwd"}, ""), "is no file"},
		"a folder":             {insert(tar.Header{Typeflag: tar.TypeDir, Name: "evidence/"}, ""), "is no file"},
		"an entry twice":       {insert(regular("secret.key"), "x"), "twice"},
		"a secret too long":    {edit("secret.key", "bm", strings.Repeat("x", 2<<20)), "more than the"},
		"no secret":            {change(true, func(all []entry) []entry { return append(all[:2:2], all[3:]...) }), "no secret.key"},
		"rows before all else": {change(true, func(all []entry) []entry { return all[3:] }), "does not begin with its manifest"},
	} {
		if _, err := backup.Read(bytes.NewReader(tt.archive), nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for part := range 40 {
		if _, err := backup.Read(bytes.NewReader(good[:len(good)*part/40]), nil); err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Errorf("cut at %d of 40: %v", part, err)
		}
	}
}

// An archive goes where nothing is, or where an interrupted restore of the same
// one was.
func TestTargetsThatHoldSomethingAreRefused(t *testing.T) {
	good, in, w := archived(t)
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			p := restored(t, kind, good, in, w)
			c, err := backup.Read(bytes.NewReader(good), nil)
			must(t, err)
			empty := storetest.OpenURL(t, storetest.EmptyURL(t, kind), w.Clock.Now)
			fits := backup.Target{Store: empty, Files: p.files, Secret: secret}
			must(t, c.Fits(t.Context(), fits))
			must(t, c.IsOf(in.Site.Base))
			if err := c.IsOf("https://other.example"); err == nil || !strings.Contains(err.Error(), "set EMBRAYE_BASE_URL="+in.Site.Base) {
				t.Errorf("of another instance: %v", err)
			}
			for says, change := range map[string]func(*backup.Target){
				"an instance lives in the database": func(t *backup.Target) { t.Store = p.store },
				"another secret":                    func(t *backup.Target) { t.Secret = []byte("other\n") },
			} {
				target := fits
				change(&target)
				if err := c.Fits(t.Context(), target); err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%s: %v", says, err)
				}
			}
			if _, err := backup.Restore(t.Context(), bytes.NewReader(good), nil, c, backup.Target{Store: p.store, Files: p.files, Secret: secret}); err == nil {
				t.Error("an instance was written over")
			}
			t.Run("begun again", func(t *testing.T) { beginAgain(t, good, c, fits) })
		})
	}
}

// beginAgain interrupts a restore in the middle, twice, and ends it.
func beginAgain(t *testing.T, good []byte, c *backup.Contents, target backup.Target) {
	for range 2 {
		_, err := backup.Restore(t.Context(), io.MultiReader(bytes.NewReader(good[:len(good)*3/4]), broken{}), nil, c, target)
		if !errors.Is(err, errBroken) {
			t.Fatalf("interrupted: %v", err)
		}
		if started, err := target.Store.Started(t.Context()); started || err != nil {
			t.Fatalf("an interrupted restore has made an instance: %v, %v", started, err)
		}
		must(t, c.Fits(t.Context(), target))
	}
	_, err := backup.Restore(t.Context(), bytes.NewReader(good), nil, c, target)
	must(t, err)
}

var errBroken = errors.New("the disk is gone")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func TestEncryptedArchivesAreReadWithTheKeyOnly(t *testing.T) {
	_, in, w := archived(t)
	mine, err := age.GenerateX25519Identity()
	must(t, err)
	other, err := age.GenerateX25519Identity()
	must(t, err)
	to, err := backup.Recipients([]string{mine.Recipient().String()})
	must(t, err)
	var out bytes.Buffer
	_, err = backup.Stream(t.Context(), &out, to, source(in, w))
	must(t, err)
	if _, err := backup.Read(bytes.NewReader(out.Bytes()), backup.Keys{other, mine}); err != nil {
		t.Errorf("with the key: %v", err)
	}
	for says, tt := range map[string]struct {
		archive []byte
		with    backup.Keys
	}{
		"--identity":               {out.Bytes(), nil},
		"other keys":               {out.Bytes(), backup.Keys{other}},
		"cut off or damaged":       {out.Bytes()[:out.Len()-1000], backup.Keys{mine}},
		"the archive is encrypted": {out.Bytes(), backup.Keys{other}},
	} {
		if _, err := backup.Read(bytes.NewReader(tt.archive), tt.with); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	for _, key := range []string{"age1", "ssh-ed25519 AAAA", mine.String(), mine.Recipient().String() + "x"} {
		if _, err := backup.Recipients([]string{key}); err == nil || strings.Contains(err.Error(), "AGE-SECRET-KEY-1") {
			t.Errorf("%.20s…: %v", key, err)
		}
	}
}
