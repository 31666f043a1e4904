package constats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// LookElsewhere reads what somebody wants a measure to boost, and keeps nothing.
// What is wrong with it is a problem of the field post_url.
func LookElsewhere(ctx context.Context, cs *Constats, by embraye.Acting, url string) (*embraye.BoostedPost, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("constats: look at a post: %w", err)
	}
	post, author, err := cs.lookAtPost(ctx, url)
	if err != nil {
		return nil, ofThePost(ctx, url, err)
	}
	return boosted(post, author), nil
}

// BoostAs makes measures boost somebody else's post, video or constat, each once
// until it is undone, all or none. A boosted video is also announced to its own
// server, and repeated by the instance actor for PeerTube admins who follow the
// host (INTEROP 0.4, 0.15).
func BoostAs(ctx context.Context, cs *Constats, by embraye.Acting, measures []string, url string) (activities []string, err error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("constats: boost: %w", err)
	}
	handles, err := measuresOf(ctx, cs, measures)
	if err != nil {
		return nil, err
	}
	post, author, err := cs.lookAtPost(ctx, url)
	if err != nil {
		return nil, ofThePost(ctx, url, err)
	}
	err = cs.desk.InTx(ctx, func(t store.Tables) error {
		activities = nil // it may be the second try
		for _, handle := range handles {
			id, err := announceAlone(ctx, cs, t, handle, post, author)
			if err != nil {
				return err
			}
			activities = append(activities, id)
		}
		if post.Type == "Video" {
			if _, err := announceAlone(ctx, cs, t, embraye.InstanceHandle, post, author); err != nil && !errors.Is(err, embraye.ErrConflict) {
				return err
			}
		}
		if err := t.BoostedPosts.Keep(ctx, boosted(post, author)); err != nil {
			return err
		}
		t.Changed()
		return cs.desk.Record(ctx, t, by, "boost", string(post.ID), "", true)
	})
	return activities, err
}

// measuresOf are the handles of measures that are named by id or handle.
func measuresOf(ctx context.Context, cs *Constats, names []string) (handles []string, err error) {
	frame, err := cs.desk.FrameIn(ctx, cs.desk.Store.Tables())
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		measure, ok := cs.desk.Reference().Measure(name)
		if !ok {
			measure, _ = cs.desk.Reference().MeasureByHandle(name)
		}
		if err := frame.CheckMeasure("as", cmp.Or(measure.ID, name)); err != nil {
			return nil, err
		}
		handles = append(handles, measure.Handle)
	}
	if len(handles) == 0 {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "measures", Code: "required"}}}
	}
	return handles, nil
}

// ofThePost says as a problem of the field why a post cannot be boosted. Our own
// trouble stays what it is.
func ofThePost(ctx context.Context, url string, err error) error {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) || errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	code := "post_cannot_be_read"
	if errors.Is(err, embraye.ErrForbidden) {
		code = "post_is_not_public"
	}
	return fmt.Errorf("%w: %w", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "post_url", Code: code, Value: url}}}, err)
}

// Unboost takes back the boosts of a post, by its id or its page, of one measure
// or of all (""), and tells how many posts that were.
func Unboost(ctx context.Context, cs *Constats, by embraye.Acting, measure, address string) (n int, err error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return 0, fmt.Errorf("constats: take back a boost: %w", err)
	}
	all, err := cs.desk.Measures(ctx)
	if err != nil {
		return 0, err
	}
	var chosen, others []string
	for _, m := range all {
		if measure == "" || measure == m.ID || measure == m.Handle {
			chosen = append(chosen, m.Handle)
		} else {
			others = append(others, m.Handle)
		}
	}
	err = cs.desk.InTx(ctx, func(t store.Tables) error {
		objects, err := t.BoostedPosts.Find(ctx, chosen, address)
		if err == nil && len(objects) == 0 {
			err = fmt.Errorf("nothing at %s is boosted: %w", address, embraye.ErrNotFound)
		}
		if err != nil {
			return err
		}
		n = len(objects)
		for _, object := range objects {
			left, err := t.BoostedPosts.Find(ctx, others, string(object))
			if err != nil {
				return err
			}
			actors := slices.Clone(chosen)
			if len(left) == 0 {
				actors = append(actors, embraye.InstanceHandle)
			}
			if err := cs.desk.UndoBoosts(ctx, t, object, actors...); err != nil {
				return err
			}
			if err := cs.desk.Record(ctx, t, by, "unboost", string(object), "", true); err != nil {
				return err
			}
		}
		t.Changed()
		return nil
	})
	return n, err
}

// shownElsewhere is how many boosts of each measure the office lists.
const shownElsewhere = 20

// Elsewhere lists what measures boost now, the newest of each, newest first.
func Elsewhere(ctx context.Context, cs *Constats, by embraye.Acting) (all []embraye.BoostedBy, err error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("constats: what measures boost: %w", err)
	}
	measures, err := cs.desk.Measures(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		list, err := cs.desk.Store.Tables().BoostedPosts.Of(ctx, m.Handle, shownElsewhere)
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			all = append(all, embraye.BoostedBy{Boosted: b, Actor: m.Handle})
		}
	}
	slices.SortStableFunc(all, func(a, b embraye.BoostedBy) int { return b.At.Compare(a.At) })
	return all, nil
}
