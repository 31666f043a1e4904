// Package people lets the members of the organisation in: set-up, invitations,
// sign-in, sessions, passwords, second factors, and the one-time links and letters
// for them.
//
// What always holds: nobody learns here who has an account; a link works once
// and is stored as a hash; whoever changes a password or a role ends what the
// person was signed in to.
//
// Start reading at person.go, then sign_in.go, second.go and link.go.
package people

import (
	"embraye/internal/app"
	"embraye/internal/app/organisation"
)

// People is the use cases of the organisation's members.
type People struct {
	desk         *app.App
	organisation *organisation.Organisation
	links        links
	post         post
	passwords    *hasher
	// Second is the second factor.
	Second *Second
}

// links are the one-time links.
type links struct{ desk *app.App }

// post sends links by mail.
type post struct {
	desk  *app.App
	links links
}

// New opens it over a desk.
func New(desk *app.App, o *organisation.Organisation) *People {
	l := links{desk}
	pp := &People{desk: desk, organisation: o, links: l, post: post{desk, l}, passwords: newHasher(desk.Memory)}
	pp.Second = newSecond(pp)
	return pp
}
