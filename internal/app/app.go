// Package app is the desk that every use case works at: settings, clock and
// ids, one transaction per use case, who the organisation is, the journal, our
// Notes, and what leaves. The use cases themselves are the rooms below it, a
// folder for each subject: directory, inbox, constats, drafts, talk, people,
// organisation, peers. Whoever asks (a page, a command, another server) comes
// through them to write.
//
// Only outbox.go sends anything to the world, and it does so by writing rows
// that the delivery engine empties after the commit.
//
// Start reading at app.go and outbox.go, then in the room of the subject.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/locale"
	"embraye/internal/mail"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// Keys of facts that are fixed at first start.
const (
	SettingBaseURL      = "base_url"
	SettingHandleDomain = "handle_domain"
	SettingReference    = "reference"
)

// SettingLastBackup is the key of when the last good backup was made (RFC 3339).
const SettingLastBackup = "backup.last"

// Options is what the use cases work with.
type Options struct {
	Store       *store.Store
	Remote      *remote.Client
	Site        embraye.Site
	Territories *embraye.Territories
	Catalogue   *locale.Catalogue
	Language    string // default language of content
	Mode        string // "open", or "allowlist": only peers may speak to us
	AllowHTTP   bool
	RateLimits  bool
	// Copies is what is kept of pages that constats name as evidence.
	Copies Copies
	// Memory is how many bytes this process may use; 0 where nobody knows.
	Memory int64
	// Files is where uploads lie; nil refuses them with a clear error.
	Files *files.Store
	// Mail sends one-time links; nil leaves them to the admins.
	Mail *mail.Mailer
	// MirrorLogs has copies kept of the logs of peers that we sign.
	MirrorLogs bool
	Now        func() time.Time
	Random     io.Reader
	Log        *slog.Logger
	// Jobs takes what is to be done after a commit; nil takes nothing.
	Jobs Jobs
	// Notify is called after a commit that queued deliveries or changed what
	// the public sees, so that this process need not poll for it; may be nil.
	Notify func()
}

// MemoirePath is where the text is read that the measures are of: the one page of
// ours that constats name as evidence.
const MemoirePath = "/comprendre/memoire"

// Copies says whether evidence is copied, and how much room that may take; the
// zero value copies nothing.
type Copies struct {
	On      bool
	Limit   int64        // bytes of all copies; 0: no limit
	Outside string       // access and secret of a web archive, with a colon; empty: none is asked
	Agent   string       // User-Agent of our visits
	Own     http.Handler // our own pages; nil: this process has none
}

// identity is under which handle the organisation speaks. It can change until
// somebody has heard of it (organisation.SetHandle), while requests are being answered.
type identity struct {
	organisation string
	wire         *activitypub.Wire
}

// App is the desk. It holds what use cases do not change, or hardly ever: the
// reference text and the handles.
type App struct {
	Options
	base      *url.URL
	reference *embraye.Reference
	identity  atomic.Pointer[identity]
	// Ours knows our Notes.
	Ours Ours
	// Tally counts for metrics.
	Tally Tally
	room  roomMemory
	asked atomic.Int64 // Unix seconds: when witnesses are asked next
}

// New loads what FirstStart wrote.
func New(ctx context.Context, o Options) (*App, error) {
	base, err := url.Parse(o.Site.Base)
	if err != nil {
		return nil, fmt.Errorf("app: base URL: %w", err)
	}
	a := &App{Options: o, base: base}
	t := o.Store.Tables()
	if a.reference, err = loadReference(ctx, t); err != nil {
		return nil, err
	}
	if domain, ok, err := t.Settings.Get(ctx, SettingHandleDomain); err != nil {
		return nil, err
	} else if ok {
		a.Site.HandleDomain = domain
	}
	a.Ours = Ours{a.Site}
	if err := a.Reload(ctx); err != nil {
		return nil, err
	}
	if err := completeKeys(ctx, a); err != nil {
		return nil, err
	}
	if err := openLog(ctx, a); err != nil {
		return nil, err
	}
	if err := openWitness(ctx, a); err != nil {
		return nil, err
	}
	return a, rewire(ctx, a)
}

// Reload reads again what another process may have changed: the handle of the
// organisation.
func (a *App) Reload(ctx context.Context) error {
	actors, err := a.Store.Tables().Actors.List(ctx)
	if err != nil {
		return err
	}
	for _, actor := range actors {
		if actor.Kind == embraye.OrganisationActor {
			a.speakAs(actor.Handle)
			return nil
		}
	}
	return errors.New("app: the database has no organisation yet: run `embraye serve` once")
}

// speakAs makes the organisation speak under a handle from now on.
func (a *App) speakAs(handle string) {
	a.identity.Store(&identity{organisation: handle, wire: &activitypub.Wire{Site: a.Site, Reference: a.reference,
		Territories: a.Territories, Organisation: handle, Catalogue: a.Catalogue}})
}

func loadReference(ctx context.Context, t store.Tables) (*embraye.Reference, error) {
	doc, ok, err := t.Settings.Get(ctx, SettingReference)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("app: the database has no reference text yet: run `embraye serve` once")
	}
	r := new(embraye.Reference)
	if err := json.Unmarshal([]byte(doc), r); err != nil {
		return nil, fmt.Errorf("app: stored reference text: %w", err)
	}
	return r, nil
}

// Reference is the text that this instance follows, for good.
func (a *App) Reference() *embraye.Reference { return a.reference }

// Organisation is the handle of the organisation's account.
func (a *App) Organisation() string { return a.identity.Load().organisation }

// Wire turns what we have into documents.
func (a *App) Wire() *activitypub.Wire { return a.identity.Load().wire }

// Frame is what constats are judged against today.
func (a *App) Frame() embraye.Frame {
	return embraye.Frame{Reference: a.reference, Territories: a.Territories,
		Today: embraye.MakeDate(a.Now()), Language: a.Language}
}

// InTx runs one use case in one transaction and tells this process about it.
func (a *App) InTx(ctx context.Context, f func(store.Tables) error) error {
	err := a.Store.InTx(ctx, func(t store.Tables) error {
		if err := f(t); err != nil {
			return err
		}
		return askSoon(ctx, a, t)
	})
	if err != nil {
		return err
	}
	if a.Notify != nil {
		a.Notify()
	}
	return nil
}

// Stamp is the time of what we say: whole seconds in UTC, as peers compare it
// (Mastodon keeps what it read first).
func (a *App) Stamp() time.Time { return a.Now().UTC().Truncate(time.Second) }

// NewID is an id that sorts by the time it was made.
func (a *App) NewID() (string, error) { return embraye.NewID(a.Now(), a.Random) }

// Base is the address of the instance.
func (a *App) Base() *url.URL { return a.base }

// Unborn is the desk of an instance whose first start is under way.
func Unborn(o Options, r *embraye.Reference, handle string) *App {
	a := &App{Options: o, reference: r, Ours: Ours{o.Site}}
	a.speakAs(handle)
	return a
}

// Mails reports whether links are sent by mail.
func (a *App) Mails() bool { return a.Mail != nil }
