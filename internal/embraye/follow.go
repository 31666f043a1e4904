package embraye

import "time"

// Follower is somebody who follows one of our actors.
type Follower struct {
	ID       int64
	Actor    string // local handle
	Follower IRI
	Host     string // of Follower
	Inbox    IRI    // personal
	Delivery IRI    // shared inbox where offered, else personal
	FollowID string // newest id of the Follow
	// EarlierIDs are those of the Follows that it repeated, one a line.
	EarlierIDs string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// RemovalReason is why followers were removed that did not leave.
type RemovalReason string

// The reasons.
const (
	FollowerGone   RemovalReason = "gone"   // their own address says that there is nobody
	FollowerSilent RemovalReason = "silent" // their server is not there any more
)

// RemovedFollowers counts those that were removed for one reason.
type RemovedFollowers struct {
	Reason    RemovalReason
	Followers int
	Since     time.Time
}

// FollowState is how far a Follow of ours has come.
type FollowState string

// We never say that we follow before an Accept (F069).
const (
	FollowPending  FollowState = "pending"
	FollowAccepted FollowState = "accepted"
	FollowRejected FollowState = "rejected"
)

// Follow is somebody whom our organisation follows; only the organisation
// does (INTEROP 0.3).
type Follow struct {
	ID         int64
	Target     IRI
	Host       string
	Inbox      IRI
	State      FollowState
	ActivityID string    // ULID of our Follow
	PeerID     int64     // 0: not part of a peer
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// PeerUpdate is a constat of a peer as received: kept, never shown as ours.
type PeerUpdate struct {
	ID             int64
	URI            IRI    `gorm:"column:uri"`
	CopyID         string // names our copy: CopyID of URI
	Actor          IRI    // the measure actor that wrote it
	Organisation   IRI
	MeasureIRI     string            `gorm:"column:measure_iri"`
	Scope          `gorm:"embedded"` // Measure stays empty when the reference is not ours
	Territories    []string          `gorm:"serializer:json"` // several received: several scopes
	Content        `gorm:"embedded"`
	Revision       int
	RevisionReason string
	HTML           string `gorm:"column:html"` // sanitised
	URL            string `gorm:"column:url"`
	PublishedAt    time.Time
	UpdatedAt      *time.Time `gorm:"autoUpdateTime:false"`
	ReceivedAt     time.Time
	WithdrawnAt    *time.Time
	ReviewsAsked   int    // the revision about which peers were asked for reviews
	Wire           []byte // the object as received
}

// UnreadUpdate is a constat of a peer whose terms were not understood. It is
// shown to admins and to nobody else.
type UnreadUpdate struct {
	URI        IRI `gorm:"column:uri;primaryKey"`
	Actor      IRI
	URL        string `gorm:"column:url"`
	Reason     string // why, as a program says it
	Wire       []byte // the activity as received
	ReceivedAt time.Time
}
