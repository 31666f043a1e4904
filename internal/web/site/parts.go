package site

import (
	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// A card is one constat in a list.
type card struct {
	Page         *page.Page
	Update       embraye.Update
	Organisation string
	Bare         bool // the page has named the measure already
}

// cardsOf are the constats of a list.
func cardsOf(p *page.Page, updates []embraye.Update, organisation string) []card {
	list := make([]card, len(updates))
	for i, u := range updates {
		list[i] = card{Page: p, Update: u, Organisation: organisation}
	}
	return list
}

// Who is the institution, where there is one.
func (c card) Who() string { return c.Update.Institution.Name }

// Observed is « Constaté le 3 mai 2026 » or « Constaté en mai 2026 ».
func (c card) Observed() string { return observed(c.Page, c.Update.ObservedDate) }

func observed(p *page.Page, d embraye.Date) string {
	switch len(d) {
	case 0:
		return ""
	case len("2026-05-03"):
		return p.T("constat.observed_on", p.Date(d))
	}
	return p.T("constat.observed_in", p.Date(d))
}

// A followBox sends readers to their own server.
type followBox struct {
	Page    *page.Page
	Key     string // of its heading
	Target  string // what is followed: the handle of one of ours
	Feed    string
	Typed   string // what was typed, after a mistake
	Problem string // what is wrong with it, a sentence
	Place   string // followed by mail: the code of a place
}

func newFollowBox(p *page.Page, key, handle, feed string) followBox {
	return followBox{Page: p, Key: key, Target: handle, Feed: feed}
}

// Mention is the handle to copy.
func (b followBox) Mention() string { return b.Page.Mention(b.Target) }
