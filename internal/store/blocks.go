package store

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// DomainBlocks are domains refused or limited with everything below them.
type DomainBlocks struct{ table }

// suspended is the condition that a block refuses and does not only limit.
const suspended = "severity = 'suspend'"

// whileReceiving is the lock that what is received and stays holds together, and
// a block alone; any number that is nobody else's.
const whileReceiving = 0x656d6272617966

// Alone makes what arrives wait until this transaction has ended, after what is
// being received has ended. Without it a Follow that asked about blocks before
// this commit and commits after it would stand. It comes first: what was waited
// for must be seen by the statements that follow. SQLite has one writer.
func (t DomainBlocks) Alone(ctx context.Context) error {
	if !t.s.postgres {
		return nil
	}
	_, err := t.exec(ctx, "SELECT pg_advisory_xact_lock(?)", int64(whileReceiving))
	return wrap(err, "waiting for what is being received")
}

// Hold keeps a block from being made until this transaction has ended, after one
// that is being made has been. It comes first, as Alone does, and goes with the
// statement that follows.
func (t DomainBlocks) Hold(ctx context.Context) error {
	if !t.s.postgres {
		return nil
	}
	return wrap(t.later(ctx, "SELECT pg_advisory_xact_lock_shared(?)", int64(whileReceiving)), "waiting for a block")
}

// Add adds a block; a domain that is blocked already is ErrConflict.
func (t DomainBlocks) Add(ctx context.Context, b *embraye.DomainBlock) error {
	return wrap(insert(ctx, t.table, b), "blocking %s", b.Domain)
}

// Save writes every column of a block that exists.
func (t DomainBlocks) Save(ctx context.Context, b *embraye.DomainBlock) error {
	return wrap(save(ctx, t.table, b), "changing the block of %s", b.Domain)
}

// Take returns the block of exactly that domain.
func (t DomainBlocks) Take(ctx context.Context, domain string) (*embraye.DomainBlock, error) {
	b, err := take[embraye.DomainBlock](ctx, t.table, "domain = ?", domain)
	return b, wrap(err, "taking the block of %s", domain)
}

// Remove ends a block and tells whether there was one.
func (t DomainBlocks) Remove(ctx context.Context, domain string) (bool, error) {
	n, err := remove[embraye.DomainBlock](ctx, t.table, "domain = ?", domain)
	return n > 0, wrap(err, "unblocking %s", domain)
}

// List returns all blocks by domain.
func (t DomainBlocks) List(ctx context.Context) ([]embraye.DomainBlock, error) {
	all, err := list[embraye.DomainBlock](ctx, t.table, "domain", 0, "")
	return all, wrap(err, "listing the blocks of domains")
}

// Blocked reports whether a host, with or without port, is a refused domain or
// below one.
func (t DomainBlocks) Blocked(ctx context.Context, host string) (bool, error) {
	n, err := count[embraye.DomainBlock](ctx, t.table, suspended+" AND domain IN ?", domainsOf(host))
	return n > 0, wrap(err, "looking whether %s is blocked", host)
}

// domainsOf lists what a block of the host could be called: the name and each
// that it is below. Addresses have no domains above them.
func domainsOf(host string) []string {
	name := strings.TrimSuffix(strings.ToLower(withoutPort(host)), ".")
	domains := []string{name}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return domains
	}
	for {
		_, parent, ok := strings.Cut(name, ".")
		if !ok {
			return domains
		}
		domains, name = append(domains, parent), parent
	}
}

// ActorBlocks are single actors refused: by us, or us by them.
type ActorBlocks struct{ table }

// Add adds a block; one that exists stays as it is.
func (t ActorBlocks) Add(ctx context.Context, b *embraye.ActorBlock) error {
	_, err := insertNew(ctx, t.table, b)
	return wrap(err, "adding the block of %s by %s", b.Blocked, b.Blocker)
}

// Remove ends a block.
func (t ActorBlocks) Remove(ctx context.Context, blocker, blocked embraye.IRI) error {
	_, err := remove[embraye.ActorBlock](ctx, t.table, "blocker = ? AND blocked = ?", blocker, blocked)
	return wrap(err, "removing the block of %s by %s", blocked, blocker)
}

