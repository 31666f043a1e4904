// Package web owns every address of the instance and puts its rooms behind them:
// web/site for whoever reads, web/voices for what others say, web/open for programs, web/office for editors, web/fed for other servers,
// all of them on web/page (the HTML frame) and web/answer (bytes, headers, the
// cache). What is here is the list of addresses, and for those that people and
// servers visit alike the choice of the face.
//
// What always holds:
//
//   - It writes nothing itself. Reads come through Pages, writes through the rooms
//     of app.
//   - Ids and links come from the settings, never from a request.
//
// Start reading at routes.go, then the Routes of each room.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-chi/chi/v5"

	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/chatons"
	"embraye/internal/web/fed"
	"embraye/internal/web/journal"
	"embraye/internal/web/letters"
	"embraye/internal/web/office"
	"embraye/internal/web/office/constats"
	"embraye/internal/web/office/organisation"
	"embraye/internal/web/office/peers"
	"embraye/internal/web/office/people"
	copies "embraye/internal/web/office/proofs"
	judge "embraye/internal/web/office/reviews"
	"embraye/internal/web/office/talk"
	"embraye/internal/web/open"
	"embraye/internal/web/page"
	"embraye/internal/web/proofs"
	"embraye/internal/web/reviews"
	"embraye/internal/web/site"
	"embraye/internal/web/verifier"
	"embraye/internal/web/voices"
)

// Options is what the pages work with.
type Options struct {
	Rooms          Rooms
	Pages          Pages
	Journal        journal.Log
	Revision       func(context.Context) (int64, error) // the public revision
	Site           embraye.Site
	Catalogue      *locale.Catalogue
	Language       string // of pages for readers who ask for none of ours; empty: French
	Version        string
	TrustedProxies []netip.Prefix
	Reading        answer.Pace // of requests' bodies; a zero field has its default
	Writing        answer.Pace // of answers; likewise
	Mode           string      // federation: open or allowlist, told by NodeInfo
	RateLimits     bool
	Ready          func(context.Context) error // nil: always ready
	Health         *check.Doctor
	Now            func() time.Time
	Log            *slog.Logger
}

// Pages is everything that pages and documents read, one method each: what each
// audience reads, and the things that several of them visit.
type Pages interface {
	page.Pages
	site.Pages
	voices.Pages
	open.Pages
	fed.Pages
	reviews.Pages

	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error)
	NotePage(ctx context.Context, id string) (*embraye.NotePage, error)
	ActivityPage(ctx context.Context, id string) (*embraye.Activity, error)
}

// Handler answers every request.
type Handler struct {
	rooms    Rooms
	pages    Pages
	site     embraye.Site
	answers  *answer.Server
	frame    *page.Frame
	readers  *site.Handler
	others   *voices.Handler
	files    *open.Handler
	servers  *fed.Handler
	reviews  *reviews.Handler
	letters  *letters.Handler
	verifier *verifier.Handler
	chatons  *chatons.Handler
	log      *journal.Handler
	proofs   *proofs.Handler
	office   *office.Office
	router   chi.Router
	handler  http.Handler
}

// New prepares templates and routes.
func New(o Options) (*Handler, error) {
	if o.Rooms.App == nil || o.Pages == nil || o.Journal == nil || o.Revision == nil || o.Catalogue == nil || o.Health == nil {
		return nil, errors.New("web: Rooms, Pages, Journal, Revision, Catalogue and Health are needed")
	}
	o.Language = cmp.Or(o.Language, locale.Default)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Handler{rooms: o.Rooms, pages: o.Pages, site: o.Site}
	if err := h.furnish(o); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	h.router = h.routes()
	h.handler = h.answers.Guard(h.answers.SameOrigin(h.router))
	return h, nil
}

