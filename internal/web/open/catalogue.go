package open

import (
	"context"
	"net/http"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// described answers with a description of the open data, in the language of the
// instance.
func (h *Handler) described(contentType string, write func(export.About) ([]byte, error)) answer.Builder {
	return func(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
		about, err := h.about(ctx)
		if err != nil {
			return nil, err
		}
		body, err := write(about)
		if err != nil {
			return nil, err
		}
		return answer.New(http.StatusOK, contentType, body).Bare().With("Access-Control-Allow-Origin", "*"), nil
	}
}

func (h *Handler) about(ctx context.Context) (about export.About, err error) {
	latest, err := h.pages.FeedPage(ctx, embraye.FeedFilter{})
	if err != nil {
		return about, err
	}
	about = export.About{Site: h.site, Reference: h.app.Reference(), Organisation: latest.Organisation, Catalogue: h.catalogue, Language: h.language}
	if len(latest.Entries) > 0 {
		about.Modified = latest.Entries[0].Published().UTC().Format(time.RFC3339)
	}
	about.Contact, err = h.contact(ctx, "contact")
	return about, err
}

// contact is the first of some lines of the legal pages that is an address.
func (h *Handler) contact(ctx context.Context, names ...string) (string, error) {
	legal, err := h.pages.LegalPage(ctx)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if address, ok := contactURI(legal.Texts[name]); ok {
			return address, nil
		}
	}
	return "", nil
}
