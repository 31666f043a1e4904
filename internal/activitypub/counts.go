package activitypub

import (
	"bytes"
	"encoding/json"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/proof"
)

// RepliesPage is where the replies of a Note are listed, page by page from 1.
func RepliesPage(note embraye.IRI, page int) embraye.IRI {
	return note + embraye.IRI("/replies?page="+strconv.Itoa(page))
}

// WithCounts is a Note as it is served: with live counts, which deliveries do
// not carry (INTEROP 0.10; Mastodon reads counts only from embedded collections).
// A proof is over what is delivered, so it is left out here.
func WithCounts(note []byte, id embraye.IRI, likes, shares, replies int) []byte {
	note, _ = proof.Cut(note)
	rest, ok := bytes.CutSuffix(note, []byte("}"))
	if !ok {
		return note
	}
	out := append(make([]byte, 0, len(note)+1024), rest...)
	out = append(out, `,"likes":`...)
	out = append(out, counted(id+"/likes", likes, "")...)
	out = append(out, `,"replies":`...)
	out = append(out, counted(id+"/replies", replies, firstReplies(id, replies))...)
	out = append(out, `,"shares":`...)
	out = append(out, counted(id+"/shares", shares, "")...)
	return append(out, '}')
}

// Rewire is a public Note of ours that an earlier version wrote (WireVersion),
// in the shape of this one, without a proof. What it says stays as it is; author
// is the handle of who wrote it.
func (w Wire) Rewire(note []byte, author string) ([]byte, error) {
	var m map[string]json.RawMessage
	if err := decodeOwn(note, &m); err != nil {
		return nil, err
	}
	for _, key := range []string{"likes", "replies", "shares", "proof"} {
		delete(m, key)
	}
	m["@context"] = json.RawMessage(contextJSON)
	if _, has := m["inReplyTo"]; !has {
		m["inReplyTo"] = json.RawMessage("null")
	}
	if group, public := w.group(author), m["conversation"] != nil; group != "" && public {
		m["audience"] = json.RawMessage(strconv.Quote(string(group)))
	}
	return encode(m)
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
