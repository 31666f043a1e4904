package embraye

import (
	"slices"
	"strings"
	"time"
)

// An EvidenceCopy is what is kept of a page that constats name as evidence, or that
// somebody asked for. It is of the page: which constats name it, Citations tell.
type EvidenceCopy struct {
	ID       string `gorm:"primaryKey"` // ULID
	Href     string // the page (PageOf)
	PersonID int64  // who asked, or handed it in; 0: the program
	Origin   CopyOrigin
	State    CopyState
	Failure  string // why it waits or there is none: a status, or a code of the catalogue
	Tries    int
	AskedAt  time.Time
	NextAt   *time.Time // when it is tried, while it waits
	MadeAt   *time.Time

	File    string // {sha256}.wacz; empty: none
	Size    int64
	Damaged bool // its bytes are not what its name says

	URL         string // where the page was, after redirects
	MediaType   string
	Title       string
	Language    string
	Text        string
	TextHash    string
	Thin        bool // it said next to nothing: it makes its words in a browser
	PayloadHash string
	Cut         string // why it is not whole: length or time
	NoArchive   bool   // its author does not want copies to be shown

	Visibility CopyVisibility
	Licence    string // why it may be shown
	Quotation  string
	Reason     string // why it was dropped

	Look     CopyLook // how the page compares with it now
	Changed  int      // of a page that has changed, the share of its words in percent; 0: not known
	LookedAt *time.Time
	MovedTo  string

	Outside      OutsideState // of a copy in a web archive
	OutsideJob   string
	OutsideAt    *time.Time // when that job began
	OutsideSaid  string     // why not, as the catalogue has it
	OutsideTries int
	ArchivedAt   string
}

// CopyOrigin is who made a copy.
type CopyOrigin string

// The origins.
const (
	CopyOurs     CopyOrigin = "ours"
	CopyHandedIn CopyOrigin = "handed_in"
)

// CopyState is how far a copy is.
type CopyState string

// The states.
const (
	CopyWaiting CopyState = "waiting"
	CopyKept    CopyState = "kept"
	CopyFailed  CopyState = "failed"
	CopyDropped CopyState = "dropped" // its hash stays
)

// CopyStates lists them in the order of their life.
func CopyStates() []CopyState { return []CopyState{CopyWaiting, CopyKept, CopyFailed, CopyDropped} }

// DemoIsGone is the failure of a dropped copy of which nothing is to stay: what named
// its page was the demonstration.
const DemoIsGone = "demonstration"

// CopyVisibility is who sees what of a copy.
type CopyVisibility string

// The visibilities. Keeping a page as proof and publishing it are two things.
const (
	CopyEditors   CopyVisibility = "editors"   // the public sees its hash and its date
	CopyQuotation CopyVisibility = "quotation" // and a few lines
	CopyPublic    CopyVisibility = "public"    // all of it, by a licence that is named
)

// CopyVisibilities lists them, the narrowest first.
func CopyVisibilities() []CopyVisibility {
	return []CopyVisibility{CopyEditors, CopyQuotation, CopyPublic}
}

// MaxQuotation is how many characters of a page are quoted at most.
const MaxQuotation = 500

// CopyLook is how a page compares with its copy.
type CopyLook string

// What a look finds. That a page is gone is a LinkCheck's to say.
const (
	PageSame    CopyLook = "same"
	PageChanged CopyLook = "changed"
	PageMoved   CopyLook = "moved"
)

// OutsideState is how far a copy in a web archive is.
type OutsideState string

// The states; none was asked for if it is empty.
const (
	OutsideWaiting OutsideState = "waiting"
	OutsideDone    OutsideState = "done"
	OutsideFailed  OutsideState = "failed"
)

// SHA256 is the hash of the file, which stays when the file is dropped.
func (c EvidenceCopy) SHA256() string {
	sum, _, _ := strings.Cut(c.File, ".")
	return sum
}

