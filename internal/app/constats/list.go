package constats

import (
	"context"
	"fmt"
	"slices"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

// List lists published and withdrawn constats, newest first.
func (cs *Constats) List(ctx context.Context, by embraye.Acting, f embraye.ConstatFilter) ([]embraye.Update, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("constats: constats: %w", err)
	}
	for field, value := range map[string]string{"q": f.Search, "measure": f.Measure, "territory": f.Territory, "subject": string(f.Subject), "stage": string(f.Stage)} {
		if err := app.CheckText(field, value, embraye.MaxSummary); err != nil {
			return nil, err
		}
	}
	return cs.desk.Store.Tables().Updates.Page(ctx, f)
}

// Measures are those that the list can be filtered by: those that are switched
// on, and any about which something stands.
func (cs *Constats) Measures(ctx context.Context) (list []embraye.Measure, err error) {
	t := cs.desk.Store.Tables()
	frame, err := cs.desk.FrameIn(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, m := range frame.Reference.Measures {
		if slices.Contains(frame.Off, m.ID) {
			standing, err := t.Updates.ByMeasure(ctx, m.ID, 1)
			if err != nil {
				return nil, err
			}
			if len(standing) == 0 {
				continue
			}
		}
		list = append(list, m)
	}
	return list, nil
}
