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
	FactorRequired bool // admins need a second factor
}

const (
	settingRepliesOpen    = "replies_open"
	settingFactorRequired = "factor_required"
)

// Rules reads them.
func (o *Organisation) Rules(ctx context.Context) (Rules, error) {
	return RulesIn(ctx, o.desk.Store.Tables())
}

// RulesIn reads them inside a transaction of the caller's.
func RulesIn(ctx context.Context, t store.Tables) (r Rules, err error) {
	if r.ReviewRequired, err = app.SettingOn(ctx, t, app.SettingReviewRequired); err != nil {
		return r, err
	}
	if r.RepliesOpen, err = RepliesOpen(ctx, t); err != nil {
		return r, err
	}
	r.FactorRequired, err = app.SettingOn(ctx, t, settingFactorRequired)
	return r, err
}

// RepliesOpen is the one rule that whoever receives replies asks for.
func RepliesOpen(ctx context.Context, t store.Tables) (bool, error) {
	return app.SettingOn(ctx, t, settingRepliesOpen)
}

// SetRules changes them. Who has no second factor cannot ask for one: they would
// shut themselves out.
func (o *Organisation) SetRules(ctx context.Context, by embraye.Acting, r Rules) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: rules: %w", err)
	}
	return o.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := mayAskForFactors(ctx, t, by, r); err != nil {
			return err
		}
		for _, rule := range []struct { // always in this order: two who change them wait for each other, not in a circle
			key string
			on  bool
		}{{app.SettingReviewRequired, r.ReviewRequired}, {settingRepliesOpen, r.RepliesOpen}, {settingFactorRequired, r.FactorRequired}} {
			if err := t.Settings.Set(ctx, rule.key, strconv.FormatBool(rule.on)); err != nil {
				return err
			}
		}
		detail := fmt.Sprintf("review_required=%t replies_open=%t factor_required=%t", r.ReviewRequired, r.RepliesOpen, r.FactorRequired)
		return o.desk.RecordDetail(ctx, t, by, "organisation.rules", string(o.desk.Site.ActorID(o.desk.Organisation())), "", detail, false)
	})
}

// mayAskForFactors refuses to begin to want second factors without one's own.
func mayAskForFactors(ctx context.Context, t store.Tables, by embraye.Acting, r Rules) error {
	before, err := app.SettingOn(ctx, t, settingFactorRequired)
	if err != nil || !r.FactorRequired || before || by.Person == nil {
		return err
	}
	own, err := t.Factors.Of(ctx, by.PersonID())
	if err == nil && !own.On() {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "factor_required", Code: "own_factor_first"}}}
	}
	return err
}
