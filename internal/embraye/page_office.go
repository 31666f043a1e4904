package embraye

import (
	"strings"
	"time"
)

// OfficeStart is what waits for one person.
type OfficeStart struct {
	Drafts       []Draft // own, being written
	InReview     []Draft // own, that somebody is asked to read
	ForReview    []Draft // somebody asks this person, or anybody, to read
	Scheduled    []Draft
	Failed       []Draft      // their hour came and they could not be published
	Replies      int          // waiting for a decision
	Reviews      int          // of others, waiting for a decision
	Reports      int          // open
	Reset        []AuditEntry // who asked for a new password lately; admins only
	NotMailed    []AuditEntry // whose invitation could not be sent; admins only
	DeadLinks    []DeadLink
	Changed      int            // pages that no longer say what their copy has
	Moved        int            // pages that are elsewhere since their copy was made
	Unread       []UnreadUpdate // constats of peers that were not understood; admins only
	FailingHosts int
	GivenUp      int // deliveries
	PeersChanged int // peers whose changes wait; admins only
	PeersAsking  int // organisations that follow ours and are no peers; admins only
	LegalMissing []string
	Clock        *WrongClock   // nil: right, or nobody knows; admins only
	Asked        []OfficeAsked // corrections of what this person may correct
	Recent       []OfficeRecent
	Followers    int  // people
	FollowersNew int  // of this week
	Servers      int  // theirs
	Demo         bool // the constats of the demonstration are here
}

// PeersRoom is a page of the list of peers.
type PeersRoom struct {
	Peers   []KeptPeer // the newest first
	Next    int64      // where the next page begins; 0: there is none
	Total   int
	Waiting []Peer        // of all, whose changes wait for an admin
	Asking  []RemoteActor // organisations that follow ours and are no peers
	Listed  bool          // everybody may read the list
}

// WrongClock is what a server said of this machine's clock.
type WrongClock struct {
	Ours, Theirs time.Time
	Host         string
}

// OfficeAsked is a wish for a correction.
type OfficeAsked struct {
	Update   Update
	Who, Why string
	At       time.Time
}

// OfficeRecent is a constat with how far it has come.
type OfficeRecent struct {
	Update   Update
	Delivery *DeliveryReport // nil: never sent
}

// OfficeConstat is a published constat with everything that editors see of it.
type OfficeConstat struct {
	Update     Update
	Revisions  []Revision
	Delivery   *DeliveryReport
	Likes      int
	Boosts     int
	Replies    []OfficeReply
	Notes      []Note // corrections and answers
	MayCorrect bool
	Correctors []string    // names of those who may, for who may not
	Asked      *AuditEntry // the newest wish for a correction
}

// ConstatFilter chooses constats of the office's list; empty fields choose all.
type ConstatFilter struct {
	Measure   string
	Territory string // canonical code
	Subject   Subject
	Stage     Stage
	State     string // published, withdrawn, or "" for both
	Search    string // in what it says, see Finds
	Before    string // ULID: the page after it
	Limit     int    // 50 if 0
}

// DraftFilter chooses drafts; an editor only ever gets own ones.
type DraftFilter struct {
	Kind      DraftKind  // "": constats and reviews
	State     DraftState // "": all that are not published
	Mine      bool
	ForReview bool // in review, by somebody else, asked of this person or of anybody
	Measure   string
	Territory string
	Subject   Subject
	Stage     Stage
	Search    string // in what it says, see Finds
	Skip      int    // so many of those that fit
	Limit     int
}

// DeliveryReport is how far the newest message about something has come.
type DeliveryReport struct {
	ActivityID string // ULID
	Type       string // Create, Update, Delete
	At         time.Time
	Total      int // servers
	Sent       int
	Waiting    int
	GivenUp    int
	Hosts      []DeliveryHost // where it waits or was given up
}

// DeliveryHost is one server that has not got something yet.
type DeliveryHost struct {
	Host     string
	State    DeliveryState
	Attempts int
	Status   int    // HTTP status, 0 = no answer
	Reason   string // a stranger's text
	NextAt   time.Time
}

// FailingHost is a server that does not take what we send, or took it no more.
type FailingHost struct {
	Host    Host
	Waiting int
	GivenUp int
	NextAt  time.Time
	Since   time.Time
}

// OfficeReply is a reply or mention with whom it is by and what it is about.
type OfficeReply struct {
	Reply  Reply
	Author RemoteActor // empty but for URI and Host when forgotten
	Update *Update     // the constat at the root, nil for mere mentions
	Answer *Note       // our newest answer to it, if any
}

// ReplyFilter chooses replies of the conversation page.
type ReplyFilter struct {
	State  ReplyState // "": all
	Object IRI        // "": of all constats
	Before int64      // id: the page after it
	Limit  int        // 50 if 0
}

// OfficeInteraction is a like or a boost with whom it is by.
type OfficeInteraction struct {
	Interaction Interaction
	Author      RemoteActor
	Update      *Update
}

// OfficeQuote is a permission to quote with whom it was given to.
type OfficeQuote struct {
	Quote  Quote
	Author RemoteActor
	Update *Update
}

// Feature reports whether it lets a collection name an actor of ours.
func (q OfficeQuote) Feature() bool { return strings.Contains(string(q.Quote.Object), "/actors/") }

// InteractionFilter chooses likes and boosts, newest first.
type InteractionFilter struct {
	Kind   InteractionKind // "": both
	Object IRI
	Before int64
	Limit  int
}

// OfficeFollower is a follower with who it is.
type OfficeFollower struct {
	Follower Follower
	Author   RemoteActor
}

// FollowerPage is one page of an actor's followers, newest first.
type FollowerPage struct {
	Actor     string // handle; "" = of all our actors
	Total     int
	Followers []OfficeFollower
	Next      int64 // before of the next page, 0 on the last
	Removed   []RemovedFollowers
}

// HostCount counts followers on one server.
type HostCount struct {
	Host      string
	Followers int
}

// AuditPage is one page of the audit log or of the public journal.
type AuditPage struct {
	Entries  []AuditEntry      // newest first
	Constats map[string]Update // those that entries are about, by ULID
	Next     int64             // before of the next page, 0 on the last
}
