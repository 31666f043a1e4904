// Package drafts is where editors write: drafts of constats and of reviews that are checked, previewed,
// read by a second person, planned and published, tables that become drafts,
// and the start page with what waits for somebody.
//
// What always holds: a draft belongs to a person, and to everybody who may not
// see it there is none; it is published once, however often it is asked.
//
// Start reading at draft.go, then publish.go; what is only of reviews is in
// review.go.
package drafts

import (
	"embraye/internal/app"
	"embraye/internal/app/constats"
	"embraye/internal/app/directory"
	"embraye/internal/app/organisation"
	"embraye/internal/app/reviews"
)

// Drafts is the use cases of drafts.
type Drafts struct {
	desk         *app.App
	directory    *directory.Directory
	constats     *constats.Constats
	reviews      *reviews.Reviews
	organisation *organisation.Organisation
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory, c *constats.Constats, r *reviews.Reviews, o *organisation.Organisation) *Drafts {
	return &Drafts{desk: desk, directory: d, constats: c, reviews: r, organisation: o}
}
