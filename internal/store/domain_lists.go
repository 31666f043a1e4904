package store

import (
	"context"
	"slices"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// DomainLists are the lists of domains that we subscribe to, and what they name.
type DomainLists struct{ table }

// namesAtOnce is how many domains of a list one statement writes.
const namesAtOnce = 500

// Add adds a list; one that is there already is ErrConflict.
func (t DomainLists) Add(ctx context.Context, l *embraye.DomainList) error {
	return wrap(insert(ctx, t.table, l), "adding the list %s", l.URL)
}

// Save writes every column of a list that exists.
func (t DomainLists) Save(ctx context.Context, l *embraye.DomainList) error {
	return wrap(save(ctx, t.table, l), "changing the list %s", l.URL)
}

// Take returns a list.
func (t DomainLists) Take(ctx context.Context, url string) (*embraye.DomainList, error) {
	l, err := take[embraye.DomainList](ctx, t.table, "url = ?", url)
	return l, wrap(err, "taking the list %s", url)
}

// Remove ends a subscription, with what the list named, and tells whether there was one.
func (t DomainLists) Remove(ctx context.Context, url string) (bool, error) {
	n, err := remove[embraye.DomainList](ctx, t.table, "url = ?", url)
	return n > 0, wrap(err, "removing the list %s", url)
}

// List returns all lists by address.
func (t DomainLists) List(ctx context.Context) ([]embraye.DomainList, error) {
	all, err := list[embraye.DomainList](ctx, t.table, "url", 0, "")
	return all, wrap(err, "listing the lists of domains")
}

// Of returns what a list names.
func (t DomainLists) Of(ctx context.Context, url string) ([]embraye.DomainListEntry, error) {
	all, err := list[embraye.DomainListEntry](ctx, t.table, "domain", 0, "list = ?", url)
	return all, wrap(err, "reading what the list %s names", url)
}

// ofKind is the condition that a list is for the circle, or for blocks.
const ofKind = "list IN (SELECT url FROM domain_lists WHERE allows = ?)"

// In returns what is in a state, by domain, of the lists for the circle or of those
// for blocks.
func (t DomainLists) In(ctx context.Context, allows bool, state embraye.DomainListState) ([]embraye.DomainListEntry, error) {
	all, err := list[embraye.DomainListEntry](ctx, t.table, "domain, list", 0, "state = ? AND "+ofKind, state, allows)
	return all, wrap(err, "reading what lists name")
}

// Put writes entries, new ones and others.
func (t DomainLists) Put(ctx context.Context, entries []embraye.DomainListEntry) error {
	if len(entries) == 0 {
		return nil
	}
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(entries, namesAtOnce).Error
	return wrap(err, "keeping what a list names")
}

// Drop forgets some domains of a list.
func (t DomainLists) Drop(ctx context.Context, url string, domains []string) error {
	for some := range slices.Chunk(domains, namesAtOnce) {
		if _, err := remove[embraye.DomainListEntry](ctx, t.table, "list = ? AND domain IN ?", url, some); err != nil {
			return wrap(err, "forgetting what the list %s named", url)
		}
	}
	return nil
}

// Decide moves domains from one state to another, for every list of the kind that has
// them in it.
func (t DomainLists) Decide(ctx context.Context, allows bool, domains []string, from, to embraye.DomainListState) error {
	for some := range slices.Chunk(domains, namesAtOnce) {
		db := t.db.WithContext(ctx).Model(&embraye.DomainListEntry{}).Where("state = ? AND domain IN ? AND "+ofKind, from, some, allows)
		if err := db.Update("state", to).Error; err != nil {
			return wrap(err, "deciding what lists name")
		}
	}
	return nil
}

// AllowedDomains are the circle: who may speak to us in allow-list mode beside peers.
type AllowedDomains struct{ table }

// Add adds a domain; one that is there already is ErrConflict.
func (t AllowedDomains) Add(ctx context.Context, a *embraye.AllowedDomain) error {
	return wrap(insert(ctx, t.table, a), "letting %s in", a.Domain)
}

// Remove ends it and tells whether the domain was there.
func (t AllowedDomains) Remove(ctx context.Context, domain string) (bool, error) {
	n, err := remove[embraye.AllowedDomain](ctx, t.table, "domain = ?", domain)
	return n > 0, wrap(err, "letting %s in no more", domain)
}

// List returns the circle by domain.
func (t AllowedDomains) List(ctx context.Context) ([]embraye.AllowedDomain, error) {
	all, err := list[embraye.AllowedDomain](ctx, t.table, "domain", 0, "")
	return all, wrap(err, "listing the circle")
}

// Has reports whether a host, with or without port, is in the circle or below a domain
// of it.
func (t AllowedDomains) Has(ctx context.Context, host string) (bool, error) {
	found, err := t.finds(ctx, "allowed_domains WHERE "+t.amongFew("domain"), asJSON(domainsOf(host)))
	return found, wrap(err, "looking whether %s is in the circle", host)
}