// furnish makes the rooms, each on those below it.
func (h *Handler) furnish(o Options) (err error) {
	if h.frame, err = page.NewFrame(page.Options{App: o.Rooms.App, Pages: o.Pages, Site: o.Site, Catalogue: o.Catalogue, Language: o.Language,
		Templates: []fs.FS{site.Templates(), voices.Templates(), letters.Templates(), chatons.Templates(), verifier.Templates(), proofs.Templates()}, Log: o.Log}); err != nil {
		return err
	}
	if h.answers, err = answer.NewServer(answer.Options{Site: o.Site, Version: o.Version, TrustedProxies: o.TrustedProxies, Reading: o.Reading, Writing: o.Writing, Revision: o.Revision,
		Refuse: o.Rooms.Directory.RefuseReader, Ready: o.Ready, Speaker: h.frame, Now: o.Now, Log: o.Log}); err != nil {
		return err
	}
	h.readers = site.New(site.Options{Rooms: site.Rooms{App: o.Rooms.App, Directory: o.Rooms.Directory}, Pages: o.Pages, Answers: h.answers, Frame: h.frame, Site: o.Site,
		Catalogue: o.Catalogue, Now: o.Now})
	h.others = voices.New(voices.Options{Pages: o.Pages, Answers: h.answers, Frame: h.frame, Site: o.Site, Reference: o.Rooms.App.Reference(), Version: o.Version, Catalogue: o.Catalogue, Gone: h.readers.GonePage, Now: o.Now})
	h.files = open.New(open.Options{App: o.Rooms.App, Pages: o.Pages, Answers: h.answers, Frame: h.frame, Site: o.Site, Catalogue: o.Catalogue, Language: o.Language, Now: o.Now})
	h.servers = fed.New(fed.Options{Rooms: fed.Rooms{App: o.Rooms.App, Directory: o.Rooms.Directory, Inbox: o.Rooms.Inbox, Witness: o.Rooms.Witness}, Pages: o.Pages, Answers: h.answers, Site: o.Site, Version: o.Version, Mode: o.Mode, Log: o.Log})
	h.reviews = reviews.New(reviews.Options{App: o.Rooms.App, Directory: o.Rooms.Directory, Reviews: o.Rooms.Reviews, Pages: o.Pages, Answers: h.answers, Frame: h.frame, Site: o.Site, Catalogue: o.Catalogue, Gone: h.readers.GonePage})
	h.verifier = verifier.New(verifier.Options{App: o.Rooms.App, Directory: o.Rooms.Directory, Witness: o.Rooms.Witness, Own: verifier.Own{Log: o.Journal, Pages: o.Pages}, Answers: h.answers, Frame: h.frame, Catalogue: o.Catalogue})
	h.letters = letters.New(letters.Options{App: o.Rooms.App, Letters: o.Rooms.Letters, Answers: h.answers, Frame: h.frame, Catalogue: o.Catalogue})
	h.log = journal.New(journal.Options{Log: o.Journal, Witness: o.Rooms.Witness, Pages: o.Pages, Answers: h.answers, Site: o.Site})
	h.chatons = chatons.New(chatons.Options{Organisation: o.Rooms.Organisation, Pages: o.Pages, Answers: h.answers, Frame: h.frame, Site: o.Site, Version: o.Version, Catalogue: o.Catalogue})
	h.proofs = proofs.New(proofs.Options{Evidence: o.Rooms.Evidence, Pages: o.Pages, Answers: h.answers, Frame: h.frame, Catalogue: o.Catalogue, Agent: o.Rooms.App.Copies.Agent})
	h.office, err = office.New(office.Options{Rooms: office.Rooms{App: o.Rooms.App, Directory: o.Rooms.Directory, Constats: o.Rooms.Constats, Reviews: o.Rooms.Reviews, Drafts: o.Rooms.Drafts, Talk: o.Rooms.Talk, People: o.Rooms.People, Organisation: o.Rooms.Organisation, Peers: o.Rooms.Peers, Letters: o.Rooms.Letters, Evidence: o.Rooms.Evidence, Health: o.Health}, Answers: h.answers, Frame: h.frame, Site: o.Site, Catalogue: o.Catalogue,
		Wings: []office.Wing{constats.Wing(), judge.Wing(), talk.Wing(), people.Wing(), organisation.Wing(), peers.Wing(), copies.Wing()}, Renamed: h.servers.Renamed, Now: o.Now, Log: o.Log})
	return err
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

// Counts is what was answered since the start, for metrics.
func (h *Handler) Counts() answer.Counts { return h.answers.Counts() }

// Observe has every request told, with what was answered. It is called before
// the first one.
func (h *Handler) Observe(tell func(answer.Exchange)) { h.answers.Observe(tell) }

// Invalidate says that this process changed what the public sees: the next
// request shows it.
func (h *Handler) Invalidate() { h.answers.Invalidate() }
