package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"

	"embraye/internal/embraye"
)

// Peeked is what the gate must know of a body before it believes it: enough to
// refuse a blocked host or to pass over a Delete of somebody unknown, without
// a fetch.
type Peeked struct {
	ID, Type, Actor string
	Object          string // address of the object, empty if it has none or is a list
	ObjectType      string // of an embedded object
}

// Peek judges the shape of a body (JSON that every reader understands alike,
// not too much of it) and reads the outermost properties. Addresses are only
// strings here: Read wants them canonical.
func Peek(body []byte) (Peeked, error) {
	var p Peeked
	s := &scanner{body: body, member: p.take}
	if err := s.scan(); err != nil {
		return Peeked{}, invalid(err)
	}
	switch {
	case p.Type == "":
		return Peeked{}, invalid(errors.New("no type"))
	case p.Actor == "":
		return Peeked{}, invalid(errors.New("no actor"))
	case p.ID == "":
		return Peeked{}, invalid(errors.New("no id"))
	}
	return p, nil
}

// CheckShape is the first half of Peek, for documents that are no activities.
func CheckShape(body []byte) error {
	if err := (&scanner{body: body}).scan(); err != nil {
		return invalid(err)
	}
	return nil
}

func (p *Peeked) take(key, value []byte) (err error) {
	switch string(key) {
	case "id":
		p.ID, err = stringValue("id", value)
	case "type":
		p.Type, err = stringValue("type", value)
	case "actor":
		p.Actor, _, err = reference(value)
		if err == nil && p.Actor == "" {
			err = errors.New("actor is not one address, or object with an id")
		}
	case "object":
		p.Object, p.ObjectType, err = reference(value)
	}
	return err
}

// stringValue wants a string: Mastodon too takes an activity's type as one.
func stringValue(key string, value []byte) (string, error) {
	if value[0] != '"' {
		return "", fmt.Errorf("%s is not a string", key)
	}
	if err := checkPlain(value); err == nil {
		return string(value[1 : len(value)-1]), nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", err
	}
	return s, nil
}

// checkPlain reports an error if a JSON string has escapes.
func checkPlain(value []byte) error {
	for _, c := range value {
		if c == '\\' {
			return errors.New("escaped")
		}
	}
	return nil
}

// reference reads an address, or the id and type of an object. A list of one
// is what it holds, as JSON-LD says; several are none.
func reference(value []byte) (id, typ string, err error) {
	switch value[0] {
	case '"':
		id, err = stringValue("address", value)
		return id, "", err
	case '{':
		sub := &scanner{body: value, member: func(key, value []byte) error {
			switch {
			case string(key) == "id" && value[0] == '"':
				id, err = stringValue("id", value)
			case string(key) == "type" && value[0] == '"':
				typ, err = stringValue("type", value)
			}
			return err
		}}
		return id, typ, sub.scan()
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil || len(list) != 1 || list[0][0] == '[' {
			return "", "", nil // not one thing
		}
		return reference(list[0])
	}
	return "", "", nil
}

// invalid makes any reason of ours embraye.ErrInvalid.
func invalid(err error) error { return fmt.Errorf("%w: %w", embraye.ErrInvalid, err) }
