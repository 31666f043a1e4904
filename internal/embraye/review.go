package embraye

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strconv"
	"time"
)

// Verdict is what one organisation says of another one's constat. There are
// four and no marks: an opinion is counted in words, never added up.
type Verdict string

// The verdicts.
const (
	Confirms  Verdict = "confirms"
	Qualifies Verdict = "qualifies"
	Contests  Verdict = "contests"
	Outdated  Verdict = "outdated" // it was so, and is no more
)

// Verdicts lists them in the order of forms and tallies.
func Verdicts() []Verdict { return []Verdict{Confirms, Qualifies, Contests, Outdated} }

// MaxReviewReason is the longest reason of a review, in characters.
const MaxReviewReason = 2000

// ReviewContent is what one version of a review says.
type ReviewContent struct {
	Verdict  Verdict
	Reason   string     // plain; may be empty where the verdict confirms
	Evidence []Evidence `gorm:"serializer:json"`
	Licence  string     // SPDX id
	Language string
}

// Tidy is a review as it was meant, with its defaults.
func (c ReviewContent) Tidy(today Date, language string) ReviewContent {
	c.Verdict, c.Reason = Verdict(OneLine(string(c.Verdict))), Prose(c.Reason)
	c.Licence, c.Language = cmp.Or(OneLine(c.Licence), "CC-BY-4.0"), cmp.Or(OneLine(c.Language), language)
	c.Evidence = Content{Evidence: c.Evidence}.WithDefaults(today, c.Language).Evidence
	return c
}

// Problems is the law for reviews, ours and those of others: a known verdict,
// its reason unless it confirms, and evidence that can be shown. Without a day
// to compare with, only the form of dates is judged.
func (c ReviewContent) Problems(today Date) []Problem {
	v := &problems{}
	choice(v, "verdict", c.Verdict, Verdicts())
	v.text("reason", c.Reason, MaxReviewReason, c.Verdict != Confirms)
	v.bounded(MaxName, [][2]string{{"license", c.Licence}})
	if !validLanguage(c.Language) {
		v.add("lang", "unknown", Cut(c.Language, 40), "fr", "en", "any code of two or three letters (br)")
	}
	if v.entries("evidence", len(c.Evidence)) {
		for _, e := range c.Evidence {
			v.evidence(e, today)
		}
	}
	v.links(c.Evidence)
	return v.list
}

// SameReview reports whether two versions say the same.
func SameReview(a, b ReviewContent) bool {
	return a.Verdict == b.Verdict && a.Reason == b.Reason && a.Licence == b.Licence && slices.Equal(a.Evidence, b.Evidence)
}

// CheckReviewRevision tells what a correction of the given kind may not do: a
// typo changes words, not the verdict nor where the evidence is.
func CheckReviewRevision(kind RevisionKind, before, after ReviewContent) []Problem {
	v := &problems{}
	choice(v, "kind", kind, RevisionKinds())
	if SameReview(before, after) {
		v.add("revision", "nothing_changed", "")
	}
	if kind == Typo && before.Verdict != after.Verdict {
		v.add("verdict", "frozen", "")
	}
	if kind == Typo && !sameAddresses(before.Evidence, after.Evidence) {
		v.add("evidence", "frozen", "")
	}
	if before.Language != after.Language {
		v.add("lang", "frozen", "")
	}
	return v.list
}

// Review is a review of ours as it stands now.
type Review struct {
	ID               string // ULID
	Object           IRI    // the constat
	Digest           string // DigestOf(Object)
	ObjectActor      IRI    // the measure that wrote it
	ObjectTitle      string
	ObjectPage       string
	Measure          string // id of the reference text, if it is one of ours
	ReviewedRevision int
	ReviewContent    `gorm:"embedded"`
	Owner            int64 // person who wrote it
	Revision         int
	PublishedAt      time.Time
	UpdatedAt        *time.Time `gorm:"autoUpdateTime:false"`
	WithdrawnAt      *time.Time
	WithdrawReason   string
	Erased           bool // withdrawn, and gone for editors too
	IntegratedBy     IRI  // the version of the constat that took it up
	Wire             []byte
	WireVersion      int
	CreateID         string
	LikeCount        int
	BoostCount       int
	ReplyCount       int
}

// Withdrawn reports whether the review was taken back.
func (r *Review) Withdrawn() bool { return r.WithdrawnAt != nil }

