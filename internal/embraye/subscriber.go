package embraye

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Often is how soon a reader hears of something by mail.
type Often string

// A reader who hears at once gets what is published within ten minutes in one
// mail; the others get one on Monday morning, if there is something new.
const (
	AtOnce Often = "at_once"
	Weekly Often = "weekly"
)

// Oftens lists what a reader can choose.
func Oftens() []Often { return []Often{AtOnce, Weekly} }

// Subscriber is a reader who follows by mail. Nothing is known of them but the
// address, which is sealed in the database.
type Subscriber struct {
	ID          int64
	TokenHash   string // of the token of the links that they get
	AddressHash string // by which the address is found again
	Sealed      []byte
	Language    string
	Often       Often
	AskedAt     time.Time  // the last time
	ConfirmedAt *time.Time // nil: nobody has shown yet that the address is theirs
	InviteAt    *time.Time // when the mail with the link is due; nil: none waits
	InvitedAt   *time.Time // when the last of them went
	DueAt       *time.Time // when what is new is to be told; nil: nothing is
	Tries       int
	RefusedOn   string // the day of the first of refusals in a row, 2026-05-01

	Address string `gorm:"-"`
	Token   string `gorm:"-"`
}

// Subscription is one thing that a subscriber follows: an empty measure is every
// measure, an empty territory every place.
type Subscription struct {
	SubscriberID int64
	Measure      string
	Territory    string
	AskedAt      time.Time
	ConfirmedAt  *time.Time // nil: they are still to say that they want it
}

// SubjectCount is how many readers follow something by mail.
type SubjectCount struct {
	Measure, Territory string
	Readers            int
}

// LetterKind is what became of a constat that a subscriber is to be told.
type LetterKind string

// What is told.
const (
	LetterPublished LetterKind = "published"
	LetterCorrected LetterKind = "corrected"
	LetterWithdrawn LetterKind = "withdrawn"
)

// Letter is something that a subscriber is still to be told.
type Letter struct {
	SubscriberID int64
	UpdateID     string
	Kind         LetterKind
	AskedAt      time.Time
}

// maxEmail is the longest address that SMTP takes (RFC 5321 4.5.3.1.3).
const maxEmail = 254

// ParseEmail reads a bare mail address that somebody typed: printable ASCII,
// without a name or a comment.
func ParseEmail(typed string) (address string, ok bool) {
	typed = Address(typed)
	if len(typed) > maxEmail || strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", false
	}
	parsed, err := mail.ParseAddress(typed)
	return typed, err == nil && parsed.Name == "" && parsed.Address == typed
}

// Around are the codes of a place and of those that it lies in and that readers
// can follow: its department, its region.
func (t *Territories) Around(code string) []string {
	codes := []string{code}
	place, ok := t.Lookup(code)
	if !ok {
		return codes
	}
	for _, other := range t.list {
		department := place.Kind == TerritoryCommune && other.Kind == TerritoryDepartment && strings.HasPrefix(code, "COG-C"+other.COG)
		if (department || other.Code == place.Region) && !slices.Contains(codes, other.Code) {
			codes = append(codes, other.Code)
		}
	}
	return codes
}
