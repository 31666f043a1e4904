package talk

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"

	"golang.org/x/net/publicsuffix"
)

// BlockDomain refuses a domain and its subdomains, in and out: what waits for it
// is dropped, its followers are removed, what came from it is hidden.
func (k *Talk) BlockDomain(ctx context.Context, by embraye.Acting, domain, comment string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: block: %w", err)
	}
	host, err := k.blockable(domain)
	if err != nil {
		return err
	}
	err = k.desk.InTx(ctx, func(t store.Tables) error {
		b := &embraye.DomainBlock{Domain: host, Severity: "suspend", Comment: app.Cut(embraye.OneLine(comment), embraye.MaxReason), CreatedAt: k.desk.Stamp()}
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
			if err := k.hideAllOf(ctx, t, author, b.Comment); err != nil {
				return err
			}
		}
		t.Changed()
		return k.desk.Record(ctx, t, by, "block.add", host, b.Comment, true)
	})
	k.directory.ForgetBlocks()
	return err
}

// blockable refuses what would cut off half the network, or ourselves.
func (k *Talk) blockable(domain string) (string, error) {
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
	if embraye.HostMatches(embraye.IRI(k.desk.Site.Base).Host(), host) {
		return "", problem("is_this_instance")
	}
	return host, nil
}

// UnblockDomain speaks with a domain again.
func (k *Talk) UnblockDomain(ctx context.Context, by embraye.Acting, domain string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: unblock: %w", err)
	}
	host, err := embraye.NormaliseHost(domain)
	if err != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "domain", Code: "is_not_a_domain", Value: domain}}}
	}
	err = k.desk.InTx(ctx, func(t store.Tables) error {
		removed, err := t.DomainBlocks.Remove(ctx, host)
		if err != nil {
			return err
		}
		if !removed {
			return fmt.Errorf("%s is not blocked here: %w", host, embraye.ErrNotFound)
		}
		return k.desk.Record(ctx, t, by, "block.remove", host, "", true)
	})
	k.directory.ForgetBlocks()
	return err
}

// BlockedDomains lists the blocked domains.
func (k *Talk) BlockedDomains(ctx context.Context) ([]embraye.DomainBlock, error) {
	return k.desk.Store.Tables().DomainBlocks.List(ctx)
}
