package constats

import (
	"errors"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// uploadFile keeps a file for whoever writes with scripts on, and answers where
// it is.
func uploadFile(v *office.Visit) error {
	if _, err := parseEditor(v); err != nil || v.Unkept() != nil {
		return errors.Join(err, v.Unkept())
	}
	list := v.R.PostForm["evidence_href"]
	if len(list) == 0 {
		return errors.Join(embraye.ErrInvalid, errors.New("no file"))
	}
	v.W.Header().Set("Location", list[len(list)-1])
	v.W.WriteHeader(http.StatusCreated)
	return nil
}
