package httpsig

import (
	"slices"
	"strings"
)

// The part of RFC 8941 (structured fields) that signatures need, read strictly:
// what the RFC lets a reader repair or overwrite is refused here.

// scanner walks over a structured field.
type scanner struct {
	field string // its name, for errors
	rest  string
}

// parseDictionary reads key=value members, at most limit, each key once;
// member reads the value.
func parseDictionary(field, s string, limit int, member func(key string, sc *scanner) error) error {
	sc := &scanner{field: field, rest: s}
	seen := make([]string, 0, limit)
	for {
		key, err := sc.key()
		if err != nil {
			return err
		}
		if slices.Contains(seen, key) {
			return invalid("%s has %.40q twice", field, key)
		}
		if seen = append(seen, key); len(seen) > limit {
			return invalid("%s has over %d members", field, limit)
		}
		if !sc.take('=') {
			return sc.malformed()
		}
		if err := member(key, sc); err != nil {
			return err
		}
		sc.rest = strings.TrimLeft(sc.rest, " \t")
		if sc.rest == "" {
			return nil
		}
		if !sc.take(',') {
			return sc.malformed()
		}
		sc.rest = strings.TrimLeft(sc.rest, " \t")
	}
}

func (sc *scanner) malformed() error { return invalid("malformed %s at %.40q", sc.field, sc.rest) }

func (sc *scanner) peek() byte {
	if sc.rest == "" {
		return 0
	}
	return sc.rest[0]
}

func (sc *scanner) take(c byte) bool {
	if sc.peek() != c || sc.rest == "" {
		return false
	}
	sc.rest = sc.rest[1:]
	return true
}

// cut takes the first n bytes.
func (sc *scanner) cut(n int) string {
	s := sc.rest[:n]
	sc.rest = sc.rest[n:]
	return s
}

func (sc *scanner) key() (string, error) {
	n := 0
	for n < len(sc.rest) && isKeyByte(sc.rest[n], n == 0) {
		n++
	}
	if n == 0 {
		return "", sc.malformed()
	}
	return sc.cut(n), nil
}

func isKeyByte(c byte, first bool) bool {
	if c >= 'a' && c <= 'z' || c == '*' {
		return true
	}
	return !first && (c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.')
}

// byteSequence is the base64 between two colons, not decoded.
func (sc *scanner) byteSequence() (string, error) {
	if sc.peek() != ':' {
		return "", sc.malformed()
	}
	end := strings.IndexByte(sc.rest[1:], ':')
	if end < 0 {
		return "", sc.malformed()
	}
	return strings.Trim(sc.cut(end+2), ":"), nil
}

// quoted is a string as it stands, with its quotes and escapes.
func (sc *scanner) quoted() (string, error) {
	if sc.peek() != '"' {
		return "", sc.malformed()
	}
	for i := 1; i < len(sc.rest); i++ {
		switch c := sc.rest[i]; {
		case c == '"':
			return sc.cut(i + 1), nil
		case c == '\\':
			i++
			if i >= len(sc.rest) || sc.rest[i] != '"' && sc.rest[i] != '\\' {
				return "", sc.malformed()
			}
		case c < ' ' || c > '~':
			return "", sc.malformed()
		}
	}
	return "", sc.malformed()
}

// bareItem is the value of a parameter as it stands: a string, byte sequence,
// boolean, token or integer. Forms that are not canonical are refused, so that
// what stands there is also what was signed.
func (sc *scanner) bareItem() (string, error) {
	switch c := sc.peek(); {
	case c == '"':
		return sc.quoted()
	case c == ':':
		s, err := sc.byteSequence()
		return ":" + s + ":", err
	case strings.HasPrefix(sc.rest, "?0"):
		return sc.cut(2), nil
	case c == '-' || c >= '0' && c <= '9':
		return sc.integer()
	case c == '*' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		n := 1
		for n < len(sc.rest) && (isTokenByte(sc.rest[n]) || sc.rest[n] == ':' || sc.rest[n] == '/') {
			n++
		}
		return sc.cut(n), nil
	}
	return "", sc.malformed()
}

func (sc *scanner) integer() (string, error) {
	digits := strings.TrimPrefix(sc.rest, "-")
	sign := len(sc.rest) - len(digits)
	n := 0
	for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
		n++
	}
	if n == 0 || n > 15 || digits[0] == '0' && n+sign > 1 {
		return "", sc.malformed()
	}
	return sc.cut(sign + n), nil
}
