package talk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxReports bounds the list of reports.
const maxReports = 200

// Reports lists reports in a state, newest first. Who does not moderate learns
// that there is one and what it is about, not who sent it nor what they wrote
// (W26).
func (k *Talk) Reports(ctx context.Context, by embraye.Acting, state string) ([]embraye.Report, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: reports: %w", err)
	}
	all, err := k.desk.Store.Tables().Reports.List(ctx, state, maxReports)
	if err != nil || by.May(embraye.Reviewer) == nil {
		return all, err
	}
	for i, r := range all {
		all[i] = embraye.Report{ID: r.ID, Objects: r.Objects, State: r.State, CreatedAt: r.CreatedAt}
	}
	return all, nil
}

// CloseReport ends a report. The note is for the office; the public journal
// says only that a report about something of ours was dealt with.
func (k *Talk) CloseReport(ctx context.Context, by embraye.Acting, id int64, note string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: close a report: %w", err)
	}
	note = embraye.Prose(note)
	if err := app.CheckText("note", note, embraye.MaxReason); err != nil {
		return err
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		r, err := t.Reports.TakeToWrite(ctx, id)
		if err != nil || r.State == "closed" {
			return err
		}
		about, err := k.reported(ctx, t, r)
		if err != nil {
			return err
		}
		r.State = "closed"
		if err := t.Reports.Save(ctx, r); err != nil {
			return err
		}
		detail := strings.TrimSpace(string(r.Reporter) + " " + embraye.OneLine(note))
		return k.desk.RecordDetail(ctx, t, by, "report.close", string(about), "", detail, true)
	})
}

// reported is the first thing of ours that a report is about and that exists:
// strangers could write anything behind our address, and the journal is public.
func (k *Talk) reported(ctx context.Context, t store.Tables, r *embraye.Report) (embraye.IRI, error) {
	for _, o := range r.Objects {
		object := embraye.IRI(o)
		if handle, ok := k.desk.Site.LocalActor(object); ok {
			if _, err := t.Actors.Take(ctx, handle); err == nil {
				return object, nil
			} else if !errors.Is(err, embraye.ErrNotFound) {
				return "", err
			}
			continue
		}
		if author, err := k.desk.Ours.AuthorOf(ctx, t, object); err != nil {
			return "", err
		} else if author == "" {
			continue
		}
		private, err := k.desk.Ours.Private(ctx, t, object)
		if err != nil {
			return "", err
		}
		if !private {
			return object, nil
		}
	}
	return "", nil
}
