package backup

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"embraye/internal/store"
)

// reader is what wants to know what an archive holds; a nil function does not.
// Nothing that it is told is certain before read has come back without an error.
type reader struct {
	manifest func(Manifest) error
	secret   func([]byte) error
	rows     func(store.CopiedTable, [][]any) error
	evidence func(name string, content io.Reader) error
}

// reading is an archive that is being read.
type reading struct {
	reader
	manifest Manifest
	tables   map[string]store.CopiedTable
	seen     map[string]bool
	sums     []byte
	ended    bool // the checksums were there and right
}

// errCut is an archive without its end.
var errCut = errors.New("the archive ends before its end: it was cut off on its way")

// read reads an archive to its end and holds it to its checksums.
func read(in io.Reader, with Keys, to reader) error {
	plain, err := unsealed(in, with)
	if err != nil {
		return err
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		return broken(err, "the file is no archive of Embraye (a tar.gz)")
	}
	a := &reading{reader: to, seen: map[string]bool{}, tables: map[string]store.CopiedTable{}}
	entries := tar.NewReader(zip)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = a.entry(header, entries)
		}
		if err != nil {
			return broken(err, "")
		}
	}
	// What follows the end of the tar belongs to gzip: its sums are there.
	if _, err := io.Copy(io.Discard, zip); err != nil {
		return broken(err, "")
	}
	if !a.ended {
		return errCut
	}
	return nil
}

// broken says what the readers of the libraries say in their words.
func broken(err error, otherwise string) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errCut
	case strings.Contains(err.Error(), "decrypt"): // of age, whose chunks prove themselves
		return fmt.Errorf("the archive was cut off or damaged: %w", err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, tar.ErrHeader), errors.As(err, new(flate.CorruptInputError)), errors.As(err, new(flate.InternalError)):
		return fmt.Errorf("the archive is damaged: %w", err)
	case otherwise != "":
		return fmt.Errorf("%s: %w", otherwise, err)
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("something follows the end of the archive")
	}
	return err
}

// entry reads one entry. Names are compared with those that there can be: none
// leads out of any folder.
func (a *reading) entry(h *tar.Header, content io.Reader) error {
	switch {
	case a.ended:
		return fmt.Errorf("%.80q follows the end of the archive", h.Name)
	case h.Typeflag != tar.TypeReg:
		return fmt.Errorf("the entry %.80q is no file: no archive of Embraye has such an entry", h.Name)
	case a.seen[h.Name]:
		return fmt.Errorf("the entry %.80q is there twice", h.Name)
	case len(a.seen) == 0 && h.Name != manifestName:
		return errors.New("the archive does not begin with its manifest: it is none of Embraye's")
	}
	a.seen[h.Name] = true
	sum := sha256.New()
	both := io.TeeReader(content, sum)
	if err := a.content(h.Name, h.Size, both); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, both); err != nil {
		return err
	}
	a.sums = fmt.Appendf(a.sums, "%x  %s\n", sum.Sum(nil), h.Name)
	return nil
}

func (a *reading) content(name string, size int64, content io.Reader) error {
	if evidence, ok := evidenceName(name); ok {
		return a.file(evidence, content)
	}
	limit, take := int64(maxSmall), func([]byte) error { return nil }
	switch table := partForm.FindStringSubmatch(name); {
	case name == manifestName:
		limit, take = maxManifest, a.readManifest
	case name == secretName && a.secret != nil:
		take = a.secret
	case name == settingsName, name == secretName:
	case name == checksumsName:
		limit, take = maxChecksums, a.compare
	case table != nil && a.tables[table[1]].Name != "":
		limit, take = maxPart, func(part []byte) error { return a.part(name, a.tables[table[1]], part) }
	default:
		return fmt.Errorf("the entry %.80q is none that an archive of Embraye has", name)
	}
	if size > limit {
		return fmt.Errorf("the entry %s has %d bytes, more than the %d that it can have", name, size, limit)
	}
	all, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	return take(all)
}