// PageOf is the address of the page that an address leads into, and what copies,
// looks and who names a page go by: without its fragment, which no server is ever
// asked for (RFC 3986 3.5), be it a passage, the page of a PDF or the words of a text
// fragment. One that begins with / or ! stays: with it an application says which of its
// pages one sees. What we fetch of those is the same bytes, but what somebody saved of
// one of them and hands in is no copy of another.
func PageOf(address string) string {
	page, fragment, _ := strings.Cut(address, "#")
	if strings.HasPrefix(fragment, "/") || strings.HasPrefix(fragment, "!") {
		return address
	}
	return page
}

// KnownEvidence is what a list knows of an address: of itself, else of another place
// in its page; nothing if it does not name it.
func KnownEvidence(list []Evidence, address string) (known Evidence) {
	for _, e := range list {
		if e.Href == address {
			return e
		}
		if known.Href == "" && PageOf(e.Href) == PageOf(address) {
			known = e
		}
	}
	return known
}

// Pages are the pages on the web that evidence names, each once, in its order.
func Pages(list []Evidence) (pages []string) {
	for _, e := range list {
		if page := PageOf(e.Href); WebAddress(e.Href) && !slices.Contains(pages, page) {
			pages = append(pages, page)
		}
	}
	return pages
}

// TellCopies writes beside each evidence the hash of the newest kept copy of its page,
// and where a web archive has it, unless an editor named another place. The copies come
// oldest first.
func TellCopies(list []Evidence, copies []EvidenceCopy) {
	for i := range list {
		e := &list[i]
		var newest *EvidenceCopy
		page, ours := PageOf(e.Href), e.ArchivedAt == ""
		for j := range copies {
			c := &copies[j]
			if c.Href != page {
				continue
			}
			ours = ours || c.ArchivedAt == e.ArchivedAt
			if c.State == CopyKept {
				newest = c
			}
		}
		if newest == nil {
			continue
		}
		e.SHA256 = newest.SHA256()
		if ours && newest.ArchivedAt != "" {
			e.ArchivedAt = newest.ArchivedAt
		}
	}
}

// A CopyFilter chooses copies for a list, newest first.
type CopyFilter struct {
	State  CopyState
	Look   CopyLook
	Before string // id
	Limit  int
}

// CopyUsage is how much room copies take.
type CopyUsage struct {
	Kept, Waiting, Failed int
	Bytes, Limit          int64 // Limit 0: there is none
}

// Near is from which share of the room on people are told.
const Near = 90

// Percent is how much of the room is taken.
func (u CopyUsage) Percent() int {
	if u.Limit <= 0 {
		return 0
	}
	return int(u.Bytes * 100 / u.Limit)
}

// A Citation is a constat that stands and names a page as evidence.
type Citation struct {
	Organisation IRI    // whose it is; empty: ours
	ID           string // ULID: of a constat of ours, or of our copy of a peer's
	Title        string
	Language     string
}

// MaxCitations is how many are listed of one page.
const MaxCitations = 20

// What jobs of ChoreEvidence are about, before the ULID of a constat or of a copy.
const (
	CopyConstat = "constat/" // the evidence of a constat of ours
	CopyPeer    = "peer/"    // the evidence of a peer's constat, by its address
	CopyPeers   = "peers/"   // that of all of them
	CopyOne     = "copy/"    // a copy that is due
	CopyCompare = "look/"    // a page to compare with its copy
	CopyOutside = "outside/" // a copy in a web archive
)

// LinkCheck is the last look at a page that a constat names as evidence.
type LinkCheck struct {
	Href      string `gorm:"primaryKey"` // the page (PageOf)
	Failures  int    // in a row
	Reason    string // of the last failure: an HTTP status, or "unreachable"
	CheckedAt time.Time
}

// Dead reports whether the page is given up.
func (c LinkCheck) Dead() bool { return c.Failures >= DeadAfter }

// A DeadLink is a page that is given up, and the newest constat of ours that names it.
type DeadLink struct {
	LinkCheck
	UpdateID string // ULID
}

// DeadAfter is how many looks in a row must fail before a link counts as dead:
// servers have bad days.
const DeadAfter = 3
