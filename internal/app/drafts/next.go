package drafts

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// Next is a draft, not kept yet, of what came after a constat of ours: in the
// same scope, and linked to it by `follows`. The earlier one stays true of its
// day, and stays in the timeline: nothing replaces it.
func (ds *Drafts) Next(ctx context.Context, by embraye.Acting, id string) (*embraye.Draft, error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: what came after %s: %w", id, err)
	}
	before, err := ds.desk.Store.Tables().Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if before.Withdrawn() {
		return nil, fmt.Errorf("drafts: what came after %s, which is withdrawn: %w", id, embraye.ErrGone)
	}
	return &embraye.Draft{Scope: before.Scope, Content: embraye.Content{Language: before.Language, Licence: before.Licence,
		RelatedTo: []embraye.Relation{{Rel: "follows", Href: string(ds.desk.Site.UpdateID(before.ID))}}}}, nil
}
