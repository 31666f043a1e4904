package talk

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// An interactionsPage lists likes, boosts and quotes.
type interactionsPage struct {
	Interactions []embraye.OfficeInteraction
	Quotes       []embraye.OfficeQuote
	Next         int64
	NextQuote    string
}

func interactions(v *office.Visit) error {
	before, err := v.Before()
	if err != nil {
		return err
	}
	page := &interactionsPage{}
	if page.Interactions, err = v.Rooms.Talk.Interactions(v.Context(), v.By, embraye.InteractionFilter{Before: before, Limit: office.PageSize}); err != nil {
		return err
	}
	if n := len(page.Interactions); n == office.PageSize {
		page.Next = page.Interactions[n-1].Interaction.ID
	}
	quotesBefore := v.R.URL.Query().Get("quotes_before")
	if quotesBefore != "" && !embraye.ValidID(quotesBefore) {
		return embraye.ErrNotFound
	}
	if page.Quotes, err = v.Rooms.Talk.Quotes(v.Context(), v.By, quotesBefore, office.PageSize); err != nil {
		return err
	}
	if n := len(page.Quotes); n == office.PageSize {
		page.NextQuote = page.Quotes[n-1].Quote.ID
	}
	return v.Show("interactions", "office.interactions", page)
}

func revokeQuote(v *office.Visit) error {
	if !embraye.ValidID(v.Param("id")) {
		return embraye.ErrNotFound
	}
	if err := v.Rooms.Talk.RevokeQuote(v.Context(), v.By, v.Param("id")); err != nil {
		return err
	}
	return v.Said("/office/interactions", "office.said.done")
}
