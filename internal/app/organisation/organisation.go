// Package organisation is who speaks here: the first start, the profile, the
// handle, the keys, the measures that are switched on, the legal texts and the
// organisation's own rules.
//
// What always holds: what somebody may have heard of does not change without
// being told, and the address of the instance never does.
//
// Start reading at first_start.go, then profile.go.
package organisation

import "embraye/internal/app"

// Organisation is the use cases about the organisation itself.
type Organisation struct{ desk *app.App }

// New opens it over a desk.
func New(desk *app.App) *Organisation { return &Organisation{desk: desk} }
