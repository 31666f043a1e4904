// Package constats publishes what the organisation states, corrects it and
// takes it back, with the evidence that it rests on.
//
// What always holds: a constat, its bytes, its revision, what it says to the
// world and what the journal says of it are one transaction; bytes are made
// once; nothing published disappears without a reason and a date.
//
// Start reading at publish.go, then revise.go and withdraw.go.
package constats

import (
	"embraye/internal/app"
	"embraye/internal/app/directory"
)

// Constats is the use cases of constats and of their evidence.
type Constats struct {
	desk      *app.App
	directory *directory.Directory
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory) *Constats {
	return &Constats{desk: desk, directory: d}
}
