// Package proofs shows copies of the pages that constats name as evidence, to
// readers, and to whoever runs a site that was copied.
//
// What always holds: nothing of a stranger is answered as a page of ours: its words
// stand in our template, its file is an attachment that a browser is kept from
// opening; search engines are kept away; what was dropped answers 410 with its hash.
//
// Start reading at Routes.
package proofs

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"embraye/internal/app/evidence"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Pages is what these addresses read.
type Pages interface {
	LegalPage(ctx context.Context) (*embraye.LegalPage, error)
}

// Options is what they are made with.
type Options struct {
	Evidence  *evidence.Evidence
	Pages     Pages
	Answers   *answer.Server
	Frame     *page.Frame
	Catalogue *locale.Catalogue
	Agent     string // User-Agent of our visits
}

// Handler answers.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses. /archive is where our visits say that one can ask.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/preuves/{id}", h.Answers.Serve(answer.PageOnly, h.copy))
	r.Get("/preuves/{id}/copie.wacz", h.file)
	r.Get("/archive", h.Answers.Serve(answer.PageOnly, h.about))
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

// A copyContent is a copy as everybody may see it.
type copyContent struct {
	*evidence.PublicCopy
	Name string // of the page
}

// noRobots keeps search engines from what others wrote.
const noRobots = "noindex, noarchive"

// copy is /preuves/{id}.
func (h *Handler) copy(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	c, err := h.Evidence.Public(ctx, id)
	if err != nil {
		return nil, err
	}
	content := copyContent{c, c.Title}
	if content.Name == "" {
		content.Name = embraye.IRI(c.Href).Host()
	}
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "evidence.title", h.Catalogue.Day(v.Lang, *c.MadeAt), content.Name))
	p.Hidden, p.Content = true, content
	status := http.StatusOK
	if c.State == embraye.CopyDropped {
		status = http.StatusGone
	}
	a, err := h.Frame.Render("evidence_copy", status, p)
	if err != nil {
		return nil, err
	}
	return a.With("X-Robots-Tag", noRobots).With("Memento-Datetime", c.MadeAt.UTC().Format(http.TimeFormat)).With("Link", "<"+linked(c.Href)+`>; rel="original"`), nil
}

// linked is an address as a header can carry it.
func linked(href string) string {
	if u, err := url.Parse(href); err == nil {
		href = u.String()
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22").Replace(href)
}

// file is /preuves/{id}/copie.wacz: only of a copy that is shown whole.
func (h *Handler) file(w http.ResponseWriter, r *http.Request) {
	content, info, err := h.Evidence.Open(r.Context(), embraye.Acting{}, answer.Param(r, "id"))
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	defer content.Close()
	h.Answers.FileRead()
	header := w.Header()
	header.Set("Content-Type", info.MediaType)
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Content-Disposition", `attachment; filename="copie.wacz"`)
	header.Set("X-Robots-Tag", noRobots)
	header.Set("Access-Control-Allow-Origin", "*") // viewers read it in parts from elsewhere
	header.Set("Etag", `"`+info.SHA256+`"`)
	header.Set("Cache-Control", "public, no-cache") // it may be dropped
	if strings.Count(r.Header.Get("Range"), ",") > 0 {
		r.Header.Del("Range") // many small ranges cost more than the file (W49)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// An aboutContent tells what we do to the sites of others.
type aboutContent struct {
	On             bool
	Agent, Contact string
	Robots         string // what a robots.txt has to say
}

// about is /archive.
func (h *Handler) about(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	contact, err := export.Contact(ctx, h.Pages, "contact")
	if err != nil {
		return nil, err
	}
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "evidence.about"))
	p.Description = p.T("evidence.about.lede")
	p.Content = aboutContent{On: h.Evidence.On(), Agent: h.Agent, Contact: contact, Robots: "User-agent: embraye\nDisallow: /"}
	return h.Frame.Render("evidence_about", http.StatusOK, p)
}
