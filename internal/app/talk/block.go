package talk

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Block refuses or limits a domain and its subdomains. What waits for a refused one
// is dropped, its followers are rejected and put aside, what we follow there is
// undone; what came from either is hidden and not counted. A block that exists is
// changed; one that asks for the same is ErrConflict. The block itself comes after
// these last words, of which there may be very many: most of them are said before,
// some at a time.
func (k *Domains) Block(ctx context.Context, by embraye.Acting, b embraye.DomainBlock) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: block: %w", err)
	}
	b, err := k.Blockable(b)
	if err != nil {
		return err
	}
	if b.Severity == embraye.Suspend {
		if err := k.rejectMost(ctx, b.Domain); err != nil {
			return err
		}
	}
	dropped := 0
	err = k.desk.InTx(ctx, func(t store.Tables) (err error) {
		dropped, err = k.block(ctx, t, by, &b)
		return err
	})
	k.directory.ForgetBlocks()
	if err == nil {
		k.desk.Tally.Dropped.Add(int64(dropped))
	}
	return err
}

func (k *Domains) block(ctx context.Context, t store.Tables, by embraye.Acting, b *embraye.DomainBlock) (dropped int, err error) {
	if err := t.DomainBlocks.Alone(ctx); err != nil {
		return 0, err
	}
	old, err := t.DomainBlocks.Take(ctx, b.Domain)
	known := err == nil
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return 0, err
	}
	if known && old.Same(*b) {
		return 0, fmt.Errorf("%s is blocked here already: %w", b.Domain, embraye.ErrConflict)
	}
	if b.Severity == embraye.Suspend {
		if dropped, err = t.Deliveries.DropHostSuffix(ctx, b.Domain); err != nil {
			return 0, err
		}
		if err := k.leave(ctx, t, b.Domain); err != nil {
			return 0, err
		}
	}
	write := t.DomainBlocks.Add
	if known {
		b.CreatedAt, write = old.CreatedAt, t.DomainBlocks.Save
	}
	if err := write(ctx, b); err != nil {
		return 0, err
	}
	if err := t.Aside.Put(ctx, b.Domain, b.Comment); err != nil {
		return 0, err
	}
	if err := t.Aside.Return(ctx); err != nil { // what a stricter block had put aside
		return 0, err
	}
	t.Changed()
	return dropped, k.recordBlock(ctx, t, by, b, known && old.Severity == b.Severity)
}

// recordBlock writes the journal: the public sees as much of the name as the admin
// wants it to.
func (k *Domains) recordBlock(ctx context.Context, t store.Tables, by embraye.Acting, b *embraye.DomainBlock, detail bool) error {
	action := map[embraye.Severity]string{embraye.Suspend: "block.add", embraye.Silence: "block.limit"}[b.Severity]
	if detail {
		action = "block.change"
	}
	return k.desk.RecordDetail(ctx, t, by, action, b.PublicDomain(), b.Comment, hiddenName(b), !detail)
}

// hiddenName is what the office reads of a domain that the public sees in part.
func hiddenName(b *embraye.DomainBlock) string {
	if b.Obfuscate {
		return b.Domain
	}
	return ""
}

// BlockEffects tells what a block would do, and nothing else.
func (k *Domains) BlockEffects(ctx context.Context, by embraye.Acting, b embraye.DomainBlock) (embraye.DomainBlock, embraye.BlockEffects, error) {
	if err := by.May(embraye.Admin); err != nil {
		return b, embraye.BlockEffects{}, fmt.Errorf("talk: effects of a block: %w", err)
	}
	b, err := k.Blockable(b)
	if err != nil {
		return b, embraye.BlockEffects{}, err
	}
	all, err := k.desk.Store.Tables().Aside.Effects(ctx)
	if err != nil {
		return b, embraye.BlockEffects{}, err
	}
	return b, all.Of(b.Domain, b.Severity), nil
}

// rejectsAtOnce bounds how long others wait to write while the followers of a
// domain are sent away.
const rejectsAtOnce = 100

// rejectMost sends the followers of a domain away, some in each transaction,
// until hardly any are left.
func (k *Domains) rejectMost(ctx context.Context, domain string) error {
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
func (k *Domains) rejectHost(ctx context.Context, t store.Tables, domain string, most int) (rejected int, err error) {
	followers, err := t.Followers.Under(ctx, domain, most)
	if err != nil {
		return 0, err
	}
	for _, follower := range followers {
		if err := k.rejectFollower(ctx, t, follower); err != nil {
			return 0, err
		}
		if err := t.Aside.PutFollower(ctx, follower); err != nil {
			return 0, err
		}
	}
	if len(followers) > 0 {
		t.Changed()
	}
	return len(followers), nil
}

// leave says the last words to a domain: it neither follows nor is followed.
func (k *Domains) leave(ctx context.Context, t store.Tables, domain string) error {
	if _, err := k.rejectHost(ctx, t, domain, 0); err != nil {
		return err
	}
	waiting, err := t.Aside.WaitingUnder(ctx, domain)
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if err := k.refuseWaiting(ctx, t, a.ID); err != nil {
			return err
		}
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
