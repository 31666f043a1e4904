package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

const (
	activityJSON = "application/activity+json"
	profile      = "https://www.w3.org/ns/activitystreams"
	acceptAS     = activityJSON + `, application/ld+json; profile="` + profile + `"`
)

// Document is what a server said under one of its addresses.
type Document struct {
	ID   embraye.IRI // the address that it was really read from
	Body []byte
}

// FetchDocument gets an ActivityStreams document, signed by the instance
// actor. Its media type is exact, because a file that somebody uploaded must
// not become an actor (CVE-2024-25623). A fragment is not sent. The id inside
// is not checked: FetchObject does.
func (c *Client) FetchDocument(ctx context.Context, id embraye.IRI) (*Document, error) {
	var doc *Document
	w := want{accept: acceptAS, signed: true, redirects: 3, sameOrigin: true}
	err := c.get(ctx, string(id), w, func(u *url.URL, resp *http.Response) error {
		types := resp.Header.Values("Content-Type")
		if len(types) != 1 || !IsActivityStreams(types[0]) {
			return refused("media type %q is not ActivityStreams", types)
		}
		body, err := readAll(resp, maxDocumentBytes)
		doc = &Document{ID: embraye.IRI(u.String()), Body: body}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", id, err)
	}
	return doc, nil
}

// FetchObject gets a document and believes it only at its own id: the id
// inside is, as a string, the address that was asked or finally read. Another
// id of the same origin is asked once, and must then be its own; an id of
// another origin proves nothing (CVE-2024-23832). The document's ID is the id
// that was checked. Contexts are never fetched.
func (c *Client) FetchObject(ctx context.Context, id embraye.IRI) (*Document, map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.fetch)
	defer cancel()
	asked, _, _ := strings.Cut(string(id), "#")
	doc, object, err := c.fetchJSON(ctx, embraye.IRI(asked))
	if err != nil {
		return nil, nil, err
	}
	own, err := embraye.ParseIRI(idOf(object), c.options.AllowHTTP)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch %s: %w", id, refused("id: %w", err))
	}
	if own == embraye.IRI(asked) || own == doc.ID {
		doc.ID = own
		return doc, object, nil
	}
	if !embraye.SameOrigin(own, doc.ID) {
		return nil, nil, fmt.Errorf("fetch %s: %w", id, refused("its id is of another origin, %s", own))
	}
	doc, object, err = c.fetchJSON(ctx, own)
	if err != nil {
		return nil, nil, err
	}
	if idOf(object) != string(own) {
		return nil, nil, fmt.Errorf("fetch %s: %w", own, refused("its id is not its address"))
	}
	doc.ID = own
	return doc, object, nil
}

func (c *Client) fetchJSON(ctx context.Context, id embraye.IRI) (*Document, map[string]any, error) {
	doc, err := c.FetchDocument(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if err := checkShape(doc.Body); err != nil {
		return nil, nil, fmt.Errorf("fetch %s: %w", id, err)
	}
	var object map[string]any
	if err := json.Unmarshal(doc.Body, &object); err != nil {
		return nil, nil, fmt.Errorf("fetch %s: %w", id, refused("%w", err))
	}
	return doc, object, nil
}

func idOf(object map[string]any) string {
	id, _ := object["id"].(string)
	return id
}

// IsActivityStreams reports whether a media type is one of the two of
// ActivityPub: activity+json with any parameters, or ld+json with the profile.
func IsActivityStreams(mediaType string) bool {
	name, params, err := mime.ParseMediaType(mediaType)
	switch {
	case err != nil:
		return false
	case name == activityJSON:
		return true
	}
	return name == "application/ld+json" && slices.Contains(strings.Fields(params["profile"]), profile)
}
