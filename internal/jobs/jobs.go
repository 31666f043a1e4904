// Package jobs does what the program does by itself: chores with turns of their
// own, and jobs that somebody's act asked for. They are kept in the database, in
// the tables of River, which this package alone knows.
//
// What always holds: a job is asked for inside the transaction that causes it,
// and is there if and only if that is committed; one process does it, and when
// that is cut off, another or the next start takes it up again. What a chore
// writes in the transaction of Turn.Done is written once. Of all replicas, one
// sees to it that chores have their turns. A turn is over when its successor is
// in the queue, so that a start brings nothing forward.
//
// Start reading at Queue.Enqueue and Queue.Run, then turn.go.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// A Chore is one kind of work.
type Chore struct {
	Name  embraye.Chore
	What  string                             // in words, for the log
	Every time.Duration                      // between two turns; 0: only what is asked for
	Later bool                               // the very first turn is not now, but after Every
	Limit time.Duration                      // of one turn; 0: a minute
	Do    func(context.Context, *Turn) error // see Turn
}

// Options is what a Queue needs. The times are for tests: zero means what the
// constants say.
type Options struct {
	Store *store.Store
	Log   *slog.Logger
	// Poll is how often the database is asked for jobs that another process
	// left; what this one leaves is begun at once.
	Poll time.Duration
	// StopWithin is how long jobs may go on when the program stops.
	StopWithin time.Duration
	// Limit is that of a chore that names none; a job that is not over by Grace
	// after its limit is taken from whoever had it.
	Limit, Grace time.Duration
	// Again is when what failed is tried next, the first time; nil: againAfter.
	Again func(tries int) time.Duration
}

// What holds if nobody says otherwise. On PostgreSQL a job of a killed process
// waits for the limit and the grace; on SQLite the next start takes it.
const (
	poll       = 5 * time.Second
	stopWithin = 20 * time.Second
	limit      = time.Minute
	grace      = 30 * time.Second
	keepDone   = time.Hour // for whoever looks into the tables
	atOnce     = 10        // jobs in this process
	pause      = 50 * time.Millisecond
)

// Queue is where jobs wait.
type Queue struct {
	Options
	bell  bell
	river *river.Client[*sql.Tx] // that only asks; Run has its own
}

// New makes a queue over a database that has been migrated, or will be before
// the first job.
func New(o Options) (*Queue, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Poll == 0 {
		o.Poll = poll
	}
	if o.StopWithin == 0 {
		o.StopWithin = stopWithin
	}
	if o.Limit == 0 {
		o.Limit = limit
	}
	if o.Grace == 0 {
		o.Grace = grace
	}
	if o.Again == nil {
		o.Again = againAfter
	}
	q := &Queue{Options: o, bell: newBell()}
	var err error
	q.river, err = river.NewClient(q.driver(), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("jobs: opening the queue: %w", err)
	}
	return q, nil
}

// arguments are those of every job. Which chore it is for is not among them: it
// has a column of its own.
type arguments struct {
	Subject string `json:"subject"`

	chore embraye.Chore
}

func (a arguments) Kind() string { return string(a.chore) }

// Enqueue asks for a job in the transaction of its cause; what runs in this
// process hears of it after the commit.
func (q *Queue) Enqueue(ctx context.Context, t store.Tables, j embraye.Job) error {
	how := &river.InsertOpts{ScheduledAt: j.At, MaxAttempts: tries}
	if j.Once {
		how = turn(j.At)
	}
	err := insert(ctx, q.river, t, arguments{Subject: j.Subject, chore: j.Chore}, how)
	if err == nil && time.Until(j.At) <= 0 {
		t.OnCommit(q.bell.ring)
	}
	return err
}

// tries is how often a job may fail: that it is not wanted any more is for its
// chore to say.
const tries = math.MaxInt16

