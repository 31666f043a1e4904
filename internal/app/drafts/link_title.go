package drafts

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"

	"golang.org/x/sync/errgroup"
)

// titlesAtOnce is how many pages are asked for their titles at the same time.
const titlesAtOnce = 8

// LinkTitles fills in what links are called and who publishes them, where nobody
// typed it. It returns the links that nothing was learned about, those that the
// context left no time for too.
func (ds *Drafts) LinkTitles(ctx context.Context, by embraye.Acting, list []embraye.Evidence) (unread []string, err error) {
	if err := mayWrite(by); err != nil {
		return nil, fmt.Errorf("drafts: titles of links: %w", err)
	}
	failed := make([]bool, len(list))
	var lookups errgroup.Group
	lookups.SetLimit(titlesAtOnce)
	for i := range list {
		e := &list[i]
		if e.Name != "" || e.Type == "Document" || !embraye.WebAddress(e.Href) {
			continue
		}
		lookups.Go(func() error {
			title, publisher, err := ds.LinkTitle(ctx, by, e.Href)
			if err != nil {
				ds.desk.Log.Info("no title for evidence", "url", e.Href, "err", err)
				failed[i] = true
				return nil
			}
			e.Name, e.Publisher = title, cmp.Or(e.Publisher, publisher)
			return nil
		})
	}
	_ = lookups.Wait() // what failed is in failed
	for i, e := range list {
		if failed[i] {
			unread = append(unread, e.Href)
		}
	}
	return unread, nil
}

// LinkTitle asks the page of a piece of evidence, through the guarded client,
// what it is called and who publishes it: its site's name, else its host.
func (ds *Drafts) LinkTitle(ctx context.Context, by embraye.Acting, address string) (title, publisher string, err error) {
	if err := mayWrite(by); err != nil {
		return "", "", fmt.Errorf("drafts: title of a link: %w", err)
	}
	if !embraye.WebAddress(address) {
		return "", "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "evidence", Code: "bad_url", Value: app.Cut(address, embraye.MaxName)}}}
	}
	page, err := ds.desk.Remote.Page(ctx, embraye.IRI(address))
	if err != nil {
		return "", "", err
	}
	publisher = app.Cut(embraye.OneLine(embraye.Straight(page.SiteName)), embraye.MaxName)
	if publisher == "" {
		if u, err := url.Parse(string(page.URL)); err == nil {
			publisher = strings.TrimPrefix(u.Hostname(), "www.")
		}
	}
	return app.Cut(embraye.OneLine(embraye.Straight(page.Title)), embraye.MaxSummary), publisher, nil
}
