// Package peers keeps the instances of other organisations: the organisation
// follows theirs and its measures, so that what they state arrives.
//
// What always holds: a peer is read from its own address before anything is
// written; what it sent stays when it is left.
//
// Start reading at peer.go.
package peers

import (
	"embraye/internal/app"
	"embraye/internal/app/directory"
)

// Peers is the use cases of peers.
type Peers struct {
	desk      *app.App
	directory *directory.Directory
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Peers {
	return &Peers{desk: desk, directory: d}
}
