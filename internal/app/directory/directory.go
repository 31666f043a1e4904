// Package directory knows other servers: who signed a message and with which
// key, which domains are refused, how often each may speak to us or make us
// fetch, where a handle leads, and how what we send reaches them.
//
// What always holds: nothing is believed of an actor but what its own address
// says; a key counts only if its owner's document lists it; what is remembered
// in this process is never more than a shortcut to the database.
//
// Start reading at authenticate.go for what arrives, at lookup.go for what our
// people ask for.
package directory

import "embraye/internal/app"

// Directory is the use cases about other servers.
type Directory struct {
	desk     *app.App
	keys     *keyCache
	limits   *limits
	blocks   *blockCache
	contacts *contactMemory
}

// New opens it over a desk.
func New(desk *app.App) *Directory {
	return &Directory{desk: desk, keys: newKeyCache(), limits: newLimits(desk.Now), contacts: newContactMemory(desk.Now),
		blocks: newBlockCache(desk.Store, desk.Now)}
}
