package store

import (
	"context"
	"net/netip"
	"strings"

	"embraye/internal/embraye"
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
	found, err := t.finds(ctx, "domain_blocks WHERE "+suspended+" AND "+t.amongFew("domain"), asJSON(domainsOf(host)))
	return found, wrap(err, "looking whether %s is blocked", host)
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

// Remove ends a block and tells whether there was one.
func (t ActorBlocks) Remove(ctx context.Context, blocker, blocked embraye.IRI) (removed bool, err error) {
	n, err := remove[embraye.ActorBlock](ctx, t.table, "blocker = ? AND blocked = ?", blocker, blocked)
	return n > 0, wrap(err, "removing the block of %s by %s", blocked, blocker)
}

// RemoveByActivity ends the block that one activity made.
func (t ActorBlocks) RemoveByActivity(ctx context.Context, blocker embraye.IRI, activityID string) error {
	_, err := remove[embraye.ActorBlock](ctx, t.table, "blocker = ? AND activity_id = ?", blocker, activityID)
	return wrap(err, "removing the block %s of %s", activityID, blocker)
}

// Exists tells whether one refuses the other.
func (t ActorBlocks) Exists(ctx context.Context, blocker, blocked embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, "actor_blocks WHERE blocker = ? AND blocked = ?", blocker, blocked)
	return found, wrap(err, "looking for a block of %s by %s", blocked, blocker)
}
