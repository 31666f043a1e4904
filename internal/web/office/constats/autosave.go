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
	Path    string `json:"path,omitempty"`    // of the draft
	Version int    `json:"version,omitempty"` // to save over the next time
	Saved   string `json:"saved,omitempty"`   // a sentence
	Preview string `json:"preview"`           // HTML
	Message string `json:"message,omitempty"` // why it was not saved
}

// autosave keeps what was typed so far and draws the preview. It answers with
// sentences, not with pages: what is refused stays in the form, and the buttons
// say more.
func autosave(v *office.Visit, in drafts.Input) error {
	draft, err := keepDraft(v, in)
	var invalid *embraye.InvalidError
	switch {
	case errors.Is(err, embraye.ErrConflict):
		return answerAutosave(v, http.StatusConflict, &autosaved{Message: v.T("office.autosave.conflict")})
	case errors.As(err, &invalid):
		return answerAutosave(v, http.StatusBadRequest, &autosaved{Message: v.T("office.autosave.refused")})
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
	return answerAutosave(v, http.StatusOK, &autosaved{Path: draftPath(draft.ID), Version: draft.Version, Preview: string(preview),
		Saved: v.T("office.autosaved", shown.Minute(draft.UpdatedAt))})
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
