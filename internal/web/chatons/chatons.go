// Package chatons answers what the CHATONS collective asks of a host: the files
// of ChatonsInfos, and a page that says in one place how the service is run. All
// of it is off until an admin switches it on.
//
// Start reading at Routes.
package chatons

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"embraye/internal/app/organisation"
	"embraye/internal/chatons"
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
	Organisation *organisation.Organisation
	Pages        Pages
	Answers      *answer.Server
	Frame        *page.Frame
	Site         embraye.Site
	Version      string
	Catalogue    *locale.Catalogue
}

// Handler answers.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/dossier-chatons", h.Answers.Serve(answer.PageOnly, h.dossier))
	for name, write := range map[string]func(chatons.Own, chatons.Info) []byte{chatons.OrganizationFile: chatons.Organization,
		chatons.ServiceFile: chatons.Service, chatons.MetricsFile: chatons.Metrics} {
		r.Get(chatons.Folder+name, h.Answers.Serve(answer.OtherOnly, h.file(write)))
	}
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

// said is what the admin says, if it is switched on.
func (h *Handler) said(ctx context.Context) (chatons.Info, error) {
	info, err := h.Organisation.Chatons(ctx)
	if err == nil && !info.On {
		err = fmt.Errorf("web: ChatonsInfos is switched off: %w", embraye.ErrNotFound)
	}
	return info, err
}

func (h *Handler) file(write func(chatons.Own, chatons.Info) []byte) answer.Builder {
	return func(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
		info, err := h.said(ctx)
		if err != nil {
			return nil, err
		}
		legal, err := h.Pages.LegalPage(ctx)
		if err != nil {
			return nil, err
		}
		contact, err := export.Contact(ctx, h.Pages, "contact")
		if err != nil {
			return nil, err
		}
		org := legal.Organisation
		own := chatons.Own{Base: h.Site.Base, Name: org.Name, Description: org.Summary, Mention: h.Site.ActorPage(org.Handle), Version: h.Version}
		if address, ok := strings.CutPrefix(contact, "mailto:"); ok {
			own.Email = address
		}
		return answer.New(http.StatusOK, answer.TypeText, write(own, info)).Bare(), nil
	}
}

// A dossierContent is how the service is run, as far as it is known.
type dossierContent struct {
	Given   []givenText
	Missing []string
	Host    []hostLine
	Backup  *time.Time
	Version string
	Files   []string
}

type givenText struct{ Key, Text string }

type hostLine struct{ Name, Value string }

// dossierTexts are the legal texts that reviewers of CHATONS look for.
func dossierTexts() []string {
	return []string{"publisher_name", "host_name", "host_address", "contact", "retention", "moderation", "accessibility_state", "security_contact"}
}

// dossier is /dossier-chatons.
func (h *Handler) dossier(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	info, err := h.said(ctx)
	if err != nil {
		return nil, err
	}
	legal, err := h.Pages.LegalPage(ctx)
	if err != nil {
		return nil, err
	}
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "dossier.title"))
	p.Description = p.T("dossier.lede")
	content := dossierContent{Version: h.Version, Files: []string{chatons.OrganizationFile, chatons.ServiceFile, chatons.MetricsFile}}
	if content.Backup, err = h.Organisation.LastBackup(ctx); err != nil {
		return nil, err
	}
	for _, name := range dossierTexts() {
		if text := legal.Texts[name]; text != "" {
			content.Given = append(content.Given, givenText{name, text})
		} else {
			content.Missing = append(content.Missing, name)
		}
	}
	for _, f := range chatons.Fields() {
		value := info.Values[f.Key]
		if !strings.HasPrefix(f.Key, "host.") || value == "" || strings.HasSuffix(f.Key, ".code") {
			continue
		}
		if f.Choices != nil {
			value = p.T(f.Name() + "." + value)
		}
		content.Host = append(content.Host, hostLine{p.T("field." + f.Name()), value})
	}
	p.Content = content
	return h.Frame.Render("dossier", http.StatusOK, p)
}
