package apptest

import (
	"encoding/base32"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/totp"
)

// Change is a change of factors by somebody who has shown all they have.
func (h *House) Change(who string) people.Change {
	h.T.Helper()
	proof, err := h.People.Second.Proved(h.T.Context(), h.Who[who].Person)
	h.Must(err)
	return people.Change{By: h.Who[who], Proof: proof, Session: "current"}
}

// CodeApp is somebody's code generator.
type CodeApp struct {
	Recovery []string
	h        *House
	secret   []byte
}

// Code is what it shows so long after now.
func (a *CodeApp) Code(after time.Duration) string {
	return totp.Code(a.secret, totp.StepOf(a.h.Clock.Now().Add(after)))
}

// WithCodeApp gives somebody of the house a password and a code generator; the
// code that confirmed it is used, the next is not.
func (h *House) WithCodeApp(name string) *CodeApp {
	h.T.Helper()
	h.WithPassword(name)
	p, err := h.People.Take(h.T.Context(), h.Who[name].PersonID())
	h.Must(err)
	h.Who[name].Person.PasswordHash = p.PasswordHash
	c, second := h.Change(name), h.People.Second
	h.Must(second.BeginApp(h.T.Context(), c))
	enrolment, err := second.Enrolment(h.T.Context(), c)
	h.Must(err)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(enrolment.Text)
	h.Must(err)
	app := &CodeApp{h: h, secret: secret}
	app.Recovery, err = second.ConfirmApp(h.T.Context(), c, app.Code(0))
	h.Must(err)
	h.Clock.Advance(time.Minute)
	return app
}
