package app

import (
	"context"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ShowReply shows a public reply below what it answers.
func (a *App) ShowReply(ctx context.Context, by embraye.Acting, id int64) error {
	return a.decide(ctx, by, id, func(t store.Tables, r *embraye.Reply) error {
		if !r.Showable() {
			return oneProblem("reply", "cannot_be_shown", "")
		}
		changed, err := a.moveReply(ctx, t, r, embraye.ReplyShown, "")
		if err != nil || !changed {
			return err
		}
		return a.recordDetail(ctx, t, by, "reply.show", string(r.Object), "", string(r.URI), true)
	})
}

// HideReply takes a reply off the site, with a reason that is public. What
// could never be shown is only filed: nobody has to give a reason for that.
func (a *App) HideReply(ctx context.Context, by embraye.Acting, id int64, reason string) error {
	reason = embraye.OneLine(reason)
	return a.decide(ctx, by, id, func(t store.Tables, r *embraye.Reply) error {
		action, about := "reply.hide", string(r.Object)
		if !r.Showable() {
			action, about, reason = "reply.file", "", ""
		} else if err := requiredText("reason", reason, embraye.MaxReason); err != nil {
			return err
		}
		changed, err := a.moveReply(ctx, t, r, embraye.ReplyHidden, reason)
		if err != nil || !changed {
			return err
		}
		return a.recordDetail(ctx, t, by, action, about, reason, string(r.URI), r.Showable())
	})
}

func (a *App) decide(ctx context.Context, by embraye.Acting, id int64, f func(store.Tables, *embraye.Reply) error) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("app: decide about a reply: %w", err)
	}
	return a.inTx(ctx, func(t store.Tables) error {
		r, err := t.Replies.Take(ctx, id)
		if err != nil {
			return err
		}
		return f(t, r)
	})
}

// moveReply changes the state and the public count; changed is false if that
// was decided before. A colleague who decided otherwise meanwhile wins.
func (a *App) moveReply(ctx context.Context, t store.Tables, r *embraye.Reply, to embraye.ReplyState, reason string) (changed bool, err error) {
	from := r.State
	if from == to {
		return false, nil
	}
	if changed, err = t.Replies.Decide(ctx, r, to, reason); err != nil {
		return false, err
	}
	if !changed {
		return false, fmt.Errorf("app: the reply %d changed meanwhile: %w", r.ID, embraye.ErrConflict)
	}
	switch embraye.ReplyShown {
	case to:
		err = a.countReply(ctx, t, r, 1)
	case from:
		err = a.countReply(ctx, t, r, -1)
	}
	return true, err
}

// BlockAuthor refuses one account: what it writes from now on is ignored, what
// it wrote is hidden, and it follows none of our actors any more.
func (a *App) BlockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI, reason string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("app: block an account: %w", err)
	}
	reason = embraye.OneLine(reason)
	if err := checkText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	if _, err := embraye.ParseIRI(string(actor), a.AllowHTTP); err != nil {
		return fmt.Errorf("app: block %q: %w", cut(string(actor), embraye.MaxName), err)
	}
	if a.Site.Ours(actor) {
		return oneProblem("actor", "is_this_instance", string(actor))
	}
	return a.inTx(ctx, func(t store.Tables) error {
		blocked, err := t.ActorBlocks.Exists(ctx, a.Site.ActorID(a.Organisation()), actor)
		if err != nil || blocked {
			return err
		}
		ours, err := t.Actors.List(ctx)
		if err != nil {
			return err
		}
		for _, o := range ours {
			block := &embraye.ActorBlock{Blocker: a.Site.ActorID(o.Handle), Blocked: actor, CreatedAt: a.now()}
			if err := t.ActorBlocks.Add(ctx, block); err != nil {
				return err
			}
		}
		if err := a.rejectFollower(ctx, t, actor); err != nil {
			return err
		}
		if err := a.hideAllOf(ctx, t, actor, reason); err != nil {
			return err
		}
		t.Changed()
		return a.recordDetail(ctx, t, by, "actor.block", "", reason, string(actor), true)
	})
}

// rejectFollower ends whatever somebody follows here. A Reject of a Follow that
// was accepted is how their server learns of it.
func (a *App) rejectFollower(ctx context.Context, t store.Tables, follower embraye.IRI) error {
	rows, err := t.Followers.Of(ctx, follower)
	if err != nil {
		return err
	}
	for _, f := range rows {
		id, err := a.newID()
		if err != nil {
			return err
		}
		body, err := a.Wire().Reject(id, f.Actor, activitypub.Received{ID: f.FollowID, Type: "Follow", Actor: string(follower), Object: string(a.Site.ActorID(f.Actor))})
		if err != nil {
			return err
		}
		if err := a.sendToOne(ctx, t, outgoing{id: id, actor: f.Actor, kind: "Reject", object: follower, body: body}, f.Inbox); err != nil {
			return err
		}
	}
	return t.Followers.RemoveAll(ctx, follower)
}

func (a *App) hideAllOf(ctx context.Context, t store.Tables, actor embraye.IRI, reason string) error {
	if err := t.Replies.LockOf(ctx, actor); err != nil { // nobody shows one meanwhile
		return err
	}
	rows, err := t.Replies.OfActor(ctx, actor)
	if err != nil {
		return err
	}
	for i := range rows {
		if _, err := a.moveReply(ctx, t, &rows[i], embraye.ReplyHidden, reason); err != nil {
			return err
		}
	}
	return nil
}

// UnblockAuthor listens to an account again. What was hidden stays hidden.
func (a *App) UnblockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("app: unblock an account: %w", err)
	}
	return a.inTx(ctx, func(t store.Tables) error {
		ours, err := t.Actors.List(ctx)
		if err != nil {
			return err
		}
		found := false
		for _, o := range ours {
			id := a.Site.ActorID(o.Handle)
			blocked, err := t.ActorBlocks.Exists(ctx, id, actor)
			if err != nil {
				return err
			}
			if found = found || blocked; !blocked {
				continue
			}
			if err := t.ActorBlocks.Remove(ctx, id, actor); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("app: %.200s is not blocked here: %w", actor, embraye.ErrNotFound)
		}
		return a.recordDetail(ctx, t, by, "actor.unblock", "", "", string(actor), true)
	})
}

// BlockedAuthors lists the accounts that we refuse, newest first.
func (a *App) BlockedAuthors(ctx context.Context, by embraye.Acting) ([]embraye.ActorBlock, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("app: blocked accounts: %w", err)
	}
	return a.Store.Tables().ActorBlocks.By(ctx, a.Site.ActorID(a.Organisation()))
}
