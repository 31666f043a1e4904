package embraye

import "time"

// DomainList is a list of domains that others keep and we subscribe to.
type DomainList struct {
	URL     string `gorm:"primaryKey"`
	Allows  bool   // its domains are proposed for the circle, not for blocks
	Name    string
	ETag    string    `gorm:"column:etag"`
	Entries int       // domains that it named when it was read last
	ReadAt  time.Time // the last time that it could be
	Failed  string    // why it could not be since; empty: it could
}

// DomainListState is what became of a domain that a list names.
type DomainListState string

// The states.
const (
	ListDraft    DomainListState = "draft"    // proposed: nobody has decided
	ListAccepted DomainListState = "accepted" // blocked because the list names it
	ListRefused  DomainListState = "refused"  // never proposed by this list again
	ListDecided  DomainListState = "decided"  // somebody had decided before the list was asked
	ListGone     DomainListState = "gone"     // was accepted, and the list names it no more
)

// DomainListEntry is a domain that a list names, or named.
type DomainListEntry struct {
	List          string `gorm:"primaryKey"`
	Domain        string `gorm:"primaryKey"`
	Severity      Severity
	Comment       string
	RejectReports bool
	Obfuscate     bool
	State         DomainListState
}

// Block is what the entry asks for.
func (e *DomainListEntry) Block() DomainBlock {
	return DomainBlock{Domain: e.Domain, Severity: e.Severity, Comment: e.Comment, RejectReports: e.RejectReports, Obfuscate: e.Obfuscate}
}

// AllowedDomain may speak to an instance in allow-list mode, with its subdomains.
type AllowedDomain struct {
	Domain    string `gorm:"primaryKey"`
	Comment   string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}
