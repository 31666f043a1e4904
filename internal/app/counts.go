package app

import "sync/atomic"

// Tally counts what became of some things in this process since its start, for
// metrics.
type Tally struct {
	MailsSent    atomic.Int64
	MailsFailed  atomic.Int64 // tries that will be repeated
	MailsGivenUp atomic.Int64
	Dropped      atomic.Int64 // deliveries that a block ended
}
