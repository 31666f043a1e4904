// Package archive makes and reads copies of evidence: a WARC 1.1 (ISO 28500) of
// what a server said, inside a WACZ 1.2, with the words of the page. It asks
// nothing of the network; what it reads and writes are files that are given.
//
// What always holds: a record is what the server sent, but for cookies, and its
// digests are of the bytes that are kept; nothing is held in memory but heads and
// the words, which are bounded; what somebody hands in is believed only as far as
// its own hashes go, and unpacked within limits.
//
// The writer is ours because it is two hundred lines of the standard library;
// libraries bring clients of their own, which would go around our guard.
//
// Start reading at Pack, then package.go.
package archive

import (
	"fmt"
	"io"
	"time"

	"embraye/internal/embraye"
)

// A Capture is what one copy is made of: the hops of a visit, or a file that
// somebody handed in.
type Capture struct {
	Software string // who makes it, as the file says
	URL      string // that was asked for
	At       time.Time
	Title    string
	Text     string // what the page says in words
	Hops     []Hop
	File     *File
}

// A Hop is one request and its answer.
type Hop struct {
	URL           string
	At            time.Time
	IP            string // of the server; empty if not known
	RequestHeader map[string][]string
	Status        int
	Header        map[string][]string
	Body          io.ReaderAt // may be nil if Size is 0
	Size          int64
	Cut           string // why the body is not whole: CutLength or CutTime
}

// Why a body ends before its end (WARC-Truncated).
const (
	CutLength = "length"
	CutTime   = "time"
)

// A File is what somebody handed in instead of a visit.
type File struct {
	MediaType string
	Body      io.ReaderAt
	Size      int64
}

// MediaType is how a WACZ is served.
const MediaType = "application/wacz"

// Codes of what is wrong with a file that is handed in, keys of the catalogue.
const (
	CodeNotWACZ   = "wacz_unreadable" // no ZIP, or not the files of a WACZ
	CodePath      = "wacz_path"       // a name that leads out of it
	CodeTooLarge  = "wacz_too_large"  // more files or bytes than are unpacked
	CodeHash      = "wacz_hash"       // a part is not what its own list says
	CodeOtherPage = "wacz_other_page" // the page is not in it
)

// refuse is what is wrong with a file, as the form says it.
func refuse(code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: code, Value: embraye.Cut(embraye.Straight(value), embraye.MaxName)}}}
}

// uuid is the id of a record.
func uuid(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("archive: reading randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
