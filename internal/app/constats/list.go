package constats

import (
	"context"
	"fmt"

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
