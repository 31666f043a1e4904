package embraye

import "time"

// Chore names something that the program does by itself, now and then or
// because somebody's act asks for it. The names are in the database.
type Chore string

// The chores. Each has its words in the catalogue, as `chore.NAME`.
const (
	ChorePublish Chore = "publish" // a planned draft at its hour
	ChoreMail    Chore = "mail"    // one-time links
	ChoreLinks   Chore = "links"   // evidence on the web
	ChoreFiles   Chore = "files"   // evidence that was uploaded
	ChoreReviews Chore = "reviews" // what peers know of constats that we gather
	ChorePrune   Chore = "prune"   // what has served its time
	ChorePeers   Chore = "peers"   // what peers say of themselves
	ChoreGather  Chore = "gather"  // what peers published before we followed them

	ChoreFollowers   Chore = "followers"   // those whose server is silent
	ChoreHosts       Chore = "hosts"       // what software servers run
	ChoreLetters     Chore = "letters"     // what readers who follow by mail are told
	ChoreDomainLists Chore = "domainlists" // lists of domains that we subscribe to
	ChoreAlarm       Chore = "alarm"       // what is wrong here and stays so
	ChoreEvidence    Chore = "evidence"    // copies of the pages that constats name
	ChoreWitness     Chore = "witness"     // who signs our log, and whose we copy
)

// Chores lists them in the order that people see.
func Chores() []Chore {
	return []Chore{ChorePublish, ChoreMail, ChoreLinks, ChoreFiles, ChoreReviews, ChorePrune, ChorePeers, ChoreGather, ChoreFollowers, ChoreHosts, ChoreWitness, ChoreLetters, ChoreEvidence, ChoreDomainLists, ChoreAlarm}
}

// Job asks for one chore, for one thing, after the commit of what caused it.
type Job struct {
	Chore   Chore
	Subject string    // of what; the chore knows how to read it
	At      time.Time // not before; zero: at once
	Once    bool      // one of this subject is enough, whenever it comes
}

// ChoreState is how a chore stands: what came of it last, and what waits.
type ChoreState struct {
	Chore        Chore
	DoneAt       *time.Time // the last turn that came to its end
	Took         time.Duration
	Error        string // of the last turn, if it failed
	FailedAt     *time.Time
	FailingSince *time.Time
	NextAt       *time.Time // nil: nothing waits
	Waiting      int        // jobs, the next turn included
}
