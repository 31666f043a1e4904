package evidence

import (
	"context"
	"errors"
	"strings"
	"time"

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
	case embraye.CopyOne:
		return w.capture(ctx, id)
	case embraye.CopyCompare:
		return next, w.compare(ctx, id)
	case embraye.CopyOutside:
		return w.outside(ctx, id)
	}
	return next, ev.turn(ctx)
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
	return w.desk.Store.InTx(ctx, func(t store.Tables) error {
		if _, err := w.askFor(ctx, t, u, batch); err != nil {
			return err
		}
		return w.finish(ctx, t)
	})
}

// askFor begins copies of the pages of a constat that have none, at most so many.
func (ev *Evidence) askFor(ctx context.Context, t store.Tables, u *embraye.Update, most int) (asked int, err error) {
	hrefs := ev.copyable(u.Evidence)
	there, err := t.EvidenceCopies.Of(ctx, hrefs)
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for _, c := range there {
		known[c.Href] = true
	}
	if err := t.EvidenceCopies.Adopt(ctx, hrefs, u.ID); err != nil {
		return 0, err
	}
	for _, href := range hrefs {
		if known[href] || asked == most {
			continue
		}
		if _, err := ev.begin(ctx, t, href, u.ID, 0); err != nil {
			return asked, err
		}
		asked++
	}
	return asked, nil
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
	return errors.Join(ev.missing(ctx), ev.sweep(ctx), ev.toCompare(ctx))
}

// missing begins copies for constats that stand and have none, the newest first.
func (ev *Evidence) missing(ctx context.Context) error {
	left, filter := batch, embraye.ConstatFilter{State: "published", Limit: 200}
	for left > 0 {
		list, err := ev.desk.Store.Tables().Updates.Page(ctx, filter)
		if err != nil || len(list) == 0 {
			return err
		}
		asked := 0
		err = ev.desk.Store.InTx(ctx, func(t store.Tables) error {
			asked = 0
			for i := range list {
				n, err := ev.askFor(ctx, t, &list[i], left-asked)
				if err != nil {
					return err
				}
				asked += n
			}
			return nil
		})
		if err != nil {
			return err
		}
		left -= asked
		filter.Before = list[len(list)-1].ID
	}
	return nil
}
