package embraye

import "time"

// LinkCheck is the last look at a page that a constat names as evidence.
type LinkCheck struct {
	Href      string `gorm:"primaryKey"`
	UpdateID  string // ULID of a constat that names it
	Failures  int    // in a row
	Reason    string // of the last failure: an HTTP status, or "unreachable"
	CheckedAt time.Time
}

// DeadAfter is how many looks in a row must fail before a link counts as dead:
// servers have bad days.
const DeadAfter = 3
