// Package answer makes responses and nothing else: which face of an address is
// wanted, what is kept of an answer and for how long, the headers of every
// answer, errors as statuses, and what a request must be before anybody looks at
// it. It knows no page and no document.
//
// What always holds:
//
//   - A request for a name that is not ours gets 421; ids and links come from
//     the settings, never from a request.
//   - Every answer carries the security headers of guard.go, errors too.
//   - An address with two faces says Vary: Accept and private, no-cache on both,
//     and has an ETag for each.
//   - Answers to GETs are kept in memory for one public revision: what changes
//     the public bumps the revision, so nothing stale is served for longer than
//     revisionTTL, and nothing at all that this process changed.
//
// Start reading at serve.go (how a GET is answered), then accept.go (which face)
// and answer.go.
package answer

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/sync/singleflight"

	"embraye/internal/embraye"
)

// Options is what answers are made with.
type Options struct {
	Site           embraye.Site
	Version        string
	TrustedProxies []netip.Prefix
	Reading        Pace                                       // of requests' bodies; a zero field has its default
	Writing        Pace                                       // of answers; likewise
	Revision       func(context.Context) (int64, error)       // the public revision
	Refuse         func(context.Context, *http.Request) error // readers that get nothing
	Ready          func(context.Context) error                // nil: always ready
	Speaker        Speaker
	Now            func() time.Time
	Log            *slog.Logger
}

// A Speaker says to people what no document says: it knows their language and
// has a page for each status.
type Speaker interface {
	LanguageOf(r *http.Request) string
	RememberLanguage(w http.ResponseWriter, r *http.Request)
	ErrorPage(r *http.Request, status int) *Answer
}

// A Server answers requests with what its builders make.
type Server struct {
	site    embraye.Site
	version string
	refuse  func(context.Context, *http.Request) error
	ready   func(context.Context) error
	speaker Speaker
	now     func() time.Time
	log     *slog.Logger

	unready   outage // of what Ready asks
	unread    outage // of what pages need
	unwritten outage // of what forms and messages need
	unfiled   outage // of where files lie, if that is not this machine
	counts    counters
	observers []func(Exchange)

	hosts    hosts
	proxies  proxies
	reading  Pace
	writing  Pace
	headers  securityHeaders
	revision *watch
	cache    *cache
	flights  singleflight.Group // answers that are being made
	pieces   chan struct{}      // of streams that are being read
}

// NewServer prepares an empty cache.
func NewServer(o Options) (*Server, error) {
	hosts, err := newHosts(o.Site)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	return &Server{
		site: o.Site, version: o.Version, refuse: o.Refuse, ready: o.Ready, speaker: o.Speaker, now: o.Now, log: o.Log,
		hosts: hosts, proxies: o.TrustedProxies, reading: o.Reading.or(defaultReading), writing: o.Writing.or(defaultWriting), headers: newSecurityHeaders(o.Site.Base),
		revision: &watch{read: o.Revision, now: o.Now}, cache: newCache(maxCacheBytes), pieces: make(chan struct{}, piecesAtOnce),
	}, nil
}

// Invalidate says that this process changed what the public sees: the next
// request shows it.
func (h *Server) Invalidate() { h.revision.forget() }

// IsOurs reports whether handles may end on a host.
func (h *Server) IsOurs(host string) bool { return h.hosts.areOurs(host) }
