package apptest

import (
	"strings"

	"embraye/internal/embraye"
)

const (
	GoodPassword  = "correct horse battery"
	OtherPassword = "another good password"
	Client        = "203.0.113.1"
)

// WithPassword gives somebody of the house a password.
func (h *House) WithPassword(name string) string {
	h.T.Helper()
	email := name + "@ours.example"
	h.Must(h.People.SetPassword(h.T.Context(), embraye.Operator(), email, GoodPassword))
	return email
}

func TokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }
