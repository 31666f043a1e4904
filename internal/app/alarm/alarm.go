// Package alarm writes to those who lead an instance when something is wrong with
// it and stays so: nobody opens the page « Santé » of a machine that they have
// forgotten.
//
// One rule holds: what has been told is kept after the mails went, so that a mail
// server that is away costs a turn and no news.
//
// Start reading at Alarm.Look.
package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/mail"
	"embraye/internal/store"
)

const (
	// kept is the setting with what is wrong now.
	kept = "alarm.troubles"
	// Untold is the setting with when the mail server refused the last alarm for every
	// admin, and what it answered; there is none once an admin was told.
	Untold = "alarm.untold"
	// lasts is how long something is wrong before it is told: two turns.
	lasts = 55 * time.Minute
	// again is when it is told once more.
	again = 7 * 24 * time.Hour
)

// trouble is what is wrong with one matter, and since when.
type trouble struct {
	Since time.Time `json:"since"`
	Told  time.Time `json:"told,omitzero"`
}

// Alarm looks at one instance.
type Alarm struct {
	desk *app.App
	look func(context.Context) []check.Finding
}

// New makes an alarm that looks by this; nothing is looked at yet.
func New(desk *app.App, look func(context.Context) []check.Finding) *Alarm { return &Alarm{desk, look} }

// Look sees what is wrong. What was so an hour ago too is told to all admins, once
// a week, and its end as well. It does nothing without a mail server.
func (a *Alarm) Look(ctx context.Context) error {
	if !a.desk.Mails() {
		return nil
	}
	t := a.desk.Store.Tables()
	before, err := a.known(ctx, t)
	if err != nil {
		return err
	}
	news, after := compare(before, a.wrong(ctx), a.desk.Stamp())
	spoken, untold := len(news.wrong)+len(news.over) > 0, ""
	if spoken {
		if untold, err = a.tell(ctx, t, news); err != nil {
			return err
		}
	}
	if !spoken && maps.Equal(before, after) {
		return nil
	}
	text, err := json.Marshal(after)
	if err != nil {
		return err
	}
	return a.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.Settings.Set(ctx, kept, string(text)); err != nil || !spoken {
			return err
		}
		if untold == "" {
			return t.Settings.Remove(ctx, Untold)
		}
		return t.Settings.Set(ctx, Untold, untold)
	})
}

// news are what a message tells: what is wrong, the matters that are over, and those
// that last and were told before.
type news struct {
	wrong       []check.Finding
	over, still []string
}

// compare makes news of what was wrong and what is, and says what is to be kept.
func compare(before map[string]trouble, wrong []check.Finding, now time.Time) (n news, after map[string]trouble) {
	after = map[string]trouble{}
	for _, f := range wrong {
		was, there := before[f.Code]
		if !there {
			was.Since = now
		}
		switch {
		case now.Sub(was.Since) >= lasts && now.Sub(was.Told) >= again:
			n.wrong, was.Told = append(n.wrong, f), now
		case !was.Told.IsZero():
			n.still = append(n.still, f.Code)
		}
		after[f.Code] = was
	}
	for code, was := range before {
		if _, lasts := after[code]; !lasts && !was.Told.IsZero() {
			n.over = append(n.over, code)
		}
	}
	slices.Sort(n.over)
	return n, after
}

func (a *Alarm) known(ctx context.Context, t store.Tables) (map[string]trouble, error) {
	text, there, err := t.Settings.Get(ctx, kept)
	known := map[string]trouble{}
	if err != nil || !there {
		return known, err
	}
	if err := json.Unmarshal([]byte(text), &known); err != nil {
		return nil, fmt.Errorf("alarm: reading the setting %s: %w", kept, err)
	}
	return known, nil
}

// wrong is one finding of each matter that somebody has to be woken for.
func (a *Alarm) wrong(ctx context.Context) (list []check.Finding) {
	seen := map[string]bool{}
	for _, f := range a.look(ctx) {
		if f.Wakes() && !seen[f.Code] {
			seen[f.Code] = true
			list = append(list, f)
		}
	}
	return list
}

// tell writes to every admin; one who cannot be written to keeps no other from it.
// It fails if nobody could be told, but for those whom the mail server refuses for
// good: the next turn would hear the same. If that is all of them it returns what
// Untold keeps.
func (a *Alarm) tell(ctx context.Context, t store.Tables, n news) (untold string, err error) {
	people, err := t.People.List(ctx)
	if err != nil {
		return "", err
	}
	var failed error
	told := 0
	for _, p := range people {
		if p.Role != embraye.Admin || p.Disabled {
			continue
		}
		if err := a.desk.Mail.Send(ctx, a.message(&p, n)); err != nil {
			why := mail.Why(err, p.Email)
			if answer, _ := mail.AnswerOf(err); answer.Lasting() {
				a.desk.Tally.MailsGivenUp.Add(1)
				a.desk.Log.Error("the mail server refused for good to tell an admin what is wrong", "error", why)
				untold = a.desk.Stamp().Format(time.RFC3339) + " " + answer.Short()
				continue
			}
			a.desk.Tally.MailsFailed.Add(1)
			failed = errors.Join(failed, why)
			continue
		}
		a.desk.Tally.MailsSent.Add(1)
		told++
	}
	if told > 0 {
		if failed != nil {
			a.desk.Log.Warn("not every admin could be told what is wrong", "told", told, "error", failed)
		}
		return "", nil
	}
	return untold, failed
}

func (a *Alarm) message(to *embraye.Person, n news) mail.Message {
	language := to.Language
	if language == "" {
		language = a.desk.Language
	}
	word := func(key string, args ...any) string { return a.desk.Catalogue.T(language, key, args...) }
	subject, paragraphs := "mail.alarm.subject", []string{word("mail.hello_name", to.Name)}
	if len(n.wrong) > 0 {
		paragraphs = append(paragraphs, word("mail.alarm.wrong", a.desk.Site.Base))
		for _, f := range n.wrong {
			paragraphs = append(paragraphs, fmt.Sprintf("* %s : %s\n  %s\n  → %s", word("office.health."+f.Code), word("office.health."+f.Code+"."+string(f.State)), f.Sentence, f.Remedy))
		}
	}
	for _, code := range n.over {
		paragraphs = append(paragraphs, word("mail.alarm.over", word("office.health."+code)))
	}
	for _, code := range n.still {
		paragraphs = append(paragraphs, word("mail.alarm.still", word("office.health."+code)))
	}
	where := word("mail.alarm.where", a.desk.Site.Base+"/office/health")
	if len(n.wrong)+len(n.still) > 0 {
		where += "\n" + word("mail.alarm.again")
	} else {
		subject = "mail.alarm.subject_over"
	}
	paragraphs = append(paragraphs, where, word("mail.no_answer"))
	return mail.Message{To: to.Email, Subject: word(subject, a.desk.Site.Base), Text: strings.Join(paragraphs, "\n\n") + "\n", Language: language}
}