// RemoveByActivity ends the block that one activity made.
func (t ActorBlocks) RemoveByActivity(ctx context.Context, blocker embraye.IRI, activityID string) error {
	_, err := remove[embraye.ActorBlock](ctx, t.table, "blocker = ? AND activity_id = ?", blocker, activityID)
	return wrap(err, "removing the block %s of %s", activityID, blocker)
}

// Exists tells whether one refuses the other.
func (t ActorBlocks) Exists(ctx context.Context, blocker, blocked embraye.IRI) (bool, error) {
	n, err := count[embraye.ActorBlock](ctx, t.table, "blocker = ? AND blocked = ?", blocker, blocked)
	return n > 0, wrap(err, "looking for a block of %s by %s", blocked, blocker)
}

// BlockLists are the lists of domains that we subscribe to, and what they name.
type BlockLists struct{ table }

// namesAtOnce is how many domains of a list one statement writes.
const namesAtOnce = 500

// Add adds a list; one that is there already is ErrConflict.
func (t BlockLists) Add(ctx context.Context, l *embraye.BlockList) error {
	return wrap(insert(ctx, t.table, l), "adding the list %s", l.URL)
}

// Save writes every column of a list that exists.
func (t BlockLists) Save(ctx context.Context, l *embraye.BlockList) error {
	return wrap(save(ctx, t.table, l), "changing the list %s", l.URL)
}

// Take returns a list.
func (t BlockLists) Take(ctx context.Context, url string) (*embraye.BlockList, error) {
	l, err := take[embraye.BlockList](ctx, t.table, "url = ?", url)
	return l, wrap(err, "taking the list %s", url)
}

// Remove ends a subscription, with what the list named, and tells whether there was one.
func (t BlockLists) Remove(ctx context.Context, url string) (bool, error) {
	n, err := remove[embraye.BlockList](ctx, t.table, "url = ?", url)
	return n > 0, wrap(err, "removing the list %s", url)
}

// List returns all lists by address.
func (t BlockLists) List(ctx context.Context) ([]embraye.BlockList, error) {
	all, err := list[embraye.BlockList](ctx, t.table, "url", 0, "")
	return all, wrap(err, "listing the lists of domains")
}

// Of returns what a list names.
func (t BlockLists) Of(ctx context.Context, url string) ([]embraye.BlockListEntry, error) {
	all, err := list[embraye.BlockListEntry](ctx, t.table, "domain", 0, "list = ?", url)
	return all, wrap(err, "reading what the list %s names", url)
}

// In returns what is in a state, by domain.
func (t BlockLists) In(ctx context.Context, state embraye.BlockListState) ([]embraye.BlockListEntry, error) {
	all, err := list[embraye.BlockListEntry](ctx, t.table, "domain, list", 0, "state = ?", state)
	return all, wrap(err, "reading what lists name")
}

// Put writes entries, new ones and others.
func (t BlockLists) Put(ctx context.Context, entries []embraye.BlockListEntry) error {
	if len(entries) == 0 {
		return nil
	}
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(entries, namesAtOnce).Error
	return wrap(err, "keeping what a list names")
}

// Drop forgets some domains of a list.
func (t BlockLists) Drop(ctx context.Context, url string, domains []string) error {
	for some := range slices.Chunk(domains, namesAtOnce) {
		if _, err := remove[embraye.BlockListEntry](ctx, t.table, "list = ? AND domain IN ?", url, some); err != nil {
			return wrap(err, "forgetting what the list %s named", url)
		}
	}
	return nil
}

// Decide moves domains from one state to another, for every list that has them in it.
func (t BlockLists) Decide(ctx context.Context, domains []string, from, to embraye.BlockListState) error {
	for some := range slices.Chunk(domains, namesAtOnce) {
		db := t.db.WithContext(ctx).Model(&embraye.BlockListEntry{}).Where("state = ? AND domain IN ?", from, some)
		if err := db.Update("state", to).Error; err != nil {
			return wrap(err, "deciding what lists name")
		}
	}
	return nil
}
