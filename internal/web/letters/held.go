package letters

import (
	"errors"
	"net/http"

	"embraye/internal/app/letters"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// A heldContent is what the holder of a link chooses.
type heldContent struct {
	*letters.Held
	Lines []heldLine
	Often []option
	Saved bool
	Leave string
}

// A heldLine is one thing that they follow, or were asked whether to.
type heldLine struct {
	Value, Label string
	New          bool
}

// valueOf names a subject in the form.
func valueOf(s embraye.Subscription) string { return s.Measure + "/" + s.Territory }

// held is where the links of mails lead: it shows and changes nothing.
func (h *Handler) held(w http.ResponseWriter, r *http.Request) { h.showHeld(w, r, false) }

func (h *Handler) showHeld(w http.ResponseWriter, r *http.Request, saved bool) {
	held, err := h.Letters.ByLink(r.Context(), answer.Param(r, "token"))
	if err != nil {
		h.failed(w, r, err)
		return
	}
	title := "letters.confirm"
	if held.Confirmed {
		title = "letters.manage"
	}
	p := h.newPage(r, title)
	content := heldContent{Held: held, Often: oftens(p, held.Often), Saved: saved, Leave: r.URL.Path + "/quitter"}
	for _, s := range held.Subjects {
		content.Lines = append(content.Lines, heldLine{valueOf(s), h.Letters.Subject(p.Lang, s.Measure, s.Territory), held.Confirmed && s.ConfirmedAt == nil})
	}
	h.show(w, r, "by_mail_held", http.StatusOK, p, content)
}

// failed tells a link that does not work from a database that does not.
func (h *Handler) failed(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, embraye.ErrNotFound) {
		h.Answers.Fail(w, r, err)
		return
	}
	h.show(w, r, "by_mail_left", http.StatusNotFound, h.newPage(r, "letters.unknown"), leftContent{Unknown: true})
}

// keep confirms and changes.
func (h *Handler) keep(w http.ResponseWriter, r *http.Request) {
	if !h.parsed(w, r) {
		return
	}
	wanted := map[string]bool{}
	for _, value := range r.PostForm["what"] {
		wanted[value] = true
	}
	left, err := h.Letters.Keep(r.Context(), answer.Param(r, "token"), embraye.Often(r.PostForm.Get("often")),
		func(s embraye.Subscription) bool { return wanted[valueOf(s)] })
	switch {
	case err != nil:
		h.failed(w, r, err)
	case left:
		h.show(w, r, "by_mail_left", http.StatusOK, h.newPage(r, "letters.left"), leftContent{})
	default:
		h.showHeld(w, r, true)
	}
}

// A leftContent is the page of the way out.
type leftContent struct {
	Ask     bool // the button is still to be pressed
	Unknown bool // the link leads nowhere
}

// leaving shows the button, and the same for every link.
func (h *Handler) leaving(w http.ResponseWriter, r *http.Request) {
	h.show(w, r, "by_mail_left", http.StatusOK, h.newPage(r, "letters.leave"), leftContent{Ask: true})
}

// leave forgets at once whoever holds the link, and says the same to whoever
// has left before.
func (h *Handler) leave(w http.ResponseWriter, r *http.Request) {
	if err := h.Letters.Leave(r.Context(), answer.Param(r, "token")); err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	h.show(w, r, "by_mail_left", http.StatusOK, h.newPage(r, "letters.left"), leftContent{})
}
