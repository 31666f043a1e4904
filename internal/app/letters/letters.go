// Package letters lets readers follow by mail, without an account: a measure, a
// place, or everything, at once or every Monday.
//
// What always holds: nobody gets anything but the mail with the link before they
// have said there that the address is theirs; nobody learns here whose address
// is known; whoever leaves is forgotten wholly. An address is sealed in the
// database, and stands in no log, journal, export or figure. A letter that a
// mail server may have taken is never sent again: what is to be told is taken
// out of the database before, and put back if it did not go.
//
// Start reading at ask.go, then spread.go and send.go.
package letters

import (
	"context"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // Monday morning is that of the readers, on systems without a table of zones too

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How long things last, and how many may be.
const (
	confirmWithin = 7 * 24 * time.Hour  // then an address that nobody confirmed is forgotten
	inviteEvery   = 24 * time.Hour      // one mail with the link for each address
	burst         = 10 * time.Minute    // what is published within it is one mail
	keepLetters   = 30 * 24 * time.Hour // that could not be told
	anHour        = 500                 // mails to readers
	atATime       = 200                 // in one turn
	batch         = 500                 // subscribers in one transaction
	mondayHour    = 8
	askedPerHour  = 20 // by one client
	askedPerOne   = 6  // for one address
	maxSubjects   = 50 // that one reader follows
)

// Letters is the use cases of readers who follow by mail.
type Letters struct {
	desk *app.App
	zone *time.Location
}

// New opens it over a desk.
func New(desk *app.App) *Letters {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // the table of zones is in the program
	}
	return &Letters{desk, zone}
}

// monday is the next Monday morning.
func (l *Letters) monday(now time.Time) time.Time {
	local := now.In(l.zone)
	days := (7 + int(time.Monday) - int(local.Weekday())) % 7
	at := time.Date(local.Year(), local.Month(), local.Day()+days, mondayHour, 0, 0, 0, l.zone)
	if !at.After(now) {
		at = at.AddDate(0, 0, 7)
	}
	return at
}

// Prune forgets addresses that nobody confirmed and what could not be told.
func (l *Letters) Prune(ctx context.Context) error {
	now := l.desk.Now().UTC()
	return l.desk.Store.InTx(ctx, func(t store.Tables) error {
		return errors.Join(t.Subscribers.Prune(ctx, now.Add(-confirmWithin)), t.Letters.Prune(ctx, now.Add(-keepLetters)))
	})
}

// Counts tells admins how many follow what by mail, and nothing about whom.
func (l *Letters) Counts(ctx context.Context, by embraye.Acting) ([]embraye.SubjectCount, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("letters: counts: %w", err)
	}
	return l.desk.Store.Tables().Subscribers.Counts(ctx)
}
