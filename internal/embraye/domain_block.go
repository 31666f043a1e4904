package embraye

import (
	"cmp"
	"strings"
	"time"
)

// Severity is how much of a domain is refused.
type Severity string

// The severities, by Mastodon's words.
const (
	Suspend Severity = "suspend" // nothing in, nothing out
	Silence Severity = "silence" // heard and delivered to; what it says waits for somebody's decision
)

// DomainBlock refuses or limits a domain and its subdomains.
type DomainBlock struct {
	Domain         string `gorm:"primaryKey"`
	Severity       Severity
	Comment        string // public
	PrivateComment string // for the office
	RejectMedia    bool   // kept for lists: nothing of strangers' media is shown here
	RejectReports  bool
	Obfuscate      bool      // the public sees a part of its name
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
}

// Asks reports whether a block asks for what another one does; what the office
// alone reads of it does not count.
func (b DomainBlock) Asks(other DomainBlock) bool {
	b.PrivateComment = other.PrivateComment
	return b.Same(other)
}

// Same reports whether two blocks of a domain ask for the same.
func (b DomainBlock) Same(other DomainBlock) bool {
	b.CreatedAt = other.CreatedAt
	return b == other
}

// Over is a block over the one that stands of its domain, or over none: what it
// leaves empty stays as it was. What follows from a refusal ends with it.
func (b DomainBlock) Over(old DomainBlock) DomainBlock {
	b.Severity = cmp.Or(b.Severity, old.Severity, Suspend)
	b.Comment, b.PrivateComment = cmp.Or(b.Comment, old.Comment), cmp.Or(b.PrivateComment, old.PrivateComment)
	b.Obfuscate = b.Obfuscate || old.Obfuscate
	if old.Severity == Silence {
		b.RejectMedia, b.RejectReports = b.RejectMedia || old.RejectMedia, b.RejectReports || old.RejectReports
	}
	return b
}

// PublicDomain is the name that the public sees: Mastodon hides the middle of one
// that is obfuscated, but for its dots.
func (b DomainBlock) PublicDomain() string {
	if !b.Obfuscate {
		return b.Domain
	}
	edge := len(b.Domain) / 4
	var shown strings.Builder
	for i, c := range []byte(b.Domain) { // a normalised name is ASCII
		if i > edge && i < len(b.Domain)-edge && c != '.' {
			c = '*'
		}
		shown.WriteByte(c)
	}
	return shown.String()
}

// Refusal is what the blocks mean for one host.
type Refusal struct {
	Suspended     bool
	Silenced      bool
	RejectReports bool
}

// Add adds what one more block means; the strictest counts.
func (r *Refusal) Add(b DomainBlock) {
	r.Suspended = r.Suspended || b.Severity == Suspend
	r.Silenced = r.Silenced || b.Severity == Silence
	r.RejectReports = r.RejectReports || b.RejectReports
}

// BlockEffects is what a block of a domain does, told before it is made.
type BlockEffects struct {
	Followers  int // put aside
	Follows    int // of ours, undone
	Peers      int // whose server it is
	Replies    int // hidden, reviews among them
	Reactions  int // not counted any more
	Deliveries int // that wait, and are dropped
	Hosts      int // known here: the domain and those below it
}

// Cuts reports whether somebody follows somebody no more.
func (e BlockEffects) Cuts() bool { return e.Followers+e.Follows > 0 }

// AsideFollower is somebody who followed from a domain that is refused now, or who
// waits for a decision because the domain is limited.
type AsideFollower struct {
	Follower `gorm:"embedded"`
	Waiting  bool
}

// TableName is that of the rows.
func (AsideFollower) TableName() string { return "aside_followers" }
