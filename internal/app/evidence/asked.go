package evidence

import (
	"context"
	"fmt"
	"slices"

	"embraye/internal/embraye"
)

// A Page is a page that a draft names, and the copy that there is of it: the newest
// that is kept, else the newest; nil if nobody asked for one.
type Page struct {
	embraye.Evidence
	Copy *embraye.EvidenceCopy
}

// Lacks reports whether a copy may be asked for.
func (p Page) Lacks() bool {
	return p.Copy == nil || p.Copy.State == embraye.CopyFailed || p.Copy.State == embraye.CopyDropped
}

// Pages lists the pages of the evidence of a draft, which the caller may see.
func (ev *Evidence) Pages(ctx context.Context, by embraye.Acting, list []embraye.Evidence) ([]Page, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("evidence: pages: %w", err)
	}
	named := ev.copyable(list)
	there, err := ev.desk.Store.Tables().EvidenceCopies.Of(ctx, named)
	if err != nil {
		return nil, err
	}
	newest := map[string]*embraye.EvidenceCopy{}
	for i := range there {
		if c := &there[i]; newest[c.Href] == nil || c.State == embraye.CopyKept || newest[c.Href].State != embraye.CopyKept {
			newest[c.Href] = c
		}
	}
	pages := make([]Page, len(named))
	for i, page := range named {
		first := slices.IndexFunc(list, func(e embraye.Evidence) bool { return embraye.PageOf(e.Href) == page })
		pages[i] = Page{list[first], newest[page]}
	}
	return pages, nil
}

// AskAll begins copies of the pages of a draft that have none, and tells of how many.
func (ev *Evidence) AskAll(ctx context.Context, by embraye.Acting, list []embraye.Evidence) (n int, err error) {
	if err := ev.needed(); err != nil {
		return 0, err
	}
	pages, err := ev.Pages(ctx, by, list)
	for _, p := range pages {
		switch {
		case !p.Lacks():
			continue
		case p.Copy != nil:
			_, err = ev.Again(ctx, by, p.Copy.ID)
		default:
			_, err = ev.Ask(ctx, by, p.Href)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, err
}