// ReviewRevision is one immutable version of a review of ours.
type ReviewRevision struct {
	ID               int64
	ReviewID         string
	Number           int
	Kind             RevisionKind
	Change           string // why it was corrected
	ReviewedRevision int
	ReviewContent    `gorm:"embedded"`
	Wire             []byte
	SHA256           string    `gorm:"column:sha256"` // hex, of Wire
	Salt             []byte    // as of a Revision
	Waits            bool      `gorm:"-"`
	CreatedAt        time.Time `gorm:"autoCreateTime:false"`
}

// PeerReview is a review by another organisation, as received.
type PeerReview struct {
	ID               int64
	URI              IRI `gorm:"column:uri"`
	Actor            IRI // the organisation's account
	Host             string
	Object           IRI
	Digest           string // DigestOf(Object)
	ReviewedRevision int
	ReviewContent    `gorm:"embedded"`
	Revision         int
	URL              string     `gorm:"column:url"`
	State            ReplyState // pending, shown, hidden
	HiddenReason     string     // public
	Aside            ReplyState // before a block of its domain hid it
	Delivery         IRI
	PublishedAt      time.Time
	UpdatedAt        *time.Time `gorm:"autoUpdateTime:false"`
	ReceivedAt       time.Time
	WithdrawnAt      *time.Time
	Earlier          []EarlierReview `gorm:"serializer:json"` // oldest first
	Wire             []byte
}

// EarlierReview is what a received review said before it was changed.
type EarlierReview struct {
	Verdict Verdict   `json:"verdict"`
	Reason  string    `json:"reason"`
	Until   time.Time `json:"until"`
}

// ReviewResponse is what the author of a constat made of a review.
type ReviewResponse struct {
	Review       IRI    `gorm:"primaryKey"`
	Actor        IRI    `gorm:"primaryKey"` // the measure that wrote the constat
	Note         IRI    // the answer; empty: none
	URL          string `gorm:"column:url"`
	HTML         string `gorm:"column:html"` // sanitised
	Language     string
	Maintained   bool // the constat stands as it is
	AnsweredAt   *time.Time
	IntegratedBy IRI // the version of the constat that took it up
	IntegratedAt *time.Time
	Wire         []byte // the answer as its author wrote it; empty: it cannot be passed on
}

// Authored is a document as its author wrote it.
type Authored struct {
	ID, Author IRI
	Wire       []byte
}

// ReviewState is how far a review and the constat's author have come.
type ReviewState string

// The states: nobody has answered, the author has, has taken it up, or stands
// by the constat.
const (
	ReviewOpen       ReviewState = "open"
	ReviewAnswered   ReviewState = "answered"
	ReviewIntegrated ReviewState = "integrated"
	ReviewMaintained ReviewState = "maintained"
)

// State is what the response makes of its review; nil is open.
func (r *ReviewResponse) State() ReviewState {
	switch {
	case r == nil:
		return ReviewOpen
	case r.IntegratedBy != "":
		return ReviewIntegrated
	case r.Note == "":
		return ReviewOpen
	case r.Maintained:
		return ReviewMaintained
	}
	return ReviewAnswered
}

// TakesUp reports whether a version of a constat, by its address, can take up a
// review of an earlier one. Who has read that version says something new.
func TakesUp(version IRI, reviewed int) bool {
	n, err := strconv.Atoi(path.Base(string(version)))
	return err == nil && n > reviewed
}

// OpenAnew reports whether a constat names the review that this is about as
// taken up, and the review is of a later version by now.
func (r *ReviewResponse) OpenAnew() bool { return r != nil && r.IntegratedBy == "" }

// DigestOf is under what the reviews of an object are found: the SHA-256 of its
// id, in hex.
func DigestOf(object IRI) string {
	sum := sha256.Sum256([]byte(object))
	return hex.EncodeToString(sum[:])
}

// Integrates is the relation of a constat's revision to the reviews that it
// takes up.
const Integrates = "integrates"

// Integrates lists the reviews that a content takes up.
func (c Content) Integrates() []IRI {
	var list []IRI
	for _, r := range c.RelatedTo {
		if r.Rel == Integrates {
			list = append(list, IRI(r.Href))
		}
	}
	return list
}

// WithIntegrated is a content that takes up the reviews that it did before,
// whatever became of its other relations, and some more.
func (c Content) WithIntegrated(before []IRI, more []string) Content {
	kept := slices.DeleteFunc(slices.Clone(c.RelatedTo), func(r Relation) bool { return r.Rel == Integrates })
	for _, review := range before {
		kept = append(kept, Relation{Integrates, string(review)})
	}
	for _, review := range more {
		if !slices.Contains(before, IRI(Address(review))) {
			kept = append(kept, Relation{Integrates, Address(review)})
		}
	}
	c.RelatedTo = kept
	return c
}
