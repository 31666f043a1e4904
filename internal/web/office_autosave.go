package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"embraye/internal/app/drafts"
	"embraye/internal/embraye"
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
func (v *visit) autosave(in drafts.Input) error {
	draft, err := v.keepDraft(in)
	var invalid *embraye.InvalidError
	switch {
	case errors.Is(err, embraye.ErrConflict):
		return v.answerAutosave(http.StatusConflict, &autosaved{Message: v.catalogue.T(v.lang, "office.autosave.conflict")})
	case errors.As(err, &invalid):
		return v.answerAutosave(http.StatusBadRequest, &autosaved{Message: v.catalogue.T(v.lang, "office.autosave.refused")})
	case err != nil:
		return err
	}
	page, err := v.editorPage(draft)
	if err != nil {
		return err
	}
	shown := v.officePage("office.editor", page, nil, nil)
	var preview bytes.Buffer
	if err := v.office.templates["editor"].ExecuteTemplate(&preview, "preview", shown); err != nil {
		return err
	}
	return v.answerAutosave(http.StatusOK, &autosaved{Path: draftPath(draft.ID), Version: draft.Version, Preview: preview.String(),
		Saved: v.catalogue.T(v.lang, "office.autosaved", shown.Minute(draft.UpdatedAt))})
}

func (v *visit) answerAutosave(status int, a *autosaved) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", typeJSON)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // a browser that hung up is no error of ours
	return nil
}
