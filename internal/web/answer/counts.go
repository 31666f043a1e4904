package answer

import (
	"net/http"
	"strconv"
	"sync/atomic"
)

// Counts is what this process answered since its start, for metrics.
type Counts struct {
	Reads, Writes            map[string]int64 // requests, by "2xx" to "5xx"
	Taken, Refused, NotTaken int64            // messages of other servers: NotTaken by our own fault
}

type counters struct {
	reads, writes            [6]atomic.Int64 // by the first digit of the status
	taken, refused, notTaken atomic.Int64
}

// Counts reads the counters.
func (h *Server) Counts() Counts {
	c := &h.counts
	return Counts{Reads: byStatus(&c.reads), Writes: byStatus(&c.writes),
		Taken: c.taken.Load(), Refused: c.refused.Load(), NotTaken: c.notTaken.Load()}
}

func byStatus(counted *[6]atomic.Int64) map[string]int64 {
	all := map[string]int64{}
	for class := 2; class < len(counted); class++ {
		all[strconv.Itoa(class)+"xx"] = counted[class].Load()
	}
	return all
}

// request counts an answer.
func (c *counters) request(r *http.Request, status int) {
	class := &c.writes
	if reads(r) {
		class = &c.reads
	}
	class[min(status/100, len(class)-1)].Add(1)
}

// CountMessage counts one of another server, and what became of it.
func (h *Server) CountMessage(status int) {
	c := &h.counts
	switch {
	case status < http.StatusBadRequest:
		c.taken.Add(1)
	case status < http.StatusInternalServerError:
		c.refused.Add(1)
	default:
		c.notTaken.Add(1)
	}
}
