// Package backup copies an instance into one file and puts it back.
//
// The file is a tar.gz that needs no program of ours to be read: manifest.json
// comes first, then settings.env and secret.key, the rows of every table as
// lines of JSON (database/TABLE/0001.jsonl, …), the files of evidence, and at
// its end checksums.sha256, as sha256sum writes and checks it. A file without
// that end was cut off. It holds the secret and is as secret as that.
//
// What always holds: the rows are one moment of the database (store.Snapshot),
// and fit SQLite and PostgreSQL alike. Files of evidence never change once they
// are there, so those that the moment names are copied after it. Nothing is
// written anywhere before all of an archive has been read and compared with its
// checksums. Neither way holds more than one part of a table in memory.
//
// Start reading at Write, then Read, then Restore.
package backup

import (
	"fmt"
	"regexp"
	"time"

	"embraye/internal/files"
	"embraye/internal/store"
)

// Format is the number of the form of archives. Whoever reads one refuses
// numbers that it does not know.
const Format = 1

// The entries that every archive has.
const (
	manifestName  = "manifest.json"
	settingsName  = "settings.env"
	secretName    = "secret.key"
	checksumsName = "checksums.sha256"
)

// Manifest says what an archive is of.
type Manifest struct {
	Format   int                 `json:"format"`
	Program  string              `json:"program"` // embraye
	Version  string              `json:"version"` // of the program
	Schema   int64               `json:"schema"`
	Created  time.Time           `json:"created"`
	BaseURL  string              `json:"base_url"`
	Dialect  string              `json:"dialect"` // where the rows come from; they fit both
	Evidence Evidence            `json:"evidence"`
	Tables   []store.CopiedTable `json:"tables"`
}

// Evidence is how many files of evidence there are, and how large they are
// together.
type Evidence struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// What an archive may make its reader hold in memory at once.
const (
	maxManifest  = 1 << 20
	maxSmall     = 1 << 20  // secret, settings
	maxPart      = 64 << 20 // a part is closed once it is longer than partBytes
	maxChecksums = 1 << 30
)

// partBytes is how long a part of a table becomes, give or take one row.
const partBytes = 1 << 20

func partName(table string, number int) string {
	return fmt.Sprintf("database/%s/%04d.jsonl", table, number)
}

var partForm = regexp.MustCompile(`^database/([a-z0-9_]+)/[0-9]{4,9}\.jsonl$`)

const evidenceFolder = "evidence/"

// evidenceName is the name of a file of evidence; false for other entries.
func evidenceName(entry string) (string, bool) {
	if len(entry) <= len(evidenceFolder) || entry[:len(evidenceFolder)] != evidenceFolder {
		return "", false
	}
	name := entry[len(evidenceFolder):]
	return name, files.ValidName(name)
}
