package check

import (
	"time"

	"embraye/internal/embraye"
)

const (
	waitsLong   = time.Hour
	silentLong  = 24 * time.Hour
	silentShown = 10
)

// Queue is what waits to be sent.
type Queue struct {
	Waiting, GivenUp, FailingHosts int
	Oldest                         int64 // when what waits longest was queued, in ms; 0 if nothing waits
}

// Deliveries looks whether what is published goes out.
func Deliveries(q Queue, now time.Time) Finding {
	since := time.UnixMilli(q.Oldest)
	if q.Oldest == 0 || now.Sub(since) <= waitsLong {
		f := found("deliveries", "deliveries that wait: %d, none for longer than an hour", q.Waiting)
		if q.GivenUp > 0 {
			return f.but(Warning, "%s given up: `embraye deliveries list --state given_up` says to whom, `embraye deliveries retry` tries again", embraye.Counted(q.GivenUp, "was", "were"))
		}
		return f
	}
	f := found("deliveries", "deliveries that wait: %d, the oldest since %s; servers that fail: %d", q.Waiting, since.UTC().Format(time.DateTime), q.FailingHosts)
	if q.FailingHosts > 0 {
		return f.but(Warning, "`embraye deliveries list` says for whom; servers that are away are tried again by themselves for days")
	}
	return f.but(Error, "see that a server with the role worker runs (EMBRAYE_ROLES), and what its log says")
}

// Peers names those that cannot be read any more.
func Peers(list []embraye.Peer, now time.Time) (findings []Finding) {
	silent := 0
	for _, p := range list {
		if p.SilentSince == nil || now.Sub(*p.SilentSince) < silentLong {
			continue
		}
		if silent++; silent <= silentShown {
			findings = append(findings, found("peers", "%s cannot be read since %s", p.Handle, p.SilentSince.UTC().Format(time.DateOnly)).but(Warning,
				"ask the organisation; `embraye peer remove %s` leaves it", p.Handle))
		}
	}
	if silent == 0 {
		return []Finding{ok("peers", "peers: %d, all of which could be read lately", len(list))}
	}
	return findings
}
