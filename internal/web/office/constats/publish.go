package constats

import (
	"errors"
	"html/template"
	"net/http"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A publishPage is the last look: who receives it, what cannot be taken back.
type publishPage struct {
	Draft     *embraye.Draft
	Preview   template.HTML
	Handle    string
	Followers int
	Servers   int
}

func publishForm(v *office.Visit) error {
	return stillDraft(v, func(draft *embraye.Draft) error { return showPublish(v, draft) })
}

func showPublish(v *office.Visit, draft *embraye.Draft) error {
	if missing, err := v.Rooms.Drafts.Check(v.Context(), draft); err != nil {
		return err
	} else if len(missing) > 0 {
		return showEditor(v, http.StatusOK, draft, missing)
	}
	page := &publishPage{Draft: draft}
	html, _ := v.Rooms.Drafts.Preview(draft)
	page.Preview = template.HTML(html)
	measure, _ := v.Rooms.App.Reference().Measure(draft.Measure)
	page.Handle = v.Site().Mention(measure.Handle)
	var err error
	if page.Followers, page.Servers, err = v.Rooms.Drafts.Recipients(v.Context(), draft.Measure); err != nil {
		return err
	}
	return v.Show("publish", "office.publish", page)
}

// publish publishes once, however often the button is pressed.
func publish(v *office.Visit) error {
	id, err := draftID(v)
	if err != nil {
		return err
	}
	published, err := v.Rooms.Drafts.Publish(v.Context(), v.By, id, typedVersion(v))
	if err != nil {
		draft, takeErr := v.Rooms.Drafts.Take(v.Context(), v.By, id)
		if takeErr != nil {
			return takeErr
		}
		var conflict *drafts.Conflict
		if errors.As(err, &conflict) {
			return v.Said(draftPath(id), "office.said.changed")
		}
		return editorProblem(v, draft, err)
	}
	return v.Said("/office/constats/"+published.Update.ID, "office.said.published")
}
