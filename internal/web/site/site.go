// Package site is what anybody may read: one file and one template per page;
// parts.html has what several share. Feeds, open data and pictures are web/open.
//
// Reads come through Pages, one method per page; nothing is written here but the
// way to a reader's own server. Start reading at routes.go.
package site

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Pages is what public pages and files read, one method each. What does not
// exist, is switched off or was never public is ErrNotFound; a withdrawn constat
// and a deleted Note are returned, for their 410.
type Pages interface {
	HomePage(ctx context.Context) (*embraye.HomePage, error)
	MeasurePage(ctx context.Context, handle string) (*embraye.MeasurePage, error)
	OrganisationPage(ctx context.Context, handle string) (*embraye.OrganisationPage, error)
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error)
	MatrixPage(ctx context.Context) (*embraye.MatrixPage, error)
	PlacePage(ctx context.Context, measure string, codes, prefixes []string) (*embraye.PlacePage, error)
	TimelinePage(ctx context.Context, f embraye.TimelineFilter) (*embraye.TimelinePage, error)
	DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error)
	DataCensus(ctx context.Context) (*embraye.DataCensus, error)
	JournalPage(ctx context.Context, before int64, limit int) (*embraye.JournalPage, error)
	WitnessesPage(ctx context.Context) (*embraye.WitnessesPage, error)
	LegalPage(ctx context.Context) (*embraye.LegalPage, error)
	ActorPage(ctx context.Context, handle string) (*embraye.ActorPage, error)
}

// Rooms are the use cases that public pages lead to.
type Rooms struct {
	App       *app.App
	Directory *directory.Directory
}

// Options is what the pages work with.
type Options struct {
	Rooms     Rooms
	Pages     Pages
	Answers   *answer.Server
	Frame     *page.Frame
	Site      embraye.Site
	Catalogue *locale.Catalogue
	Now       func() time.Time
}

// Handler answers whoever reads.
type Handler struct {
	rooms     Rooms
	pages     Pages
	answers   *answer.Server
	frame     *page.Frame
	site      embraye.Site
	catalogue *locale.Catalogue
	now       func() time.Time
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{rooms: o.Rooms, pages: o.Pages, answers: o.Answers, frame: o.Frame, site: o.Site, catalogue: o.Catalogue,
		now: o.Now}
}

//go:embed templates/*.html
var templateFiles embed.FS

// Templates are the pages, and what several of them share.
func Templates() fs.FS {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}
