package embraye

import "time"

// Audience decides to which kind of inbox an activity goes (INTEROP 0.16).
type Audience string

// ToMany goes to shared inboxes, ToOne to the personal inbox of whom it
// concerns.
const (
	ToMany Audience = "many"
	ToOne  Audience = "one"
)

// Activity is something that we said. Its bytes are made once and never
// rebuilt.
type Activity struct {
	ID        string // ULID
	Actor     string // local handle
	Type      string // Create, Update, Delete, Announce, Accept…
	Object    string // IRI of what it is about: order is kept per object
	Audience  Audience
	Public    bool // served at /activities/{id}
	InOutbox  bool // Create and Announce
	Body      []byte
	KeyID     int64 // the key that signs it
	Total     int   // inboxes
	Sent      int
	GivenUp   int
	CreatedAt time.Time  `gorm:"autoCreateTime:false"`
	UndoneAt  *time.Time // answers 410: object withdrawn, boost undone
}

// DeliveryState is a delivery's life: waiting → sent, or waiting → given up →
// waiting again by hand, or dropped by hand or block.
type DeliveryState int16

// The states as stored.
const (
	DeliveryWaiting DeliveryState = 0
	DeliverySent    DeliveryState = 1
	DeliveryGivenUp DeliveryState = 2
	DeliveryDropped DeliveryState = 3
)

// Delivery is one activity on its way to one inbox.
type Delivery struct {
	ID         int64
	ActivityID string
	Inbox      IRI
	Host       string // host:port; what is leased, paused and kept in order
	Object     string // Activity.Object: what must stay in order
	State      DeliveryState
	Attempts   int
	NextAt     int64 // Unix milliseconds; its own back-off, 0 = as the host allows
	LastStatus int   // HTTP status, 0 = no answer
	LastError  string
	CreatedAt  int64 `gorm:"autoCreateTime:false"` // Unix milliseconds: given up 7 days later
}

// Host is what we know of a server that we send to.
type Host struct {
	Host         string `gorm:"primaryKey"`
	NextAt       int64  // Unix milliseconds: lease while claimed, back-off after failures
	Pending      bool   // has waiting deliveries
	Failures     int    // consecutive failures of the host
	Scheme       string // signature scheme that it accepted or spoke last
	LastError    string
	FailingSince int64 // Unix milliseconds, 0 = not failing
	SeenAt       int64 // last accepted delivery or inbound contact
	AnsweredAt   int64 // last answer to a request of ours, whatever it said; 0 = none that we know
	// Ed25519From is since when (Unix milliseconds) it takes signatures by Ed25519,
	// as far as we know, 0 = unknown; after a refusal a date to come.
	Ed25519From int64 `gorm:"column:ed25519_from"`
	NodeInfoAt  int64 `gorm:"column:nodeinfo_at"` // when we asked last what software it runs; 0 = never
}

// SeenActivity marks a digest of something received: of (actor, id, body) or
// of a signature (INTEROP 0.18).
type SeenActivity struct {
	Digest []byte `gorm:"primaryKey"`
	SeenAt int64  // Unix seconds
}

// Setting is a fact about this instance that must survive: its origin, its
// handle domain, the reference text.
type Setting struct {
	Key   string `gorm:"primaryKey"`
	Value string
}
