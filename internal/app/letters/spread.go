package letters

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// sendJob is the subject of a job that sends what is due; those of the others
// begin with the id of a constat.
const sendJob = "send"

// due is when something new is told.
func (l *Letters) due(often embraye.Often) time.Time {
	if often == embraye.Weekly {
		return l.monday(l.desk.Now())
	}
	return l.desk.Stamp().Add(burst)
}

// Do does one job, or what is due. A job that writes letters ends with done, in
// the transaction in which the next one is asked for: of a fan-out that was cut
// off, nothing is written twice and nothing is left out.
func (l *Letters) Do(ctx context.Context, subject string, done func(context.Context, store.Tables) error) error {
	if subject == "" || subject == sendJob {
		return l.Send(ctx)
	}
	words := strings.Fields(subject)
	if len(words) < 2 {
		return fmt.Errorf("letters: a job for %q", subject)
	}
	after := int64(0)
	if len(words) > 2 {
		var err error
		if after, err = strconv.ParseInt(words[2], 10, 64); err != nil {
			return fmt.Errorf("letters: a job for %q: %w", subject, err)
		}
	}
	return l.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := l.spread(ctx, t, words[0], embraye.LetterKind(words[1]), after); err != nil {
			return err
		}
		return done(ctx, t)
	})
}

// spread writes the letters of one batch of subscribers, and asks for the next;
// none where there is no mail server.
func (l *Letters) spread(ctx context.Context, t store.Tables, update string, kind embraye.LetterKind, after int64) error {
	if !l.desk.Mails() {
		return nil
	}
	u, err := t.Updates.Take(ctx, update)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil // taken away for good, as what was to be looked at is
	}
	if err != nil {
		return err
	}
	s := store.Spread{Letter: embraye.Letter{UpdateID: update, Kind: kind, AskedAt: l.desk.Stamp()}, Measure: u.Measure,
		Places: l.desk.Territories.Around(u.Territory), After: after, AtOnce: l.due(embraye.AtOnce), Weekly: l.due(embraye.Weekly)}
	last, err := t.Letters.Spread(ctx, s, batch)
	if err != nil {
		return err
	}
	if last > 0 {
		return l.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLetters, Subject: fmt.Sprintf("%s %s %d", update, kind, last)})
	}
	if after == 0 {
		return nil // nobody follows by mail
	}
	return l.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLetters, Subject: sendJob, At: s.AtOnce})
}
