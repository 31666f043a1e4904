package constats

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// WithdrawInput says why a constat is taken back.
type WithdrawInput struct {
	Reason string // shown to the public with the date
	Erase  bool   // also remove the earlier texts for editors
}

// Withdraw takes a constat back, for good: Delete to everyone who has it, 410
// on every face, its correction Notes deleted too and our boosts of it undone.
func (cs *Constats) Withdraw(ctx context.Context, by embraye.Acting, id string, in WithdrawInput) error {
	if err := by.May(embraye.Editor); err != nil {
		return fmt.Errorf("constats: withdraw: %w", err)
	}
	reason := embraye.OneLine(in.Reason)
	if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	return cs.desk.InTx(ctx, func(t store.Tables) error { return cs.withdrawIn(ctx, t, by, id, reason, in.Erase) })
}

func (cs *Constats) withdrawIn(ctx context.Context, t store.Tables, by embraye.Acting, id, reason string, erase bool) error {
	u, err := t.Updates.TakeToWrite(ctx, id)
	if err != nil {
		return err
	}
	if err := cs.desk.MayCorrect(ctx, t, by, u); err != nil {
		return err
	}
	if u.Withdrawn() {
		return fmt.Errorf("constats: constat %s is already withdrawn: %w", id, embraye.ErrGone)
	}
	now, said := cs.desk.Stamp(), u.Content
	object := cs.desk.Site.UpdateID(u.ID)
	everyone := store.Targets{FollowersOf: []string{u.Actor}, Object: object}
	if err := cs.desk.UndoBoosts(ctx, t, object); err != nil {
		return err
	}
	if err := cs.deleteNotesOf(ctx, t, u, now, erase); err != nil {
		return err
	}
	if err := cs.takeBack(ctx, t, u, now, reason, erase); err != nil {
		return err
	}
	if err := cs.desk.SendDelete(ctx, t, u.Actor, object, u.PublishedAt, now, everyone); err != nil {
		return err
	}
	if err := cs.desk.RefreshStates(ctx, t, u, said); err != nil {
		return err
	}
	if err := app.TellReaders(ctx, cs.desk, t, u, embraye.LetterWithdrawn); err != nil {
		return err
	}
	t.Changed()
	return cs.desk.Record(ctx, t, by, "update.withdraw", string(object), reason, true)
}

// takeBack hides what a constat said and its files; erased, editors lose it too.
func (cs *Constats) takeBack(ctx context.Context, t store.Tables, u *embraye.Update, at time.Time, reason string, erase bool) error {
	u.WithdrawnAt, u.WithdrawReason, u.Erased = &at, reason, erase
	if erase {
		u.Content = embraye.Content{Stage: u.Stage, Licence: u.Licence, Language: u.Language}
		u.Wire = nil
	}
	if err := t.Updates.Save(ctx, u); err != nil {
		return err
	}
	if err := cs.hideFiles(ctx, t, u.ID); err != nil {
		return err
	}
	if !erase {
		return nil
	}
	return t.Revisions.Erase(ctx, u.ID)
}

// deleteNotesOf deletes the correction Notes and answers under a constat; erased,
// their bytes are gone too.
func (cs *Constats) deleteNotesOf(ctx context.Context, t store.Tables, u *embraye.Update, at time.Time, erase bool) error {
	notes, err := t.Notes.OfUpdate(ctx, u.ID)
	if err != nil {
		return err
	}
	for i := range notes {
		n := &notes[i]
		if n.DeletedAt != nil {
			continue
		}
		n.DeletedAt, n.HTML = &at, ""
		if erase {
			n.Wire, n.Salt = nil, []byte{}
		}
		if err := t.Notes.Save(ctx, n); err != nil {
			return err
		}
		object := cs.desk.Site.NoteID(n.ID)
		to := store.Targets{FollowersOf: []string{n.Actor}, Object: object}
		if err := cs.desk.SendDelete(ctx, t, n.Actor, object, n.PublishedAt, at, to); err != nil {
			return err
		}
	}
	return nil
}

// Find takes a ULID or the address of a constat of ours.
func (cs *Constats) Find(ctx context.Context, idOrURL string) (*embraye.Update, error) {
	id := strings.ToLower(embraye.Address(idOrURL))
	if local, ok := cs.desk.Site.LocalUpdate(embraye.IRI(embraye.Address(idOrURL))); ok {
		id = local
	}
	if !embraye.ValidID(id) {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "id", Code: "not_a_constat", Value: idOrURL}}}
	}
	u, err := cs.desk.Store.Tables().Updates.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, fmt.Errorf("no constat %s here: %w", id, embraye.ErrNotFound)
	}
	return u, err
}
