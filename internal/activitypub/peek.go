package activitypub

import (
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

// shape is how much JSON an inbox reads (F123, F124).
var shape = jsonshape.Limits{Values: 5000, Objects: 200, Depth: 32}

// Peeked is what the gate must know of a body before it believes it: enough to
// refuse a blocked host or to pass over a Delete of somebody unknown, without
// a fetch. The body is parsed here, once; Read makes the rest of it.
type Peeked struct {
	ID, Type, Actor string
	Object          string // address of the object, empty if it has none or is a list
	ObjectType      string // of an embedded object
	properties      map[string]any
}

// Peek judges the shape of a body (JSON that every reader understands alike,
// not too much of it) and reads the outermost properties. Addresses are only
// strings here: Read judges them.
func Peek(body []byte) (*Peeked, error) {
	m, err := jsonshape.Parse(body, shape)
	if err != nil {
		return nil, invalid(err)
	}
	p := &Peeked{properties: m}
	// Mastodon too takes an activity's type as one string.
	for key, into := range map[string]*string{"id": &p.ID, "type": &p.Type} {
		value, ok := m[key].(string)
		if !ok || value == "" {
			return nil, invalid(fmt.Errorf("no %s that is a text", key))
		}
		*into = value
	}
	if p.Actor, _ = reference(m["actor"]); p.Actor == "" {
		return nil, invalid(errors.New("actor is not one address, or object with an id"))
	}
	p.Object, p.ObjectType = reference(m["object"])
	return p, nil
}

// Document is the whole message, which is not to be changed.
func (p *Peeked) Document() map[string]any { return p.properties }

// Embedded is the object of a message, if it is there whole, and who it says
// that wrote it.
func (p *Peeked) Embedded() (object map[string]any, author string) {
	value := p.properties["object"]
	if list, ok := value.([]any); ok && len(list) == 1 {
		value = list[0]
	}
	object, _ = value.(map[string]any)
	return object, idOf(object["attributedTo"])
}

// reference reads an address, or the id and type of an object. A list of one
// is what it holds, as JSON-LD says; several are none.
func reference(value any) (id, typ string) {
	if list, ok := value.([]any); ok && len(list) == 1 {
		value = list[0]
	}
	switch v := value.(type) {
	case string:
		return v, ""
	case map[string]any:
		id, _ = v["id"].(string)
		typ, _ = v["type"].(string)
	}
	return id, typ
}

// invalid makes any reason of ours embraye.ErrInvalid.
func invalid(err error) error { return fmt.Errorf("%w: %w", embraye.ErrInvalid, err) }
