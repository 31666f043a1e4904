// Package inbox takes what other servers send: one gate for every message,
// one handler for each kind that concerns us, one transaction for each message.
//
// What always holds: a message is acted on once, only after its sender was
// proved, and never beyond what its sender may say; what is understood and is
// none of our business is answered 202 and leaves nothing.
//
// Start reading at receive.go: the gate, then the list of handlers.
package inbox

import (
	"embraye/internal/app"
	"embraye/internal/app/constats"
	"embraye/internal/app/directory"
	"embraye/internal/app/peers"
	"embraye/internal/app/reviews"
)

// Inbox is the use cases of messages that arrive.
type Inbox struct {
	desk      *app.App
	directory *directory.Directory
	posts     posts
	reviews   *reviews.Reviews
	receivers map[string]handler
}

// posts keeps what strangers write: replies, mentions, constats of peers.
type posts struct {
	desk      *app.App
	directory *directory.Directory
	peers     *peers.Peers
	constats  *constats.Constats
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory, ps *peers.Peers, cs *constats.Constats, r *reviews.Reviews) *Inbox {
	x := &Inbox{desk: desk, directory: d, posts: posts{desk, d, ps, cs}, reviews: r}
	x.receivers = x.handlers()
	return x
}
