package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// Incoming is an activity that came, as far as we use it.
type Incoming struct {
	ID         embraye.IRI
	Type       string
	Actor      embraye.IRI
	Object     Ref   // the first object
	Objects    []Ref // all of them; only a Flag may have several
	Target     Ref
	Instrument Ref
	Content    string // of a Like, an EmojiReact or a Flag: never HTML
	Published  time.Time
	To, Cc     []string
	Post       *Post // of a Create or Update with an embedded post
	Unknown    bool  // a type that we pass over; only ID, Type and Actor are set
	Raw        []byte
}

// Ref is something named by an activity: an address, or an embedded object of
// which id, type, actor and object matter.
type Ref struct {
	ID, Type      string
	Actor, Object string         // of an embedded activity
	Embedded      map[string]any // nil if only named
}

// handled are the types that Read reads. The value is what go-fed takes them
// for: an EmojiReact is a Like with content (SECURITY F158).
var handled = map[string]string{
	"Accept": "Accept", "Add": "Add", "Announce": "Announce", "Block": "Block", "Create": "Create", "Delete": "Delete",
	"Dislike": "Dislike", "EmojiReact": "Like", "Flag": "Flag", "Follow": "Follow", "Like": "Like", "Move": "Move",
	"QuoteRequest": "Activity", "Reject": "Reject", "Remove": "Remove", "Undo": "Undo", "Update": "Update",
}

// answersWithoutID name activities that some servers embed without their id.
var answersWithoutID = map[string]bool{"Accept": true, "Reject": true, "Undo": true}

// Read turns a body into an Incoming, or embraye.ErrInvalid. A type that we do
// not know is no mistake: Unknown is set.
//
// Addresses come back canonical but with either scheme: whether http is allowed
// is a setting, and the gate's to judge.
func Read(body []byte) (in *Incoming, err error) {
	defer guard(&err)
	p, err := Peek(body)
	if err != nil {
		return nil, err
	}
	in = &Incoming{Type: p.Type, Raw: body}
	if in.ID, err = embraye.ParseActivityID(p.ID, true); err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	if in.Actor, err = embraye.ParseIRI(p.Actor, true); err != nil {
		return nil, fmt.Errorf("actor: %w", err)
	}
	if handled[p.Type] == "" {
		in.Unknown = true
		return in, nil
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, invalid(err)
	}
	if err := in.read(m); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Type, err)
	}
	return in, nil
}

// guard turns a panic below us into embraye.ErrInvalid: go-fed is generated
// code that was never meant for hostile input.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = invalid(fmt.Errorf("reading it failed: %v", r))
	}
}

func (in *Incoming) read(m map[string]any) error {
	var err error
	if in.Objects, err = refs(m["object"], answersWithoutID[in.Type]); err != nil {
		return fmt.Errorf("object: %w", err)
	}
	if len(in.Objects) == 0 || len(in.Objects) > 1 && in.Type != "Flag" {
		return invalid(errors.New("not exactly one object"))
	}
	in.Object = in.Objects[0]
	if in.Target, err = oneRef(m["target"]); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	if in.Instrument, err = oneRef(m["instrument"]); err != nil {
		return fmt.Errorf("instrument: %w", err)
	}
	common, err := readCommon(m, handled[in.Type])
	if err != nil {
		return err
	}
	in.To, in.Cc, in.Published, in.Content = common.to, common.cc, common.published, common.content
	if in.Type == "Flag" && in.Content == "" { // Lemmy gives its reason there
		in.Content = firstString(m["summary"])
	}
	if (in.Type == "Create" || in.Type == "Update") && postTypes[in.Object.Type] {
		in.Post, err = readPost(in.Object.Embedded)
	}
	return err
}

// refs reads an address, an object, or a list of them. An embedded object must
// have a canonical id, unless anonymous ones are allowed here.
func refs(value any, anonymous bool) ([]Ref, error) {
	var out []Ref
	for _, v := range many(value) {
		r, err := ref(v, anonymous)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// oneRef reads something optional, and the first if there are several.
func oneRef(value any) (Ref, error) {
	for _, v := range many(value) {
		return ref(v, true)
	}
	return Ref{}, nil
}

func ref(value any, anonymous bool) (Ref, error) {
	switch v := value.(type) {
	case string:
		id, err := embraye.ParseActivityID(v, true)
		return Ref{ID: string(id)}, err
	case map[string]any:
		r := Ref{Type: firstString(v["type"]), Actor: idOf(v["actor"]), Object: idOf(v["object"]), Embedded: v}
		raw, has := v["id"]
		if !has && anonymous {
			return r, nil
		}
		s, ok := raw.(string)
		if !ok {
			return Ref{}, invalid(errors.New("an embedded object without an id that is a string"))
		}
		id, err := embraye.ParseActivityID(s, true)
		r.ID = string(id)
		return r, err
	}
	return Ref{}, invalid(fmt.Errorf("neither an address nor an object but %T", value))
}

// many is the single-or-many of JSON-LD; null is none.
func many(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}

// idOf is an address or the id of an object, without judging it.
func idOf(value any) string {
	for _, v := range many(value) {
		switch v := v.(type) {
		case string:
			return v
		case map[string]any:
			s, _ := v["id"].(string)
			return s
		}
		break
	}
	return ""
}

func firstString(value any) string {
	for _, v := range many(value) {
		if s, ok := v.(string); ok {
			return s
		}
	}
	return ""
}
