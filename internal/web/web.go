// Package web owns every address of the instance: the public pages, and what
// other servers read and send. It decides which face of a thing is shown, under
// which headers, and turns the errors of the use cases into statuses.
//
// What always holds:
//
//   - It writes nothing itself. Reads come through Pages, writes through the
//     use cases (rooms.go).
//   - Ids and links come from the settings, never from a request. A request for
//     a name that is not ours gets 421.
//   - Every answer carries the security headers of guard.go, errors too.
//   - An address with two faces says Vary: Accept and private, no-cache on both,
//     and has an ETag for each (CONTRACT 3).
//   - Answers to GETs are kept in memory for one public revision: what changes
//     the public bumps the revision, so nothing stale is served for longer than
//     revisionTTL, and nothing at all that this process changed.
//
// Start reading at routes.go (what there is), then serve.go (how a GET is
// answered) and accept.go (which face). Files are named by audience: site_ for
// anyone, fed_ for servers, one file per page.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/singleflight"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// Options is what the pages work with.
type Options struct {
	Rooms          Rooms
	Pages          Pages
	Revision       func(context.Context) (int64, error) // the public revision
	Site           embraye.Site
	Catalogue      *locale.Catalogue
	Language       string // of pages for readers who ask for none of ours; empty: French
	Version        string
	TrustedProxies []netip.Prefix
	Mode           string // federation: open or allowlist, told by NodeInfo
	RateLimits     bool
	Reading        Pace                        // of requests' bodies; a zero field has its default
	Writing        Pace                        // of answers; likewise
	Ready          func(context.Context) error // nil: always ready
	Now            func() time.Time
	Log            *slog.Logger
}

// Handler answers every request.
type Handler struct {
	rooms     Rooms
	pages     Pages
	site      embraye.Site
	catalogue *locale.Catalogue
	language  string
	version   string
	mode      string
	ready     func(context.Context) error
	now       func() time.Time
	log       *slog.Logger
	reading   Pace
	writing   Pace

	hosts     hosts
	proxies   proxies
	headers   securityHeaders
	templates templates
	assets    *assets
	office    *office
	revision  *watch
	cache     *cache
	flights   singleflight.Group // answers that are being made
	icons     *icons
	cards     *cards
	actors    sync.Map // handles that have an inbox
	router    chi.Router
	handler   http.Handler
}

// New prepares templates and routes.
func New(o Options) (*Handler, error) {
	if o.Rooms.App == nil || o.Pages == nil || o.Revision == nil || o.Catalogue == nil {
		return nil, errors.New("web: Rooms, Pages, Revision and Catalogue are needed")
	}
	h := &Handler{
		rooms: o.Rooms, pages: o.Pages, site: o.Site, catalogue: o.Catalogue, language: o.Language,
		version: o.Version, mode: o.Mode, ready: o.Ready, now: o.Now, log: o.Log,
		reading: o.Reading.or(defaultReading), writing: o.Writing.or(defaultWriting),
		proxies: o.TrustedProxies, headers: newSecurityHeaders(o.Site.Base),
		cache: newCache(maxCacheBytes), icons: newIcons(), cards: newCards(),
	}
	if h.language == "" {
		h.language = locale.Default
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.revision = &watch{read: o.Revision, now: h.now}
	var err error
	if h.hosts, err = newHosts(o.Site); err != nil {
		return nil, fmt.Errorf("web: base URL: %w", err)
	}
	if h.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	if h.assets, err = loadAssets(assetFiles); err != nil {
		return nil, fmt.Errorf("web: assets: %w", err)
	}
	if h.office, err = newOffice(h); err != nil {
		return nil, fmt.Errorf("web: office: %w", err)
	}
	h.router = h.routes()
	h.handler = h.guard(h.sameOrigin(h.router))
	return h, nil
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

// Invalidate says that this process changed what the public sees: the next
// request shows it.
func (h *Handler) Invalidate() { h.revision.forget() }
