package peers

import (
	"context"
	"fmt"
	"slices"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxAliases is how many former accounts GoToSocial reads of one.
const maxAliases = 20

// Moved is an account of ours and the one that it is elsewhere.
type Moved struct {
	Actor string      `json:"actor"` // local handle
	There embraye.IRI `json:"there"`
	Done  bool        `json:"done"` // it was so before
}

// ComeFrom says of our accounts that they are those of another instance, which the
// organisation leaves: without that word nobody's server believes a move here.
func ComeFrom(ctx context.Context, ps *Peers, by embraye.Acting, address string) ([]Moved, error) {
	list, err := meet(ctx, ps, by, address, cameFrom)
	if err != nil {
		return nil, err
	}
	return list, ps.desk.InTx(ctx, func(t store.Tables) error {
		for _, m := range list {
			if m.Done {
				continue
			}
			actor, err := t.Actors.TakeToWrite(ctx, m.Actor)
			if err != nil {
				return err
			}
			if slices.Contains(actor.AlsoKnownAs, string(m.There)) { // said meanwhile
				continue
			}
			actor.AlsoKnownAs, actor.UpdatedAt = append(actor.AlsoKnownAs, string(m.There)), ps.desk.Stamp()
			if err := t.Actors.Save(ctx, actor); err != nil {
				return err
			}
			if err := ps.desk.TellOfActor(ctx, t, actor); err != nil {
				return err
			}
		}
		t.Changed()
		return ps.desk.Record(ctx, t, by, "organisation.came_from", string(list[0].There), "", false)
	})
}

// MoveTo tells the followers of each of our accounts that it is another now, on
// the instance that the organisation goes to: their servers follow there, if that
// account names ours (FEP-7628). It cannot be undone. Dry, nothing is said.
func MoveTo(ctx context.Context, ps *Peers, by embraye.Acting, address string, dry bool) ([]Moved, error) {
	list, err := meet(ctx, ps, by, address, mayMove)
	if err != nil || dry || !slices.ContainsFunc(list, func(m Moved) bool { return !m.Done }) {
		return list, err
	}
	return list, ps.desk.InTx(ctx, func(t store.Tables) error {
		for _, m := range list {
			if m.Done {
				continue
			}
			if err := move(ctx, ps, t, m); err != nil {
				return err
			}
		}
		t.Changed()
		return ps.desk.Record(ctx, t, by, "organisation.moved", string(list[0].There), "", true)
	})
}

// move says first what the account looks like now, then that it has moved:
// servers that read the Move compare it with what they know.
func move(ctx context.Context, ps *Peers, t store.Tables, m Moved) error {
	actor, err := t.Actors.TakeToWrite(ctx, m.Actor)
	if err != nil {
		return err
	}
	if actor.MovedTo != "" {
		return fmt.Errorf("peers: %s has moved to %s meanwhile: %w", m.Actor, actor.MovedTo, embraye.ErrConflict)
	}
	actor.MovedTo, actor.UpdatedAt = string(m.There), ps.desk.Stamp()
	if err := t.Actors.Save(ctx, actor); err != nil {
		return err
	}
	if err := ps.desk.TellOfActor(ctx, t, actor); err != nil {
		return err
	}
	id, err := ps.desk.NewID()
	if err != nil {
		return err
	}
	body, err := activitypub.Move(*ps.desk.Wire(), id, m.Actor, m.There, actor.UpdatedAt)
	if err != nil {
		return err
	}
	_, err = ps.desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: m.Actor, Kind: "Move", Object: ps.desk.Site.ActorID(m.Actor), Body: body,
		To: store.Targets{FollowersOf: []string{m.Actor}}})
	return err
}

// meet finds for our accounts those of another instance; judge says what is wrong
// with a pair, or that it is one already. All mistakes are listed at once.
func meet(ctx context.Context, ps *Peers, by embraye.Acting, address string, judge judgeMove) ([]Moved, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: move: %w", err)
	}
	there, err := ps.look(ctx, address)
	if err != nil {
		return nil, err
	}
	actors, err := ps.desk.Store.Tables().Actors.List(ctx)
	if err != nil {
		return nil, err
	}
	var list []Moved
	wrong := &embraye.InvalidError{}
	for _, ours := range actors {
		if ours.Kind == embraye.InstanceActor || !ours.Enabled {
			continue
		}
		other := same(ps, ours, there)
		done, code := judge(ps, ours, other)
		switch {
		case code != "":
			value := ours.Handle
			if other != nil && ours.MovedTo == "" { // who has moved already is ours
				value = string(other.URI)
			}
			wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "move", Code: code, Value: value})
		case other != nil:
			list = append(list, Moved{ours.Handle, other.URI, done})
		}
	}
	for _, s := range there.Skipped {
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: "move", Code: "cannot_be_read", Value: string(s.Measure)})
	}
	if len(wrong.Problems) > 0 {
		return nil, wrong
	}
	return list, nil
}

// same is the account of another instance that speaks of what one of ours does.
func same(ps *Peers, ours embraye.Actor, there *found) *embraye.RemoteActor {
	if ours.Kind == embraye.OrganisationActor {
		return there.account
	}
	iri := ps.desk.Reference().MeasureIRI(ours.Measure)
	for _, m := range there.Measures {
		if m.Measure == iri {
			return m
		}
	}
	return nil
}

type judgeMove func(ps *Peers, ours embraye.Actor, there *embraye.RemoteActor) (done bool, code string)

// cameFrom: an account that has no other there is a new one.
func cameFrom(_ *Peers, ours embraye.Actor, there *embraye.RemoteActor) (done bool, code string) {
	switch {
	case there == nil:
		return false, ""
	case slices.Contains(ours.AlsoKnownAs, string(there.URI)):
		return true, ""
	case len(ours.AlsoKnownAs) >= maxAliases:
		return false, "has_too_many_former_accounts"
	}
	return false, ""
}

// mayMove: servers would believe it, and nobody is left behind.
func mayMove(ps *Peers, ours embraye.Actor, there *embraye.RemoteActor) (done bool, code string) {
	switch {
	case there == nil:
		return false, "has_no_account_there"
	case ours.MovedTo == string(there.URI):
		return true, ""
	case ours.MovedTo != "":
		return false, "has_moved_elsewhere"
	case there.MovedTo != "":
		return false, "has_moved_itself"
	case !slices.Contains(there.AlsoKnownAs, string(ps.desk.Site.ActorID(ours.Handle))):
		return false, "does_not_name_us"
	}
	return false, ""
}
