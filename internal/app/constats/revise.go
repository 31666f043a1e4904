package constats

import (
	"context"
	"fmt"
	"slices"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ReviseInput is a correction.
type ReviseInput struct {
	Kind    embraye.RevisionKind
	Reason  string
	Quiet   bool // no reply Note « Correction » (INTEROP 0.11)
	Over    int  // the version that was corrected; 0: whichever stands
	Content embraye.Content
}

// Revise corrects a constat. A typo changes what is served and is not sent; a
// correction of substance goes out as an Update to everyone who has the
// constat, and as a short reply for those whose server ignores Updates.
func (cs *Constats) Revise(ctx context.Context, by embraye.Acting, id string, in ReviseInput) (*Published, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("constats: revise: %w", err)
	}
	var out *Published
	err := cs.desk.InTx(ctx, func(t store.Tables) (err error) {
		out, err = cs.reviseIn(ctx, t, by, id, in)
		return err
	})
	return out, err
}

func (cs *Constats) reviseIn(ctx context.Context, t store.Tables, by embraye.Acting, id string, in ReviseInput) (*Published, error) {
	u, err := t.Updates.TakeToWrite(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := cs.desk.MayCorrect(ctx, t, by, u); err != nil {
		return nil, err
	}
	if u.Withdrawn() {
		return nil, fmt.Errorf("constats: constat %s is withdrawn: %w", id, embraye.ErrGone)
	}
	reason, content, err := cs.judge(u, in)
	if err != nil {
		return nil, err
	}
	object := cs.desk.Site.UpdateID(u.ID)
	if err := app.CheckIntegrates(ctx, t, object, u.Integrates(), content.Integrates()); err != nil {
		return nil, err
	}
	if err := cs.settleFiles(ctx, t, &content); err != nil {
		return nil, err
	}
	if err := tellCopies(ctx, t, &content); err != nil {
		return nil, err
	}
	before := u.Content
	u.Content, u.Revision = content, u.Revision+1
	now := cs.desk.Stamp()
	said, err := lastReason(ctx, t, u) // a typo keeps the text of the last correction
	if err != nil {
		return nil, err
	}
	if in.Kind == embraye.Substance {
		now = app.LaterThan(now, u.PublishedAt, u.UpdatedAt)
		u.UpdatedAt, u.Substance, said = &now, u.Revision, reason
	}
	if err := fixBytes(ctx, cs.desk, t, u, said); err != nil {
		return nil, err
	}
	if err := t.Updates.Save(ctx, u); err != nil {
		return nil, err
	}
	if err := insertRevision(ctx, cs.desk, t, u, in.Kind, reason, now); err != nil {
		return nil, err
	}
	out := &Published{Update: u}
	if in.Kind == embraye.Substance {
		if err := cs.sendCorrection(ctx, t, u, before.Stage, reason, in.Quiet, out); err != nil {
			return nil, err
		}
		if err := app.Integrate(ctx, cs.desk, t, object, cs.desk.Site.ActorID(u.Actor), u.Revision, before.Integrates(), u.Integrates()); err != nil {
			return nil, err
		}
	}
	if err := cs.desk.RefreshStates(ctx, t, u, before); err != nil {
		return nil, err
	}
	if err := cs.askToLook(ctx, t, u); err != nil {
		return nil, err
	}
	t.Changed()
	return out, cs.desk.Record(ctx, t, by, "update."+string(in.Kind), string(cs.desk.Site.UpdateID(u.ID)), reason, true)
}

// TakenUp are the reviews that a correction goes on naming as taken up: all that
// the constat names, but one of substance not those that are open anew.
func (cs *Constats) TakenUp(ctx context.Context, u *embraye.Update, kind embraye.RevisionKind) ([]embraye.IRI, error) {
	named := u.Integrates()
	if kind != embraye.Substance || len(named) == 0 {
		return named, nil
	}
	responses, err := cs.desk.Store.Tables().ReviewResponses.To(ctx, named)
	actor := cs.desk.Site.ActorID(u.Actor)
	return slices.DeleteFunc(named, func(r embraye.IRI) bool { return responses[[2]embraye.IRI{r, actor}].OpenAnew() }), err
}

// judge checks a correction, and returns it as it is kept.
func (cs *Constats) judge(u *embraye.Update, in ReviseInput) (reason string, content embraye.Content, err error) {
	reason = embraye.OneLine(in.Reason)
	_, content, err = cs.desk.Frame().Check(u.Scope, in.Content)
	if err = app.WithProblem(err, embraye.TextProblem("reason", reason, embraye.MaxReason, true)); err != nil {
		return "", content, err
	}
	return reason, content, embraye.CheckRevisionOver(in.Over, u.Revision, embraye.CheckRevision(in.Kind, reason, u.Content, content))
}

// Look is what a correction of substance would make of a constat and what other
// servers would get; nothing is kept and nothing is sent.
func (cs *Constats) Look(u embraye.Update, in ReviseInput) (after embraye.Content, html string, err error) {
	reason, content, err := cs.judge(&u, in)
	if err != nil {
		return content, "", err
	}
	u.Content, u.Revision = content, u.Revision+1
	u.Substance = u.Revision
	return content, cs.desk.Wire().Texts().Constat(u, reason), nil
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
func (cs *Constats) sendCorrection(ctx context.Context, t store.Tables, u *embraye.Update, before embraye.Stage, reason string, quiet bool, out *Published) error {
	id, err := cs.desk.NewID()
	if err != nil {
		return err
	}
	object := cs.desk.Site.UpdateID(u.ID)
	body, err := cs.desk.Wire().UpdateOf(id, u.Actor, u.Wire, *u.UpdatedAt)
	if err != nil {
		return err
	}
	everyone := store.Targets{FollowersOf: []string{u.Actor}, Object: object}
	out.ActivityID = id
	if out.Inboxes, err = cs.desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: u.Actor, Kind: "Update", Object: object, Body: body, To: everyone}); err != nil {
		return err
	}
	if err := app.TellReaders(ctx, cs.desk, t, u, embraye.LetterCorrected); err != nil || quiet {
		return err
	}
	noteID, err := cs.desk.NewID()
	if err != nil {
		return err
	}
	note := &embraye.Note{ID: noteID, Kind: embraye.CorrectionNote, Actor: u.Actor, UpdateID: u.ID, InReplyTo: string(object),
		Language: u.Language, HTML: cs.desk.Wire().Texts().Correction(*u, before, reason), PublishedAt: *u.UpdatedAt}
	return cs.desk.PublishNote(ctx, t, note, everyone)
}
