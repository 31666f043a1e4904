package answer

import (
	"net/http"
	"net/url"
	"strings"

	"embraye/internal/embraye"
)

// hosts are the names that we answer for. Ids are built from the settings
// alone, so a foreign name could only make caches and clients believe in
// another origin: it gets 421 (F179, W51).
type hosts struct {
	base, handles string // in lower case, without a default port
	https         bool
}

func newHosts(site embraye.Site) (hosts, error) {
	u, err := url.Parse(site.Base)
	if err != nil {
		return hosts{}, err
	}
	h := hosts{https: u.Scheme == "https"}
	h.base = h.normalise(u.Host)
	h.handles = h.normalise(site.HandleDomain)
	return h, nil
}

// answersFor believes the handle domain for discovery only. Probes of the
// machine itself come under any name.
func (h hosts) answersFor(r *http.Request) bool {
	path := r.URL.Path
	if path == "/livez" || path == "/readyz" {
		return true
	}
	if r.Host == h.base {
		return true
	}
	host := h.normalise(r.Host)
	return host == h.base || host == h.handles && strings.HasPrefix(path, "/.well-known/")
}

// areOurs reports whether handles may end on a host.
func (h hosts) areOurs(host string) bool {
	host = h.normalise(host)
	return host == h.handles || host == h.base
}

func (h hosts) normalise(host string) string {
	host = strings.ToLower(host)
	if h.https {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
