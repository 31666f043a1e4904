// Package letters has the pages of readers who follow by mail: the form, the
// page that their links lead to, and the way out.
//
// What always holds: a GET changes nothing, because programs that look at mail
// open links; what is said about an address is the same whether it is known or
// not; leaving needs no cookie, and works where no mail is sent any more.
//
// Start reading at Routes.
package letters

import (
	"embed"
	"io/fs"
	"net/http"

	"embraye/internal/app"
	"embraye/internal/app/letters"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Options is what the pages work with.
type Options struct {
	App       *app.App
	Letters   *letters.Letters
	Answers   *answer.Server
	Frame     *page.Frame
	Catalogue *locale.Catalogue
}

// Handler answers readers.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses of these pages. answer.SameOrigin lets the last one
// through from anywhere: mail programs post there (RFC 8058).
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/suivre/courriel", h.form)
	r.Post("/suivre/courriel", h.ask)
	r.Get("/suivre/courriel/{token}", h.held)
	r.Post("/suivre/courriel/{token}", h.keep)
	r.Get("/suivre/courriel/{token}/quitter", h.leaving)
	r.Post("/suivre/courriel/{token}/quitter", h.leave)
}

//go:embed templates/*.html
var templateFiles embed.FS

// Templates are the pages.
func Templates() fs.FS {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// newPage is a page for one reader, which nobody else is to find.
func (h *Handler) newPage(r *http.Request, title string) *page.Page {
	lang := h.Frame.LanguageOf(r)
	p := h.Frame.NewPage(&answer.View{Request: r, Key: answer.Key{Face: answer.FacePage, Lang: lang}}, h.Catalogue.T(lang, title))
	p.Hidden, p.Path = true, ""
	return p
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, name string, status int, p *page.Page, content any) {
	p.Content = content
	a, err := h.Frame.Render(name, status, p)
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	a.Unkept().Write(w, r)
}

// maxForm bounds the forms: an address, two choices, and what one reader follows.
const maxForm = 16 << 10

// parsed reads a form; what is no form has been answered.
func (h *Handler) parsed(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		h.Frame.ErrorPage(r, http.StatusBadRequest).Unkept().Write(w, r)
		return false
	}
	return true
}
