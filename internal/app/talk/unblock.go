package talk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"

	"golang.org/x/net/publicsuffix"
)

// Blockable is a block as it would be kept.
func (k *Domains) Blockable(b embraye.DomainBlock) (embraye.DomainBlock, error) {
	host, err := blockable(k.desk.Site, b.Domain)
	if err != nil {
		return b, err
	}
	if b.Severity != embraye.Suspend && b.Severity != embraye.Silence {
		return b, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "severity", Code: "unknown", Value: app.Cut(string(b.Severity), 40), Allowed: []string{string(embraye.Suspend), string(embraye.Silence)}}}}
	}
	if b.Severity == embraye.Suspend { // nothing of it is taken at all
		b.RejectMedia, b.RejectReports = true, true
	}
	tidy := func(s string) string { return app.Cut(embraye.OneLine(s), embraye.MaxReason) }
	b.Domain, b.Comment, b.PrivateComment, b.CreatedAt = host, tidy(b.Comment), tidy(b.PrivateComment), k.desk.Stamp()
	return b, nil
}

// blockable refuses what would cut off half the network, or ourselves.
func blockable(site embraye.Site, domain string) (string, error) {
	problem := func(code string) error { return app.OneProblem("domain", code, domain) }
	host, err := hostTyped(domain)
	if err != nil {
		return "", err
	}
	if suffix, icann := publicsuffix.PublicSuffix(host); icann && suffix == host {
		return "", problem("is_a_public_suffix")
	}
	if embraye.HostMatches(embraye.IRI(site.Base).Host(), host) {
		return "", problem("is_this_instance")
	}
	return host, nil
}

// hostTyped is a domain as somebody writes it, with or without the *. of a list.
func hostTyped(domain string) (string, error) {
	host, err := embraye.NormaliseHost(strings.TrimPrefix(embraye.Address(domain), "*."))
	if err != nil {
		return "", app.OneProblem("domain", "is_not_a_domain", app.Cut(domain, embraye.MaxName))
	}
	return host, nil
}

// UnblockDomain speaks with a domain again. What the block put aside comes back,
// unless another one holds it: replies and reviews as they were, reactions,
// followers. They were rejected, and servers that forgot it have to follow again;
// peers are followed again when they are read next. What was dropped is not sent.
func (k *Domains) UnblockDomain(ctx context.Context, by embraye.Acting, domain string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: unblock: %w", err)
	}
	host, err := hostTyped(domain)
	if err != nil {
		return err
	}
	err = k.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		b, err := t.DomainBlocks.Take(ctx, host)
		if errors.Is(err, embraye.ErrNotFound) {
			err = fmt.Errorf("%s is not blocked here: %w", host, embraye.ErrNotFound)
		}
		if err == nil {
			_, err = t.DomainBlocks.Remove(ctx, host)
		}
		if err == nil {
			err = t.Aside.Return(ctx)
		}
		if err != nil {
			return err
		}
		t.Changed()
		return k.desk.RecordDetail(ctx, t, by, "block.remove", b.PublicDomain(), "", hiddenName(b), true)
	})
	k.directory.ForgetBlocks()
	return err
}

// BlockOf is the block that stands of a domain as somebody writes it; one of nothing
// if there is none.
func (k *Domains) BlockOf(ctx context.Context, by embraye.Acting, domain string) (embraye.DomainBlock, error) {
	if err := by.May(embraye.Admin); err != nil {
		return embraye.DomainBlock{}, fmt.Errorf("talk: look at a block: %w", err)
	}
	host, err := blockable(k.desk.Site, domain)
	if err != nil {
		return embraye.DomainBlock{}, err
	}
	b, err := k.desk.Store.Tables().DomainBlocks.Take(ctx, host)
	if errors.Is(err, embraye.ErrNotFound) {
		return embraye.DomainBlock{}, nil
	}
	if err != nil {
		return embraye.DomainBlock{}, err
	}
	return *b, nil
}

// BlockedDomains lists the domains that are refused or limited.
func (k *Domains) BlockedDomains(ctx context.Context) ([]embraye.DomainBlock, error) {
	return k.desk.Store.Tables().DomainBlocks.List(ctx)
}
