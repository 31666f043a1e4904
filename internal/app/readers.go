package app

import (
	"context"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// TellReaders has those who follow by mail told of a constat, in the transaction
// of what became of it. Whether letters are sent is for the process to know that
// does the job: a command has no need of the mail server's setting.
func TellReaders(ctx context.Context, a *App, t store.Tables, u *embraye.Update, kind embraye.LetterKind) error {
	return a.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLetters, Subject: strings.Join([]string{u.ID, string(kind)}, " ")})
}
