package activitypub

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"embraye/internal/activitypub/streams"
	"github.com/go-fed/activity/streams/vocab"

	"embraye/internal/embraye"
)

// object is what every type of the vocabulary can carry. go-fed generates one
// Go type per ActivityStreams type; this is their common part that we use.
type object interface {
	vocab.Type
	GetUnknownProperties() map[string]any
	SetActivityStreamsTo(vocab.ActivityStreamsToProperty)
	SetActivityStreamsCc(vocab.ActivityStreamsCcProperty)
	SetActivityStreamsPublished(vocab.ActivityStreamsPublishedProperty)
	SetActivityStreamsUpdated(vocab.ActivityStreamsUpdatedProperty)
}

// activity is an object with an actor and an object.
type activity interface {
	object
	SetActivityStreamsActor(vocab.ActivityStreamsActorProperty)
	SetActivityStreamsObject(vocab.ActivityStreamsObjectProperty)
}

// address is an IRI for go-fed, which writes it back as the string that it is,
// letters beyond ASCII too: url.URL.String adds nothing to an opaque one.
func address(i embraye.IRI) (*url.URL, error) {
	scheme, rest, ok := strings.Cut(string(i), ":")
	if _, err := embraye.ParseID(string(i), true); err != nil || !ok {
		return nil, fmt.Errorf("address %q: %w", string(i), embraye.ErrInvalid)
	}
	return &url.URL{Scheme: scheme, Opaque: rest}, nil
}

// builder sets properties and keeps the first error, so that documents read
// top to bottom.
type builder struct{ err error }

func (b *builder) address(i embraye.IRI) *url.URL {
	u, err := address(i)
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		return &url.URL{}
	}
	return u
}

func (b *builder) id(v object, id embraye.IRI) {
	p := streams.NewJSONLDIdProperty()
	p.SetIRI(b.address(id))
	v.SetJSONLDId(p)
}

// audience sets to and cc; both are always there (INTEROP 0.9).
func (b *builder) audience(v object, to, cc []embraye.IRI) {
	pt, pc := streams.NewActivityStreamsToProperty(), streams.NewActivityStreamsCcProperty()
	for _, i := range to {
		pt.AppendIRI(b.address(i))
	}
	for _, i := range cc {
		pc.AppendIRI(b.address(i))
	}
	v.SetActivityStreamsTo(pt)
	v.SetActivityStreamsCc(pc)
}

// published writes whole seconds in UTC, as every program reads them.
func (b *builder) published(v object, at time.Time) {
	if at.IsZero() {
		return
	}
	p := streams.NewActivityStreamsPublishedProperty()
	p.Set(wireTime(at))
	v.SetActivityStreamsPublished(p)
}

func (b *builder) updated(v object, at *time.Time) {
	if at == nil || at.IsZero() {
		return
	}
	p := streams.NewActivityStreamsUpdatedProperty()
	p.Set(wireTime(*at))
	v.SetActivityStreamsUpdated(p)
}

func (b *builder) actor(v activity, actor embraye.IRI) {
	p := streams.NewActivityStreamsActorProperty()
	p.AppendIRI(b.address(actor))
	v.SetActivityStreamsActor(p)
}

func (b *builder) objectIRI(v activity, object embraye.IRI) {
	p := streams.NewActivityStreamsObjectProperty()
	p.AppendIRI(b.address(object))
	v.SetActivityStreamsObject(p)
}

// finish is finish unless something went wrong before.
func (b *builder) finish(v vocab.Type, extra map[string]any) ([]byte, error) {
	if b.err != nil {
		return nil, fmt.Errorf("writing a %s: %w", v.GetTypeName(), b.err)
	}
	return finish(v, extra)
}

func wireTime(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
