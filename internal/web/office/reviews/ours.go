package reviews

import (
	"errors"
	"net/http"

	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// An oursPage lists reviews of ours and how far each has come.
type oursPage struct {
	List []embraye.OfficeOurReview
	Next string
}

func ours(v *office.Visit) error {
	before := v.R.URL.Query().Get("before")
	if before != "" && !embraye.ValidID(before) {
		return embraye.ErrNotFound
	}
	list, err := v.Rooms.Reviews.Office().Ours(v.Context(), v.By, before, office.PageSize)
	if err != nil {
		return err
	}
	page := &oursPage{List: list}
	if len(list) == office.PageSize {
		page.Next = list[office.PageSize-1].Review.ID
	}
	return v.Show("reviews_ours", "office.reviews.ours", page)
}

// An ourPage is a review of ours with what came of it.
type ourPage struct {
	Review    *embraye.Review
	About     *embraye.ReviewPage // nil: erased, or withdrawn
	MayChange bool
}

func our(v *office.Visit) error {
	page, err := readOur(v)
	if err != nil {
		return err
	}
	return v.Show("review_our", "office.reviews.our", page)
}

func readOur(v *office.Visit) (*ourPage, error) {
	if !embraye.ValidID(v.Param("id")) {
		return nil, embraye.ErrNotFound
	}
	about, err := v.Rooms.Reviews.Office().Page(v.Context(), v.By, v.Param("id"))
	if err != nil {
		return nil, err
	}
	page := &ourPage{Review: &about.Review, About: about}
	page.MayChange, err = v.Rooms.Reviews.Office().MayChange(v.Context(), v.By, page.Review)
	return page, err
}

// A correctPage is the form over a review of ours.
type correctPage struct {
	*ourPage
	Said   embraye.ReviewContent // as typed, or what stands
	Kind   string
	Change string
	Over   int // the version that is corrected
}

// changeable is a review of ours that the reader may change.
func changeable(v *office.Visit) (*ourPage, error) {
	page, err := readOur(v)
	if err == nil && page.Review.Withdrawn() {
		err = embraye.ErrGone
	}
	if err == nil && !page.MayChange {
		err = embraye.ErrForbidden
	}
	return page, err
}

func correctForm(v *office.Visit) error {
	our, err := changeable(v)
	if err != nil {
		return err
	}
	page := &correctPage{ourPage: our, Said: our.Review.ReviewContent, Kind: string(embraye.Typo), Over: our.Review.Revision}
	if values, ok := v.TypedBefore(); ok {
		v.R.PostForm = values
		page.Said, page.Over = content(v), office.TypedNumber(v, "version")
		return v.Render(http.StatusOK, "review_correct", "office.reviews.correct", page, values, nil)
	}
	return v.Show("review_correct", "office.reviews.correct", page)
}

func correct(v *office.Visit) error {
	our, err := changeable(v)
	if err != nil {
		return err
	}
	said := content(v)
	said.Language, said.Licence = our.Review.Language, our.Review.Licence
	over := office.TypedNumber(v, "version")
	_, err = v.Rooms.Reviews.Revise(v.Context(), v.By, our.Review.ID, reviews.ReviseInput{Kind: embraye.RevisionKind(v.Form("kind")), Change: v.Form("change"), ReviewContent: said, Over: over})
	if err != nil {
		if office.Revised(err) { // said once: sending it again is meant
			over = our.Review.Revision
		}
		err = v.Again(err, "review_correct", "office.reviews.correct", &correctPage{ourPage: our, Said: said, Kind: v.Form("kind"), Change: v.Form("change"), Over: over})
		return office.Late(v, err, "/office/reviews/ours/"+our.Review.ID)
	}
	return v.Said("/office/reviews/ours/"+our.Review.ID, "office.said.review_corrected")
}

func withdrawForm(v *office.Visit) error {
	page, err := changeable(v)
	if errors.Is(err, embraye.ErrGone) {
		return v.Redirect("/office/reviews/ours/" + v.Param("id"))
	}
	if err != nil {
		return err
	}
	return v.Show("review_withdraw", "office.reviews.withdraw", page)
}

func withdraw(v *office.Visit) error {
	page, err := changeable(v)
	if err == nil {
		err = v.Rooms.Reviews.Withdraw(v.Context(), v.By, page.Review.ID, v.Form("reason"), v.Form("erase") != "")
	}
	if errors.Is(err, embraye.ErrGone) {
		return v.Redirect("/office/reviews/ours/" + v.Param("id"))
	}
	if err != nil {
		return v.Again(err, "review_withdraw", "office.reviews.withdraw", page)
	}
	return v.Said("/office/reviews/ours/"+page.Review.ID, "office.said.review_withdrawn")
}
