package embraye

import "time"

// CodeApp is the code generator of a person (RFC 6238); its secrets are opened in
// the store alone.
type CodeApp struct {
	PersonID   int64     `gorm:"primaryKey;autoIncrement:false"`
	SecretEnc  []byte    // sealed; empty before a code has confirmed the first
	PendingEnc []byte    // one that no code has confirmed yet
	LastStep   int64     // the newest that was used
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// Passkey is a key of an authenticator (WebAuthn).
type Passkey struct {
	ID        string `gorm:"primaryKey"`
	PersonID  int64
	Name      string
	Record    []byte    // what the next check needs
	SignCount int64     // as the key counts
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    *time.Time
}

// Factors are what a person has besides the password.
type Factors struct {
	CodeApp  bool
	Passkeys []Passkey
	Codes    int // recovery codes that are left; without the others they are none
}

// On reports whether there is a second factor.
func (f Factors) On() bool { return f.CodeApp || len(f.Passkeys) > 0 }

// TicketKind is what a ticket is for.
type TicketKind string

// The kinds of tickets.
const (
	HalfTicket     TicketKind = "half"     // the password was right, a factor is missing
	ProofTicket    TicketKind = "proof"    // everything was right a moment ago
	QuestionTicket TicketKind = "question" // what a passkey is asked
	OfferTicket    TicketKind = "offer"    // what a new passkey is asked
)

// Ticket is what somebody has shown a moment ago.
type Ticket struct {
	TokenHash string `gorm:"primaryKey"`
	Kind      TicketKind
	PersonID  int64
	Mark      string // of the password at that time
	Data      []byte
	ExpiresAt time.Time
}
