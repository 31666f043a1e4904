package app

import (
	"context"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// TellReaders has those who follow by mail told of a constat, in the transaction
// of what became of it.
func TellReaders(ctx context.Context, a *App, t store.Tables, u *embraye.Update, kind embraye.LetterKind) error {
	if !a.Mails() {
		return nil
	}
	return a.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLetters, Subject: strings.Join([]string{u.ID, string(kind)}, " ")})
}
