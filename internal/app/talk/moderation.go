package talk

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Show shows a public reply below what it answers.
func (k *Talk) Show(ctx context.Context, by embraye.Acting, id int64) error {
	return k.decide(ctx, by, id, func(t store.Tables, r *embraye.Reply) error {
		if !r.Showable() {
			return app.OneProblem("reply", "cannot_be_shown", "")
		}
		return k.showIn(ctx, t, by, r)
	})
}

func (k *Talk) showIn(ctx context.Context, t store.Tables, by embraye.Acting, r *embraye.Reply) error {
	changed, err := k.moveReply(ctx, t, r, embraye.ReplyShown, "")
	if err != nil || !changed {
		return err
	}
	return k.desk.RecordDetail(ctx, t, by, "reply.show", string(r.Object), "", string(r.URI), true)
}

// Hide takes a reply off the site, with a reason that is public. What
// could never be shown is only filed: nobody has to give a reason for that.
func (k *Talk) Hide(ctx context.Context, by embraye.Acting, id int64, reason string) error {
	given := embraye.OneLine(reason)
	return k.decide(ctx, by, id, func(t store.Tables, r *embraye.Reply) error {
		action, about, reason := "reply.hide", string(r.Object), given
		if !r.Showable() {
			action, about, reason = "reply.file", "", ""
		} else if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
			return err
		}
		changed, err := k.moveReply(ctx, t, r, embraye.ReplyHidden, reason)
		if err != nil || !changed {
			return err
		}
		return k.desk.RecordDetail(ctx, t, by, action, about, reason, string(r.URI), r.Showable())
	})
}

func (k *Talk) decide(ctx context.Context, by embraye.Acting, id int64, f func(store.Tables, *embraye.Reply) error) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: decide about a reply: %w", err)
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		r, err := t.Replies.Take(ctx, id)
		if err != nil {
			return err
		}
		return f(t, r)
	})
}

// moveReply changes the state and the public count; changed is false if that
// was decided before. A colleague who decided otherwise meanwhile wins.
func (k *Talk) moveReply(ctx context.Context, t store.Tables, r *embraye.Reply, to embraye.ReplyState, reason string) (changed bool, err error) {
	from := r.State
	if from == to {
		return false, nil
	}
	if changed, err = t.Replies.Decide(ctx, r, to, reason); err != nil {
		return false, err
	}
	if !changed {
		return false, fmt.Errorf("talk: the reply %d changed meanwhile: %w", r.ID, embraye.ErrConflict)
	}
	switch embraye.ReplyShown {
	case to:
		k.desk.Ours.CountReply(t, r, 1)
	case from:
		k.desk.Ours.CountReply(t, r, -1)
	}
	return true, nil
}

// BlockAuthor refuses one account: what it writes from now on is ignored, what
// it wrote is hidden, and it follows none of our actors any more.
func (k *Talk) BlockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI, reason string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: block an account: %w", err)
	}
	reason = embraye.OneLine(reason)
	if err := app.CheckText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	if _, err := embraye.ParseIRI(string(actor), k.desk.AllowHTTP); err != nil {
		return fmt.Errorf("talk: block %q: %w", app.Cut(string(actor), embraye.MaxName), err)
	}
	if k.desk.Site.Ours(actor) {
		return app.OneProblem("actor", "is_this_instance", string(actor))
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		blocked, err := t.ActorBlocks.Exists(ctx, k.desk.Site.ActorID(k.desk.Organisation()), actor)
		if err != nil || blocked {
			return err
		}
		ours, err := t.Actors.List(ctx)
		if err != nil {
			return err
		}
		for _, o := range ours {
			block := &embraye.ActorBlock{Blocker: k.desk.Site.ActorID(o.Handle), Blocked: actor, CreatedAt: k.desk.Stamp()}
			if err := t.ActorBlocks.Add(ctx, block); err != nil {
				return err
			}
		}
		if err := k.rejectFollower(ctx, t, actor); err != nil {
			return err
		}
		if err := t.Followers.RemoveAll(ctx, actor); err != nil {
			return err
		}
		if err := k.hideAllOf(ctx, t, actor, reason); err != nil {
			return err
		}
		t.Changed()
		return k.desk.RecordDetail(ctx, t, by, "actor.block", "", reason, string(actor), true)
	})
}

// rejectFollower tells somebody that it follows nobody here any more. A Reject of a
// Follow that was accepted is how their server learns of it.
func (k *Domains) rejectFollower(ctx context.Context, t store.Tables, follower embraye.IRI) error {
	rows, err := t.Followers.Of(ctx, follower)
	if err != nil {
		return err
	}
	for _, f := range rows {
		if err := k.answerFollow(ctx, t, &f, "Reject"); err != nil {
			return err
		}
	}
	return nil
}

func (k *Talk) hideAllOf(ctx context.Context, t store.Tables, actor embraye.IRI, reason string) error {
	if err := t.Replies.LockOf(ctx, actor); err != nil { // nobody shows one meanwhile
		return err
	}
	rows, err := t.Replies.OfActor(ctx, actor)
	if err != nil {
		return err
	}
	for i := range rows {
		if _, err := k.moveReply(ctx, t, &rows[i], embraye.ReplyHidden, reason); err != nil {
			return err
		}
	}
	if err := t.Aside.ForgetRepliesOf(ctx, actor); err != nil {
		return err
	}
	return t.PeerReviews.HideOf(ctx, actor, reason)
}

// UnblockAuthor listens to an account again. What was hidden stays hidden.
func (k *Talk) UnblockAuthor(ctx context.Context, by embraye.Acting, actor embraye.IRI) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: unblock an account: %w", err)
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		ours, err := t.Actors.List(ctx)
		if err != nil {
			return err
		}
		found := false
		for _, o := range ours {
			id := k.desk.Site.ActorID(o.Handle)
			blocked, err := t.ActorBlocks.Exists(ctx, id, actor)
			if err != nil {
				return err
			}
			if found = found || blocked; !blocked {
				continue
			}
			if _, err := t.ActorBlocks.Remove(ctx, id, actor); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("talk: %.200s is not blocked here: %w", actor, embraye.ErrNotFound)
		}
		return k.desk.RecordDetail(ctx, t, by, "actor.unblock", "", "", string(actor), true)
	})
}

// BlockedAuthors lists the accounts that we refuse, newest first.
func (k *Talk) BlockedAuthors(ctx context.Context, by embraye.Acting) ([]embraye.ActorBlock, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: blocked accounts: %w", err)
	}
	return k.desk.Store.Tables().ActorBlocks.By(ctx, k.desk.Site.ActorID(k.desk.Organisation()))
}
