package directory

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/remote"

	"golang.org/x/time/rate"
)

// readerBudget bounds the look-ups that readers make us do, by their address.
var readerBudget = budget{rate: rate.Limit(0.2), burst: 10}

// FollowTarget is where a reader goes to follow, answer or repeat something of
// ours from their own server: the first of the addresses that this server names
// in WebFinger that may be believed, with target filled in. client is
// the reader's own address, which bounds how often they may ask. A server that
// cannot be asked or names no such page is ErrNotFound.
func (d *Directory) FollowTarget(ctx context.Context, client, handle string, target embraye.IRI) (string, error) {
	h, err := embraye.ParseHandle(handle)
	if err != nil {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "compte", Code: "bad_handle", Value: handle}}}
	}
	if d.desk.RateLimits {
		if err := d.limits.readers.take(AddressKey(client), readerBudget); err != nil {
			return "", err
		}
	}
	if err := d.limits.allowFetch(d.desk.RateLimits, h.Host); err != nil {
		return "", err
	}
	found, err := d.desk.Remote.WebFinger(ctx, h)
	if err != nil {
		// Whatever went wrong there, the reader can do one thing: copy the handle.
		d.desk.Log.Info("follow box: a server was not found", "host", h.Host, "err", err)
		return "", fmt.Errorf("directory: server of %s: %w", h.Host, embraye.ErrNotFound)
	}
	intents := []string{"Object", "Announce"}
	if _, actor := d.desk.Site.NamedActor(target); actor {
		intents = []string{"Follow", "Object"}
	}
	err = fmt.Errorf("directory: %s names no page to act from: %w", h.Host, embraye.ErrNotFound)
	for _, template := range found.Intents(intents...) {
		address, wrong := d.fillTemplate(template, h, target)
		if wrong == nil {
			return address, nil
		}
		err = wrong
	}
	return "", err
}

// fillTemplate puts the target into a stranger's template. The reader was told
// to go to their own server, so the address must be on its domain, by https.
func (d *Directory) fillTemplate(template remote.Template, h embraye.Handle, target embraye.IRI) (string, error) {
	filled := strings.NewReplacer(template.Variable, url.QueryEscape(string(target)), "{on-success}", "", "{on-cancel}", "")
	address := filled.Replace(template.Address)
	u, err := url.Parse(address)
	if err != nil || len(address) > 2048 || u.User != nil || u.Host == "" || u.Opaque != "" ||
		strings.ContainsAny(address, " \\\t\r\n\"<>{}") || u.Scheme != "https" && (u.Scheme != "http" || !d.desk.AllowHTTP) {
		return "", fmt.Errorf("directory: page of %s to follow from: %w", h.Host, embraye.ErrNotFound)
	}
	if host := strings.ToLower(u.Host); host != h.Host && registrable(host) != registrable(h.Host) {
		return "", fmt.Errorf("directory: page of %s to follow from is on %s: %w", h.Host, host, embraye.ErrNotFound)
	}
	return u.String(), nil
}
