package letters

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"embraye/internal/app/letters"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// A formContent is the form, with what was typed and what is wrong with it.
type formContent struct {
	Address          string
	Measures, Places []option
	Often            []option
	WrongAddress     bool
	WrongChoice      bool // what no form of ours sends
	TooMany          bool
}

// An option is one line of a choice.
type option struct {
	Value, Label string
	Chosen       bool
}

// form is /suivre/courriel; ?quoi and ?lieu choose what the reader came from.
func (h *Handler) form(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	h.Frame.RememberLanguage(w, r)
	h.showForm(w, r, http.StatusOK, letters.Asked{Measure: h.measureOf(q.Get("quoi")), Territory: q.Get("lieu"), Often: embraye.AtOnce}, nil)
}

// measureOf is the measure of a handle; other accounts speak of all of them.
func (h *Handler) measureOf(handle string) string {
	for _, m := range h.App.Reference().Measures {
		if m.Handle == handle {
			return m.ID
		}
	}
	return ""
}

// ask has a mail sent. Its answer is the same for every address.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request) {
	if !h.App.Mails() {
		h.Answers.Refuse(w, r, http.StatusNotFound)
		return
	}
	if !h.parsed(w, r) {
		return
	}
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	a := letters.Asked{Address: r.PostForm.Get("email"), Measure: r.PostForm.Get("measure"), Territory: r.PostForm.Get("territory"),
		Often: embraye.Often(r.PostForm.Get("often")), Language: h.Frame.LanguageOf(r), Client: client}
	err = h.Letters.Ask(r.Context(), a)
	var invalid *embraye.InvalidError
	switch {
	case err == nil:
		h.show(w, r, "by_mail_asked", http.StatusOK, h.newPage(r, "letters.asked"), nil)
	case errors.As(err, &invalid):
		h.showForm(w, r, http.StatusUnprocessableEntity, a, err)
	case errors.As(err, new(*embraye.TooMany)):
		answer.SetRetryAfter(w, err, http.StatusTooManyRequests)
		h.showForm(w, r, http.StatusTooManyRequests, a, err)
	default:
		h.Answers.Fail(w, r, err)
	}
}

func (h *Handler) showForm(w http.ResponseWriter, r *http.Request, status int, a letters.Asked, wrong error) {
	if !h.App.Mails() {
		h.Answers.Refuse(w, r, http.StatusNotFound)
		return
	}
	measures, err := h.App.Measures(r.Context())
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	p := h.newPage(r, "letters.title")
	p.Path = "/suivre/courriel" // in the other language too
	content := formContent{Address: a.Address, TooMany: errors.As(wrong, new(*embraye.TooMany)), Often: oftens(p, a.Often),
		Measures: []option{{"", p.T("letters.everything"), a.Measure == ""}}, Places: places(p, a.Territory)}
	for _, m := range measures {
		content.Measures = append(content.Measures, option{m.ID, h.Letters.Subject(p.Lang, m.ID, ""), m.ID == a.Measure})
	}
	if invalid, ok := errors.AsType[*embraye.InvalidError](wrong); ok {
		for _, problem := range invalid.Problems {
			if problem.Field == "email" {
				content.WrongAddress = true
			} else {
				content.WrongChoice = true
			}
		}
	}
	h.show(w, r, "by_mail", status, p, content)
}

func oftens(p *page.Page, chosen embraye.Often) []option {
	var list []option
	for _, often := range embraye.Oftens() {
		list = append(list, option{string(often), p.T(fmt.Sprintf("letters.often.%s", often)), often == chosen})
	}
	return list
}

// places are every place, then the country and its regions, and the one that the
// reader comes from.
func places(p *page.Page, chosen string) []option {
	chosen, known := p.Territories.Canonical(chosen)
	list := []option{{"", p.T("letters.everywhere"), !known}}
	for _, place := range p.Territories.All() {
		if place.Kind != embraye.TerritoryDepartment || place.Code == chosen {
			list = append(list, option{place.Code, p.Territory(place.Code), place.Code == chosen})
		}
	}
	if place, ok := p.Territories.Lookup(chosen); ok && place.Kind == embraye.TerritoryCommune {
		list = append(list, option{chosen, p.Territory(chosen), true})
	}
	return list
}
