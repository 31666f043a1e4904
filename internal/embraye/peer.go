package embraye

import "time"

// Peer is another organisation's instance whose constats we keep.
type Peer struct {
	ID           int64
	Organisation IRI // its account
	Host         string
	Handle       string // org@host
	Name         string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`

	PeerChoices     `gorm:"embedded"`
	Software        string // as its NodeInfo names it
	SoftwareVersion string
	ApprovesFollows bool // somebody there decides who follows
	ConstatCount    int  // as it says
	// Known is what it said of itself when somebody of ours last agreed; nil
	// until it is read for the first time.
	Known *PeerFacts `gorm:"serializer:json"`
	// Changed is what it says now and nobody has looked at; nil if nothing is.
	Changed *PeerFacts `gorm:"serializer:json"`
	// Declined is the last change that was turned down: it is not asked again.
	Declined *PeerFacts `gorm:"serializer:json"`

	LastNewsAt  *time.Time // the last constat that it sent
	LastReadAt  *time.Time // its own pages could be read
	SilentSince *time.Time // they cannot be read any more
}

// PeerChoices are what an admin chose for a peer.
type PeerChoices struct {
	Gather       bool // its constats are kept and shown
	Boost        bool // our measures boost its new constats
	TrustReviews bool // its reviews are shown at once
}

// PeerFacts is what a peer says of itself that nobody may change silently.
type PeerFacts struct {
	Reference []string       `json:"reference"` // IRIs of the texts that it follows
	Measures  []IRI          `json:"measures"`  // actors of its measures
	Keys      map[IRI]string `json:"keys"`      // fingerprints of the keys of its actors
}
