package remote

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

// NodeInfo is what a server says of itself (NodeInfo 2.0 and 2.1), as far as
// anybody needs it. All of it is a stranger's text.
type NodeInfo struct {
	Software, Version string
	Embraye           *EmbrayeInfo // metadata.embraye; nil if there is none
}

// EmbrayeInfo is what an Embraye adds.
type EmbrayeInfo struct {
	Organisation, Measures string   // addresses, as written
	Reference              []string // IRIs of the texts that it follows
	Constats               int      // 0: it does not say
}

const (
	maxNodeWord   = 60
	maxReferences = 20
)

// nodeSchemas are those that we read, the best first.
func nodeSchemas() []string {
	return []string{"http://nodeinfo.diaspora.software/ns/schema/2.1", "http://nodeinfo.diaspora.software/ns/schema/2.0"}
}

// NodeInfo asks a server, by its origin, what it is.
func (c *Client) NodeInfo(ctx context.Context, origin string) (*NodeInfo, error) {
	links, err := c.plainJSON(ctx, origin+"/.well-known/nodeinfo")
	if err != nil {
		return nil, fmt.Errorf("nodeinfo of %s: %w", origin, err)
	}
	for _, schema := range nodeSchemas() {
		href := hrefOf(links, schema)
		if href == "" {
			continue
		}
		if !embraye.SameOrigin(embraye.IRI(href), embraye.IRI(origin)) {
			return nil, fmt.Errorf("nodeinfo of %s: %w", origin, refused("it is on another server, %.100q", href))
		}
		doc, err := c.plainJSON(ctx, href)
		if err != nil {
			return nil, fmt.Errorf("nodeinfo of %s: %w", origin, err)
		}
		return readNodeInfo(doc), nil
	}
	return nil, fmt.Errorf("nodeinfo of %s: %w", origin, refused("neither version 2.0 nor 2.1"))
}

// plainJSON gets a small JSON document of any media type that is JSON.
func (c *Client) plainJSON(ctx context.Context, address string) (object map[string]any, err error) {
	w := want{accept: "application/json", redirects: 3}
	err = c.get(ctx, address, w, func(_ *url.URL, resp *http.Response) error {
		name, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil || name != "application/json" && !strings.HasSuffix(name, "+json") {
			return refused("media type %q is not JSON", resp.Header.Get("Content-Type"))
		}
		body, err := readAll(resp, maxJRDBytes)
		if err != nil {
			return err
		}
		if object, err = jsonshape.Parse(body, shape); err != nil {
			return refused("%w", err)
		}
		return nil
	})
	return object, err
}

func hrefOf(links map[string]any, rel string) string {
	list, _ := links["links"].([]any)
	for _, l := range list {
		if link, ok := l.(map[string]any); ok && link["rel"] == rel {
			href, _ := link["href"].(string)
			return href
		}
	}
	return ""
}

func readNodeInfo(doc map[string]any) *NodeInfo {
	software, _ := doc["software"].(map[string]any)
	n := &NodeInfo{Software: word(software["name"]), Version: word(software["version"])}
	metadata, _ := doc["metadata"].(map[string]any) // a list on WordPress
	ours, ok := metadata["embraye"].(map[string]any)
	if !ok {
		return n
	}
	n.Embraye = &EmbrayeInfo{}
	n.Embraye.Organisation, _ = ours["organisation"].(string)
	n.Embraye.Measures, _ = ours["measures"].(string)
	if count, ok := ours["constats"].(float64); ok && count > 0 && count < 1e9 {
		n.Embraye.Constats = int(count)
	}
	list, _ := ours["reference"].([]any)
	for _, v := range list {
		if iri, ok := v.(string); ok && embraye.WebAddress(iri) && len(n.Embraye.Reference) < maxReferences {
			n.Embraye.Reference = append(n.Embraye.Reference, iri)
		}
	}
	return n
}

// word is a stranger's short text on one line.
func word(v any) string {
	s, _ := v.(string)
	return embraye.Cut(embraye.Straight(oneLine([]byte(s))), maxNodeWord)
}
