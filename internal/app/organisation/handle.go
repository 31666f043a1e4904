package organisation

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// HandleLocked tells whether somebody may have heard of the organisation's
// handle: then it is what it is, for good.
func (o *Organisation) HandleLocked(ctx context.Context) (bool, error) {
	return o.handleLocked(ctx, o.desk.Store.Tables())
}

// handleLocked: followers of any of our actors have read who their organisation
// is; withdrawn constats have been published too; whatever the organisation
// said carries its handle.
func (o *Organisation) handleLocked(ctx context.Context, t store.Tables) (bool, error) {
	constats, err := t.Updates.Page(ctx, embraye.ConstatFilter{Limit: 1})
	if err != nil || len(constats) > 0 {
		return len(constats) > 0, err
	}
	followers, err := t.Followers.Total(ctx)
	if err != nil || followers > 0 {
		return followers > 0, err
	}
	said, err := t.Activities.CountOf(ctx, o.desk.Organisation())
	return said > 0, err
}

// SetHandle gives the organisation another handle, until somebody may have
// heard of the one it has.
func (o *Organisation) SetHandle(ctx context.Context, by embraye.Acting, handle string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: handle: %w", err)
	}
	handle = embraye.Address(handle)
	if handle == o.desk.Organisation() {
		return nil
	}
	if err := o.CheckHandle("org_handle", handle); err != nil {
		return err
	}
	if err := o.desk.InTx(ctx, func(t store.Tables) error { return o.RenameIn(ctx, t, by, handle) }); err != nil {
		return err
	}
	return o.desk.Reload(ctx)
}

// CheckHandle refuses what would not be a handle, or is another actor's.
func (o *Organisation) CheckHandle(field, handle string) error {
	code := ""
	if !embraye.ValidHandle(handle) {
		code = "bad_account_name"
	} else if _, taken := o.desk.Reference().MeasureByHandle(handle); taken || handle == embraye.InstanceHandle {
		code = "handle_is_reserved"
	}
	if code == "" {
		return nil
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: code, Value: app.Cut(handle, embraye.MaxName)}}}
}

// RenameIn is SetHandle inside a transaction of the caller's.
func (o *Organisation) RenameIn(ctx context.Context, t store.Tables, by embraye.Acting, handle string) error {
	locked, err := o.handleLocked(ctx, t)
	if err != nil {
		return err
	}
	if locked {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "org_handle", Code: "handle_is_locked", Value: o.desk.Organisation()}}}
	}
	if err := t.Actors.Rename(ctx, o.desk.Organisation(), handle); err != nil {
		return err
	}
	t.Changed()
	return o.desk.Record(ctx, t, by, renamed, string(o.desk.Site.ActorID(handle)), "", false)
}
