package embraye

import (
	"slices"
	"time"
)

// A ShownReview is a review that the public sees, of whoever it is by.
type ShownReview struct {
	URI, Object IRI
	Page        string
	Ours        bool
	Actor       IRI         // the organisation's account
	Author      RemoteActor // of reviews by others; empty but for addresses if forgotten
	ReviewContent
	ReviewedRevision int
	Older            bool // it is about a version before the last one of substance
	PublishedAt      time.Time
	UpdatedAt        *time.Time
	Response         *ReviewResponse
}

// ReviewTally is how many organisations say the same.
type ReviewTally struct {
	Verdict Verdict
	N       int
}

// Tally counts organisations, each by its last word: reviews come newest first.
func Tally(reviews []ShownReview) []ReviewTally {
	said, counts := map[IRI]bool{}, map[Verdict]int{}
	for _, r := range reviews {
		if !said[r.Actor] {
			said[r.Actor] = true
			counts[r.Verdict]++
		}
	}
	var list []ReviewTally
	for _, v := range Verdicts() {
		if counts[v] > 0 {
			list = append(list, ReviewTally{v, counts[v]})
		}
	}
	return list
}

// ByTime sorts reviews, the newest word first.
func ByTime(reviews []ShownReview) {
	slices.SortStableFunc(reviews, func(a, b ShownReview) int { return b.MovedAt().Compare(a.MovedAt()) })
}

// MovedAt is when it was said, or corrected in substance.
func (r *ShownReview) MovedAt() time.Time {
	if r.UpdatedAt != nil {
		return *r.UpdatedAt
	}
	return r.PublishedAt
}

// A ReviewSubject is the constat that a review is about, ours or the copy that
// readers find here.
type ReviewSubject struct {
	Object   IRI
	Actor    IRI    // the measure that wrote it
	Path     string // of its page here; empty: readers do not find it
	Title    string
	Language string
	Revision int // the last one of substance
}

// A ReviewLine is a review in a list across constats. Its subject is nil if
// readers do not find the constat here.
type ReviewLine struct {
	ShownReview
	Subject *ReviewSubject
}

// ReviewPlace is a place in a list of reviews, the newest word first.
type ReviewPlace struct {
	MovedAt time.Time
	URI     IRI
}

// ContestedPage is one page of the contestations that are open: no version of
// the constat has taken them up.
type ContestedPage struct {
	Lines []ReviewLine
	Next  *ReviewPlace // the last one of this page, if there are more
}

// ReviewsAfter is a place in the open data about reviews, which has ours before
// those of others; the zero value is the beginning.
type ReviewsAfter struct {
	Ours   string // ULID
	Theirs int64
}

// ReviewData is one piece of the open data about reviews.
type ReviewData struct {
	Organisation Actor // ours
	Lines        []ReviewLine
	Next         *ReviewsAfter // nil at the end
}

// ReviewPage is a review of ours, or what is left of a withdrawn one.
type ReviewPage struct {
	Review       Review
	Organisation Actor
	Author       RemoteActor // who wrote the constat
	Revisions    []ReviewRevision
	Response     *ReviewResponse
	Older        bool
	Stands       bool // the constat is kept here and was not withdrawn
}

// ReviewVersionPage is one version of it.
type ReviewVersionPage struct {
	Review       Review
	Organisation Actor
	Revision     ReviewRevision // empty when the review was withdrawn
}
