// Package voices is what other organisations say, as readers of this instance
// see it: the scopes where answers differ, the pages of peers, our copies of
// their constats. What we say ourselves is web/site.
//
// A page here never passes for the original: it names its author and leads
// there. Start reading at Routes.
package voices

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Pages is what these pages read, one method each. What does not exist or is
// not gathered is ErrNotFound; a withdrawn copy is returned, for its 410.
type Pages interface {
	DivergencesPage(ctx context.Context, measure string, before *embraye.Divergence, limit int) (*embraye.DivergencesPage, error)
	ContestedPage(ctx context.Context, measure string, before *embraye.ReviewPlace, limit int) (*embraye.ContestedPage, error)
	PeerPage(ctx context.Context, host string, before int64) (*embraye.PeerPage, error)
	ReviewData(ctx context.Context, after embraye.ReviewsAfter, limit int) (*embraye.ReviewData, error)
	OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error)
	ListedPeers(ctx context.Context) (handles []string, err error)
	CopyPage(ctx context.Context, id string) (*embraye.CopyPage, error)
}

// Options is what the pages work with.
type Options struct {
	Pages     Pages
	Answers   *answer.Server
	Frame     *page.Frame
	Site      embraye.Site
	Reference *embraye.Reference
	Version   string
	Catalogue *locale.Catalogue
	Gone      func(v *answer.View, at time.Time, reason string) (*answer.Answer, error) // the page of what is withdrawn
	Now       func() time.Time
}

// Handler answers whoever reads.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses of these pages.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/divergences", h.divergences)
	r.Get("/organisations/{host}", h.organisation)
	r.Get("/donnees/organisations.csv", h.Answers.Serve(answer.OtherOnly, h.organisationsCSV))
	r.Get("/donnees/organisations.json", h.Answers.Serve(answer.OtherOnly, h.organisationsJSON))
	r.Get("/donnees/avis.csv", h.Answers.Stream(typeCSV, h.reviewData(export.NewReviewsCSV)))
	r.Get("/donnees/avis.json", h.Answers.Stream(answer.TypeJSON, h.reviewData(export.NewReviewsJSON)))
	r.Get("/organisations.txt", h.Answers.Serve(answer.OtherOnly, h.organisationsTXT))
	r.Get("/copies/{id}", h.Answers.Serve(answer.PageOnly, h.copy))
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
