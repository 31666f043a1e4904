package talk

import (
	"slices"

	moderation "embraye/internal/app/talk"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A draftsPage is a piece of what lists propose.
type draftsPage struct {
	Drafts []moderation.Draft
	Next   string // where it goes on; empty: nowhere
	Calm   int    // of all that is proposed, what touches nobody here
}

func blockDrafts(v *office.Visit) error {
	page, _, err := readDrafts(v)
	if err != nil {
		return err
	}
	return v.Show("block_drafts", "office.blocks.drafts", page)
}

func readDrafts(v *office.Visit) (*draftsPage, []moderation.Draft, error) {
	all, err := v.Rooms.Talk.Lists.Drafts(v.Context(), v.By)
	if err != nil {
		return nil, nil, err
	}
	page, after := &draftsPage{}, v.R.URL.Query().Get("after")
	from := slices.IndexFunc(all, func(d moderation.Draft) bool { return d.Block.Domain == after }) + 1
	page.Drafts = all[from:min(from+blocksShown, len(all))]
	if end := from + len(page.Drafts); end < len(all) {
		page.Next = all[end-1].Block.Domain
	}
	for i := range all {
		if all[i].Calm() {
			page.Calm++
		}
	}
	return page, all, nil
}

// decideBlockDrafts does or refuses what is ticked, or does all that touches nobody.
func decideBlockDrafts(v *office.Visit) error {
	page, all, err := readDrafts(v)
	if err != nil {
		return err
	}
	ticked, calm, decide := v.R.PostForm["chosen"], false, v.Rooms.Talk.Lists.Accept
	switch v.Form("action") {
	case "accept":
	case "refuse":
		decide = v.Rooms.Talk.Lists.Refuse
	case "calm":
		calm = true
	default:
		return embraye.ErrInvalid
	}
	var chosen []string // what was decided meanwhile is left alone
	for i := range all {
		if name := all[i].Block.Domain; calm && all[i].Calm() || !calm && slices.Contains(ticked, name) {
			chosen = append(chosen, name)
		}
	}
	if len(chosen) == 0 && (calm || len(ticked) > 0) { // somebody else was faster
		return v.Said("/office/blocks/drafts", "office.said.before")
	}
	if len(chosen) == 0 {
		return v.Again(&embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: "no_line_chosen"}}}, "block_drafts", "office.blocks.drafts", page)
	}
	if err := decide(v.Context(), v.By, chosen); err != nil {
		return err
	}
	return v.Said("/office/blocks/drafts", "office.said.done")
}
