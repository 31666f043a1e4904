package organisation

import (
	"context"
	"fmt"
	"strconv"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Rules are how this organisation works.
type Rules struct {
	ReviewRequired bool // editors cannot publish, only send for review
	RepliesOpen    bool // public replies to constats are shown at once
}

const settingRepliesOpen = "replies_open"

// Rules reads them.
func (o *Organisation) Rules(ctx context.Context) (Rules, error) {
	return RulesIn(ctx, o.desk.Store.Tables())
}

// RulesIn reads them inside a transaction of the caller's.
func RulesIn(ctx context.Context, t store.Tables) (r Rules, err error) {
	if r.ReviewRequired, err = app.SettingOn(ctx, t, app.SettingReviewRequired); err != nil {
		return r, err
	}
	r.RepliesOpen, err = app.SettingOn(ctx, t, settingRepliesOpen)
	return r, err
}

// SetRules changes them.
func (o *Organisation) SetRules(ctx context.Context, by embraye.Acting, r Rules) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: rules: %w", err)
	}
	return o.desk.Store.InTx(ctx, func(t store.Tables) error {
		for _, rule := range []struct { // always in this order: two who change them wait for each other, not in a circle
			key string
			on  bool
		}{{app.SettingReviewRequired, r.ReviewRequired}, {settingRepliesOpen, r.RepliesOpen}} {
			if err := t.Settings.Set(ctx, rule.key, strconv.FormatBool(rule.on)); err != nil {
				return err
			}
		}
		detail := fmt.Sprintf("review_required=%t replies_open=%t", r.ReviewRequired, r.RepliesOpen)
		return o.desk.RecordDetail(ctx, t, by, "organisation.rules", string(o.desk.Site.ActorID(o.desk.Organisation())), "", detail, false)
	})
}
