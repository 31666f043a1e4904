package activitypub

import (
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
	Targeted   bool // there is a target, though perhaps not one that can be read
	Instrument Ref
	Result     string // address that an Accept names
	Content    string // of a Like, an EmojiReact or a Flag: never HTML
	Published  time.Time
	To, Cc     []string
	Post       *Post // of a Create or Update with an embedded post
	Unknown    bool  // a type that we pass over; only ID, Type and Actor are set
}

// Ref is something named by an activity: an address, or an embedded object of
// which id, type, actor and object matter.
type Ref struct {
	ID, Type      string
	Actor, Object string         // of an embedded activity
	Embedded      map[string]any // nil if only named
}

// handled are the types that Read reads (EmojiReact: F158).
var handled = map[string]bool{
	"Accept": true, "Add": true, "Announce": true, "Block": true, "Create": true, "Delete": true, "Dislike": true, "EmojiReact": true, "FeatureRequest": true, "Flag": true,
	"Follow": true, "Like": true, "Move": true, "QuoteRequest": true, "Reject": true, "Remove": true, "Undo": true, "Update": true,
}

// answersWithoutID name activities that some servers embed without their id.
var answersWithoutID = map[string]bool{"Accept": true, "Reject": true, "Undo": true}

// Read turns what was peeked at into an Incoming, or embraye.ErrInvalid. A type
// that we do not know is no mistake: Unknown is set.
//
// Addresses may have either scheme: whether http is allowed is a setting, and
// the gate's to judge.
func (p *Peeked) Read() (in *Incoming, err error) {
	defer guard(&err)
	in = &Incoming{Type: p.Type}
	if in.ID, err = embraye.ParseID(p.ID, true); err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	if in.Actor, err = embraye.ParseIRI(p.Actor, true); err != nil {
		return nil, fmt.Errorf("actor: %w", err)
	}
	if !handled[p.Type] {
		in.Unknown = true
		return in, nil
	}
	if err := in.read(p.properties); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Type, err)
	}
	return in, nil
}

// guard turns a panic below us into embraye.ErrInvalid: texts of strangers pass
// through libraries.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = invalid(fmt.Errorf("reading it failed: %v", r))
	}
}

func (in *Incoming) read(m map[string]any) error {
	var err error
	if in.Objects, err = in.objects(many(m["object"])); err != nil {
		return fmt.Errorf("object: %w", err)
	}
	in.Object = in.Objects[0]
	in.Target, in.Targeted, in.Instrument = oneRef(m["target"]), m["target"] != nil, oneRef(m["instrument"])
	in.Result = idOf(m["result"])
	common, err := readCommon(m)
	if err != nil {
		return err
	}
	in.To, in.Cc, in.Published, in.Content = common.to, common.cc, common.published, common.content
	if in.Type == "Flag" && in.Content == "" { // Lemmy gives its reason there
		in.Content = firstString(m["summary"])
	}
	if (in.Type == "Create" || in.Type == "Update") && postTypes[in.Object.Type] && !in.Object.Named() {
		in.Post, err = readPost(in.Object.Embedded)
	}
	return err
}

// Named reports whether something is told by its id alone, or with its type:
// who wants to know the rest has to fetch it.
func (r Ref) Named() bool {
	for key := range r.Embedded {
		if key != "id" && key != "type" && key != "@context" {
			return false
		}
	}
	return true
}

// objects reads what the activity is about: one thing, an address or an object
// with an id, unless anonymous ones are allowed here. A Flag names several, and
// is about those that can be read.
func (in *Incoming) objects(values []any) (out []Ref, err error) {
	if len(values) == 0 || len(values) > 1 && in.Type != "Flag" {
		return nil, invalid(errors.New("not exactly one"))
	}
	for _, v := range values {
		r, bad := ref(v, answersWithoutID[in.Type])
		if bad != nil {
			err = bad
			continue
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, err
	}
	return out, nil
}

// oneRef reads something optional: the first that can be read.
func oneRef(value any) Ref {
	for _, v := range many(value) {
		if r, err := ref(v, true); err == nil {
			return r
		}
	}
	return Ref{}
}

func ref(value any, anonymous bool) (Ref, error) {
	switch v := value.(type) {
	case string:
		id, err := embraye.ParseID(v, true)
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
		id, err := embraye.ParseID(s, true)
		r.ID = string(id)
		return r, err
	}
	return Ref{}, invalid(fmt.Errorf("neither an address nor an object but %T", value))
}
