package embraye

import "time"

// DraftState is how far a draft has come.
type DraftState string

// A draft is written, asked to be read, waits for its hour, or was published;
// a published one only remembers which constat it became.
const (
	DraftWriting   DraftState = "draft"
	DraftInReview  DraftState = "in_review"
	DraftScheduled DraftState = "scheduled"
	DraftPublished DraftState = "published"
)

// DraftKind is what a draft is to become.
type DraftKind string

// The kinds of drafts.
const (
	DraftConstat DraftKind = "constat"
	DraftReview  DraftKind = "review"
)

// ReviewDraft is what a draft of a review says besides its evidence, its licence
// and its language, which are where those of constats are.
type ReviewDraft struct {
	Of       IRI // a peer's constat
	Revision int // the one that was read
	Verdict  Verdict
	Reason   string
}

// Draft is a constat, or a review of one, that nobody outside may see. It may be incomplete. It
// lives in a table of its own, so that no public face can leak it.
type Draft struct {
	ID          int64
	Owner       int64 // person
	State       DraftState
	Scope       `gorm:"embedded"`
	Content     `gorm:"embedded"`
	Review      ReviewDraft `gorm:"embedded;embeddedPrefix:review_"` // empty: a constat. The scope and the title of a review's draft are those of what it is about.
	Sign        bool        // publish with the owner's name
	Version     int         // grows with every save: who saves an old one is told
	Reviewer    int64       // person asked to read it, 0 = any
	ReviewNote  string
	ScheduledAt *time.Time
	ScheduledBy int64     // person on whose word it goes out
	Failure     string    // why a scheduled publication did not happen
	PublishedID string    // ULID of the constat or review, once published
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

// OfReview reports whether it is a draft of a review.
func (d *Draft) OfReview() bool { return d.Review.Of != "" }

// ReviewContent is what a draft of a review says.
func (d *Draft) ReviewContent() ReviewContent {
	return ReviewContent{Verdict: d.Review.Verdict, Reason: d.Review.Reason, Evidence: d.Evidence, Licence: d.Licence, Language: d.Language}
}

// Session is one signed-in browser. Only a hash of its token is kept.
type Session struct {
	TokenHash  string `gorm:"primaryKey"`
	PersonID   int64  // 0 before sign-in
	Data       []byte
	UserAgent  string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// LinkKind is what a one-time link is for.
type LinkKind string

// The three kinds of one-time links.
const (
	SetupLink  LinkKind = "setup"
	InviteLink LinkKind = "invite"
	ResetLink  LinkKind = "reset"
)

// LinkState is whether a one-time link can be used.
type LinkState string

// What a page says about a link; unknown ones were never given out.
const (
	LinkValid   LinkState = "valid"
	LinkUsed    LinkState = "used"
	LinkExpired LinkState = "expired"
	LinkUnknown LinkState = "unknown"
)

// Link is a one-time link: to set the instance up, to join, to choose a new
// password. Only a hash of its token is kept.
type Link struct {
	TokenHash string `gorm:"primaryKey"`
	Kind      LinkKind
	Email     string
	Role      Role
	PersonID  int64 // whose password, for resets
	CreatedBy string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// EvidenceFile is an uploaded file, named by what it contains.
type EvidenceFile struct {
	Name         string `gorm:"primaryKey"` // {sha256}.{ext}
	MediaType    string
	Size         int64
	Width        int // pixels; 0 for PDF
	Height       int
	OriginalName string
	Alt          string
	PersonID     int64
	// Public is set once a published constat or a profile uses the file:
	// until then its address answers 404.
	Public bool
	// Damaged is set when the stored bytes no longer have the hash that the name
	// promises.
	Damaged   bool
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// LegalTexts lists the texts of the legal pages that an admin fills in, in the
// order of the form. Each is a setting "legal.NAME".
func LegalTexts() []string {
	return []string{"publisher_name", "publisher_address", "publisher_phone", "publisher_id", "director", "host_name", "host_address", "host_phone",
		"contact", "privacy_contact", "retention", "moderation", "accessibility_state", "accessibility_contact", "security_contact"}
}
