package embraye

import "time"

// Mail is a one-time link that has to be sent to somebody. The link itself is
// made when it goes: what waits here is of no use to whoever reads it.
type Mail struct {
	ID        int64
	Kind      LinkKind // invite or reset
	Email     string
	PersonID  int64 // whose password, for resets
	Role      Role  // offered, for invitations
	Language  string
	AskedBy   string    // the name of the admin; empty: the person, or the operator
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Tries     int
	NextAt    time.Time
}
