package talk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"

	"golang.org/x/net/publicsuffix"
)

// BlockDomain refuses a domain and its subdomains, in and out: what waits for it
// is dropped, its followers are rejected, what we follow there is undone, what
// came from it is hidden. The block itself comes after these last words, of which
// there may be very many: most of them are said before, some at a time.
func (k *Talk) BlockDomain(ctx context.Context, by embraye.Acting, domain, comment string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: block: %w", err)
	}
	host, err := blockable(k.desk.Site, domain)
	if err != nil {
		return err
	}
	if err := k.rejectMost(ctx, host); err != nil {
		return err
	}
	b := &embraye.DomainBlock{Domain: host, Severity: "suspend", Comment: app.Cut(embraye.OneLine(comment), embraye.MaxReason), CreatedAt: k.desk.Stamp()}
	dropped := 0
	err = k.desk.InTx(ctx, func(t store.Tables) (err error) {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		if dropped, err = t.Deliveries.DropHostSuffix(ctx, host); err != nil {
			return err
		}
		if err := k.leave(ctx, t, host); err != nil {
			return err
		}
		if err := t.DomainBlocks.Add(ctx, b); err != nil {
			return err
		}
		if err := k.hideUnder(ctx, t, host, b.Comment); err != nil {
			return err
		}
		t.Changed()
		return k.desk.Record(ctx, t, by, "block.add", host, b.Comment, true)
	})
	k.directory.ForgetBlocks()
	if err == nil {
		k.desk.Tally.Dropped.Add(int64(dropped))
	}
	return err
}

// rejectsAtOnce bounds how long others wait to write while the followers of a
// domain are sent away.
const rejectsAtOnce = 100

// rejectMost sends the followers of a domain away, some in each transaction,
// until hardly any are left.
func (k *Talk) rejectMost(ctx context.Context, domain string) error {
	for {
		rejected := 0
		err := k.desk.InTx(ctx, func(t store.Tables) (err error) {
			rejected, err = k.rejectHost(ctx, t, domain, rejectsAtOnce)
			return err
		})
		if err != nil || rejected < rejectsAtOnce {
			return err
		}
	}
}

// rejectHost ends whatever is followed from a domain, by some or by all (0).
// GoToSocial and Hollo show « following » for ever to people whose server never
// hears of it.
func (k *Talk) rejectHost(ctx context.Context, t store.Tables, domain string, most int) (rejected int, err error) {
	followers, err := t.Followers.Under(ctx, domain, most)
	if err != nil {
		return 0, err
	}
	for _, follower := range followers {
		if err := k.rejectFollower(ctx, t, follower); err != nil {
			return 0, err
		}
	}
	if len(followers) > 0 {
		t.Changed()
	}
	return len(followers), nil
}

// leave says the last words to a domain: it neither follows nor is followed.
func (k *Talk) leave(ctx context.Context, t store.Tables, domain string) error {
	if _, err := k.rejectHost(ctx, t, domain, 0); err != nil {
		return err
	}
	follows, err := t.Follows.Under(ctx, domain)
	if err != nil {
		return err
	}
	for _, f := range follows {
		if err := k.desk.Unfollow(ctx, t, f); err != nil {
			return err
		}
	}
	return nil
}

// hideUnder hides what everybody on a domain wrote.
func (k *Talk) hideUnder(ctx context.Context, t store.Tables, domain, reason string) error {
	authors, err := t.Replies.AuthorsUnder(ctx, domain)
	if err != nil {
		return err
	}
	reviewers, err := t.PeerReviews.AuthorsUnder(ctx, domain)
	if err != nil {
		return err
	}
	for _, r := range reviewers {
		if !slices.Contains(authors, r) {
			authors = append(authors, r)
		}
	}
	for _, author := range authors {
		if err := k.hideAllOf(ctx, t, author, reason); err != nil {
			return err
		}
	}
	return nil
}

// blockable refuses what would cut off half the network, or ourselves.
func blockable(site embraye.Site, domain string) (string, error) {
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
	if embraye.HostMatches(embraye.IRI(site.Base).Host(), host) {
		return "", problem("is_this_instance")
	}
	return host, nil
}

// UnblockDomain speaks with a domain again. What the block ended does not come
// back: followers were rejected and follows removed, replies stay hidden.
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
