package embraye

import "time"

// LogState is where the public log stands.
type LogState struct {
	Epoch      int    // 1, and one more with each restart
	Origin     string // its name; "" before it was opened
	Base       int64  // number of its first leaf, over all epochs
	Size       int64
	Root       []byte
	Checkpoint string // signed; "" before the first leaf
	Frozen     string // why it takes no leaves, one of the words below; "": it does
	Reason     string // of a closed one: why another log followed it
	ClosedAt   *time.Time
}

// Why a log takes no leaves: what is done meanwhile waits.
const (
	LogOpening  = "opening"  // what was before it enters first
	LogRestored = "restored" // a backup was put back: others may know more of it
	LogBehind   = "behind"   // others do know more
	LogUnclean  = "unclean"  // the program ended without saying so: others are asked once
	LogForked   = "forked"   // what we signed once is another history
)

// Unlogged is an act that is in the database and not yet in the log: one of the
// four.
type Unlogged struct {
	At             time.Time
	Revision       *Revision
	ReviewRevision *ReviewRevision
	Answer         *Note
	Line           *AuditEntry // of the public journal
}
