package letters

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// tokenLength is how long the token of a link is.
const tokenLength = 43

// errNoReader is the one answer to every link that does not work.
var errNoReader = fmt.Errorf("letters: nobody has this link: %w", embraye.ErrNotFound)

// Held is what the holder of a link sees: what they follow, and what they were
// asked whether to.
type Held struct {
	Confirmed bool
	Often     embraye.Often
	Subjects  []embraye.Subscription
}

// ByLink returns what the holder of a link follows. A link that was not
// confirmed in time is ErrNotFound, whether its chore has come round or not.
func (l *Letters) ByLink(ctx context.Context, token string) (*Held, error) {
	_, held, err := l.holder(ctx, l.desk.Store.Tables(), token)
	return held, err
}

func (l *Letters) holder(ctx context.Context, t store.Tables, token string) (*embraye.Subscriber, *Held, error) {
	if len(token) != tokenLength {
		return nil, nil, errNoReader
	}
	s, err := t.Subscribers.ByToken(ctx, app.HashToken(token))
	if errors.Is(err, embraye.ErrNotFound) {
		err = errNoReader
	}
	if err != nil {
		return nil, nil, err
	}
	since := l.desk.Stamp().Add(-confirmWithin)
	if s.ConfirmedAt == nil && s.AskedAt.Before(since) {
		return nil, nil, errNoReader
	}
	all, err := t.Subscribers.Subscriptions(ctx, s.ID)
	all = slices.DeleteFunc(all, func(one embraye.Subscription) bool { return one.ConfirmedAt == nil && one.AskedAt.Before(since) })
	return s, &Held{Confirmed: s.ConfirmedAt != nil, Often: s.Often, Subjects: all}, err
}

// Keep confirms what the holder of a link wants and takes away the rest; who
// wants nothing has left.
func (l *Letters) Keep(ctx context.Context, token string, often embraye.Often, wants func(embraye.Subscription) bool) (left bool, err error) {
	if !slices.Contains(embraye.Oftens(), often) {
		return false, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "often", Code: "unknown", Value: string(often)}}}
	}
	err = l.desk.Store.InTx(ctx, func(t store.Tables) error {
		left = false
		s, held, err := l.holder(ctx, t, token)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held.Subjects, wants) {
			left = true
			return t.Subscribers.Remove(ctx, s.ID)
		}
		if err := l.keep(ctx, t, held, wants); err != nil {
			return err
		}
		if err := t.Subscribers.Confirm(ctx, s.ID, often, l.desk.Stamp()); err != nil || often == s.Often {
			return err
		}
		return t.Letters.Due(ctx, s.ID, l.due(often))
	})
	return left, err
}

func (l *Letters) keep(ctx context.Context, t store.Tables, held *Held, wants func(embraye.Subscription) bool) error {
	for _, one := range held.Subjects {
		var err error
		if wants(one) {
			err = t.Subscribers.Keep(ctx, one, l.desk.Stamp())
		} else {
			err = t.Subscribers.Unsubscribe(ctx, one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave forgets the holder of a link. Whoever has left before has left.
func (l *Letters) Leave(ctx context.Context, token string) error {
	return l.desk.Store.InTx(ctx, func(t store.Tables) error {
		s, _, err := l.holder(ctx, t, token)
		if errors.Is(err, embraye.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return t.Subscribers.Remove(ctx, s.ID)
	})
}
