package app

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// OrgHandleLocked tells whether somebody may have heard of the organisation's
// handle: then it is what it is, for good.
func (a *App) OrgHandleLocked(ctx context.Context) (bool, error) {
	return a.handleLocked(ctx, a.Store.Tables())
}

// handleLocked: followers of any of our actors have read who their organisation
// is; withdrawn constats have been published too; whatever the organisation
// said carries its handle.
func (a *App) handleLocked(ctx context.Context, t store.Tables) (bool, error) {
	constats, err := t.Updates.Page(ctx, embraye.ConstatFilter{Limit: 1})
	if err != nil || len(constats) > 0 {
		return len(constats) > 0, err
	}
	followers, err := t.Followers.Total(ctx)
	if err != nil || followers > 0 {
		return followers > 0, err
	}
	said, err := t.Activities.CountOf(ctx, a.Organisation())
	return said > 0, err
}

// SetOrgHandle gives the organisation another handle, until somebody may have
// heard of the one it has.
func (a *App) SetOrgHandle(ctx context.Context, by embraye.Acting, handle string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("app: handle: %w", err)
	}
	handle = embraye.Address(handle)
	if handle == a.Organisation() {
		return nil
	}
	if err := a.checkHandle("org_handle", handle); err != nil {
		return err
	}
	if err := a.inTx(ctx, func(t store.Tables) error { return a.renameIn(ctx, t, by, handle) }); err != nil {
		return err
	}
	return a.Reload(ctx)
}

// checkHandle refuses what would not be a handle, or is another actor's.
func (a *App) checkHandle(field, handle string) error {
	code := ""
	if !embraye.ValidHandle(handle) {
		code = "bad_account_name"
	} else if _, taken := a.reference.MeasureByHandle(handle); taken || handle == embraye.InstanceHandle {
		code = "handle_is_reserved"
	}
	if code == "" {
		return nil
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: code, Value: cut(handle, embraye.MaxName)}}}
}

func (a *App) renameIn(ctx context.Context, t store.Tables, by embraye.Acting, handle string) error {
	locked, err := a.handleLocked(ctx, t)
	if err != nil {
		return err
	}
	if locked {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "org_handle", Code: "handle_is_locked", Value: a.Organisation()}}}
	}
	if err := t.Actors.Rename(ctx, a.Organisation(), handle); err != nil {
		return err
	}
	t.Changed()
	return a.record(ctx, t, by, renamed, string(a.Site.ActorID(handle)), "", false)
}
