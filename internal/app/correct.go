package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// SettingReviewRequired is the rule that a second person reads what editors
// write before it goes out.
const SettingReviewRequired = "review_required"

// SettingOn reads a rule of the organisation.
func SettingOn(ctx context.Context, t store.Tables, key string) (bool, error) {
	value, ok, err := t.Settings.Get(ctx, key)
	if err != nil || !ok {
		return false, err
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("app: setting %s: %w", key, err)
	}
	return on, nil
}

// MayCorrect is nil for who may correct and withdraw a constat: reviewers any,
// editors their own, unless the organisation wants a second person to read
// first.
func (a *App) MayCorrect(ctx context.Context, t store.Tables, by embraye.Acting, u *embraye.Update) error {
	if by.May(embraye.Reviewer) == nil {
		return nil
	}
	refused := fmt.Errorf("app: correct the constat %s: %w", u.ID, embraye.ErrForbidden)
	if by.May(embraye.Editor) != nil || u.Owner == 0 || u.Owner != by.PersonID() {
		return refused
	}
	required, err := SettingOn(ctx, t, SettingReviewRequired)
	if err == nil && required {
		err = refused
	}
	return err
}

// Wishes for a correction are entries of the audit log, until something has
// come of them.
const (
	ActionCorrectionAsked  = "update.ask"
	ActionCorrectionClosed = "update.ask_close"
	wishesLast             = 180 * 24 * time.Hour
)

// CorrectionsAsked lists the wishes for corrections of which nothing has come
// yet, the last first, one of a constat.
func (a *App) CorrectionsAsked(ctx context.Context, t store.Tables) ([]embraye.AuditEntry, error) {
	return a.Unsettled(ctx, t, wishesLast, ActionCorrectionAsked, ActionCorrectionClosed, "update.substance", "update.typo", "update.withdraw")
}

// unsettledMost is how many entries Unsettled looks at.
const unsettledMost = 100

// Unsettled lists what an action was lately about and none of those that help
// since, once each, the last first.
func (a *App) Unsettled(ctx context.Context, t store.Tables, within time.Duration, what string, help ...string) ([]embraye.AuditEntry, error) {
	asked, err := t.Audit.Recent(ctx, what, unsettledMost)
	asked = slices.DeleteFunc(asked, func(e embraye.AuditEntry) bool { return a.Stamp().Sub(e.At) >= within })
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	var about []string
	for _, e := range asked {
		about = append(about, e.Object)
	}
	helped, err := t.Audit.Last(ctx, asked[len(asked)-1].ID, help, about)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(asked, func(e embraye.AuditEntry) bool {
		settled := e.ID <= helped[e.Object]
		helped[e.Object] = max(helped[e.Object], e.ID) // earlier ones are the same wish
		return settled
	}), nil
}
