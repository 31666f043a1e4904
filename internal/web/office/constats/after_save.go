package constats

import (
	"errors"
	"net/http"
	"strconv"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

func afterSave(v *office.Visit, draft *embraye.Draft) error {
	here := draftPath(draft.ID)
	if action := v.Form("action"); aboutProofs(action) && action != actionTitles {
		return v.Redirect(here + proofPlace(v, len(draft.Evidence)))
	}
	switch v.Form("action") {
	case "publish":
		return v.Redirect(here + "/publish")
	case "review":
		reviewer, err := strconv.ParseInt(v.Form("reviewer"), 10, 64)
		if err != nil {
			reviewer = 0 // anybody
		}
		if _, err := v.Rooms.Drafts.SendForReview(v.Context(), v.By, draft.ID, reviewer, v.Form("review_note")); err != nil {
			return editorProblem(v, draft, err)
		}
		return v.Said("/office", "office.said.review")
	case "return":
		if _, err := v.Rooms.Drafts.Return(v.Context(), v.By, draft.ID, v.Form("review_note")); err != nil {
			return office.Late(v, editorProblem(v, draft, err), "/office")
		}
		return v.Said("/office", "office.said.returned")
	case "schedule":
		return schedule(v, draft)
	case "unschedule":
		if _, err := v.Rooms.Drafts.Unschedule(v.Context(), v.By, draft.ID); err != nil {
			return office.Late(v, editorProblem(v, draft, err), here)
		}
		return v.Said(here, "office.said.unscheduled")
	case "delete":
		if err := v.Rooms.Drafts.Delete(v.Context(), v.By, draft.ID); err != nil {
			return office.Late(v, err, "/office")
		}
		return v.Said("/office", "office.said.deleted")
	}
	return v.Said(here, "office.said.saved")
}

// editorProblem shows what the draft lacks, on its page.
func editorProblem(v *office.Visit, draft *embraye.Draft, err error) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	return showEditor(v, http.StatusBadRequest, draft, invalid.Problems)
}

// schedule takes a date and time on the office's clock, as the page says.
func schedule(v *office.Visit, draft *embraye.Draft) error {
	at, ok := office.ReadMoment(v.Form("scheduled_at"), v.Zone())
	if !ok {
		return showEditor(v, http.StatusBadRequest, draft, []embraye.Problem{{Field: "scheduled_at", Code: "bad_time", Value: v.Form("scheduled_at")}})
	}
	if _, err := v.Rooms.Drafts.Schedule(v.Context(), v.By, draft.ID, draft.Version, at); err != nil {
		return editorProblem(v, draft, err)
	}
	return v.Said("/office", "office.said.scheduled")
}

// A conflictPage shows both texts; whoever reads it decides. What was published
// meanwhile can be corrected.
type conflictPage struct {
	Theirs *embraye.Draft
	Mine   drafts.Input
	Posted map[string][]string // to send again as it was
	Action string
}

func showConflict(v *office.Visit, conflict *drafts.Conflict) error {
	theirs := conflict.Theirs
	if theirs.PublishedID != "" && (conflict.Same || v.Form("action") == "delete") { // nothing typed is lost
		return v.Said("/office/constats/"+theirs.PublishedID, "office.said.published_before")
	}
	posted := map[string][]string{}
	for name, values := range v.R.PostForm {
		if name != "version" && name != "action" {
			posted[name] = values
		}
	}
	page := &conflictPage{Theirs: theirs, Mine: draftInput(v), Posted: posted, Action: draftPath(theirs.ID)}
	return v.Render(http.StatusConflict, "conflict", "office.conflict", page, nil, nil)
}
