package reviews

import (
	"errors"
	"net/http"
	"strconv"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// afterSave does what the button says with a draft that is kept.
func afterSave(v *office.Visit, draft *embraye.Draft) error {
	here := draftPath(draft.ID)
	switch v.Form("action") {
	case "publish":
		return publish(v, draft)
	case "review":
		reader, err := strconv.ParseInt(v.Form("reviewer"), 10, 64)
		if err != nil {
			reader = 0 // anybody
		}
		_, err = v.Rooms.Drafts.SendForReview(v.Context(), v.By, draft.ID, reader, v.Form("review_note"))
		return done(v, draft, err, "/office/reviews", "office.said.review")
	case "return":
		_, err := v.Rooms.Drafts.Return(v.Context(), v.By, draft.ID, v.Form("review_note"))
		return done(v, draft, err, "/office/reviews", "office.said.returned")
	case "schedule":
		at, ok := office.ReadMoment(v.Form("scheduled_at"), v.Zone())
		if !ok {
			return wrong(v, draft, []embraye.Problem{{Field: "scheduled_at", Code: "bad_time", Value: v.Form("scheduled_at")}})
		}
		_, err := v.Rooms.Drafts.Schedule(v.Context(), v.By, draft.ID, draft.Version, at)
		return done(v, draft, err, "/office/reviews", "office.said.scheduled")
	case "unschedule":
		_, err := v.Rooms.Drafts.Unschedule(v.Context(), v.By, draft.ID)
		return done(v, draft, err, here, "office.said.unscheduled")
	case "delete":
		return done(v, draft, v.Rooms.Drafts.Delete(v.Context(), v.By, draft.ID), "/office/reviews", "office.said.deleted")
	}
	return v.Said(here, "office.said.saved")
}

// done goes on, or shows the draft with what is in the way.
func done(v *office.Visit, draft *embraye.Draft, err error, to, said string) error {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		return wrong(v, draft, invalid.Problems)
	}
	if err != nil {
		return office.Late(v, err, to)
	}
	return v.Said(to, said)
}

// wrong shows the saved draft with what is wrong. What the constat has become
// meanwhile is shown beside it, and is what the next press is about.
func wrong(v *office.Visit, draft *embraye.Draft, problems []embraye.Problem) error {
	for _, p := range problems {
		if n, err := strconv.Atoi(p.Value); err == nil && p.Code == "corrected_meanwhile" {
			v.R.PostForm.Set("revision", strconv.Itoa(n))
			draft.Review.Revision = n
		}
	}
	v.R.PostForm.Set("version", strconv.Itoa(draft.Version))
	page, err := readForm(v, draft)
	if err != nil {
		return err
	}
	page.Missing = nil // said at the top
	return v.Render(http.StatusBadRequest, "review_write", "office.reviews.write", page, v.R.PostForm, problems)
}

// publish publishes once, however often the button is pressed.
func publish(v *office.Visit, draft *embraye.Draft) error {
	published, err := v.Rooms.Drafts.PublishReview(v.Context(), v.By, draft.ID, draft.Version)
	var conflict *drafts.Conflict
	if errors.As(err, &conflict) {
		return v.Said(draftPath(draft.ID), "office.said.changed")
	}
	if err != nil {
		return done(v, draft, err, draftPath(draft.ID), "")
	}
	return v.Said("/office/reviews/ours/"+published.Review.ID, "office.said.review_published")
}
