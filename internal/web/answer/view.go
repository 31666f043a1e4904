package answer

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"embraye/internal/embraye"
)

// MaxHandleBytes bounds a handle, and every other name in an address.
const MaxHandleBytes = 64

// HandleOf keeps what cannot be a handle of ours away from the database. An id
// has one spelling: capitals are another id.
func HandleOf(s string) (string, error) {
	if s == "" || len(s) > MaxHandleBytes || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return "", embraye.ErrNotFound
	}
	return s, nil
}

// IDOf is handleOf for ULIDs.
func IDOf(s string) (string, error) {
	if !embraye.ValidID(s) {
		return "", embraye.ErrNotFound
	}
	return s, nil
}

// NumberOf is the number of a version in a path, in its one spelling: no
// sign, no leading zero.
func NumberOf(s string) (int, error) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, embraye.ErrNotFound
		}
		n = n*10 + int(c-'0')
	}
	if s == "" || s[0] == '0' || len(s) > 6 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}

// A View is what a GET asks for: which face of what. Its key is all that may
// change the answer.
type View struct {
	Key
	Request *http.Request
}

// Param is a part of the path.
func (v *View) Param(name string) string { return chi.URLParam(v.Request, name) }
