package app

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/store"

	"golang.org/x/net/publicsuffix"
)

// AddBlock refuses a domain and its subdomains, in and out: what waits for it
// is dropped, its followers are removed, what came from it is hidden.
func (a *App) AddBlock(ctx context.Context, by embraye.Acting, domain, comment string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("app: block: %w", err)
	}
	host, err := a.blockable(domain)
	if err != nil {
		return err
	}
	err = a.inTx(ctx, func(t store.Tables) error {
		b := &embraye.DomainBlock{Domain: host, Severity: "suspend", Comment: cut(embraye.OneLine(comment), embraye.MaxReason), CreatedAt: a.now()}
		if err := t.DomainBlocks.Add(ctx, b); err != nil {
			return err
		}
		if err := t.Followers.RemoveHost(ctx, host); err != nil {
			return err
		}
		if err := t.Follows.RemoveHost(ctx, host); err != nil {
			return err
		}
		if _, err := t.Deliveries.DropHostSuffix(ctx, host); err != nil {
			return err
		}
		authors, err := t.Replies.AuthorsUnder(ctx, host)
		if err != nil {
			return err
		}
		for _, author := range authors {
			if err := a.hideAllOf(ctx, t, author, b.Comment); err != nil {
				return err
			}
		}
		t.Changed()
		return a.record(ctx, t, by, "block.add", host, b.Comment, true)
	})
	a.blocks.forget()
	return err
}

// blockable refuses what would cut off half the network, or ourselves.
func (a *App) blockable(domain string) (string, error) {
	problem := func(code string) error {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "domain", Code: code, Value: domain}}}
	}
	host, err := embraye.NormaliseHost(strings.TrimPrefix(embraye.Address(domain), "*."))
	if err != nil {
		return "", problem("is_not_a_domain")
	}
	if suffix, icann := publicsuffix.PublicSuffix(host); icann && suffix == host {
		return "", problem("is_a_public_suffix")
	}
	if embraye.HostMatches(embraye.IRI(a.Site.Base).Host(), host) {
		return "", problem("is_this_instance")
	}
	return host, nil
}

// RemoveBlock speaks with a domain again.
func (a *App) RemoveBlock(ctx context.Context, by embraye.Acting, domain string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("app: unblock: %w", err)
	}
	host, err := embraye.NormaliseHost(domain)
	if err != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "domain", Code: "is_not_a_domain", Value: domain}}}
	}
	err = a.inTx(ctx, func(t store.Tables) error {
		removed, err := t.DomainBlocks.Remove(ctx, host)
		if err != nil {
			return err
		}
		if !removed {
			return fmt.Errorf("%s is not blocked here: %w", host, embraye.ErrNotFound)
		}
		return a.record(ctx, t, by, "block.remove", host, "", true)
	})
	a.blocks.forget()
	return err
}

// Blocks lists the blocked domains.
func (a *App) Blocks(ctx context.Context) ([]embraye.DomainBlock, error) {
	return a.Store.Tables().DomainBlocks.List(ctx)
}
