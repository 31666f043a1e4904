package embraye

import "time"

// InteractionKind is how somebody reacted to a post of ours.
type InteractionKind string

// An EmojiReact is a Like with content (F158).
const (
	Like  InteractionKind = "like"
	Boost InteractionKind = "boost"
)

// Interaction is one like or boost: one row per kind, actor and object.
type Interaction struct {
	ID         int64
	Kind       InteractionKind
	Actor      IRI
	Object     IRI    // our Note
	ActivityID string // remote id: Akkoma undoes by it
	Emoji      string
	Delivery   IRI       // inbox for Update and Delete of the object
	Aside      bool      // a block of its domain keeps it from being counted
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// Quote is a permission to quote that we gave (FEP-044f); its ULID is that of
// the QuoteAuthorization.
type Quote struct {
	ID        string
	Actor     IRI
	Object    IRI // our Note
	Quoting   IRI // their post
	Delivery  IRI
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	RevokedAt *time.Time
}

// Feature is an account of a peer's that a collection of ours asked to name, and
// names once the account permits it (FEP-7aa9).
type Feature struct {
	Collection IRI    `gorm:"primaryKey"`
	Object     IRI    `gorm:"primaryKey"`
	Request    string // ULID of the FeatureRequest
	Permission IRI    // their FeatureAuthorization; empty: not given, or taken back
	AskedAt    time.Time
	AnsweredAt *time.Time
}

// ReplyState is what the moderation decided.
type ReplyState string

// Nothing received is shown before somebody decided so.
const (
	ReplyPending ReplyState = "pending"
	ReplyShown   ReplyState = "shown"
	ReplyHidden  ReplyState = "hidden"
)

// Reply is a reply to, or a mention of, one of ours. Only public ones can ever
// be shown or counted publicly.
type Reply struct {
	ID          int64
	URI         IRI `gorm:"column:uri"`
	Actor       IRI
	InReplyTo   string // our Note, or another reply
	Object      IRI    // our Note at the root, empty for a mere mention
	Mentioned   string // local handle that was mentioned or answered
	HTML        string `gorm:"column:html"` // sanitised
	Language    string
	URL         string `gorm:"column:url"`
	Public      bool
	State       ReplyState
	Reason      string     // why hidden
	Aside       ReplyState // before a block of its domain hid it
	Delivery    IRI
	PublishedAt time.Time
	UpdatedAt   *time.Time `gorm:"autoUpdateTime:false"`
	ReceivedAt  time.Time
}

// Showable reports whether the public may ever see the reply: it is public,
// and below something of ours.
func (r *Reply) Showable() bool { return r.Public && r.Object != "" }

// Report is a Flag that we received.
type Report struct {
	ID         int64
	ActivityID string
	Reporter   IRI
	Host       string
	Objects    []string  `gorm:"serializer:json"`
	Digest     string    // of host and objects: one report per subject and host
	Text       string    // plain, cut at 4,000 characters
	State      string    // open, closed
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// ActorBlock refuses one actor: ours of them, or theirs of us.
type ActorBlock struct {
	ID         int64
	Blocker    IRI
	Blocked    IRI
	ActivityID string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// Tombstone remembers what somebody deleted or undid, under its Grave: it never
// comes back.
type Tombstone struct {
	URI       IRI `gorm:"column:uri;primaryKey"`
	DeletedAt time.Time
}

// TableName keeps GORM's soft delete away.
func (Tombstone) TableName() string { return "tombstones" }

// Grave is under what a deletion is remembered: the word of an actor about its
// own post or activity. A neighbour on the same server buries nothing of its
// (F065).
func Grave(actor, id IRI) IRI { return actor + " " + id }
