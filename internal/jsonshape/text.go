package jsonshape

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// text walks a string and returns it decoded.
func (w *walker) text() (string, error) {
	start := w.at + 1
	escaped := false
	for i := start; i < len(w.doc); i++ {
		switch c := w.doc[i]; {
		case c == '"':
			w.at = i + 1
			return decode(w.doc[start-1:i+1], escaped)
		case c == '\\':
			escaped = true
			skip, err := escape(w.doc[i:], w.limits.OddText)
			if err != nil {
				return "", err
			}
			i += skip
		case c < 0x20:
			return "", fmt.Errorf("a control character in a string at byte %d", i)
		}
	}
	return "", errors.New("a JSON string without end")
}

func decode(quoted []byte, escaped bool) (string, error) {
	raw := quoted[1 : len(quoted)-1]
	if !utf8.Valid(raw) {
		return "", errors.New("a string that is not UTF-8")
	}
	if !escaped {
		return string(raw), nil
	}
	var decoded string
	if err := json.Unmarshal(quoted, &decoded); err != nil {
		return "", errors.New("a string with a broken escape")
	}
	return decoded, nil
}

// escape judges what follows a backslash, and returns how many bytes to skip.
func escape(b []byte, odd bool) (int, error) {
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
	case odd:
		return 5, nil
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
