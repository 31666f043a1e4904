package constats

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A proof is a piece of evidence as its card in a form shows it.
type proof struct {
	embraye.Evidence
	File *embraye.EvidenceFile // nil: a link, or nothing yet
}

// Actions of the buttons in and around the cards. All save; none publishes.
const (
	actionProof  = "proof"   // one empty card more
	actionKeep   = "keep"    // keep what is in the empty card
	actionTitles = "titles"  // ask the pages of links what they are called
	actionRemove = "remove-" // and the number of a card, from 1
)

// aboutProofs reports whether a button leads back to the cards.
func aboutProofs(action string) bool {
	return slices.Contains([]string{actionProof, actionKeep, actionTitles}, action) || strings.HasPrefix(action, actionRemove)
}

// readProofs makes the cards: those there are, and an empty one if somebody asks
// for it, if there is none, or for the file after one that was refused.
func readProofs(v *office.Visit, list []embraye.Evidence) ([]proof, error) {
	files, err := v.Rooms.Constats.FilesOf(v.Context(), v.By, list)
	if err != nil {
		return nil, err
	}
	cards := make([]proof, 0, len(list)+1)
	for _, e := range list {
		card := proof{Evidence: e}
		if f, ours := files[embraye.PageOf(e.Href)]; ours {
			card.File = &f
		}
		cards = append(cards, card)
	}
	if len(list) == 0 || v.FileRefused() || v.Form("action") == actionProof || v.R.URL.Query().Has(actionProof) {
		cards = append(cards, proof{})
	}
	return cards, nil
}

// removed is the number of the card that a button takes away, from 0; -1 for none.
func removed(v *office.Visit) int {
	number, ok := strings.CutPrefix(v.Form("action"), actionRemove)
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return -1
	}
	return n - 1
}

// proofPlace is where on the page of n pieces of evidence somebody was.
func proofPlace(v *office.Visit, n int) string {
	if v.Form("action") == actionProof {
		return fmt.Sprintf("?%s=1#preuve-%d", actionProof, n+1)
	}
	if at := removed(v); at >= 0 {
		n = min(at+1, n)
	}
	return fmt.Sprintf("#preuve-%d", max(n, 1))
}

// proofAction is where the buttons of a card send the form, and the card to come
// back to where the answer is a page and no other address.
func proofAction(p *office.Page, n int) string {
	return fmt.Sprintf("%s#preuve-%d", formPath(p), n)
}

// formPath is where the form of a page goes.
func formPath(p *office.Page) string {
	switch c := p.Content.(type) {
	case *editorPage:
		if c.Draft.ID != 0 {
			return draftPath(c.Draft.ID)
		}
	case *correctPage:
		return "/office/constats/" + c.Constat.Update.ID + "/correct"
	}
	return "/office/constats/new"
}

// emptyCard reports whether the last card waits for something.
func emptyCard(cards []proof) bool {
	return len(cards) > 0 && blankEvidence(cards[len(cards)-1].Evidence)
}

func blankEvidence(e embraye.Evidence) bool {
	return e.Href+e.Name+e.Publisher+string(e.PublishedOn)+string(e.Consulted) == ""
}