func (a *reading) readManifest(text []byte) error {
	m := Manifest{}
	if err := json.Unmarshal(text, &m); err != nil || m.Program != "embraye" {
		return errors.Join(errors.New("the manifest is none of Embraye's"), err)
	}
	if m.Format != Format {
		return fmt.Errorf("the archive is of format %d, made by embraye %.40s, and this program reads format %d: use that version, or a later one", m.Format, m.Version, Format)
	}
	if known := store.KnownSchema(); m.Schema > known {
		return fmt.Errorf("the archive has schema %d, made by embraye %.40s, and this program knows schema %d at most: use that version, or a later one", m.Schema, m.Version, known)
	}
	for _, t := range m.Tables {
		a.tables[t.Name] = t
	}
	a.manifest = m
	if a.reader.manifest == nil {
		return nil
	}
	return a.reader.manifest(m)
}

// part reads rows and holds each value to the kind of its column.
func (a *reading) part(name string, t store.CopiedTable, text []byte) error {
	var rows [][]any
	lines := json.NewDecoder(bytes.NewReader(text))
	lines.UseNumber()
	for {
		var row []any
		err := lines.Decode(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && len(row) != len(t.Columns) {
			err = fmt.Errorf("%d values for %d columns", len(row), len(t.Columns))
		}
		for i := range row {
			if err == nil {
				row[i], err = decode(row[i], t.Columns[i].Kind)
			}
		}
		if err != nil {
			return fmt.Errorf("the archive is damaged: %s, row %d: %w", name, len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	if a.rows == nil {
		return nil
	}
	return a.rows(t, rows)
}

// file reads a file of evidence. One whose bytes were damaged already when the
// backup was made is no reason to lose the rest.
func (a *reading) file(name string, content io.Reader) error {
	if a.evidence != nil {
		return a.evidence(name, content)
	}
	return nil
}

// compare holds what was read to the checksums.
func (a *reading) compare(text []byte) error {
	if bytes.Equal(text, a.sums) {
		a.ended = true
		return nil
	}
	own, said := strings.Split(string(a.sums), "\n"), strings.Split(string(text), "\n")
	for i := range min(len(own), len(said)) {
		if own[i] != said[i] {
			_, name, _ := strings.Cut(own[i], "  ")
			return fmt.Errorf("the archive is damaged: the checksum of %.80q is another", name)
		}
	}
	return errors.New("the archive is damaged: its checksums are of more or fewer entries than it has")
}

// Contents is what an archive holds, every byte of it compared with its
// checksums.
type Contents struct {
	Manifest Manifest
	Rows     int64
	Evidence Evidence
	Damaged  []string // files of evidence that were damaged when the backup was made
	secret   []byte
	files    map[string]bool
}

// Read reads an archive and writes nothing.
func Read(in io.Reader, with Keys) (*Contents, error) {
	c := &Contents{files: map[string]bool{}, Damaged: []string{}}
	err := read(in, with, reader{
		manifest: func(m Manifest) error { c.Manifest = m; return nil },
		secret:   func(b []byte) error { c.secret = b; return nil },
		rows:     func(_ store.CopiedTable, rows [][]any) error { c.Rows += int64(len(rows)); return nil },
		evidence: func(name string, content io.Reader) error {
			sum := sha256.New()
			n, err := io.Copy(sum, content)
			c.files[name] = true
			c.Evidence.Files++
			c.Evidence.Bytes += n
			if hex.EncodeToString(sum.Sum(nil)) != name[:sha256.Size*2] {
				c.Damaged = append(c.Damaged, name)
			}
			return err
		},
	})
	if err == nil && len(c.secret) == 0 {
		err = errors.New("the archive holds no secret.key: it is none of Embraye's")
	}
	slices.Sort(c.Damaged)
	return c, err
}
