package activitypub

import (
	"bytes"
	"strconv"

	"embraye/internal/embraye"
)

// RepliesPage is where the replies of a Note are listed, page by page from 1.
func RepliesPage(note embraye.IRI, page int) embraye.IRI {
	return note + embraye.IRI("/replies?page="+strconv.Itoa(page))
}

// WithCounts is a Note as it is served: live counts in place of the three bare
// addresses (INTEROP 0.10; Mastodon reads counts only from embedded
// collections). It splices bytes: a quote inside a JSON string is escaped, so
// the sequences looked for exist only as properties.
func WithCounts(note []byte, id embraye.IRI, likes, shares, replies int) []byte {
	note = splice(note, "likes", id, counted(id+"/likes", likes, ""))
	note = splice(note, "shares", id, counted(id+"/shares", shares, ""))
	return splice(note, "replies", id, counted(id+"/replies", replies, firstReplies(id, replies)))
}

// splice looks for the short key first: bytes.Index is many times slower for
// needles of more than 63 bytes.
func splice(note []byte, property string, id embraye.IRI, collection string) []byte {
	key := `"` + property + `":`
	bare := []byte(`"` + string(id) + "/" + property + `"`)
	for from := 0; ; {
		at := bytes.Index(note[from:], []byte(key))
		if at < 0 {
			return note
		}
		from += at + len(key)
		if rest, ok := bytes.CutPrefix(note[from:], bare); ok {
			out := make([]byte, 0, len(note)+len(collection))
			out = append(append(out, note[:from]...), collection...)
			return append(out, rest...)
		}
	}
}

func counted(id embraye.IRI, total int, first string) string {
	s := `{"id":"` + string(id) + `","type":"Collection","totalItems":` + strconv.Itoa(total)
	if first != "" {
		s += `,"first":` + first
	}
	return s + "}"
}

// firstReplies is an embedded empty page that leads to the first real one, as
// Mastodon writes it.
func firstReplies(id embraye.IRI, replies int) string {
	s := `{"type":"CollectionPage","partOf":"` + string(id) + `/replies"`
	if replies > 0 {
		s += `,"next":"` + string(RepliesPage(id, 1)) + `"`
	}
	return s + `,"items":[]}`
}
