package drafts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxScheduleAhead is how far ahead a publication can be planned.
const maxScheduleAhead = 366 * 24 * time.Hour

// Why a publication did not happen at its hour, as Draft.Failure keeps it.
const (
	failureIncomplete = "incomplete"  // a rule or the reference text refuses it now
	failureNotAllowed = "not_allowed" // who planned it may not publish any more
	failureNoAuthor   = "no_author"   // the author of the constat that it reviews cannot be had any more
)

// Schedule plans the publication of a draft that could go out now, on the
// word of who asks.
func (ds *Drafts) Schedule(ctx context.Context, by embraye.Acting, id int64, version int, at time.Time) (*embraye.Draft, error) {
	now := ds.desk.Stamp()
	switch {
	case !at.After(now):
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "scheduled_at", Code: "in_the_past"}}}
	case at.Sub(now) > maxScheduleAhead:
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "scheduled_at", Code: "too_far"}}}
	}
	at = at.UTC()
	return ds.change(ctx, by, id, version, func(t store.Tables, d *embraye.Draft) error {
		if err := ds.mayPublish(ctx, t, by, d); err != nil {
			return err
		}
		if missing, err := ds.check(ctx, t, d); err != nil {
			return err
		} else if len(missing) > 0 {
			return &embraye.InvalidError{Problems: missing}
		}
		if d.State == embraye.DraftScheduled && d.ScheduledAt.Equal(at) && d.ScheduledBy == by.PersonID() {
			return errAsItWas
		}
		d.State, d.ScheduledAt, d.ScheduledBy, d.Failure = embraye.DraftScheduled, &at, by.PersonID(), ""
		if err := ds.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChorePublish, Subject: strconv.FormatInt(id, 10), At: at}); err != nil {
			return err
		}
		return ds.desk.RecordDetail(ctx, t, by, "draft.schedule", draftName(id), "", at.Format(time.RFC3339)+" "+d.Title, false)
	})
}

// Unschedule makes a planned draft one that is being written.
func (ds *Drafts) Unschedule(ctx context.Context, by embraye.Acting, id int64) (*embraye.Draft, error) {
	return ds.change(ctx, by, id, 0, func(t store.Tables, d *embraye.Draft) error {
		if d.State != embraye.DraftScheduled {
			return &Conflict{Theirs: d}
		}
		unschedule(d)
		return ds.desk.RecordDetail(ctx, t, by, "draft.unschedule", draftName(id), "", d.Title, false)
	})
}

// maxDue is how many planned drafts are published in one go.
const maxDue = 50

// PublishPlanned publishes a draft if its hour has come, and tells when it is to
// be tried again if that has not; never is the zero time: it has gone out, or it
// is not planned any more.
func (ds *Drafts) PublishPlanned(ctx context.Context, id int64) (next time.Time, err error) {
	d, err := ds.desk.Store.Tables().Drafts.Take(ctx, id)
	switch {
	case errors.Is(err, embraye.ErrNotFound):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, err
	case d.State != embraye.DraftScheduled || d.ScheduledAt == nil:
		return time.Time{}, nil
	case d.ScheduledAt.After(ds.desk.Stamp()):
		return *d.ScheduledAt, nil
	}
	if _, err := publishPlanned(ctx, ds, d); err != nil {
		return time.Time{}, fmt.Errorf("drafts: publishing the draft %d at its hour: %w", d.ID, err)
	}
	return time.Time{}, nil
}

// PublishDue publishes what was planned for now or earlier, each in its own
// transaction, on the word of who planned it. What cannot go out any more is a
// draft again and says why. Any number of replicas may call it at once.
func (ds *Drafts) PublishDue(ctx context.Context) (published int, err error) {
	due, err := ds.desk.Store.Tables().Drafts.Due(ctx, ds.desk.Stamp(), maxDue)
	if err != nil {
		return 0, err
	}
	for i := range due {
		d := &due[i]
		ok, err := publishPlanned(ctx, ds, d)
		if err != nil {
			return published, fmt.Errorf("drafts: publishing the draft %d at its hour: %w", d.ID, err)
		}
		if ok {
			published++
		}
	}
	return published, nil
}

func publishPlanned(ctx context.Context, ds *Drafts, due *embraye.Draft) (published bool, err error) {
	id, version := due.ID, due.Version
	ready, err := prepare(ctx, ds, due)
	if err == nil {
		err = publishPlannedIn(ctx, ds, id, version, ready)
	}
	var invalid *embraye.InvalidError
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, errSettled), errors.Is(err, embraye.ErrConflict):
		return false, nil // somebody changed it, or another replica was first
	case errors.As(err, &invalid) && invalid.Problems[0].Code == reviews.CodeAuthorGone:
		return false, failPlanned(ctx, ds, id, version, failureNoAuthor)
	case errors.As(err, &invalid):
		return false, failPlanned(ctx, ds, id, version, failureIncomplete)
	case notAllowed(err):
		return false, failPlanned(ctx, ds, id, version, failureNotAllowed)
	}
	return false, err
}

func publishPlannedIn(ctx context.Context, ds *Drafts, id int64, version int, ready *reviews.Prepared) error {
	return ds.desk.InTx(ctx, func(t store.Tables) error {
		d, err := t.Drafts.Take(ctx, id)
		if err != nil {
			return err
		}
		if d.State != embraye.DraftScheduled || d.Version != version {
			return errSettled
		}
		person, err := t.People.Take(ctx, d.ScheduledBy)
		if err != nil {
			return err
		}
		_, err = publishIn(ctx, ds, t, embraye.Acting{Person: person}, d, version, ready)
		return err
	})
}

var errSettled = errors.New("the draft is not planned any more")

// failPlanned keeps why nothing went out, for the start page and the editor, and
// tells by mail.
func failPlanned(ctx context.Context, ds *Drafts, id int64, version int, failure string) error {
	return ds.desk.Store.InTx(ctx, func(t store.Tables) error {
		d, err := t.Drafts.Take(ctx, id)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && (d.State != embraye.DraftScheduled || d.Version != version) {
			return nil
		}
		if err != nil {
			return err
		}
		planner := d.ScheduledBy
		unschedule(d)
		d.Failure, d.UpdatedAt = failure, ds.desk.Stamp()
		d.Version++
		if err := t.Drafts.Save(ctx, d); err != nil {
			return err
		}
		return tellFailed(ctx, ds, t, d.Owner, planner)
	})
}

// tellFailed writes to who can do something about it: whoever wrote and whoever
// planned it, or where neither may publish any more those who read what others
// write.
func tellFailed(ctx context.Context, ds *Drafts, t store.Tables, owner, planner int64) error {
	people, err := t.People.List(ctx)
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(p embraye.Person) bool { return p.Disabled || !p.Role.Includes(embraye.Editor) })
	concerned := func(p embraye.Person) bool { return p.ID == owner || p.ID == planner }
	if !slices.ContainsFunc(people, concerned) {
		concerned = func(p embraye.Person) bool { return p.Role.Includes(embraye.Reviewer) }
	}
	for _, p := range people {
		if concerned(p) {
			if err := app.Tell(ctx, ds.desk, t, &p, embraye.NoticePlanFailed); err != nil {
				return err
			}
		}
	}
	return nil
}
