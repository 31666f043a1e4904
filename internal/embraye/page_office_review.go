package embraye

import "time"

// ToRead is a constat of a peer that we have not reviewed.
type ToRead struct {
	Update PeerUpdate
	Peer   Peer
	Place  ToReadPlace
}

// ToReadPlace is a place in the list of what is to be read: first what is in
// scopes we spoke about (near), then the rest.
type ToReadPlace struct {
	Near    bool
	MovedAt time.Time
	URI     IRI
}

// OfficeOurReview is a review of ours and what the constat's author made of it.
type OfficeOurReview struct {
	Review   Review
	Response *ReviewResponse
}

// OfficeReview is a review of others as the office sees it.
type OfficeReview struct {
	Review PeerReview
	Line   ReviewLine
}
