package directory

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"embraye/internal/embraye"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

// Budgets per second and burst. A whole server may speak often, one actor
// rarely, and one domain may make us fetch little (F150, F153, F154).
var (
	hostBudget       = budget{rate: 30, burst: 600}
	unverifiedBudget = budget{rate: 60, burst: 1200} // by one address, before its signature is checked
	actorBudget      = budget{rate: 5, burst: 60}
	followBudget     = budget{rate: 0.5, burst: 20} // Follow and Undo by one actor
	hostFollowBudget = budget{rate: 10, burst: 300} // Follow and Undo by one host
	fetchBudget      = budget{rate: 5, burst: 300}  // fetches at one registrable domain
)

type budget struct {
	rate  rate.Limit
	burst int
}

// limits are token buckets in the memory of this process. Proved senders, the
// addresses that nothing is proved of, the domains that somebody names and the
// readers of pages have memories of their own: nobody can push out another
// kind's buckets by inventing names.
type limits struct{ senders, clients, domains, readers *buckets }

func newLimits(now func() time.Time) *limits {
	memory := func() *buckets { return &buckets{now: now, kept: newMemory[string, *rate.Limiter]()} }
	return &limits{senders: memory(), clients: memory(), domains: memory(), readers: memory()}
}

// buckets are those that were used last. One that is forgotten is full again
// long before: to push out 20,000 takes far longer than to fill one.
type buckets struct {
	now  func() time.Time
	mu   sync.Mutex // held from the look-up to the use
	kept *lru.Cache[string, *rate.Limiter]
}

func (b *buckets) take(key string, most budget) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	bucket, ok := b.kept.Get(key)
	if !ok {
		bucket = rate.NewLimiter(most.rate, most.burst)
		b.kept.Add(key, bucket)
	}
	if bucket.AllowN(b.now(), 1) {
		return nil
	}
	missing := 1 - bucket.TokensAt(b.now())
	return &embraye.TooMany{RetryAfter: time.Duration(missing/float64(most.rate)*float64(time.Second)) + time.Second}
}

// allowUnverified bounds what an address on the network can make us do before a
// signature is checked. What it says whose server it is counts for nothing yet.
func (l *limits) allowUnverified(on bool, remoteAddr string) error {
	if !on {
		return nil
	}
	return l.clients.take(AddressKey(remoteAddr), unverifiedBudget)
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
		if err := l.senders.take(c.key, c.b); err != nil {
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
	return l.domains.take(registrable(host), fetchBudget)
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

// AllowUnverified bounds what an address on the network can make us do before a
// signature is checked.
func (d *Directory) AllowUnverified(remoteAddr string) error {
	return d.limits.allowUnverified(d.desk.RateLimits, remoteAddr)
}

// Allow bounds what a proved sender can make us store.
func (d *Directory) Allow(sender *embraye.RemoteActor, kind string) error {
	return d.limits.allow(d.desk.RateLimits, sender, kind)
}

// askBudget bounds what is asked about constats of anybody's, by address.
var askBudget = budget{rate: 5, burst: 300}

// AllowAsking bounds how often an address may ask what is known here.
func (d *Directory) AllowAsking(client string) error {
	if !d.desk.RateLimits {
		return nil
	}
	return d.limits.readers.take("ask "+AddressKey(client), askBudget)
}

// AllowFetch bounds what strangers can make us fetch from one domain.
func (d *Directory) AllowFetch(host string) error {
	return d.limits.allowFetch(d.desk.RateLimits, host)
}

// AddressKey names who tries: an IPv4 address, or the /64 that one customer
// has of IPv6. Without an address everybody shares one.
func AddressKey(clientIP string) string {
	ip, err := netip.ParseAddr(clientIP)
	if err != nil {
		if at, err2 := netip.ParseAddrPort(clientIP); err2 == nil {
			ip, err = at.Addr(), nil
		}
	}
	if err != nil {
		return "address unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return "address " + p.String()
		}
	}
	return "address " + ip.String()
}
