package reviews

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A receivedPage lists the reviews of others.
type receivedPage struct {
	State embraye.ReplyState
	List  []embraye.OfficeReview
	Next  int64
}

func received(v *office.Visit) error {
	before, err := v.Before()
	if err != nil {
		return err
	}
	page := &receivedPage{}
	if page.State, err = v.ReplyState(); err != nil {
		return err
	}
	if page.List, err = v.Rooms.Reviews.Office().ReceivedPage(v.Context(), v.By, page.State, before, office.PageSize); err != nil {
		return err
	}
	if len(page.List) == office.PageSize {
		page.Next = page.List[office.PageSize-1].Review.ID
	}
	return v.Show("reviews_received", "office.reviews.received", page)
}

// A receivedOnePage is a review of others, and what can be done with it.
type receivedOnePage struct {
	embraye.OfficeReview
	Seen    string // a hash of what it says: its author can change it at any moment
	Constat string // ULID of ours that it is about; empty: a peer's
}

func readReceived(v *office.Visit) (*receivedOnePage, error) {
	id, err := v.Number("id")
	if err != nil {
		return nil, err
	}
	one, err := v.Rooms.Reviews.Office().One(v.Context(), v.By, id)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(string(one.Review.Verdict) + "\n" + one.Review.Reason))
	page := &receivedOnePage{OfficeReview: *one, Seen: hex.EncodeToString(sum[:8])}
	if constat, ok := v.Site().LocalUpdate(one.Review.Object); ok && one.Line.Subject != nil {
		page.Constat = constat
	}
	return page, nil
}

func receivedOne(v *office.Visit) error {
	page, err := readReceived(v)
	if err != nil {
		return err
	}
	return v.Show("review_received", "office.reviews.one", page)
}

// decide shows, hides or answers.
func decide(v *office.Visit) error {
	page, err := readReceived(v)
	if err != nil {
		return err
	}
	said, id := "office.said.done", page.Review.ID
	meanwhile := &embraye.InvalidError{Problems: []embraye.Problem{{Field: "review", Code: "changed_meanwhile"}}}
	switch action := v.Form("action"); {
	case action == "hide":
		err = v.Rooms.Reviews.Hide(v.Context(), v.By, id, v.Form("reason"))
	case action != "show" && action != "answer":
		return embraye.ErrInvalid
	case v.Form("seen") != page.Seen:
		err = meanwhile
	case action == "show":
		err = v.Rooms.Reviews.Show(v.Context(), v.By, id)
	default:
		said = "office.said.answered"
		_, err = v.Rooms.Reviews.Answer(v.Context(), v.By, string(page.Review.URI), v.Form("answer"), v.Form("maintained") != "")
	}
	if errors.Is(err, embraye.ErrConflict) {
		err = meanwhile
	}
	if err != nil {
		return v.Again(err, "review_received", "office.reviews.one", page)
	}
	return v.Said("/office/reviews/received", said)
}
