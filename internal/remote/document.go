package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
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
// not become an actor (CVE-2024-25623). activity+json is asked for first and
// alone, because Epicyon answers a plain application/ld+json to who names both;
// whoever answers so to that, or with 406, is asked once more for either. A
// fragment is not sent. The id inside is not checked: FetchObject does.
func (c *Client) FetchDocument(ctx context.Context, id embraye.IRI) (*Document, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.fetch)
	defer cancel()
	doc, err := c.document(ctx, id, activityJSON)
	if errors.Is(err, errBareLD) || isStatus(err, http.StatusNotAcceptable) {
		doc, err = c.document(ctx, id, acceptAS)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", id, err)
	}
	return doc, nil
}

// errBareLD is inside the ErrRefused of JSON-LD that does not say what it is.
var errBareLD = errors.New("media type application/ld+json without the profile of ActivityStreams")

func (c *Client) document(ctx context.Context, id embraye.IRI, accept string) (doc *Document, err error) {
	w := want{accept: accept, signed: true, redirects: 3, sameOrigin: true}
	err = c.get(ctx, string(id), w, func(u *url.URL, resp *http.Response) error {
		types := resp.Header.Values("Content-Type")
		if len(types) == 1 && isBareLD(types[0]) {
			return refused("%w", errBareLD)
		}
		if len(types) != 1 || !IsActivityStreams(types[0]) {
			return refused("media type %q is not ActivityStreams", types)
		}
		body, err := readAll(resp, maxDocumentBytes)
		doc = &Document{ID: embraye.IRI(u.String()), Body: body}
		return err
	})
	return doc, err
}

// shape is how much JSON a fetched document may be: more than what an inbox
// takes, because pages of a collection embed whole activities.
var shape = jsonshape.Limits{Values: 10_000, Objects: 2000, Depth: 32, OddText: true}

// FetchObject gets a document and believes it only at its own id: the id
// inside is, as a string, the address that was asked or finally read. Another
// id of the same origin is asked once, and must then be its own; an id of
// another origin proves nothing (CVE-2024-23832). The document's ID is the id
// that was checked. Contexts are never fetched.
func (c *Client) FetchObject(ctx context.Context, id embraye.IRI) (*Document, map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.fetch)
	defer cancel()
	doc, object, err := c.fetchJSON(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if idOf(object) == string(id) { // perhaps with its fragment, which is not sent
		doc.ID = id
		return doc, object, nil
	}
	own, err := embraye.ParseIRI(idOf(object), c.options.AllowHTTP)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch %s: %w", id, refused("id: %w", err))
	}
	if own == doc.ID {
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
	object, err := jsonshape.Parse(doc.Body, shape)
	if err != nil {
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
	name, params, err := embraye.MediaType(mediaType)
	switch {
	case err != nil:
		return false
	case name == activityJSON:
		return true
	}
	return name == "application/ld+json" && slices.Contains(strings.Fields(params["profile"]), profile)
}

func isBareLD(mediaType string) bool {
	name, _, err := embraye.MediaType(mediaType)
	return err == nil && name == "application/ld+json" && !IsActivityStreams(mediaType)
}