// insert writes a job. It does so whether the caller still waits or not: an
// interrupted statement would take down a transaction that others share.
func insert(ctx context.Context, client *river.Client[*sql.Tx], t store.Tables, a arguments, o *river.InsertOpts) error {
	tx := t.SQLTx()
	if tx == nil {
		return fmt.Errorf("jobs: asking for %s outside a transaction", a.chore)
	}
	if _, err := client.InsertTx(context.WithoutCancel(ctx), tx, a, o); err != nil {
		return fmt.Errorf("jobs: asking for %s: %w", a.chore, err)
	}
	return nil
}

// turn is how the next turn of a chore is asked for, and a job that there is to
// be once: there is one at most, the one under way included.
func turn(at time.Time) *river.InsertOpts {
	return &river.InsertOpts{ScheduledAt: at, MaxAttempts: tries, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

// Run does what is due until the context ends; then what is under way may go on
// for StopWithin, and is interrupted.
func (q *Queue) Run(ctx context.Context, chores []Chore) error {
	client, err := q.worker(chores)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := q.takeUp(ctx); err != nil {
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: starting: %w", err)
	}
	<-ctx.Done()
	if err := client.Stop(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: stopping: %w", err)
	}
	return nil
}

// takeUp sets free what an earlier process of this SQLite database had in hand:
// there is no other.
func (q *Queue) takeUp(ctx context.Context) error {
	if q.Store.IsPostgres() {
		return nil
	}
	_, job := q.Store.Pool().ExecContext(ctx, "UPDATE river_job SET state = 'available' WHERE state = 'running'")
	_, leader := q.Store.Pool().ExecContext(ctx, "DELETE FROM river_leader")
	if err := errors.Join(job, leader); err != nil {
		return fmt.Errorf("jobs: taking up what was cut off: %w", err)
	}
	return nil
}

// worker is the client that does the work.
func (q *Queue) worker(chores []Chore) (*river.Client[*sql.Tx], error) {
	workers, told := river.NewWorkers(), newTeller(q.Log)
	config := &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}},
		Workers:                     workers,
		FetchCooldown:               pause,
		FetchPollInterval:           q.Poll,
		JobTimeout:                  q.Limit,
		RescueStuckJobsAfter:        q.Limit + q.Grace,
		SoftStopTimeout:             q.StopWithin,
		CompletedJobRetentionPeriod: keepDone,
		Logger:                      slog.New(&once{q.Log.Handler(), new(sync.Map)}),
		RetryPolicy:                 again(q.Again),
	}
	for _, c := range chores {
		river.AddWorkerArgs(workers, arguments{chore: c.Name}, &worker{q: q, chore: c, told: told})
		if c.Every > 0 {
			config.PeriodicJobs = append(config.PeriodicJobs, seed(c))
		}
	}
	return river.NewClient(q.driver(), config)
}

// seed puts a chore into the queue that is not there: a new one, at the first
// start. Whoever does a turn asks for the next one.
func seed(c Chore) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(c.Every), func() (river.JobArgs, *river.InsertOpts) {
		at := time.Time{}
		if c.Later {
			at = time.Now().Add(c.Every)
		}
		return arguments{chore: c.Name}, turn(at)
	}, &river.PeriodicJobOpts{ID: string(c.Name), RunOnStart: true})
}

// againAfter is when what failed so often is tried next.
func againAfter(tries int) time.Duration {
	waits := []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return waits[min(max(tries, 1), len(waits))-1]
}

type again func(tries int) time.Duration

// NextRetry is River's question.
func (f again) NextRetry(job *rivertype.JobRow) time.Time { return time.Now().Add(f(job.Attempt)) }

// driver is River's, with our bell in the place of the database's.
func (q *Queue) driver() riverdriver.Driver[*sql.Tx] {
	if q.Store.IsPostgres() {
		return newPostgres(q.Store.Pool(), q.bell)
	}
	return newSQLite(q.Store.Pool(), q.bell)
}
