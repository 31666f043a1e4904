package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
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

// str walks a string and returns it decoded; without escapes, which is the
// rule, that is a slice of the body.
func (s *scanner) str() ([]byte, error) {
	start := s.at + 1
	escaped := false
	for i := start; i < len(s.body); i++ {
		switch c := s.body[i]; {
		case c == '"':
			s.at = i + 1
			return finishString(s.body[start:i], s.body[start-1:i+1], escaped)
		case c == '\\':
			escaped = true
			skip, err := escape(s.body[i:])
			if err != nil {
				return nil, err
			}
			i += skip
		case c < 0x20:
			return nil, fmt.Errorf("a control character in a string at byte %d", i)
		}
	}
	return nil, errors.New("a JSON string without end")
}

func finishString(raw, quoted []byte, escaped bool) ([]byte, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("a string that is not UTF-8")
	}
	if !escaped {
		return raw, nil
	}
	var decoded string
	if err := json.Unmarshal(quoted, &decoded); err != nil {
		return nil, errors.New("a string with a broken escape")
	}
	return []byte(decoded), nil
}

// escape judges what follows a backslash, and returns how many bytes to skip.
func escape(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, errors.New("a JSON string without end")
	}
	if b[1] != 'u' {
		return 1, nil // json.Unmarshal knows which letters are allowed
	}
	r, ok := hex4(b)
	switch {
	case !ok:
		return 0, errors.New(`a broken \u escape`)
	case r == 0:
		return 0, errors.New("a NUL character in a string")
	case r < 0xD800 || r > 0xDFFF:
		return 5, nil
	}
	low, ok := hex4(b[6:])
	if r > 0xDBFF || !ok || low < 0xDC00 || low > 0xDFFF {
		return 0, errors.New("half a surrogate pair in a string")
	}
	return 11, nil
}

// hex4 reads \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
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
