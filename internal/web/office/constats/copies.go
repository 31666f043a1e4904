package constats

import (
	"embraye/internal/app/evidence"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A copiesPage is the pages that a draft names, and the copies that there are.
type copiesPage struct {
	Draft *embraye.Draft
	On    bool
	Pages []evidence.Page
}

// Lacks reports whether a page has no copy.
func (p *copiesPage) Lacks() bool {
	for _, one := range p.Pages {
		if one.Lacks() {
			return true
		}
	}
	return false
}

func draftCopies(v *office.Visit) error {
	return stillDraft(v, func(draft *embraye.Draft) error {
		pages, err := v.Rooms.Evidence.Pages(v.Context(), v.By, draft.Evidence)
		if err != nil {
			return err
		}
		return v.Show("draft_copies", "office.draft_copies", &copiesPage{draft, v.Rooms.Evidence.On(), pages})
	})
}

// askCopies has the pages of a draft copied before it is published.
func askCopies(v *office.Visit) error {
	return stillDraft(v, func(draft *embraye.Draft) error {
		if _, err := v.Rooms.Evidence.AskAll(v.Context(), v.By, draft.Evidence); err != nil {
			return err
		}
		return v.Said(draftPath(draft.ID)+"/preuves", "office.said.copies_asked")
	})
}
