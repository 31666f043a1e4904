package constats

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// AskCorrection tells those who may correct a constat that somebody of the house
// thinks they should, and why.
func (cs *Constats) AskCorrection(ctx context.Context, by embraye.Acting, id, why string) error {
	if err := by.May(embraye.Reader); err != nil {
		return fmt.Errorf("constats: ask for a correction: %w", err)
	}
	why = embraye.OneLine(why)
	if err := app.RequiredText("ask", why, embraye.MaxReason); err != nil {
		return err
	}
	return cs.desk.Store.InTx(ctx, func(t store.Tables) error {
		u, err := t.Updates.Take(ctx, id)
		if err != nil {
			return err
		}
		if u.Withdrawn() {
			return fmt.Errorf("constats: constat %s is withdrawn: %w", id, embraye.ErrGone)
		}
		return cs.desk.Record(ctx, t, by, app.ActionCorrectionAsked, string(cs.desk.Site.UpdateID(id)), why, false)
	})
}

// CloseAsked says that a constat stays as it is, whatever was asked.
func (cs *Constats) CloseAsked(ctx context.Context, by embraye.Acting, id string) error {
	return cs.desk.Store.InTx(ctx, func(t store.Tables) error {
		u, err := t.Updates.Take(ctx, id)
		if err != nil {
			return err
		}
		if err := cs.desk.MayCorrect(ctx, t, by, u); err != nil {
			return err
		}
		return cs.desk.Record(ctx, t, by, app.ActionCorrectionClosed, string(cs.desk.Site.UpdateID(id)), "", false)
	})
}
