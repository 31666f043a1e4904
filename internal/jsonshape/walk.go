package jsonshape

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// walker is one pass over a document.
type walker struct {
	doc             []byte
	limits          Limits
	at              int
	depth           int
	values, objects int
}

// next is the next byte that is not white space, 0 at the end.
func (w *walker) next() byte {
	for ; w.at < len(w.doc); w.at++ {
		switch c := w.doc[w.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (w *walker) value() (any, error) {
	if w.values++; w.values > w.limits.Values {
		return nil, fmt.Errorf("more than %d JSON values", w.limits.Values)
	}
	switch c := w.next(); {
	case c == '{':
		return w.object()
	case c == '[':
		return w.array()
	case c == '"':
		return w.text()
	case c == 't':
		return true, w.word("true")
	case c == 'f':
		return false, w.word("false")
	case c == 'n':
		return nil, w.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return w.number()
	}
	return nil, w.broken()
}

func (w *walker) broken() error { return fmt.Errorf("not JSON at byte %d", w.at) }

func (w *walker) enter() error {
	w.at++
	if w.depth++; w.depth > w.limits.Depth {
		return fmt.Errorf("JSON deeper than %d", w.limits.Depth)
	}
	return nil
}

func (w *walker) leave() {
	w.at++
	w.depth--
}

func (w *walker) object() (any, error) {
	if w.objects++; w.objects > w.limits.Objects {
		return nil, fmt.Errorf("more than %d JSON objects", w.limits.Objects)
	}
	if err := w.enter(); err != nil {
		return nil, err
	}
	object := make(map[string]any)
	if w.next() == '}' {
		w.leave()
		return object, nil
	}
	for {
		if err := w.pair(object); err != nil {
			return nil, err
		}
		switch w.next() {
		case ',':
			w.at++
		case '}':
			w.leave()
			return object, nil
		default:
			return nil, w.broken()
		}
	}
}

// pair walks one key and its value.
func (w *walker) pair(object map[string]any) error {
	if w.next() != '"' {
		return fmt.Errorf("not JSON at byte %d: a key is missing", w.at)
	}
	key, err := w.text()
	if err != nil {
		return err
	}
	if _, twice := object[key]; twice {
		return fmt.Errorf("the JSON key %.60q twice in one object", key)
	}
	if w.next() != ':' {
		return w.broken()
	}
	w.at++
	object[key], err = w.value()
	return err
}

func (w *walker) array() (any, error) {
	if err := w.enter(); err != nil {
		return nil, err
	}
	list := []any{}
	if w.next() == ']' {
		w.leave()
		return list, nil
	}
	for {
		value, err := w.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		switch w.next() {
		case ',':
			w.at++
		case ']':
			w.leave()
			return list, nil
		default:
			return nil, w.broken()
		}
	}
}

func (w *walker) word(word string) error {
	if len(w.doc)-w.at < len(word) || string(w.doc[w.at:w.at+len(word)]) != word {
		return w.broken()
	}
	w.at += len(word)
	return nil
}

// number walks as RFC 8259 says, and refuses what a float64 cannot hold, as
// encoding/json does.
func (w *walker) number() (any, error) {
	start := w.at
	for w.at < len(w.doc) {
		c := w.doc[w.at]
		if c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E' {
			w.at++
			continue
		}
		break
	}
	digits := w.doc[start:w.at]
	if len(digits) > 40 || !json.Valid(digits) {
		return nil, fmt.Errorf("not a JSON number at byte %d", start)
	}
	number, err := strconv.ParseFloat(string(digits), 64)
	if err != nil {
		return nil, fmt.Errorf("a number too large at byte %d", start)
	}
	return number, nil
}
