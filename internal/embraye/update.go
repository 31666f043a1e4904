package embraye

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Update is a published constat as it stands now. It exists from publication
// on: what is not published yet is a Draft, in a table of its own, so that no
// face can leak it.
type Update struct {
	ID       string // ULID, its time is that of publication; never used again
	Scope    `gorm:"embedded"`
	ScopeKey string // Scope.Key(), for counting
	Actor    string // handle of the measure actor that speaks
	Owner    int64  // person who wrote it, 0 = the operator, or nobody knows
	Content  `gorm:"embedded"`
	Revision int // number of the revision that is served, from 1
	// Substance is the last revision of substance: reviews are measured
	// against it and it is what followers were told.
	Substance      int
	PublishedAt    time.Time
	UpdatedAt      *time.Time `gorm:"autoUpdateTime:false"` // set only by a correction of substance that went out
	WithdrawnAt    *time.Time
	WithdrawReason string
	Erased         bool   // earlier texts removed for editors too
	SignedBy       string // the editor's name, only if the editor chose to sign
	// Wire is the Note as it is served, without live counts; rebuilt when an
	// upgrade changes the shape.
	Wire        []byte
	WireVersion int
	CreateID    string // the Create activity
	LikeCount   int
	BoostCount  int
	ReplyCount  int // shown replies only
}

// Withdrawn reports whether the constat was taken back.
func (u *Update) Withdrawn() bool { return u.WithdrawnAt != nil }

// Says reports whether a search finds something in what a constat says of a
// scope.
func (c Content) Says(s Scope, search string) bool {
	return Finds(search, c.Title, c.Summary, c.Text, s.Institution.Name, s.TerritoryName)
}

// RevisionKind tells a typo from a correction of substance.
type RevisionKind string

// First is the publication; the two others are CONTRACT's kinds.
const (
	FirstRevision RevisionKind = "first"
	Typo          RevisionKind = "typo"
	Substance     RevisionKind = "substance"
)

// RevisionKinds lists what an editor can choose.
func RevisionKinds() []RevisionKind { return []RevisionKind{Typo, Substance} }

// Revision is one immutable version of a constat: what it said, the bytes that
// were served first, and their SHA-256.
type Revision struct {
	ID        int64
	UpdateID  string
	Number    int
	Kind      RevisionKind
	Reason    string
	Content   `gorm:"embedded"`
	Wire      []byte
	SHA256    string    `gorm:"column:sha256"` // hex, of Wire
	Salt      []byte    // of Wire's commitment in the public log; nil: not in it yet, empty: destroyed
	Waits     bool      `gorm:"-"` // until the log takes leaves again: there is no proof yet
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// CheckRevision tells what a correction of the given kind may not do. A typo
// changes wording only: not stage, dates, evidence addresses, links to other
// constats, lessons; a correction that changes nothing is refused too.
func CheckRevision(kind RevisionKind, reason string, before, after Content) error {
	v := &problems{}
	choice(v, "kind", kind, RevisionKinds())
	v.text("reason", reason, MaxReason, true)
	if reflect.DeepEqual(before.said(), after.said()) {
		v.add("revision", "nothing_changed", "")
	}
	if kind == Typo {
		frozen := func(field string, changed bool) {
			if changed {
				v.add(field, "frozen", "")
			}
		}
		frozen("stage", before.Stage != after.Stage)
		frozen("effective_date", before.EffectiveDate != after.EffectiveDate)
		frozen("observed_date", before.ObservedDate != after.ObservedDate)
		frozen("confidence", before.Confidence != after.Confidence)
		frozen("license", before.Licence != after.Licence)
		frozen("evidence", !sameAddresses(before.Evidence, after.Evidence))
		frozen("related_to", !alike(before.relations(), after.relations())) // what is replaced does not count any more
		frozen("lessons", !alike(before.Lessons, after.Lessons))
		frozen("integrates", !slices.Equal(before.Integrates(), after.Integrates()))
		frozen("indicator", !reflect.DeepEqual(before.Indicator, after.Indicator))
	}
	if before.Language != after.Language {
		v.add("lang", "frozen", "") // contentMap of one language, for good
	}
	return v.err()
}

// CheckRevisionOver judges a correction of the version over where another stands
// by now: one that would change nothing is made already, and is ErrConflict; any
// other would undo what somebody said meanwhile, and is refused once. 0 is any.
func CheckRevisionOver(over, stands int, err error) error {
	if over == 0 || over == stands {
		return err
	}
	var invalid *InvalidError
	if errors.As(err, &invalid) && slices.ContainsFunc(invalid.Problems, func(p Problem) bool { return p.Code == "nothing_changed" }) {
		return fmt.Errorf("the version %d says so already: %w", stands, ErrConflict)
	}
	return &InvalidError{Problems: []Problem{{Field: "revision", Code: "revised_meanwhile"}}}
}

// Normal makes empty and absent lists equal.
func (c Content) Normal() Content {
	if len(c.Evidence) == 0 {
		c.Evidence = nil
	}
	if len(c.Searched) == 0 {
		c.Searched = nil
	}
	if len(c.Lessons) == 0 {
		c.Lessons = nil
	}
	if len(c.RelatedTo) == 0 {
		c.RelatedTo = nil
	}
	return c
}

// said is a content without the hashes of evidence, which we write and nobody types.
func (c Content) said() Content {
	c = c.Normal()
	c.Evidence = each(c.Evidence, func(e Evidence) Evidence { e.SHA256 = ""; return e })
	return c
}

// relations are the links to other constats, without the reviews that are taken up.
func (c Content) relations() []Relation {
	return slices.DeleteFunc(slices.Clone(c.RelatedTo), func(r Relation) bool { return r.Rel == Integrates })
}

// alike reports whether two lists name the same, in any order.
func alike[T comparable](a, b []T) bool {
	lacks := func(list []T) func(T) bool { return func(v T) bool { return !slices.Contains(list, v) } }
	return !slices.ContainsFunc(a, lacks(b)) && !slices.ContainsFunc(b, lacks(a))
}

func sameAddresses(a, b []Evidence) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Href != b[i].Href {
			return false
		}
	}
	return true
}

// NoteKind says why one of our other Notes exists.
type NoteKind string

// Pinned is « où on en est », never delivered; Correction is the short reply
// to a corrected constat (INTEROP 0.11); Answer is an editor's reply.
const (
	PinnedNote     NoteKind = "pinned"
	CorrectionNote NoteKind = "correction"
	AnswerNote     NoteKind = "answer"
)

// Note is a post of ours that is not a constat.
type Note struct {
	ID          string // ULID
	Kind        NoteKind
	Actor       string // local handle
	UpdateID    string // the constat it belongs to; empty for pinned notes
	InReplyTo   string // IRI
	Answers     IRI    // the review that it answers
	Maintained  bool   // and says that the constat stands as it is
	Language    string
	HTML        string `gorm:"column:html"`
	Private     bool   // an answer for one reader: on no public face
	PublishedAt time.Time
	UpdatedAt   *time.Time `gorm:"autoUpdateTime:false"`
	DeletedAt   *time.Time
	Wire        []byte
	WireVersion int
	Salt        []byte // of a public answer's commitment, as of a Revision
	LikeCount   int
	BoostCount  int
	ReplyCount  int
}

// TableName keeps GORM's soft delete away: DeletedAt here is a plain date of
// a public fact, the Tombstone.
func (Note) TableName() string { return "notes" }
