package talk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Circle is the use cases about the domains that may speak to an instance in
// allow-list mode, beside its peers. A block counts more than the circle.
type Circle struct {
	desk      *app.App
	directory *directory.Directory
}

// Allow lets a domain and its subdomains in. One that is in already is ErrConflict; one
// that is blocked stays so, and is not let in.
func (c *Circle) Allow(ctx context.Context, by embraye.Acting, domain, comment string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: let a domain in: %w", err)
	}
	host, err := blockable(c.desk.Site, domain)
	if err != nil {
		return err
	}
	if refused, err := c.directory.Blocked(ctx, host); err != nil {
		return err
	} else if refused {
		return blockedHere(host)
	}
	return c.desk.InTx(ctx, func(t store.Tables) error {
		a := embraye.AllowedDomain{Domain: host, Comment: app.Cut(embraye.OneLine(comment), embraye.MaxReason), CreatedAt: c.desk.Stamp()}
		if err := t.AllowedDomains.Add(ctx, &a); errors.Is(err, embraye.ErrConflict) {
			return fmt.Errorf("%s is in the circle already: %w", host, err)
		} else if err != nil {
			return err
		}
		return c.desk.Record(ctx, t, by, "circle.add", host, a.Comment, false)
	})
}

func blockedHere(domain string) *embraye.InvalidError {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "domain", Code: "is_blocked_here", Value: domain}}}
}

// Leave ends that a domain may speak to us because it is in the circle. What it said,
// and its followers, stay.
func (c *Circle) Leave(ctx context.Context, by embraye.Acting, domain string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: let a domain in no more: %w", err)
	}
	host, err := hostTyped(domain)
	if err != nil {
		return err
	}
	return c.desk.InTx(ctx, func(t store.Tables) error {
		there, err := t.AllowedDomains.Remove(ctx, host)
		if err == nil && !there {
			err = fmt.Errorf("%s is not in the circle: %w", host, embraye.ErrNotFound)
		}
		if err != nil {
			return err
		}
		return c.desk.Record(ctx, t, by, "circle.remove", host, "", false)
	})
}

// All lists the circle by domain.
func (c *Circle) All(ctx context.Context) ([]embraye.AllowedDomain, error) {
	return c.desk.Store.Tables().AllowedDomains.List(ctx)
}

// Matters reports whether the circle decides anything here.
func (c *Circle) Matters() bool { return c.desk.Mode == "allowlist" }

// look tells of every line of a list of allowed domains what it would do.
func (c *Circle) look(ctx context.Context, t store.Tables, list []blocklist.Entry) ([]ListLine, error) {
	all, err := t.AllowedDomains.List(ctx)
	if err != nil {
		return nil, err
	}
	allowed, seen := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		allowed[a.Domain] = true
	}
	lines := make([]ListLine, len(list))
	for i, e := range list {
		lines[i].Entry = e
		if err := c.judge(ctx, &lines[i], allowed, seen); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (c *Circle) judge(ctx context.Context, l *ListLine, allowed, seen map[string]bool) error {
	l.Verdict = Refused
	if l.Problem != nil {
		return nil
	}
	host, err := blockable(c.desk.Site, l.Block.Domain)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		l.Problem = &invalid.Problems[0]
		return nil
	}
	refused, err := c.directory.Blocked(ctx, host)
	if err != nil {
		return err
	}
	l.Block.Domain = host
	switch {
	case refused:
		l.Problem = &blockedHere(host).Problems[0]
	case seen[host]:
		l.Verdict = Twice
	case allowed[host], under(host, allowed):
		l.Verdict = Already
	default:
		l.Verdict = Fresh
	}
	seen[host] = true
	return nil
}

// under reports whether a domain is below one of those.
func under(domain string, all map[string]bool) bool {
	for {
		_, parent, below := strings.Cut(domain, ".")
		if !below {
			return false
		}
		if all[parent] {
			return true
		}
		domain = parent
	}
}
