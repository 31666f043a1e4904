package delivery

import (
	"context"
	"encoding/json"
	"fmt"
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
	host embraye.Host
	rows []*row
	at   time.Time // when the lease began
}

// claim leases up to limit due hosts and reads their rows: two queries for all
// of them. leased is how many hosts the first one gave, so that a caller knows
// whether there may be more; a host that this process still works on, because
// its turn outlived the lease, is among them but not in work.
func (e *Engine) claim(ctx context.Context, limit int) (work []claimed, leased int, err error) {
	deliveries, at := e.tables.Deliveries, e.now()
	now := at.UnixMilli()
	hosts, err := deliveries.ClaimHosts(ctx, now, now+lease.Milliseconds(), limit)
	if err != nil {
		return nil, 0, fmt.Errorf("claim hosts: %w", err)
	}
	leased = len(hosts)
	hosts = e.enter(hosts)
	if len(hosts) == 0 {
		return nil, leased, nil
	}
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.Host
	}
	jobs, err := deliveries.Due(ctx, names, now, perHost)
	if err != nil {
		e.leave(names...)
		return nil, leased, fmt.Errorf("read what is due at %d hosts: %w", len(names), err)
	}
	rows := sortByHost(jobs)
	for _, h := range hosts {
		work = append(work, claimed{h, rows[h.Host], at})
	}
	return work, leased, nil
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

// enter marks hosts as being worked on here and returns those that were not.
func (e *Engine) enter(hosts []embraye.Host) []embraye.Host {
	e.mu.Lock()
	defer e.mu.Unlock()
	fresh := hosts[:0]
	for _, h := range hosts {
		if _, busy := e.inWork[h.Host]; !busy {
			e.inWork[h.Host] = struct{}{}
			fresh = append(fresh, h)
		}
	}
	return fresh
}

// leave is the end of enter: the result is written, or never will be.
func (e *Engine) leave(hosts ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range hosts {
		delete(e.inWork, h)
	}
}
