// Package page is the HTML frame: what every page has around its content, the
// words and names that templates ask it for, the reader's language, stylesheets
// and scripts. What a page is about belongs to web/site and web/office.
//
// A page never fails for want of what stands around it, and an error page repeats
// nothing of the request. Start reading at page.go (what templates get), then
// render.go.
package page

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// Pages is what the frame reads.
type Pages interface {
	FramePage(ctx context.Context) (*embraye.FramePage, error)
}

// Options is what pages are made with.
type Options struct {
	App       *app.App
	Pages     Pages
	Site      embraye.Site
	Catalogue *locale.Catalogue
	Language  string  // for readers who ask for none of ours
	Templates []fs.FS // the pages; the first has parts.html, which all share, and error.html
	Log       *slog.Logger
}

// A Frame makes pages.
type Frame struct {
	app       *app.App
	pages     Pages
	site      embraye.Site
	catalogue *locale.Catalogue
	language  string
	log       *slog.Logger

	templates *Templates
	assets    *assets
}

// NewFrame parses the templates.
func NewFrame(o Options) (*Frame, error) {
	h := &Frame{app: o.App, pages: o.Pages, site: o.Site, catalogue: o.Catalogue, language: o.Language, log: o.Log}
	var err error
	if h.templates, err = parseTemplates(o.Templates...); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if h.assets, err = loadAssets(assetFiles); err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	return h, nil
}

// Script is one of the scripts that pages load.
func (h *Frame) Script(name string) *Asset { return h.assets.byName[name] }
