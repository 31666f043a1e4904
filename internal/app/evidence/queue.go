package evidence

import (
	"context"
	"errors"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Finish ends a job in the transaction of what it writes.
type Finish func(context.Context, store.Tables) error

// work is a job on its way.
type work struct {
	*Evidence
	finish Finish
}

const (
	batch   = 50               // pages that a turn asks for
	overdue = 30 * time.Minute // after which the job of what waits is lost
)

// Do does a job by its subject, or, with none, a turn: it asks for what has no
// job. A time that is not zero is when the job goes on.
func (ev *Evidence) Do(ctx context.Context, subject string, finish Finish) (next time.Time, err error) {
	if !ev.On() {
		return next, nil
	}
	w := work{ev, finish}
	kind, id, _ := strings.Cut(subject, "/")
	switch kind + "/" {
	case embraye.CopyConstat:
		return next, w.ofConstat(ctx, id)
	case embraye.CopyPeer:
		return next, w.ofPeer(ctx, embraye.IRI(id))
	case embraye.CopyPeers:
		return w.ofPeers(ctx)
	case embraye.CopyOne, embraye.CopyCompare:
		return w.goOut(ctx, kind+"/", id)
	case embraye.CopyOutside:
		return w.outside(ctx, id)
	}
	return next, ev.turn(ctx)
}

// goOut visits a page, unless enough are being visited.
func (w work) goOut(ctx context.Context, kind, id string) (next time.Time, err error) {
	select {
	case w.visits <- struct{}{}:
		defer func() { <-w.visits }()
	default:
		return w.desk.Now().Add(apart * time.Second), nil
	}
	if kind == embraye.CopyCompare {
		return next, w.compare(ctx, id)
	}
	return w.capture(ctx, id)
}

// ofConstat asks for what a constat names and has no copy of.
func (w work) ofConstat(ctx context.Context, id string) error {
	u, err := w.desk.Store.Tables().Updates.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && u.Withdrawn() {
		return nil
	}
	if err != nil {
		return err
	}
	return w.ofThese(ctx, u.Evidence)
}

// ofThese asks for what is named, and ends the job.
func (w work) ofThese(ctx context.Context, list []embraye.Evidence) error {
	return w.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := w.askFor(ctx, t, w.copyable(list)); err != nil {
			return err
		}
		return w.finish(ctx, t)
	})
}

// askFor begins copies of pages that have none. One that was dropped because nothing
// named its page leaves room for another; one that a person took away does not.
func (ev *Evidence) askFor(ctx context.Context, t store.Tables, pages []string) error {
	there, err := t.EvidenceCopies.Of(ctx, pages)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, c := range there {
		known[c.Href] = known[c.Href] || c.State != embraye.CopyDropped || c.Failure != "no_room"
	}
	for _, page := range pages {
		if known[page] {
			continue
		}
		if _, err := ev.begin(ctx, t, page, 0); err != nil {
			return err
		}
	}
	return nil
}

// turn asks for what an upgrade, a restored backup or a crash has left without a
// job, removes files that were to be removed, and has pages compared.
func (ev *Evidence) turn(ctx context.Context) error {
	now := ev.desk.Now()
	t := ev.desk.Store.Tables()
	late, err := t.EvidenceCopies.Overdue(ctx, now.Add(-overdue), batch)
	if err != nil {
		return err
	}
	err = ev.desk.Store.InTx(ctx, func(t store.Tables) error {
		for i := range late {
			if err := ev.queue(ctx, t, &late[i], now); err != nil {
				return err
			}
		}
		return errors.Join(t.EvidenceCopies.Interrupt(ctx, now.Add(-overdue)), t.EvidenceCopies.ForgetHosts(ctx, now.Add(-time.Hour)))
	})
	if err != nil {
		return err
	}
	_, err = missing(ctx, ev)
	return errors.Join(err, ev.Sweep(ctx), ev.toCompare(ctx))
}

// ofPeer asks for what a peer's constat names, if the pages of that peer are copied.
func (w work) ofPeer(ctx context.Context, uri embraye.IRI) error {
	t := w.desk.Store.Tables()
	u, err := t.PeerUpdates.ByURI(ctx, uri)
	var peer *embraye.Peer
	if err == nil {
		peer, err = t.Peers.ByOrganisation(ctx, u.Organisation)
	}
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (u.WithdrawnAt != nil || !peer.Copies) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.ofThese(ctx, u.Evidence)
}

// ofPeers begins copies of what peers' constats name, a few at a time.
func (w work) ofPeers(ctx context.Context) (next time.Time, err error) {
	begun, err := missing(ctx, w.Evidence)
	if err != nil {
		return next, err
	}
	if begun == batch {
		return w.desk.Now().Add(time.Minute), nil
	}
	return next, w.desk.Store.InTx(ctx, func(t store.Tables) error { return w.finish(ctx, t) })
}

// missing begins copies of pages that constats name and that have none.
func missing(ctx context.Context, ev *Evidence) (begun int, err error) {
	own := ""
	if ev.desk.Copies.Own != nil {
		own = ev.desk.Site.Base + app.MemoirePath
	}
	pages, err := ev.desk.Store.Tables().Citations.Uncopied(ctx, ev.desk.Site.Base, own, batch)
	if err != nil || len(pages) == 0 {
		return 0, err
	}
	return len(pages), ev.desk.Store.InTx(ctx, func(t store.Tables) error { return ev.askFor(ctx, t, pages) })
}
