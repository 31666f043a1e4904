package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// row is one waiting delivery of a turn.
type row struct {
	store.Job
	broken bool // the activity's bytes are no JSON object
}

// claimed is a host with its oldest due rows.
type claimed struct {
	host embraye.Host // its NextAt is the end of the lease
	rows []*row
	at   time.Time // when the lease began
}

// claim leases up to limit due hosts and reads their rows: two queries for all
// of them. leased is how many hosts the first one gave, so that a caller knows
// whether there may be more. With them come those that were held before.
func (e *Engine) claim(ctx context.Context, limit int) (work []claimed, leased int, err error) {
	deliveries, at := e.tables.Deliveries, e.now()
	now := at.UnixMilli()
	hosts, err := deliveries.ClaimHosts(ctx, now, now+lease.Milliseconds(), limit)
	if err != nil {
		return nil, 0, fmt.Errorf("claim hosts: %w", err)
	}
	e.hold(hosts, at)
	work = e.enter()
	if len(work) == 0 {
		return nil, len(hosts), nil
	}
	names := make([]string, len(work))
	for i, c := range work {
		names[i] = c.host.Host
	}
	jobs, err := deliveries.Due(ctx, names, now, perHost)
	if err != nil {
		e.putBack(work)
		return nil, len(hosts), fmt.Errorf("read what is due at %d hosts: %w", len(names), err)
	}
	rows := sortByHost(jobs)
	for i := range work {
		work[i].rows = rows[work[i].host.Host]
	}
	return work, len(hosts), nil
}

// sortByHost deals the jobs out, oldest first as they come. Each activity's
// bytes are looked at once, however many inboxes it goes to.
func sortByHost(jobs []store.Job) map[string][]*row {
	broken := map[string]bool{}
	rows := make(map[string][]*row)
	for _, job := range jobs {
		bad, known := broken[job.ActivityID]
		if !known {
			bad = !isObject(job.Body)
			broken[job.ActivityID] = bad
		}
		rows[job.Host] = append(rows[job.Host], &row{job, bad})
	}
	return rows
}

func isObject(body []byte) bool {
	return len(body) > 0 && body[0] == '{' && json.Valid(body)
}

// A lease must not be thrown away: nobody would visit the host until it ends.
// But a host may be leased to us while we are not done with it, most often
// because its result is committed, which makes it due, and its turn not yet
// over here. Such leases are held until it is.

// hold keeps leases for enter.
func (e *Engine) hold(hosts []embraye.Host, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range hosts {
		e.held = append(e.held, claimed{host: h, at: at})
	}
}

// enter marks the held hosts that are not worked on here as being so, and
// returns them.
func (e *Engine) enter() (free []claimed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = slices.DeleteFunc(e.held, func(c claimed) bool {
		if _, busy := e.inWork[c.host.Host]; busy {
			return false
		}
		e.inWork[c.host.Host] = struct{}{}
		free = append(free, c)
		return true
	})
	return free
}

// putBack undoes enter.
func (e *Engine) putBack(work []claimed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range work {
		delete(e.inWork, c.host.Host)
	}
	e.held = append(work, e.held...)
}

// holds reports whether a held host may be entered now.
func (e *Engine) holds() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(e.held, func(c claimed) bool {
		_, busy := e.inWork[c.host.Host]
		return !busy
	})
}

// leave is the end of enter: the result is written, or never will be.
func (e *Engine) leave(hosts ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range hosts {
		delete(e.inWork, h)
	}
}

// giveBack ends the leases that are still held, when no more turns begin.
func (e *Engine) giveBack(ctx context.Context) error {
	var ends []done
	for _, c := range e.enter() {
		t := e.newTurn(c, session{})
		t.result.HostNextAt = e.millis()
		ends = append(ends, done{result: t.result})
	}
	if len(ends) == 0 {
		return nil
	}
	_, err := e.finish(ctx, ends)
	for _, end := range ends {
		e.leave(end.result.Host)
	}
	return err
}
