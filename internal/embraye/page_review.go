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
	last := func(r ShownReview) time.Time {
		if r.UpdatedAt != nil {
			return *r.UpdatedAt
		}
		return r.PublishedAt
	}
	slices.SortStableFunc(reviews, func(a, b ShownReview) int { return last(b).Compare(last(a)) })
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
