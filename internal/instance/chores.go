package instance

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/jobs"
)

// Chores is what the rooms do by themselves. Publications, mails and looks at
// new evidence have their jobs; the turns of these chores find what has none.
func (r *Rooms) Chores() []jobs.Chore {
	return []jobs.Chore{
		{Name: embraye.ChorePublish, What: "publishing what was planned", Every: 5 * time.Minute, Do: each(r.Drafts.PublishPlanned,
			func(ctx context.Context) error { _, err := r.Drafts.PublishDue(ctx); return err })},
		{Name: embraye.ChoreMail, What: "sending mail", Every: 5 * time.Minute, Limit: 30 * time.Minute, Do: each(r.People.SendMail, r.People.SendMails)},
		{Name: embraye.ChoreLinks, What: "looking at evidence on the web", Every: time.Hour, Later: true, Limit: 20 * time.Minute, Do: r.lookAtLinks},
		{Name: embraye.ChoreFiles, What: "reading the evidence files again", Every: 24 * time.Hour, Limit: 6 * time.Hour, Do: turns(func(ctx context.Context) error {
			return errors.Join(r.Constats.CheckFiles(ctx), r.Evidence.CheckFiles(ctx))
		})},
		{Name: embraye.ChoreReviews, What: "asking peers for reviews", Every: 10 * time.Minute, Later: true, Limit: 20 * time.Minute, Do: turns(r.Reviews.AskPeers)},
		{Name: embraye.ChorePrune, What: "forgetting what is too old", Every: time.Hour, Limit: 15 * time.Minute, Do: turns(r.Prune)},
		{Name: embraye.ChorePeers, What: "reading what peers say of themselves", Every: 24 * time.Hour, Later: true, Limit: 6 * time.Hour, Do: turns(r.Peers.ReadAgain)},
		{Name: embraye.ChoreGather, What: "reading what peers published before", Every: 6 * time.Hour, Later: true, Limit: 20 * time.Minute, Do: each(r.Gather.Peer, r.Gather.Due)},
		{Name: embraye.ChoreFollowers, What: "removing followers whose server is silent", Every: 24 * time.Hour, Later: true, Limit: 6 * time.Hour, Do: turns(func(ctx context.Context) error {
			return directory.PruneFollowers(ctx, r.Directory)
		})},
		{Name: embraye.ChoreHosts, What: "asking servers what they run", Every: time.Hour, Later: true, Limit: 20 * time.Minute, Do: turns(func(ctx context.Context) error {
			return directory.AskSoftware(ctx, r.Directory)
		})},
		{Name: embraye.ChoreWitness, What: "having the log signed, and copying those that we sign", Every: 5 * time.Minute, Limit: 10 * time.Minute, Do: r.askWitnesses},
		{Name: embraye.ChoreLetters, What: "writing to readers who follow by mail", Every: 5 * time.Minute, Limit: 30 * time.Minute, Do: func(ctx context.Context, t *jobs.Turn) error {
			return r.Letters.Do(ctx, t.Subject, t.Done)
		}},
		{Name: embraye.ChoreEvidence, What: "copying evidence", Every: time.Hour, Later: true, Limit: 15 * time.Minute, Do: func(ctx context.Context, t *jobs.Turn) error {
			next, err := r.Evidence.Do(ctx, t.Subject, t.Done)
			if err == nil && !next.IsZero() {
				return jobs.Later(next)
			}
			return err
		}},
		{Name: embraye.ChoreDomainLists, What: "reading the lists of domains that are subscribed to", Every: 24 * time.Hour, Later: true, Limit: time.Hour, Do: turns(r.Talk.Lists.ReadAgain)},
	}
}

// turns is a chore without jobs of its own.
func turns(all func(context.Context) error) func(context.Context, *jobs.Turn) error {
	return func(ctx context.Context, _ *jobs.Turn) error { return all(ctx) }
}

// each does one thing by its number, or in a turn all that is due.
func each(one func(context.Context, int64) (next time.Time, err error), all func(context.Context) error) func(context.Context, *jobs.Turn) error {
	return func(ctx context.Context, t *jobs.Turn) error {
		if t.Subject == "" {
			return all(ctx)
		}
		id, err := strconv.ParseInt(t.Subject, 10, 64)
		if err != nil {
			return fmt.Errorf("instance: a job for %q: %w", t.Subject, err)
		}
		next, err := one(ctx, id)
		if err == nil && !next.IsZero() {
			return jobs.Later(next)
		}
		return err
	}
}

// askWitnesses also has a job some seconds after acts: those that came while it
// was asking are signed after as many.
func (r *Rooms) askWitnesses(ctx context.Context, t *jobs.Turn) error {
	if t.Subject == "" {
		return r.Witness.Turn(ctx)
	}
	more, err := r.Witness.Soon(ctx)
	if err == nil && more {
		return jobs.Later(r.App.Now().Add(app.AskAfter))
	}
	return err
}

func (r *Rooms) lookAtLinks(ctx context.Context, t *jobs.Turn) error {
	if t.Subject == "" {
		return r.Constats.CheckLinks(ctx)
	}
	return r.Constats.CheckNewLinks(ctx, t.Subject)
}
