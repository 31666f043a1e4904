// Package instance joins the parts of one Embraye: the guarded client, the use
// cases, the pages and the delivery engine. The program, the fediverse of tests
// and the browser tests are built here, so that what is tested is what runs.
//
// It opens nothing that has to be closed but connections to other servers: the
// database and the files are given, and belong to whoever opened them.
//
// The order: New, then FirstStart on a database that may be empty, then Open,
// then Web and Engine.
package instance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"embraye/configs"
	"embraye/internal/app"
	"embraye/internal/app/alarm"
	"embraye/internal/app/organisation"
	"embraye/internal/check"
	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/jobs"
	"embraye/internal/locale"
	"embraye/internal/remote"
	"embraye/internal/web"
)

// Options is what an instance is made of.
type Options struct {
	// Options is for the use cases. Remote, Jobs and Notify are filled in here, and so
	// are Territories and Catalogue if they are nil.
	app.Options
	// Client is how other servers are reached. Who asks, and whom never, is
	// filled in here.
	Client         remote.Options
	Version        string
	TrustedProxies []netip.Prefix
	Concurrency    int            // hosts that are delivered to at once; 0: the engine's own
	Jitter         func() float64 // in [0,1); nil: none
	Health         *check.Doctor  // what Web and the alarm need besides
	Alarm          bool           // admins are told by mail of what stays wrong
}

// Instance is one Embraye.
type Instance struct {
	Options
	*Rooms // nil until Open

	queue   *jobs.Queue
	changed []func() // told after a commit
}

// New makes the client; nothing is read from the database yet.
func New(o Options) (*Instance, error) {
	var err error
	if o.Catalogue == nil {
		if o.Catalogue, err = locale.Load(); err != nil {
			return nil, err
		}
	}
	if o.Territories == nil {
		if o.Territories, err = configs.Territories(); err != nil {
			return nil, err
		}
	}
	o.Copies.Agent = fmt.Sprintf("Embraye/%s (+%s/archive)", cmp.Or(o.Version, "dev"), o.Site.Base)
	i := &Instance{Options: o}
	if i.queue, err = jobs.New(jobs.Options{Store: o.Store, Log: o.Log}); err != nil {
		return nil, err
	}
	i.Options.Jobs = i.queue
	i.Options.Notify = i.notify
	c := o.Client
	c.AllowHTTP, c.Version, c.BaseURL, c.Now = o.AllowHTTP, o.Version, o.Site.Base, o.Now
	c.SignGET, c.Blocked = i.key, i.blocked
	i.Options.Remote = remote.New(c)
	return i, nil
}

// notify tells the parts that run in this process that something was committed.
func (i *Instance) notify() {
	for _, f := range i.changed {
		f()
	}
}

// FirstStart makes the organisation on an empty database; on any other it only
// checks that the database belongs to the same origin.
func (i *Instance) FirstStart(ctx context.Context, first organisation.First) (created bool, err error) {
	return organisation.FirstStart(ctx, i.Options.Options, first)
}

// Open makes the use cases, once the database has what they need.
func (i *Instance) Open(ctx context.Context) (err error) {
	i.Rooms, err = Join(ctx, i.Options.Options)
	return err
}

// Web makes the pages. It has to be called before anything can commit, or they
// would miss it.
func (i *Instance) Web() (*web.Handler, error) {
	h, err := web.New(web.Options{
		Rooms: web.Rooms(*i.Rooms), Pages: i.Store.Pages(), Journal: i.Store.Tables().Log, Revision: i.Store.PublicRevision, Site: i.App.Site, Catalogue: i.Catalogue,
		Language: i.Language, Version: i.Version, TrustedProxies: i.TrustedProxies, Mode: i.Mode,
		RateLimits: i.RateLimits, Ready: i.App.Ready, Health: i.Health, Now: i.Now, Log: i.Log,
	})
	if err == nil {
		i.changed = append(i.changed, h.Invalidate)
		i.App.Copies.Own = h
	}
	return h, err
}

// Engine makes what delivers. It has to be called before anything can commit,
// or it would wait for its next turn.
func (i *Instance) Engine() *delivery.Engine {
	e := delivery.New(delivery.Options{
		Store: i.Store, Client: i.Remote, Site: i.App.Site, Concurrency: i.Concurrency, Now: i.Now, Random: i.Jitter, Log: i.Log,
		Gone: func(ctx context.Context, inbox embraye.IRI, _ embraye.Delivery) error {
			return i.Directory.InboxGone(ctx, inbox)
		},
	})
	i.changed = append(i.changed, e.Wake)
	return e
}

// Work does the chores until the context ends.
func (i *Instance) Work(ctx context.Context) error { return i.queue.Run(ctx, i.Chores()) }

// Chores is what the program does by itself.
func (i *Instance) Chores() []jobs.Chore {
	look := func(context.Context) error { return nil }
	if i.Alarm && i.Health != nil {
		look = alarm.New(i.App, i.Health.Look).Look
	}
	return append(i.Rooms.Chores(), jobs.Chore{Name: embraye.ChoreAlarm, What: "telling admins what stays wrong", Every: time.Hour, Later: true, Limit: 10 * time.Minute, Do: turns(look)})
}

// key signs our fetches: the key that the instance actor has now.
func (i *Instance) key(ctx context.Context) (httpsig.Signer, error) {
	t := i.Store.Tables()
	actor, err := t.Actors.Take(ctx, embraye.InstanceHandle)
	if errors.Is(err, embraye.ErrNotFound) {
		return httpsig.Signer{}, nil // before the first start there is nobody to sign
	}
	if err != nil {
		return httpsig.Signer{}, err
	}
	key, err := t.Keys.Signer(ctx, actor.KeyID)
	return httpsig.Signer{KeyID: i.Site.KeyID(embraye.InstanceHandle), Key: key}, err
}

// blocked tells whether a host may be asked for anything. Before the use cases
// exist nothing is requested.
func (i *Instance) blocked(ctx context.Context, host string) (bool, error) {
	if i.Rooms == nil {
		return false, errors.New("the list of blocked domains is not read yet")
	}
	return i.Directory.Blocked(ctx, host)
}
