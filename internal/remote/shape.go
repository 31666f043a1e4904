package remote

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"
)

// What a fetched object may look like before it is decoded into a map. Larger
// than what an inbox takes, because pages of a collection embed whole
// activities; the depth is the same.
const (
	maxDepth   = 32
	maxTokens  = 20_000
	maxObjects = 2_000
)

// shape counts while the tokens pass, so that a hostile document is refused
// before it costs memory.
type shape struct {
	open            []container
	tokens, objects int
}

// container is an object (keys set) or an array that is still open.
type container struct {
	keys    map[string]bool
	wantKey bool
}

// checkShape refuses JSON that is not one object in UTF-8, is too deep or too
// large, or names a key twice: readers disagree which one counts.
func checkShape(body []byte) error {
	if !utf8.Valid(body) {
		return refused("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var s shape
	for {
		token, err := d.Token()
		if err == io.EOF && s.tokens > 0 && len(s.open) == 0 {
			return nil
		}
		if err != nil {
			return refused("not JSON: %w", err)
		}
		if len(s.open) == 0 && (s.tokens > 0 || token != json.Delim('{')) {
			return refused("not one JSON object")
		}
		if err := s.take(token); err != nil {
			return err
		}
	}
}

func (s *shape) take(token json.Token) error {
	if s.tokens++; s.tokens > maxTokens {
		return refused("more than %d JSON tokens", maxTokens)
	}
	if token == json.Delim('}') || token == json.Delim(']') {
		s.open = s.open[:len(s.open)-1]
		return nil
	}
	if isKey, err := s.place(token); isKey || err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		if s.objects++; s.objects > maxObjects {
			return refused("more than %d JSON objects", maxObjects)
		}
		s.open = append(s.open, container{keys: map[string]bool{}, wantKey: true})
	case json.Delim('['):
		s.open = append(s.open, container{})
	}
	if len(s.open) > maxDepth {
		return refused("JSON deeper than %d", maxDepth)
	}
	return nil
}

// place tells a key from a value in the innermost container.
func (s *shape) place(token json.Token) (isKey bool, err error) {
	if len(s.open) == 0 {
		return false, nil
	}
	in := &s.open[len(s.open)-1]
	if in.keys == nil {
		return false, nil
	}
	isKey = in.wantKey
	in.wantKey = !in.wantKey
	if !isKey {
		return false, nil
	}
	key, _ := token.(string)
	if in.keys[key] {
		return true, refused("the JSON key %q twice in one object", key)
	}
	in.keys[key] = true
	return true, nil
}
