// Package fed is what other servers read and send: collections, reactions,
// permissions to quote, icons, discovery, and the inbox. Things that people visit
// too have both faces chosen in web.
//
// An inbox answers 202 only when the effects of a message are committed; what is
// wrong with the request itself is told before its body is read. Start reading at
// routes.go, then inbox.go.
package fed

import (
	"context"
	"log/slog"
	"sync"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/app/inbox"
	"embraye/internal/app/witness"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// Pages is what documents read, one method each.
type Pages interface {
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	NotePage(ctx context.Context, id string) (*embraye.NotePage, error)
	ReviewPage(ctx context.Context, id string) (*embraye.ReviewPage, error)
	ActorPage(ctx context.Context, handle string) (*embraye.ActorPage, error)
	OutboxPage(ctx context.Context, handle, before string, limit int) (*embraye.OutboxPage, error)
	FollowersPage(ctx context.Context, handle string) (total int, err error)
	FollowingPage(ctx context.Context, handle string) (total int, err error)
	FeaturedPage(ctx context.Context, handle string) (*embraye.FeaturedPage, error)
	MeasuresPage(ctx context.Context, handle string) ([]embraye.Actor, error)
	FeaturesPage(ctx context.Context, collection embraye.IRI) ([]embraye.Feature, error)
	QuotePage(ctx context.Context, id string) (*embraye.Quote, error)
	ThreadPage(ctx context.Context, id string, number, size int) (*embraye.ThreadPage, error)
	RepliesPage(ctx context.Context, object embraye.IRI, number, size int) (*embraye.RepliesPage, error)
	CensusPage(ctx context.Context) (*embraye.CensusPage, error)
}

// Rooms are the use cases that servers lead to.
type Rooms struct {
	App       *app.App
	Directory *directory.Directory
	Inbox     *inbox.Inbox
	Witness   *witness.Room
}

// Options is what documents are made with.
type Options struct {
	Rooms   Rooms
	Pages   Pages
	Answers *answer.Server
	Site    embraye.Site
	Version string
	Mode    string // federation: open or allowlist, told by NodeInfo
	Log     *slog.Logger
}

// Handler answers other servers.
type Handler struct {
	rooms   Rooms
	pages   Pages
	answers *answer.Server
	site    embraye.Site
	version string
	mode    string
	log     *slog.Logger
	icons   *icons
	actors  sync.Map // handles that have an inbox
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{rooms: o.Rooms, pages: o.Pages, answers: o.Answers, site: o.Site, version: o.Version, mode: o.Mode, log: o.Log, icons: newIcons()}
}

// Renamed says that an actor may have another handle now, or an inbox.
func (h *Handler) Renamed() { h.actors.Clear() }
