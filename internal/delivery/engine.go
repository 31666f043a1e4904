// Package delivery empties the deliveries table: it brings what the instance
// said to the inboxes of other servers.
//
// What always holds:
//
//   - A host (host:port) is worked by one turn at a time. Claiming it moves its
//     next_at ahead; that is the lease, and it outlives a turn by far. A crash
//     loses nothing: the lease ends, and the rows are sent again.
//   - Within a host the oldest activity goes first, one at a time, its inboxes
//     at most four at once. A later activity overtakes an earlier one only
//     after the host refused that three times, and never on the same object.
//   - Back-off, Retry-After and circuit breaker belong to the host, so that a
//     dead or slow one costs nothing to the others. Only what concerns one
//     inbox or one activity (404, no key, broken bytes) is paused by the row.
//   - Delivery is at least once. Every attempt has the same id and bytes and a
//     fresh signature.
//   - Nothing is forgotten silently: a row ends as sent, given up with its last
//     error, or dropped because its host is blocked.
//
// Start reading at turn.go (what happens at one host), then verdict.go (what an
// answer means) and run.go (how hundreds of turns go on at once).
package delivery

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/remote"
	"embraye/internal/store"
)

const (
	// lease is how long a claimed host belongs to its claimer. After a kill -9
	// on PostgreSQL its hosts wait this long; on SQLite, where one process
	// delivers, they are released at start (release).
	lease = 40 * time.Second
	// turnBudget is how long a turn may begin exchanges. With the 15 s that the
	// last one may take, and some to write the results, it ends within lease.
	turnBudget = 10 * time.Second
	// perHost is how many rows a turn takes along: a silent host holds few.
	perHost = 20
	// inboxesAtOnce is INTEROP 0.23, and the client's limit of connections.
	inboxesAtOnce = 4
	// claimLimit bounds one claim: hosts and rows in memory, size of the query.
	claimLimit = 500

	defaultConcurrency = 256
	defaultRetention   = 7 * 24 * time.Hour
)

// Options are what an engine works with. Store, Client and Site are required.
type Options struct {
	Store       *store.Store
	Client      *remote.Client
	Site        embraye.Site
	Concurrency int              // hosts at once; 256 if zero
	Now         func() time.Time // time.Now if nil
	Random      func() float64   // in [0,1), for jitter; 0.5 if nil: no jitter
	Log         *slog.Logger     // silent if nil
	Retention   time.Duration    // how long a delivery is tried; 7 days if zero
	// Gone is called after an inbox answered 410, or 404 to the last: whoever is
	// behind it has to be looked at. May be nil.
	Gone func(ctx context.Context, inbox embraye.IRI, d embraye.Delivery) error
}

// Engine delivers. Run and Batch may be used by several processes on one
// PostgreSQL at the same time; on SQLite by one.
type Engine struct {
	store       *store.Store
	client      *remote.Client
	site        embraye.Site
	concurrency int
	now         func() time.Time
	random      func() float64
	log         *slog.Logger
	retention   time.Duration
	gone        func(context.Context, embraye.IRI, embraye.Delivery) error

	tables store.Tables
	wake   chan struct{}
	counts counters

	// What may go wrong here: to claim from the queue, to write what came of it, and
	// what an exchange needs beside it. Each ends when it works again, and not when
	// another does: a full disk can be read.
	queueTrouble, resultTrouble, ownTrouble, clockTrouble *trouble

	clockOff  atomic.Int64 // nanoseconds that we are ahead; 0 while it is right
	clockSaid atomic.Int32 // see clock.go

	mu     sync.Mutex
	inWork map[string]struct{} // hosts from their claim until their result is written
	held   []claimed           // leased to us, and not in work yet (claim.go)
	// quietHosts are those that may not be asked before a time, whatever the
	// table says (close.go).
	quietHosts   map[string]int64
	clockDoubter doubter // who said last that our clock is wrong (clock.go)
}

// counters count since the start of the process.
type counters struct {
	hosts, probing, exchanges, sent, failed, givenUp, dropped atomic.Int64
}

// Stats is a snapshot for metrics. Hosts and Probing are now, the others count
// since the start of the process.
type Stats struct {
	Hosts     int   // healthy hosts being served
	Probing   int   // failing hosts being tried
	Exchanges int64 // requests made
	Sent      int64 // deliveries accepted
	Failed    int64 // attempts that will be repeated
	GivenUp   int64 // deliveries that will not
	Dropped   int64 // deliveries whose host was blocked meanwhile

	ClockOff time.Duration // how far our clock is ahead of others'; 0 while it is right
}

// New makes an engine. It does nothing until Run or Batch.
func New(o Options) *Engine {
	e := &Engine{
		store: o.Store, client: o.Client, site: o.Site,
		concurrency: o.Concurrency, now: o.Now, random: o.Random,
		log: o.Log, retention: o.Retention, gone: o.Gone,
		tables:     o.Store.Tables(),
		wake:       make(chan struct{}, 1),
		inWork:     map[string]struct{}{},
		quietHosts: map[string]int64{},
	}
	if e.concurrency <= 0 {
		e.concurrency = defaultConcurrency
	}
	if e.retention <= 0 {
		e.retention = defaultRetention
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.random == nil {
		e.random = func() float64 { return 0.5 }
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.queueTrouble = &trouble{log: e.log, what: "nothing can be taken from the queue"}
	e.resultTrouble = &trouble{log: e.log, what: "what came of them cannot be written"}
	e.ownTrouble = &trouble{log: e.log, what: "something that sending needs is away"}
	e.clockTrouble = &trouble{log: e.log, what: "this machine's clock is wrong, and servers refuse signatures from another time"}
	return e
}

// Wake tells a running engine that something was queued. It never blocks.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Stats reads the counters.
func (e *Engine) Stats() Stats {
	return Stats{
		Hosts:     int(e.counts.hosts.Load()),
		Probing:   int(e.counts.probing.Load()),
		Exchanges: e.counts.exchanges.Load(),
		Sent:      e.counts.sent.Load(),
		Failed:    e.counts.failed.Load(),
		GivenUp:   e.counts.givenUp.Load(),
		Dropped:   e.counts.dropped.Load(),
		ClockOff:  time.Duration(e.clockOff.Load()),
	}
}

// millis is the engine's clock as the tables keep it.
func (e *Engine) millis() int64 { return e.now().UnixMilli() }

// firstScheme is what a host gets first: what it accepted or spoke last, else
// draft-cavage, which every server knows (INTEROP 0.19).
func firstScheme(known string) httpsig.Scheme {
	if httpsig.Scheme(known) == httpsig.RFC9421 {
		return httpsig.RFC9421
	}
	return httpsig.Cavage
}

// scheme is firstScheme, unless the host is known to take Ed25519, which costs
// a fortieth of RSA.
func (e *Engine) scheme(h embraye.Host) httpsig.Scheme {
	if h.Ed25519From != 0 && h.Ed25519From <= e.millis() {
		return httpsig.Ed25519
	}
	return firstScheme(h.Scheme)
}

func otherScheme(s httpsig.Scheme) httpsig.Scheme {
	if s == httpsig.RFC9421 {
		return httpsig.Cavage
	}
	return httpsig.RFC9421
}
