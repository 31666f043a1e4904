// Package office is everything behind a sign-in, and the doors to it: sessions,
// the visit that a page is made in, what its templates get, and forms. Each wing
// (web/office/constats, reviews, talk, people, organisation) has the pages of one subject.
//
// What always holds: a page of the office is made for one person and never kept
// (private, no-store); who is not signed in is sent to the sign-in, and what was
// typed comes back after it; GETs only show, POSTs change something and send the
// browser on.
//
// Start reading at doors.go and visit.go, then the wings.
package office

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"

	"embraye/internal/app"
	"embraye/internal/app/constats"
	"embraye/internal/app/directory"
	"embraye/internal/app/drafts"
	"embraye/internal/app/evidence"
	"embraye/internal/app/letters"
	"embraye/internal/app/organisation"
	"embraye/internal/app/peers"
	"embraye/internal/app/people"
	"embraye/internal/app/reviews"
	"embraye/internal/app/talk"
	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Rooms are the use cases that pages of the office lead to.
type Rooms struct {
	App          *app.App
	Directory    *directory.Directory
	Constats     *constats.Constats
	Reviews      *reviews.Reviews
	Drafts       *drafts.Drafts
	Talk         *talk.Talk
	People       *people.People
	Organisation *organisation.Organisation
	Peers        *peers.Peers
	Letters      *letters.Letters
	Evidence     *evidence.Evidence
	Health       *check.Doctor
}

// Options is what the office works with.
type Options struct {
	Rooms     Rooms
	Answers   *answer.Server
	Frame     *page.Frame
	Site      embraye.Site
	Catalogue *locale.Catalogue
	Wings     []Wing
	Renamed   func() // an actor may have another handle now
	Now       func() time.Time
	Log       *slog.Logger
}

// An Office has the pages of all wings.
type Office struct {
	rooms     Rooms
	answers   *answer.Server
	frame     *page.Frame
	site      embraye.Site
	catalogue *locale.Catalogue
	wings     []Wing
	renamed   func()
	now       func() time.Time
	log       *slog.Logger

	sessions  *scs.SessionManager
	templates *page.Templates
}

// New parses the templates of all wings.
func New(o Options) (*Office, error) {
	office := &Office{rooms: o.Rooms, answers: o.Answers, frame: o.Frame, site: o.Site, catalogue: o.Catalogue, wings: o.Wings, renamed: o.Renamed, now: o.Now, log: o.Log}
	office.sessions = newSessions(office)
	var err error
	if office.templates, err = parseTemplates(o.Wings); err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	return office, nil
}

// zone is that of the office's clock: the one in which this server lives (TZ).
func (o *Office) zone() *time.Location { return o.now().Location() }
