package site

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// A responsibilityPage is one of the pages about who is responsible. Its own words come
// from the catalogue, what only the organisation knows from its settings; what
// is still missing is said, and nothing is made up.
type responsibilityPage struct {
	key   string   // of the catalogue
	texts []string // settings that the page shows, of embraye.LegalTexts
}

var responsibilityPages = map[string]responsibilityPage{
	"/mentions-legales": {"legal", []string{"publisher_name", "publisher_address", "publisher_phone", "publisher_id", "director",
		"host_name", "host_address", "host_phone", "contact"}},
	"/confidentialite": {"privacy", []string{"privacy_contact", "retention"}},
	"/accessibilite":   {"accessibility", []string{"accessibility_state", "accessibility_contact"}},
	"/ecoconception":   {"footprint", nil},
	"/signaler":        {"report", []string{"contact", "moderation", "security_contact"}},
}

// optionalTexts are not missed when they are empty.
var optionalTexts = map[string]bool{"publisher_phone": true, "publisher_id": true, "host_phone": true}

type responsibilityContent struct {
	*embraye.LegalPage
	Key     string
	Given   []legalText
	Missing []string // keys of their names
	Weights []pageWeight
	Mention string
}

type legalText struct{ Key, Text string }

func (h *Handler) legal(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	kind := responsibilityPages[v.Path]
	data, err := h.pages.LegalPage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, kind.key+".title"))
	page.Description = page.T(kind.key + ".lede")
	content := responsibilityContent{LegalPage: data, Key: kind.key, Mention: h.site.Mention(data.Organisation.Handle)}
	for _, name := range kind.texts {
		if text := data.Texts[name]; text != "" {
			content.Given = append(content.Given, legalText{name, text})
		} else if !optionalTexts[name] {
			content.Missing = append(content.Missing, name)
		}
	}
	if kind.key == "footprint" {
		if content.Weights, err = weights(); err != nil {
			return nil, err
		}
	}
	page.Content = content
	return h.frame.Render(kind.key, http.StatusOK, page)
}
