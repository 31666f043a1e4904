package peers

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// mostSame is how many constats of others an editor is shown beside a draft.
const mostSame = 3

// SameFacts are constats of peers that may speak of a draft's fact: they are
// about its scope and rest on one of its links, and the draft does not name
// them yet. Whoever writes decides; nothing is joined by itself.
func (ps *Peers) SameFacts(ctx context.Context, d *embraye.Draft) ([]embraye.HeardConstat, error) {
	proofs := documents(d.Evidence)
	if d.Measure == "" || len(proofs) == 0 {
		return nil, nil
	}
	heard, err := ps.desk.Store.Tables().PeersIn(ctx, d.Measure, d.Scope.Key())
	if err != nil {
		return nil, err
	}
	named := d.SameFacts()
	heard = slices.DeleteFunc(heard, func(c embraye.HeardConstat) bool {
		return slices.Contains(named, c.Constat) || !slices.ContainsFunc(documents(c.Text.Evidence), func(document string) bool { return slices.Contains(proofs, document) })
	})
	return heard[:min(len(heard), mostSame)], nil
}

// documents are the pages that links lead to (embraye.PageOf), in one spelling:
// neither the scheme, the case of the host nor a last slash make it another.
func documents(evidence []embraye.Evidence) (all []string) {
	for _, e := range evidence {
		u, err := url.Parse(embraye.PageOf(e.Href))
		if err != nil || !embraye.WebAddress(e.Href) {
			continue
		}
		document := strings.ToLower(u.Host) + strings.TrimSuffix(u.EscapedPath(), "/")
		if u.RawQuery != "" {
			document += "?" + u.RawQuery
		}
		if u.Fragment != "" {
			document += "#" + u.EscapedFragment()
		}
		all = append(all, document)
	}
	return all
}
