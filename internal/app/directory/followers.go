package directory

import (
	"context"
	"errors"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
)

const (
	// maxLooked bounds how many actors are looked at behind one inbox that says
	// that it is gone; the rest are looked at when it says so again.
	maxLooked = 50
	// silentFor is after how long a server that neither answers nor speaks has
	// no followers any more.
	silentFor = 60 * 24 * time.Hour
	// heardWithin is how fresh the word of any server must be to believe that it
	// is not our own line that is dead.
	heardWithin = 24 * time.Hour
	// silentAtOnce is how many silent servers are read from the database at once.
	silentAtOnce = 100
)

// InboxGone is called when an inbox answered that it does not exist any more.
// Every follower behind it is fetched once, and dropped if its own address says
// so too, or names that same inbox as its only one (INTEROP 0.23).
func (d *Directory) InboxGone(ctx context.Context, inbox embraye.IRI) error {
	followers, err := d.desk.Store.Tables().Followers.ByInbox(ctx, inbox, maxLooked)
	if err != nil {
		return err
	}
	checked := make(map[embraye.IRI]bool)
	for _, f := range followers {
		if checked[f.Follower] {
			continue
		}
		checked[f.Follower] = true
		if err := lookBehind(ctx, d, f.Follower, inbox); err != nil {
			return err
		}
	}
	return nil
}

// lookBehind looks at one follower behind an inbox that is gone.
func lookBehind(ctx context.Context, d *Directory, follower, inbox embraye.IRI) error {
	actor, err := d.fetchActor(ctx, follower)
	switch {
	case gone(err):
		return forgetGone(ctx, d, follower)
	case err != nil:
		return nil // nobody knows; the inbox will say it again
	case actor.DeliveryInbox() == inbox && actor.Inbox == inbox:
		return d.desk.Store.InTx(ctx, func(t store.Tables) error { return t.Followers.RemoveGone(ctx, follower) })
	}
	return d.desk.Store.InTx(ctx, func(t store.Tables) error {
		return t.Followers.Readdress(ctx, follower, actor.Inbox, actor.DeliveryInbox())
	})
}

// gone reports whether an actor's own address says that there is nobody.
func gone(err error) bool {
	return answered(err) && (errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrGone))
}

// answered reports whether a request failed by an answer.
func answered(err error) bool {
	var status *remote.StatusError
	return errors.As(err, &status)
}

func forgetGone(ctx context.Context, d *Directory, follower embraye.IRI) error {
	return d.desk.Store.InTx(ctx, func(t store.Tables) error {
		return errors.Join(t.Followers.RemoveGone(ctx, follower), t.RemoteActors.MarkGone(ctx, follower))
	})
}

// PruneFollowers removes those whose server is silent for too long. Each such
// server is asked once more before, since we may have had nothing to say to it;
// and nobody is judged while no server at all was heard from lately.
func PruneFollowers(ctx context.Context, d *Directory) error {
	t, now := d.desk.Store.Tables(), d.desk.Now()
	heard, err := t.Hosts.Answering(ctx, 1)
	if err != nil || len(heard) == 0 || heard[0].SeenAt < now.Add(-heardWithin).UnixMilli() {
		return err
	}
	since, after := now.Add(-silentFor).UnixMilli(), ""
	for {
		hosts, err := t.Followers.SilentHosts(ctx, since, after, silentAtOnce)
		if err != nil {
			return err
		}
		for _, host := range hosts {
			if err := pruneSilent(ctx, d, host, since); err != nil {
				return err
			}
		}
		if len(hosts) < silentAtOnce {
			return nil
		}
		after = hosts[len(hosts)-1]
	}
}

// pruneSilent asks a server for one of its accounts. Only that it cannot be
// reached ends something: what we refuse to ask or to read says nothing.
func pruneSilent(ctx context.Context, d *Directory, host string, since int64) error {
	t := d.desk.Store.Tables()
	f, err := t.Followers.FirstAt(ctx, host)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = d.fetchActor(ctx, f.Follower)
	switch {
	case errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil:
		return errors.Join(err, ctx.Err())
	case gone(err):
		return errors.Join(forgetGone(ctx, d, f.Follower), t.Hosts.Answered(ctx, host))
	case err == nil || answered(err):
		return t.Hosts.Answered(ctx, host)
	case !errors.Is(err, remote.ErrUnreachable):
		return nil
	}
	n := 0
	err = d.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
		n, err = t.Followers.RemoveSilent(ctx, host, since)
		return err
	})
	if err == nil && n > 0 {
		d.desk.Log.Info("followers removed: their server is silent", "host", host, "followers", n)
	}
	return err
}
