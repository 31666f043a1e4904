package fed

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

const nodeInfoSchema = "http://nodeinfo.diaspora.software/ns/schema/"

// hostMeta sends what asks in the old way to WebFinger (RFC 6415).
func (h *Handler) hostMeta(context.Context, *answer.View) (*answer.Answer, error) {
	body := `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" type="application/jrd+json" template="` +
		xmlEscape(h.site.Base) + `/.well-known/webfinger?resource={uri}"/></XRD>
`
	return answer.New(http.StatusOK, "application/xrd+xml; charset=utf-8", []byte(body)).Bare(), nil
}

func xmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(s)
}

// nodeInfoLinks also names the actor of the whole instance (FEP-2677): a
// PeerTube admin follows a host by it.
func (h *Handler) nodeInfoLinks(context.Context, *answer.View) (*answer.Answer, error) {
	links := []jrdLink{
		{Rel: nodeInfoSchema + "2.1", Href: h.site.Base + "/nodeinfo/2.1"},
		{Rel: nodeInfoSchema + "2.0", Href: h.site.Base + "/nodeinfo/2.0"},
		{Rel: "https://www.w3.org/ns/activitystreams#Application", Href: string(h.site.ActorID(embraye.InstanceHandle))},
	}
	body, err := json.Marshal(map[string][]jrdLink{"links": links})
	if err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, answer.TypeJSON, body).Bare(), nil
}

type nodeInfo struct {
	Version           string            `json:"version"`
	Software          map[string]string `json:"software"`
	Protocols         []string          `json:"protocols"`
	Services          nodeServices      `json:"services"`
	OpenRegistrations bool              `json:"openRegistrations"`
	Usage             nodeUsage         `json:"usage"`
	Metadata          map[string]any    `json:"metadata"`
}

type nodeServices struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

type nodeUsage struct {
	Users struct {
		Total int `json:"total"`
	} `json:"users"`
	LocalPosts    int `json:"localPosts"`
	LocalComments int `json:"localComments"`
}

// nodeInfo counts accounts that publish: nobody registers here.
func (h *Handler) nodeInfo(version string) answer.Builder {
	return func(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
		census, err := h.pages.CensusPage(ctx)
		if err != nil {
			return nil, err
		}
		organisation, err := h.pages.ActorPage(ctx, h.rooms.App.Organisation())
		if err != nil {
			return nil, err
		}
		doc := nodeInfo{
			Version:   version,
			Software:  map[string]string{"name": "embraye", "version": h.version},
			Protocols: []string{"activitypub"},
			Services:  nodeServices{Inbound: []string{}, Outbound: []string{}},
			Usage:     nodeUsage{LocalPosts: census.Posts, LocalComments: census.Comments},
			Metadata: map[string]any{
				"nodeName":   organisation.Actor.Name,
				"federation": map[string]string{"mode": h.mode},
				"embraye":    h.aboutUs(census),
				"reference":  h.rooms.App.Reference().TextIRI(),
			},
		}
		doc.Usage.Users.Total = census.Accounts
		body, err := json.Marshal(doc)
		if err != nil {
			return nil, err
		}
		contentType := `application/json; profile="` + nodeInfoSchema + version + `#"; charset=utf-8`
		return answer.New(http.StatusOK, contentType, body).Bare(), nil
	}
}

// aboutUs is by what other instances know one of their kind.
func (h *Handler) aboutUs(census *embraye.CensusPage) map[string]any {
	r, org := h.rooms.App.Reference(), h.rooms.App.Organisation()
	return map[string]any{
		"version":      1,
		"organisation": h.site.ActorID(org),
		"measures":     h.site.Measures(org),
		"reference":    []string{r.TextIRI()},
		"constats":     census.Constats,
		"reviewsAbout": h.site.ReviewsAbout(),
		"log":          census.Log,
	}
}
