package app

import (
	"strings"
	"sync"
	"time"

	"embraye/internal/embraye"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

// Budgets per second and burst. A whole server may speak often, one actor
// rarely, and one domain may make us fetch little (SECURITY F150, F153, F154).
var (
	hostBudget       = budget{rate: 30, burst: 600}
	unverifiedBudget = budget{rate: 60, burst: 1200}
	actorBudget      = budget{rate: 5, burst: 60}
	followBudget     = budget{rate: 0.5, burst: 20} // Follow and Undo by one actor
	hostFollowBudget = budget{rate: 10, burst: 300} // Follow and Undo by one host
	fetchBudget      = budget{rate: 5, burst: 300}  // fetches at one registrable domain
)

type budget struct {
	rate  rate.Limit
	burst int
}

// limits are token buckets in the memory of this process, bounded in number.
type limits struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimits(now func() time.Time) *limits { return &limits{now: now} }

func (l *limits) take(key string, b budget) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || len(l.buckets) >= maxRemembered {
		l.buckets = make(map[string]*rate.Limiter)
	}
	bucket, ok := l.buckets[key]
	if !ok {
		bucket = rate.NewLimiter(b.rate, b.burst)
		l.buckets[key] = bucket
	}
	if bucket.AllowN(l.now(), 1) {
		return nil
	}
	missing := 1 - bucket.TokensAt(l.now())
	return &embraye.TooMany{RetryAfter: time.Duration(missing/float64(b.rate)*float64(time.Second)) + time.Second}
}

// allowUnverified bounds what a host can make us do before its signature is
// checked.
func (l *limits) allowUnverified(on bool, host string) error {
	if !on {
		return nil
	}
	return l.take("unverified "+host, unverifiedBudget)
}

// allow bounds what a proved sender can make us store.
func (l *limits) allow(on bool, sender *embraye.RemoteActor, kind string) error {
	if !on {
		return nil
	}
	checks := []struct {
		key string
		b   budget
	}{{"host " + sender.Host, hostBudget}, {"actor " + string(sender.URI), actorBudget}}
	if kind == "Follow" || kind == "Undo" {
		checks = append(checks, struct {
			key string
			b   budget
		}{"follow " + string(sender.URI), followBudget}, struct {
			key string
			b   budget
		}{"follows " + sender.Host, hostFollowBudget})
	}
	for _, c := range checks {
		if err := l.take(c.key, c.b); err != nil {
			return err
		}
	}
	return nil
}

// allowFetch bounds what strangers can make us fetch from one domain, however
// many host names it invents.
func (l *limits) allowFetch(on bool, host string) error {
	if !on {
		return nil
	}
	return l.take("fetch "+registrable(host), fetchBudget)
}

// registrable is the domain that somebody registered: whoever owns it can
// invent any number of names below it. Hosters' customers are told apart.
func registrable(host string) string {
	name, _, _ := strings.Cut(host, ":")
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil || strings.Trim(name, "0123456789.") == "" {
		return host // an address, or a name without a domain
	}
	return domain
}
