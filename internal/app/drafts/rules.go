package drafts

import (
	"context"
	"fmt"

	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// mayPublish: reviewers publish any draft, editors their own unless the
// organisation wants a second person to read it first.
func (ds *Drafts) mayPublish(ctx context.Context, t store.Tables, by embraye.Acting, d *embraye.Draft) error {
	if by.May(embraye.Reviewer) == nil {
		return nil
	}
	if mayWrite(by) != nil || d.Owner != by.PersonID() {
		return fmt.Errorf("drafts: publish the draft %d: %w", d.ID, embraye.ErrForbidden)
	}
	rules, err := organisation.RulesIn(ctx, t)
	if err == nil && rules.ReviewRequired {
		err = fmt.Errorf("drafts: publish the draft %d before it was read: %w", d.ID, embraye.ErrForbidden)
	}
	return err
}

// unschedule makes a draft one that is being written.
func unschedule(d *embraye.Draft) {
	d.State, d.ScheduledAt, d.ScheduledBy = embraye.DraftWriting, nil, 0
}
