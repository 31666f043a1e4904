package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"embraye/internal/embraye"
)

// LinkTitle asks the page of a piece of evidence, through the guarded client,
// what it is called and who publishes it: its site's name, else its host.
func (a *App) LinkTitle(ctx context.Context, by embraye.Acting, address string) (title, publisher string, err error) {
	if err := mayWrite(by); err != nil {
		return "", "", fmt.Errorf("app: title of a link: %w", err)
	}
	if !embraye.WebAddress(address) {
		return "", "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "evidence", Code: "bad_url", Value: cut(address, embraye.MaxName)}}}
	}
	page, err := a.Remote.Page(ctx, embraye.IRI(address))
	if err != nil {
		return "", "", err
	}
	publisher = cut(embraye.OneLine(embraye.Straight(page.SiteName)), embraye.MaxName)
	if publisher == "" {
		if u, err := url.Parse(string(page.URL)); err == nil {
			publisher = strings.TrimPrefix(u.Hostname(), "www.")
		}
	}
	return cut(embraye.OneLine(embraye.Straight(page.Title)), embraye.MaxSummary), publisher, nil
}
