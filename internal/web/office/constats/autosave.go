package constats

import (
	"encoding/json"
	"errors"
	"net/http"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/office"
)

// An autosaved tells the editor's script what has become of what was typed.
type autosaved struct {
	Path    string  `json:"path,omitempty"`    // of the draft
	Version int     `json:"version,omitempty"` // to save over the next time
	Saved   string  `json:"saved,omitempty"`   // a sentence
	Preview string  `json:"preview"`           // HTML
	Message string  `json:"message,omitempty"` // why it was not saved
	Wrong   []wrong `json:"wrong"`             // what to say beside the fields
}

// A wrong is a mistake in one field: the field of a name, counted from 0 where
// the form has several.
type wrong struct {
	Name string `json:"name"`
	Row  int    `json:"row"`
	Text string `json:"text"`
}

// autosave keeps what was typed so far and draws the preview. It answers with
// sentences, not with pages: what is wrong stays in its field and is said there.
func autosave(v *office.Visit, in drafts.Input) error {
	draft, err := keepDraft(v, in)
	var invalid *embraye.InvalidError
	switch {
	case errors.Is(err, embraye.ErrConflict):
		return answerAutosave(v, http.StatusConflict, &autosaved{Message: v.T("office.autosave.conflict")})
	case errors.As(err, &invalid):
		return answerAutosave(v, http.StatusBadRequest, &autosaved{Message: v.T("office.autosave.refused"), Wrong: wrongFields(v, invalid.Problems)})
	case err != nil:
		return err
	}
	page, err := readEditor(v, draft)
	if err != nil {
		return err
	}
	shown := v.Page("office.editor", page, nil, nil)
	preview, err := v.Part("editor", "preview", shown)
	if err != nil {
		return err
	}
	a := &autosaved{Path: draftPath(draft.ID), Version: draft.Version, Preview: string(preview),
		Saved: v.T("office.autosaved", shown.Minute(draft.UpdatedAt)), Wrong: wrongFields(v, v.Rooms.Drafts.Wrong(draft))}
	if n := len(a.Wrong); n > 0 {
		a.Saved += " " + shown.N("office.mistakes", n)
	}
	return answerAutosave(v, http.StatusOK, a)
}

// wrongFields finds the fields that problems are about: rows of a form share
// their names, and a problem belongs to those whose value it fits.
func wrongFields(v *office.Visit, problems []embraye.Problem) []wrong {
	list := []wrong{}
	form := v.Page("office.editor", nil, nil, problems).Form
	for _, p := range problems {
		name, text := fieldOf(p.Field), form.Sentence(p)
		values := v.R.PostForm[name]
		if len(values) < 2 {
			list = append(list, wrong{name, 0, text})
			continue
		}
		for i, value := range values {
			if form.PartError(p.Field, embraye.Trim(value)) == text {
				list = append(list, wrong{name, i, text})
			}
		}
	}
	return list
}

// fieldOf is the name in the form of what a problem is about.
func fieldOf(problem string) string {
	switch problem {
	case "evidence":
		return "evidence_href"
	case "related_to":
		return "related_href"
	}
	return problem
}

func answerAutosave(v *office.Visit, status int, a *autosaved) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", answer.TypeJSON)
	v.W.WriteHeader(status)
	_, _ = v.W.Write(body) // a browser that hung up is no error of ours
	return nil
}
