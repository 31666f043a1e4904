package embraye

import "time"

// WitnessSoon is the subject of the job that has new acts signed, before the next
// turn of its chore.
const WitnessSoon = "soon"

// Witnessed is a log of somebody else that we sign.
type Witnessed struct {
	Origin     string `gorm:"primaryKey"`
	Hash       string // SHA-256 of Origin, in addresses
	Peer       IRI    // whose account names it
	VKey       string `gorm:"column:vkey"`
	Prefix     string
	Size       int64 // of the largest tree that we signed
	Root       []byte
	Checkpoint string // with the log's signature and ours
	SignedAt   time.Time
	Stale      bool   // a backup was put back: we may have signed more
	Mirrored   int64  // leaves that are kept here
	Peaks      []byte // of the tree that they make
}

// A Witness signs our log.
type Witness struct {
	VKey       string `gorm:"primaryKey;column:vkey"`
	Name       string // of its key: host and path
	Submission string
	Monitoring string
	Outside    bool // added by hand; else a peer
	Epoch      int  // of our log
	Size       int64
	SignedAt   *time.Time
	FailedAt   *time.Time // since when it does not sign; nil: it does
	Error      string
}

// A LogSignature is when a witness signed a size of our log, by its own clock.
type LogSignature struct {
	Witness string
	Size    int64
	At      time.Time
}

// A LogSplit is two signed checkpoints of one log that cannot both be true.
type LogSplit struct {
	Origin        string `gorm:"primaryKey"`
	First, Second string `gorm:"primaryKey"`
	FoundAt       time.Time
}

// WitnessesPage is what the public journal says of who signs it.
type WitnessesPage struct {
	Organisations int // different hosts whose signature the newest checkpoint with any has
	Last          *time.Time
	Waiting       int // leaves since
	Splits        []LogSplit
}
