package activitypub

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-fed/activity/streams/vocab"

	"embraye/internal/embraye"
	"embraye/internal/proof"
)

// alwaysLists are the properties that FEDERATION.md wants as JSON arrays even
// with one element. go-fed writes one element as a bare value, and Mastodon
// reads attachment, PeerTube 6 to and cc, only as arrays.
var alwaysLists = map[string]bool{
	"to": true, "cc": true, "tag": true, "attachment": true, "items": true, "orderedItems": true, "alsoKnownAs": true,
	"automaticApproval": true, "attributionDomains": true, "assertionMethod": true, "implements": true,
	"embraye:evidence": true, "embraye:searched": true, "embraye:lessons": true, "embraye:integrates": true, "embraye:relatedTo": true,
}

// finish turns a typed value into a document: extra properties that go-fed
// does not know (or writes wrongly, like contentMap) win over its own, lists
// become lists again, and @context comes last, whole and the same for all.
func finish(v vocab.Type, extra map[string]any) ([]byte, error) {
	m, err := v.Serialize()
	if err != nil {
		return nil, fmt.Errorf("writing a %s: %w", v.GetTypeName(), err)
	}
	for key, value := range extra {
		m[key] = value
	}
	restore(m)
	m["@context"] = json.RawMessage(contextJSON)
	return encode(m)
}

// restore walks what go-fed wrote: lists of one element, and contexts of
// embedded values, which belong to the outermost one only.
func restore(m map[string]any) {
	delete(m, "@context")
	for key, value := range m {
		if alwaysLists[key] {
			value = listOf(value)
			m[key] = value
		}
		restoreIn(value)
	}
}

func restoreIn(value any) {
	switch v := value.(type) {
	case map[string]any:
		restore(v)
	case []any:
		for _, element := range v {
			restoreIn(element)
		}
	}
}

func listOf(value any) any {
	switch value.(type) {
	case []any, []string, []map[string]any, []json.RawMessage:
		return value
	}
	return []any{value}
}

// encode writes keys in alphabetical order, without the HTML escapes of
// encoding/json: "<p>" stays "<p>".
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// contextPrefix is how every document of ours begins: no other key sorts
// before @context.
const contextPrefix = `{"@context":` + contextJSON + `,`

// Bare is a document without its @context, for embedding in another one. Of
// ours the bytes stay the same; one with a proof stays whole, because the proof
// is over its context too.
func Bare(doc []byte) json.RawMessage {
	if _, proved := proof.Cut(doc); proved {
		return doc
	}
	if rest, ok := bytes.CutPrefix(doc, []byte(contextPrefix)); ok {
		return append(json.RawMessage{'{'}, rest...)
	}
	var m map[string]json.RawMessage
	if json.Unmarshal(doc, &m) != nil {
		return json.RawMessage("null")
	}
	delete(m, "@context")
	bare, err := encode(m)
	if err != nil {
		return json.RawMessage("null")
	}
	return bare
}

// decodeOwn reads back some properties of a document that we made.
func decodeOwn(doc []byte, into any) error {
	if err := json.Unmarshal(doc, into); err != nil {
		return fmt.Errorf("reading a document of ours: %w: %w", err, embraye.ErrInvalid)
	}
	return nil
}
