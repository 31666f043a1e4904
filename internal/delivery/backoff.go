package delivery

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxRetryAfter = 24 * time.Hour

// steps are the waits after the first, second… failure; the last one repeats
// until the delivery's 7 days are over. Four tries in the first hour, some
// twenty in all.
var steps = []time.Duration{
	time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// notFoundSteps keep three tries of an inbox that answers 404 within 48 hours,
// whatever the jitter: servers answer so during a botched upgrade.
var notFoundSteps = []time.Duration{6 * time.Hour, 24 * time.Hour}

// backoff is the wait after the n-th failure (from 1), with jitter of ±20 %
// so that what failed together does not come back together.
func backoff(steps []time.Duration, n int, random float64) time.Duration {
	step := steps[min(max(n, 1), len(steps))-1]
	return time.Duration(float64(step) * (0.8 + 0.4*random))
}

// retryAfter reads the header: seconds, or a date. A date is taken against the
// peer's own clock if it showed it, because its clock may be wrong. What is
// malformed, negative or past is as if not sent; 24 hours are the most.
func retryAfter(value string, peer, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if digits(value) {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter, true
		}
		return time.Duration(seconds) * time.Second, seconds > 0
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if peer.IsZero() {
		peer = now
	}
	wait := until.Sub(peer)
	return min(wait, maxRetryAfter), wait > 0
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
