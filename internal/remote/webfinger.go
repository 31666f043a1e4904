package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

// JRD is a WebFinger answer (RFC 7033), as far as anybody needs it.
type JRD struct {
	Subject string    `json:"subject"`
	Aliases []string  `json:"aliases"`
	Links   []JRDLink `json:"links"`
}

// JRDLink is one of its links; Template stands in for Href in some.
type JRDLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type"`
	Href     string `json:"href"`
	Template string `json:"template"`
}

const (
	relIntents   = "https://w3id.org/fep/3b86/"
	relSubscribe = "http://ostatus.org/schema/1.0/subscribe"
)

// Self is the first link to the ActivityStreams document of the account. The
// address is a stranger's claim: it is checked when it is fetched.
func (j *JRD) Self() (id string, ok bool) {
	for _, l := range j.Links {
		if l.Rel == "self" && l.Href != "" && IsActivityStreams(l.Type) {
			return l.Href, true
		}
	}
	return "", false
}

// A Template is the address of a page of somebody's server, with a variable in it
// for the address of the thing that they want to act on there.
type Template struct{ Address, Variable string }

// Intents are the pages on which people of that server act on something
// elsewhere: those of the given intents (FEP-3b86: Follow, Object, Announce) in
// their order, then the one of OStatus, which serves for all.
func (j *JRD) Intents(intents ...string) (all []Template) {
	for _, intent := range intents {
		all = append(all, j.templates(relIntents+intent, "{object}")...)
	}
	return append(all, j.templates(relSubscribe, "{uri}")...)
}

func (j *JRD) templates(rel, variable string) (all []Template) {
	for _, l := range j.Links {
		if strings.EqualFold(l.Rel, rel) && strings.Contains(l.Template, variable) {
			all = append(all, Template{l.Template, variable})
		}
	}
	return all
}

// WebFinger asks a server for an account. Redirects may leave the host: an
// organisation whose own site owns the apex redirects just this path. Whether
// the subject is the one that was asked is for the caller to see.
func (c *Client) WebFinger(ctx context.Context, h embraye.Handle) (*JRD, error) {
	var jrd *JRD
	var err error
	for _, scheme := range c.fingerSchemes(h.Host) {
		jrd, err = c.finger(ctx, scheme, h)
		if !errors.Is(err, ErrUnreachable) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("webfinger %s: %w", h, err)
	}
	return jrd, nil
}

// fingerSchemes is https alone, outside tests. A handle does not name a scheme:
// where http is allowed, an allowed address or an explicit port means http.
func (c *Client) fingerSchemes(hostPort string) []string {
	if !c.options.AllowHTTP {
		return []string{"https"}
	}
	addr, err := netip.ParseAddr(hostPort)
	if strings.Contains(hostPort, ":") || hostPort == "localhost" || err == nil && c.guard.allows(addr) {
		return []string{"http", "https"}
	}
	return []string{"https", "http"}
}

func (c *Client) finger(ctx context.Context, scheme string, h embraye.Handle) (*JRD, error) {
	// Built from parts, so that no part of a handle can become another part of
	// the address (CVE-2025-25194).
	u := url.URL{Scheme: scheme, Host: h.Host, Path: "/.well-known/webfinger",
		RawQuery: url.Values{"resource": {h.Acct()}}.Encode()}
	var jrd *JRD
	w := want{accept: "application/jrd+json, application/json", redirects: 3}
	err := c.get(ctx, u.String(), w, func(_ *url.URL, resp *http.Response) error {
		name, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil || name != "application/jrd+json" && name != "application/json" {
			return refused("media type %q is not that of WebFinger", resp.Header.Get("Content-Type"))
		}
		body, err := readAll(resp, maxJRDBytes)
		if err != nil {
			return err
		}
		jrd, err = parseJRD(body)
		return err
	})
	return jrd, err
}

func parseJRD(body []byte) (*JRD, error) {
	if _, err := jsonshape.Parse(body, shape); err != nil {
		return nil, refused("%w", err)
	}
	var jrd JRD
	if err := json.Unmarshal(body, &jrd); err != nil {
		return nil, refused("%w", err)
	}
	return &jrd, nil
}
