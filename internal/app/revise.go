package app

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ReviseInput is a correction.
type ReviseInput struct {
	Kind    embraye.RevisionKind
	Reason  string
	Quiet   bool // no reply Note « Correction » (INTEROP 0.11)
	Content embraye.Content
}

// Revise corrects a constat. A typo changes what is served and is not sent; a
// correction of substance goes out as an Update to everyone who has the
// constat, and as a short reply for those whose server ignores Updates.
func (a *App) Revise(ctx context.Context, by embraye.Acting, id string, in ReviseInput) (*Published, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("app: revise: %w", err)
	}
	var out *Published
	err := a.inTx(ctx, func(t store.Tables) (err error) {
		out, err = a.reviseIn(ctx, t, by, id, in)
		return err
	})
	return out, err
}

func (a *App) reviseIn(ctx context.Context, t store.Tables, by embraye.Acting, id string, in ReviseInput) (*Published, error) {
	u, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if u.Withdrawn() {
		return nil, fmt.Errorf("app: constat %s is withdrawn: %w", id, embraye.ErrGone)
	}
	reason := embraye.OneLine(in.Reason)
	_, content, err := a.Frame().Check(u.Scope, in.Content)
	if err = withProblem(err, embraye.TextProblem("reason", reason, embraye.MaxReason, true)); err != nil {
		return nil, err
	}
	if err := embraye.CheckRevision(in.Kind, reason, u.Content, content); err != nil {
		return nil, err
	}
	if err := a.settleFiles(ctx, t, &content); err != nil {
		return nil, err
	}
	before := u.Stage
	u.Content, u.Revision = content, u.Revision+1
	now := a.now()
	said, err := lastReason(ctx, t, u) // a typo keeps the text of the last correction
	if err != nil {
		return nil, err
	}
	if in.Kind == embraye.Substance {
		now = laterThan(now, u.PublishedAt, u.UpdatedAt)
		u.UpdatedAt, u.Substance, said = &now, u.Revision, reason
	}
	if u.Wire, err = a.Wire().Note(*u, said); err != nil {
		return nil, err
	}
	u.WireVersion = wireVersion
	if err := t.Updates.Save(ctx, u); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, t, u, in.Kind, reason, now); err != nil {
		return nil, err
	}
	out := &Published{Update: u}
	if in.Kind == embraye.Substance {
		if err := a.sendCorrection(ctx, t, u, before, reason, in.Quiet, out); err != nil {
			return nil, err
		}
	}
	if err := a.refreshPinned(ctx, t, u.Measure); err != nil {
		return nil, err
	}
	t.Changed()
	return out, a.record(ctx, t, by, "update."+string(in.Kind), string(a.Site.UpdateID(u.ID)), reason, true)
}

// lastReason is the reason of the last correction of substance, if any.
func lastReason(ctx context.Context, t store.Tables, u *embraye.Update) (string, error) {
	if u.Substance <= 1 {
		return "", nil
	}
	r, err := t.Revisions.Take(ctx, u.ID, u.Substance)
	if err != nil {
		return "", err
	}
	return r.Reason, nil
}

// sendCorrection tells everyone who has the constat: followers, everyone who
// liked, boosted, quoted or replied, and every inbox that got the Create.
func (a *App) sendCorrection(ctx context.Context, t store.Tables, u *embraye.Update, before embraye.Stage, reason string, quiet bool, out *Published) error {
	id, err := a.newID()
	if err != nil {
		return err
	}
	object := a.Site.UpdateID(u.ID)
	body, err := a.Wire().UpdateOf(id, u.Actor, u.Wire, *u.UpdatedAt)
	if err != nil {
		return err
	}
	everyone := store.Targets{FollowersOf: []string{u.Actor}, Object: object}
	out.ActivityID = id
	if out.Inboxes, err = a.sendToMany(ctx, t, outgoing{id: id, actor: u.Actor, kind: "Update", object: object, body: body, to: everyone}); err != nil {
		return err
	}
	if quiet {
		return nil
	}
	noteID, err := a.newID()
	if err != nil {
		return err
	}
	note := &embraye.Note{ID: noteID, Kind: embraye.CorrectionNote, Actor: u.Actor, UpdateID: u.ID, InReplyTo: string(object),
		Language: u.Language, HTML: a.Wire().CorrectionHTML(*u, before, reason), PublishedAt: *u.UpdatedAt}
	return a.publishNote(ctx, t, note, everyone)
}

// publishNote stores and sends a Note of ours that is not a constat.
func (a *App) publishNote(ctx context.Context, t store.Tables, n *embraye.Note, to store.Targets, mentions ...activitypub.Mention) error {
	if err := a.saveNote(ctx, t, n, true, mentions...); err != nil {
		return err
	}
	id, err := a.newID()
	if err != nil {
		return err
	}
	body, err := a.Wire().Create(id, n.Wire)
	if err != nil {
		return err
	}
	_, err = a.sendToMany(ctx, t, outgoing{id: id, actor: n.Actor, kind: "Create", object: a.Site.NoteID(n.ID), body: body, outbox: true, to: to})
	return err
}

// laterThan is now, or one second after what was said before: `updated` grows
// with every Update, and peers compare whole seconds (INTEROP A, top 5).
func laterThan(now, published time.Time, updated *time.Time) time.Time {
	last := published
	if updated != nil {
		last = *updated
	}
	if now.After(last) {
		return now
	}
	return last.UTC().Add(time.Second)
}
