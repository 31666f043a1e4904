package talk

import (
	"errors"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// blocksShown is how many blocks one page lists.
const blocksShown = 25

// A blocksPage lists the domains that are refused or limited, and tells what a
// block would do before it is made.
type blocksPage struct {
	Blocks  []embraye.DomainBlock
	Lists   []embraye.DomainList    // that are subscribed to
	Circle  []embraye.AllowedDomain // who may speak to us in allow-list mode, with peers
	Matters bool                    // the circle decides something
	Next    string                  // where the list goes on; empty: nowhere
	Draft   embraye.DomainBlock
	Of      string                // the domain whose block fills the form; empty: none does
	Effects *embraye.BlockEffects // of the draft; nil: nothing was asked
}

// blocks is the list with an empty form, or one about the domain that another page
// names.
func blocks(v *office.Visit) error {
	page, err := readBlocks(v)
	if err != nil {
		return err
	}
	page.Draft = embraye.DomainBlock{Domain: v.R.URL.Query().Get("domain"), Severity: embraye.Suspend}
	old, err := v.Rooms.Talk.BlockOf(v.Context(), v.By, page.Draft.Domain)
	if err != nil && !errors.Is(err, embraye.ErrInvalid) { // what is no domain is told when it is sent
		return err
	}
	if old.Domain != "" {
		page.Draft, page.Of = old, old.Domain
	}
	return v.Show("blocks", "office.blocks", page)
}

func readBlocks(v *office.Visit) (*blocksPage, error) {
	all, err := v.Rooms.Talk.BlockedDomains(v.Context())
	if err != nil {
		return nil, err
	}
	lists, err := v.Rooms.Talk.Lists.All(v.Context())
	if err != nil {
		return nil, err
	}
	circle, err := v.Rooms.Talk.Circle.All(v.Context())
	if err != nil {
		return nil, err
	}
	page, after := &blocksPage{Lists: lists, Circle: circle, Matters: v.Rooms.Talk.Circle.Matters()}, v.R.URL.Query().Get("after")
	for _, b := range all {
		if b.Domain <= after {
			continue
		}
		if len(page.Blocks) == blocksShown {
			page.Next = page.Blocks[blocksShown-1].Domain
			break
		}
		page.Blocks = append(page.Blocks, b)
	}
	return page, nil
}

// changeBlocks tells what a block would do, makes it, or lifts one.
func changeBlocks(v *office.Visit) error {
	b := typedBlock(v)
	var err error
	switch v.Form("action") {
	case "look":
		return lookAtBlock(v, b)
	case "block":
		if b, _, err = overBlock(v, b); err != nil {
			break
		}
		if err = v.Rooms.Talk.Block(v.Context(), v.By, b); errors.Is(err, embraye.ErrConflict) {
			err = nil // a double click: it is as was asked
		}
	case "lift":
		err = v.Rooms.Talk.UnblockDomain(v.Context(), v.By, b.Domain)
	case "allow":
		if err = v.Rooms.Talk.Circle.Allow(v.Context(), v.By, b.Domain, b.Comment); errors.Is(err, embraye.ErrConflict) {
			err = nil
		}
	case "leave":
		err = v.Rooms.Talk.Circle.Leave(v.Context(), v.By, b.Domain)
	case "subscribe":
		return subscribe(v, b)
	case "unsubscribe":
		err = v.Rooms.Talk.Lists.Unsubscribe(v.Context(), v.By, v.Form("list_url"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return office.Late(v, blocksAgain(v, err, b), "/office/blocks")
	}
	return v.Said("/office/blocks", "office.said.done")
}

// typedBlock is what the form says.
func typedBlock(v *office.Visit) embraye.DomainBlock {
	return embraye.DomainBlock{Domain: v.Form("domain"), Severity: embraye.Severity(v.Form("severity")), Comment: v.Form("comment"),
		PrivateComment: v.Form("private_comment"), RejectReports: v.Form("reject_reports") != "", Obfuscate: v.Form("obfuscate") != ""}
}

// overBlock is what the form says over the block that stands, and whose that is. A
// form that was filled with it says all but what it does not show.
func overBlock(v *office.Visit, b embraye.DomainBlock) (_ embraye.DomainBlock, of string, err error) {
	old, err := v.Rooms.Talk.BlockOf(v.Context(), v.By, b.Domain)
	if err == nil && v.Form("of") != old.Domain {
		b = b.Over(old)
	}
	if b.Severity == old.Severity {
		b.RejectMedia = old.RejectMedia
	}
	return b, old.Domain, err
}

func lookAtBlock(v *office.Visit, b embraye.DomainBlock) error {
	b, of, err := overBlock(v, b)
	if err != nil {
		return blocksAgain(v, err, b)
	}
	draft, effects, err := v.Rooms.Talk.BlockEffects(v.Context(), v.By, b)
	if err != nil {
		return blocksAgain(v, err, b)
	}
	page, err := readBlocks(v)
	if err != nil {
		return err
	}
	page.Draft, page.Of, page.Effects = draft, of, &effects
	return v.Render(http.StatusOK, "blocks", "office.blocks", page, v.R.PostForm, nil)
}

func blocksAgain(v *office.Visit, err error, draft embraye.DomainBlock) error {
	page, pageErr := readBlocks(v)
	if pageErr != nil {
		return pageErr
	}
	page.Draft, page.Of = draft, v.Form("of")
	return v.Again(err, "blocks", "office.blocks", page)
}

// subscribe follows a list of domains and leads to what it proposes.
func subscribe(v *office.Visit, b embraye.DomainBlock) error {
	_, _, err := v.Rooms.Talk.Lists.Subscribe(v.Context(), v.By, v.Form("list_url"), v.Form("list_name"), v.Form("list_allows") != "")
	if err != nil && !errors.Is(err, embraye.ErrConflict) {
		return blocksAgain(v, err, b)
	}
	return v.Said("/office/blocks/drafts", "office.said.done")
}
