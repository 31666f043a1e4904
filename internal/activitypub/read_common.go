package activitypub

import (
	"context"
	"fmt"
	"time"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"

	"embraye/internal/embraye"
)

// common is what go-fed reads for us from any activity or post.
type common struct {
	to, cc             []string
	published, updated time.Time
	content            string
}

// readable is the part of go-fed's types that common is read from.
type readable interface {
	GetActivityStreamsTo() vocab.ActivityStreamsToProperty
	GetActivityStreamsCc() vocab.ActivityStreamsCcProperty
	GetActivityStreamsPublished() vocab.ActivityStreamsPublishedProperty
	GetActivityStreamsUpdated() vocab.ActivityStreamsUpdatedProperty
	GetActivityStreamsContent() vocab.ActivityStreamsContentProperty
}

// readCommon gives go-fed exactly the properties that it shall read, so that
// neither a hundred tags nor an unknown context can cost or confuse anything.
// typ is a type that go-fed knows.
func readCommon(m map[string]any, typ string) (common, error) {
	few := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "type": typ}
	for _, key := range []string{"to", "cc"} {
		list, err := addresses(m[key])
		if err != nil {
			return common{}, fmt.Errorf("%s: %w", key, err)
		}
		if len(list) > 0 {
			few[key] = list
		}
	}
	for _, key := range []string{"published", "updated", "content"} {
		switch v := m[key].(type) {
		case nil:
		case string:
			few[key] = v
		default:
			return common{}, invalid(fmt.Errorf("%s is not a string but %T", key, v))
		}
	}
	if len(few) == 2 { // Mastodon's Like and Follow: nothing to read, and most of what comes
		return common{}, nil
	}
	value, err := streams.ToType(context.Background(), few)
	if err != nil {
		return common{}, invalid(err)
	}
	v, ok := value.(readable)
	if !ok {
		return common{}, invalid(fmt.Errorf("a %s carries no audience", typ))
	}
	return fromGoFed(v), nil
}

func fromGoFed(v readable) common {
	var c common
	for i, p := 0, v.GetActivityStreamsTo(); p != nil && i < p.Len(); i++ {
		if it := p.At(i); it.IsIRI() {
			c.to = append(c.to, it.GetIRI().String())
		}
	}
	for i, p := 0, v.GetActivityStreamsCc(); p != nil && i < p.Len(); i++ {
		if it := p.At(i); it.IsIRI() {
			c.cc = append(c.cc, it.GetIRI().String())
		}
	}
	if p := v.GetActivityStreamsPublished(); p != nil && p.IsXMLSchemaDateTime() {
		c.published = p.Get().UTC()
	}
	if p := v.GetActivityStreamsUpdated(); p != nil && p.IsXMLSchemaDateTime() {
		c.updated = p.Get().UTC()
	}
	if p := v.GetActivityStreamsContent(); p != nil && p.Len() > 0 {
		switch it := p.At(0); {
		case it.IsXMLSchemaString():
			c.content = it.GetXMLSchemaString()
		case it.IsIRI(): // a text that is nothing but an address
			c.content = it.GetIRI().String()
		}
	}
	return c
}

// addresses reads an audience. Only canonical addresses are kept, besides the
// short names of Public, which Mastodon accepts too; a number is a mistake.
func addresses(value any) ([]any, error) {
	out := []any{}
	for _, v := range many(value) {
		var s string
		switch v := v.(type) {
		case string:
			s = v
		case map[string]any:
			s, _ = v["id"].(string)
		case nil:
		default:
			return nil, invalid(fmt.Errorf("not an address but %T", v))
		}
		if s == "as:Public" || s == "Public" {
			s = string(Public)
		}
		if _, err := embraye.ParseActivityID(s, true); err == nil {
			out = append(out, s)
		}
	}
	return out, nil
}
