package drafts

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// SendForReview asks a colleague to read a draft: one reviewer, or whoever
// comes first if reviewer is 0. What is still missing may be.
func (ds *Drafts) SendForReview(ctx context.Context, by embraye.Acting, id, reviewer int64, note string) (*embraye.Draft, error) {
	note = embraye.Prose(note)
	if err := app.CheckText("review_note", note, embraye.MaxReason); err != nil {
		return nil, err
	}
	return ds.change(ctx, by, id, 0, func(t store.Tables, d *embraye.Draft) error {
		if err := mayRead(ctx, t, reviewer); err != nil {
			return err
		}
		if d.State == embraye.DraftInReview && d.Reviewer == reviewer && d.ReviewNote == note {
			return errAsItWas
		}
		unschedule(d)
		d.State, d.Reviewer, d.ReviewNote = embraye.DraftInReview, reviewer, note
		return ds.desk.RecordDetail(ctx, t, by, "draft.review", draftName(id), note, d.Title, false)
	})
}

// mayRead refuses to ask somebody who could not publish what they read.
func mayRead(ctx context.Context, t store.Tables, reviewer int64) error {
	if reviewer == 0 {
		return nil
	}
	p, err := t.People.Take(ctx, reviewer)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if err == nil && !p.Disabled && p.Role.Includes(embraye.Reviewer) {
		return nil
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "reviewer", Code: "unknown"}}}
}

// Return gives a draft back to its author, with a word on what to change.
func (ds *Drafts) Return(ctx context.Context, by embraye.Acting, id int64, note string) (*embraye.Draft, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("drafts: return the draft %d: %w", id, err)
	}
	note = embraye.Prose(note)
	if err := app.RequiredText("review_note", note, embraye.MaxReason); err != nil {
		return nil, err
	}
	return ds.change(ctx, by, id, 0, func(t store.Tables, d *embraye.Draft) error {
		if d.State != embraye.DraftInReview {
			return &Conflict{Theirs: d}
		}
		d.State, d.Reviewer, d.ReviewNote = embraye.DraftWriting, 0, note
		return ds.desk.RecordDetail(ctx, t, by, "draft.return", draftName(id), note, d.Title, false)
	})
}

func draftName(id int64) string { return fmt.Sprintf("draft %d", id) }
