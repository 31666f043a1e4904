package embraye

import "time"

// ActorKind is what a local actor stands for.
type ActorKind string

// The three kinds (INTEROP 0.1, 0.2, 0.4): a Person, Groups, an Application.
const (
	OrganisationActor ActorKind = "organisation"
	MeasureActor      ActorKind = "measure"
	InstanceActor     ActorKind = "instance"
)

// InstanceHandle is reserved for the actor that signs fetches.
const InstanceHandle = "instance"

// Actor is one of our own actors.
type Actor struct {
	Handle    string `gorm:"primaryKey"` // [a-z0-9_]
	Kind      ActorKind
	Measure   string // id of the reference text, for measures
	Name      string
	Summary   string      // plain text of the organisation's profile; measures build theirs
	Links     []ActorLink `gorm:"serializer:json"` // rel="me", PropertyValue
	Enabled   bool        // a disabled measure answers 404 everywhere
	KeyID     int64       // the ActorKey that signs now
	CreatedAt time.Time   `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time   `gorm:"autoUpdateTime:false"`
	// AlsoKnownAs and MovedTo exist from the start: a command may move an actor later.
	AlsoKnownAs []string `gorm:"serializer:json"`
	MovedTo     string
	IconFile    string // name of an uploaded file; empty: the drawn icon
	// Log and Witness are the organisation's, filled in where its document is made.
	Log     *PeerLog     `gorm:"-"`
	Witness *PeerWitness `gorm:"-"`
}

// ActorLink is one line of a profile.
type ActorLink struct {
	Name string `json:"name"`
	Href string `json:"href"`
}

// ActorKey is a signing key: an RSA one, which every server knows, and its
// Ed25519 half. Both are shown, rotated and named together. Activities name the key that was current when
// they were made, so that order per host carries a rotation (INTEROP 0.21).
type ActorKey struct {
	ID         int64
	Actor      string
	PublicPEM  string `gorm:"column:public_pem"` // SPKI
	PrivateEnc []byte // sealed with the instance's secret
	// Ed25519Public is a Multikey (FEP-521a), empty in a key of an earlier version.
	Ed25519Public string    `gorm:"column:ed25519_public"`
	Ed25519Enc    []byte    `gorm:"column:ed25519_enc"`
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
}

// RemoteActor is what we remember of somebody else's actor. A row with
// FailedAt set and no Inbox is a negative answer.
type RemoteActor struct {
	ID          int64
	URI         IRI    `gorm:"column:uri"`
	Host        string // host[:port] of URI
	Type        string
	Username    string
	Name        string
	Summary     string // as received, at most 20 kB; sanitised when shown
	URL         string `gorm:"column:url"`
	IconURL     string `gorm:"column:icon_url"`
	Inbox       IRI
	SharedInbox IRI
	Followers   IRI
	Outbox      IRI
	KeyID       string
	KeyPEM      string `gorm:"column:key_pem"`
	// Multikeys are its Ed25519 keys (FEP-521a), which sign requests and prove objects.
	Multikeys []Multikey `gorm:"serializer:json"`
	// TakesEd25519 is what its document says of its server (FEP-844e); the server's
	// row remembers it.
	TakesEd25519 bool `gorm:"-"`
	// Organisation and Measure are set for measures and organisations of other
	// Embraye instances.
	Organisation string
	Measure      string   // IRI of the reference measure
	Measures     string   // the organisation's collection of measure actors
	ReviewsAbout string   // address template of the reviews that it knows
	AlsoKnownAs  []string `gorm:"serializer:json"`
	MovedTo      string
	FetchedAt    time.Time
	FailedAt     *time.Time
	GoneAt       *time.Time
}

// Multikey is an Ed25519 key that an actor lists as its own.
type Multikey struct {
	ID      string     `json:"id"`
	Key     string     `json:"key"` // publicKeyMultibase
	Expires *time.Time `json:"expires,omitempty"`
}

// Known reports whether the actor can be talked to.
func (a *RemoteActor) Known() bool { return a != nil && a.Inbox != "" && a.GoneAt == nil }

// DeliveryInbox is where to send what concerns many: the shared inbox if there
// is one on the same host, else the actor's own (F119).
func (a *RemoteActor) DeliveryInbox() IRI {
	if a.SharedInbox != "" && SameOrigin(a.SharedInbox, a.URI) {
		return a.SharedInbox
	}
	return a.Inbox
}
