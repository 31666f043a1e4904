package directory

import (
	"context"
	"crypto"
	"sync"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// maxRemembered bounds every memory of this process that strangers can fill.
const maxRemembered = 20000

// newMemory remembers what was used last. A memory of this process is never more
// than a shortcut to the database, but what strangers invent must not push out
// what somebody is held to: each has one of its own.
func newMemory[K comparable, V any]() *lru.Cache[K, V] {
	memory, err := lru.New[K, V](maxRemembered)
	if err != nil {
		panic(err) // the size is a constant
	}
	return memory
}

// keyCache keeps parsed public keys and joins fetches of the same actor.
type keyCache struct {
	parsed    *lru.Cache[string, crypto.PublicKey]
	refetched *lru.Cache[string, time.Time]
	actors    *lru.Cache[embraye.IRI, recentActor]
	failures  *lru.Cache[embraye.IRI, string] // why an actor could not be had
	flights   singleflight.Group
}

// recentActor is a remembered actor that spoke a moment ago: whoever speaks
// often is not read from the database each time.
type recentActor struct {
	actor *embraye.RemoteActor // read only
	until time.Time
}

// recentFor bounds how long another replica's news of an actor is missed here.
const recentFor = 2 * time.Second

func newKeyCache() *keyCache {
	return &keyCache{parsed: newMemory[string, crypto.PublicKey](), refetched: newMemory[string, time.Time](),
		actors: newMemory[embraye.IRI, recentActor](), failures: newMemory[embraye.IRI, string]()}
}

func (c *keyCache) parse(pem string) (crypto.PublicKey, error) {
	if key, ok := c.parsed.Get(pem); ok {
		return key, nil
	}
	key, err := httpsig.ParsePublicKey(pem)
	if err != nil {
		return nil, err
	}
	c.parsed.Add(pem, key)
	return key, nil
}

// whyNot is the reason why an actor could not be had, to end a sentence with, if
// it was this process that tried.
func (c *keyCache) whyNot(uri embraye.IRI) string {
	if reason, ok := c.failures.Get(uri); ok {
		return ": " + reason
	}
	return ""
}

// firstRefetch tells whether an actor was not refetched for a while, and notes
// that it is now.
func (c *keyCache) firstRefetch(uri string, now time.Time, while time.Duration) bool {
	if last, ok := c.refetched.Get(uri); ok && now.Sub(last) < while {
		return false
	}
	c.refetched.Add(uri, now)
	return true
}

// blockCache is the list of refused and limited domains, reread every second: commands and
// other replicas change it too.
type blockCache struct {
	store *store.Store
	now   func() time.Time
	mu    sync.Mutex
	until time.Time
	list  map[string]embraye.DomainBlock
}

func newBlockCache(s *store.Store, now func() time.Time) *blockCache {
	return &blockCache{store: s, now: now}
}

func (c *blockCache) domains(ctx context.Context) (map[string]embraye.DomainBlock, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil && c.now().Before(c.until) {
		return c.list, nil
	}
	rows, err := c.store.Tables().DomainBlocks.List(ctx)
	if err != nil {
		return nil, err
	}
	c.list = make(map[string]embraye.DomainBlock, len(rows))
	for _, b := range rows {
		c.list[b.Domain] = b
	}
	c.until = c.now().Add(time.Second)
	return c.list, nil
}

func (c *blockCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
}

// Refusal is what our blocks mean for a host, port or not: that of its domain and
// of those above it; the strictest counts.
func Refusal(ctx context.Context, d *Directory, host string) (r embraye.Refusal, err error) {
	list, err := d.blocks.domains(ctx)
	if err != nil || len(list) == 0 {
		return r, err
	}
	for _, suffix := range embraye.HostSuffixes(host) {
		if b, ok := list[suffix]; ok {
			r.Add(b)
		}
	}
	return r, nil
}

// Blocked reports whether a host, port or not, is refused.
func (d *Directory) Blocked(ctx context.Context, host string) (bool, error) {
	r, err := Refusal(ctx, d, host)
	return r.Suspended, err
}

// RefuseBlocked answers blocked servers before anything is fetched for them
// (F164), and everyone but peers and the circle in allow-list mode.
func (d *Directory) RefuseBlocked(ctx context.Context, keyID string, actor embraye.IRI) error {
	_, guess, err := embraye.ParseKeyID(keyID, d.desk.AllowHTTP)
	hosts := []string{actor.Host()}
	if err == nil {
		hosts = append(hosts, guess.Host())
	}
	for _, host := range hosts {
		blocked, err := d.Blocked(ctx, host)
		if err != nil {
			return err
		}
		if blocked {
			return embraye.ErrForbidden
		}
	}
	if d.desk.Mode != "allowlist" {
		return nil
	}
	t := d.desk.Store.Tables()
	if peers, err := t.Peers.ByHost(ctx, actor.Host()); err != nil || len(peers) > 0 {
		return err
	}
	allowed, err := t.AllowedDomains.Has(ctx, actor.Host())
	if err == nil && !allowed {
		err = embraye.ErrForbidden
	}
	return err
}

// contactMemory remembers for a minute that a host was heard from, so that an
// inbound flood does not touch its row each time.
type contactMemory struct {
	now  func() time.Time
	seen *lru.Cache[string, time.Time]
}

func newContactMemory(now func() time.Time) *contactMemory {
	return &contactMemory{now: now, seen: newMemory[string, time.Time]()}
}

// NoteContact reopens a host that we had given up, and remembers that it signs
// by RFC 9421, or with Ed25519 (INTEROP 0.19). Whoever proved who it is has spoken to us, whatever
// we make of the message; so this is apart from the message's transaction,
// and remembered once it is committed.
func (d *Directory) NoteContact(ctx context.Context, host string, scheme httpsig.Scheme) error {
	key := host + "\x00" + string(scheme)
	if last, ok := d.contacts.seen.Get(key); ok && d.desk.Now().Sub(last) < time.Minute {
		return nil
	}
	hosts := d.desk.Store.Tables().Hosts
	if err := hosts.Touch(ctx, host); err != nil {
		return err
	}
	var err error
	switch scheme {
	case httpsig.RFC9421:
		err = hosts.SetScheme(ctx, host, string(scheme))
	case httpsig.Ed25519:
		err = hosts.TakesEd25519(ctx, host)
	}
	if err != nil {
		return err
	}
	d.contacts.seen.Add(key, d.desk.Now())
	return nil
}

// ForgetActor is called when an actor may have said who it is now.
func (d *Directory) ForgetActor(uri embraye.IRI) { d.keys.actors.Remove(uri) }

// ForgetBlocks is called when the list of blocked domains has changed.
func (d *Directory) ForgetBlocks() { d.blocks.forget() }
