package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Limits of what an inbox reads (SECURITY F123, F124): go-fed spends about 46 kB
// of memory on every embedded object, so a body of 1 MB could cost 15 GB.
const (
	maxNodes   = 5000
	maxObjects = 200
	maxDepth   = 32
)

// scanner walks JSON once, without building anything, and refuses what readers
// would understand in different ways: duplicate keys (F126), bad UTF-8, NUL and
// lone surrogates (F127), bytes after the end.
type scanner struct {
	body           []byte
	at             int
	depth          int
	nodes, objects int
	// member is called for each key of the outermost object, when its value
	// has been walked.
	member func(key, value []byte) error
}

func (s *scanner) scan() error {
	s.space()
	if s.at >= len(s.body) || s.body[s.at] != '{' {
		return errors.New("not a JSON object")
	}
	if err := s.value(); err != nil {
		return err
	}
	if s.space(); s.at != len(s.body) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

func (s *scanner) space() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next is the next byte that is not white space, 0 at the end.
func (s *scanner) next() byte {
	s.space()
	if s.at >= len(s.body) {
		return 0
	}
	return s.body[s.at]
}

func (s *scanner) value() error {
	if s.nodes++; s.nodes > maxNodes {
		return fmt.Errorf("more than %d JSON values", maxNodes)
	}
	switch c := s.next(); {
	case c == '{':
		return s.object()
	case c == '[':
		return s.array()
	case c == '"':
		_, err := s.str()
		return err
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	return fmt.Errorf("not JSON at byte %d", s.at)
}

func (s *scanner) enter() error {
	s.at++
	if s.depth++; s.depth > maxDepth {
		return fmt.Errorf("JSON deeper than %d", maxDepth)
	}
	return nil
}

func (s *scanner) leave() error {
	s.at++
	s.depth--
	return nil
}

func (s *scanner) object() error {
	if s.objects++; s.objects > maxObjects {
		return fmt.Errorf("more than %d JSON objects", maxObjects)
	}
	if err := s.enter(); err != nil {
		return err
	}
	if s.next() == '}' {
		return s.leave()
	}
	var seen keys
	for {
		if err := s.pair(&seen); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			return s.leave()
		default:
			return fmt.Errorf("not JSON at byte %d", s.at)
		}
	}
}

// pair walks one key and its value.
func (s *scanner) pair(seen *keys) error {
	if s.next() != '"' {
		return fmt.Errorf("not JSON at byte %d: a key is missing", s.at)
	}
	key, err := s.str()
	if err != nil {
		return err
	}
	if !seen.add(key) {
		return fmt.Errorf("the JSON key %.60q twice in one object", key)
	}
	if s.next() != ':' {
		return fmt.Errorf("not JSON at byte %d", s.at)
	}
	s.at++
	s.space()
	start, outermost := s.at, s.depth == 1
	if err := s.value(); err != nil {
		return err
	}
	if outermost && s.member != nil {
		return s.member(key, s.body[start:s.at])
	}
	return nil
}

func (s *scanner) array() error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.next() == ']' {
		return s.leave()
	}
	for {
		if err := s.value(); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.at++
		case ']':
			return s.leave()
		default:
			return fmt.Errorf("not JSON at byte %d", s.at)
		}
	}
}

func (s *scanner) word(w string) error {
	if len(s.body)-s.at < len(w) || string(s.body[s.at:s.at+len(w)]) != w {
		return fmt.Errorf("not JSON at byte %d", s.at)
	}
	s.at += len(w)
	return nil
}

// number walks as RFC 8259 says. A number that float64 cannot hold would make
// decoding fail later, so it is short.
func (s *scanner) number() error {
	start := s.at
	for s.at < len(s.body) {
		c := s.body[s.at]
		if c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E' {
			s.at++
			continue
		}
		break
	}
	if s.at-start > 40 || !json.Valid(s.body[start:s.at]) {
		return fmt.Errorf("not a JSON number at byte %d", start)
	}
	return nil
}

// keys remembers the keys of one object; few are compared one by one.
type keys struct {
	n     int
	few   [16][]byte
	total map[string]bool
}

// add reports whether key is new.
func (k *keys) add(key []byte) bool {
	if k.total != nil {
		if k.total[string(key)] {
			return false
		}
		k.total[string(key)] = true
		return true
	}
	for _, other := range k.few[:k.n] {
		if string(other) == string(key) {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return true
	}
	k.total = map[string]bool{string(key): true}
	for _, other := range k.few {
		k.total[string(other)] = true
	}
	return true
}
