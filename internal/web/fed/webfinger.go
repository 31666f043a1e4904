package fed

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

const typeJRD = "application/jrd+json; charset=utf-8"

// A jrd is a WebFinger answer (RFC 7033).
type jrd struct {
	Subject string    `json:"subject"`
	Aliases []string  `json:"aliases"`
	Links   []jrdLink `json:"links"`
}

type jrdLink struct {
	Rel  string `json:"rel"`
	Type string `json:"type,omitempty"`
	Href string `json:"href"`
}

// webfinger finds an actor by handle, id or page. Both our host and the handle
// domain are understood, in any case; the subject is always the one handle.
// The answer is never 410: Mastodon deletes the account for it.
func (h *Handler) webfinger(w http.ResponseWriter, r *http.Request) {
	w.Header()["Access-Control-Allow-Origin"] = anyOrigin // RFC 7033 5
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(values["resource"]) != 1 || values.Get("resource") == "" {
		h.answers.Refuse(w, r, http.StatusBadRequest)
		return
	}
	handle, ok := h.handleOfResource(values.Get("resource"))
	if !ok {
		h.answers.Refuse(w, r, http.StatusNotFound)
		return
	}
	v := &answer.View{Request: r, Key: answer.Key{Path: r.URL.Path, Query: handle, Face: answer.FaceOther}}
	build := func(ctx context.Context, _ *answer.View) (*answer.Answer, error) { return h.finger(ctx, handle, nil) }
	if wanted := values["rel"]; len(wanted) > 0 { // rare, and not worth a place in the cache
		a, err := h.finger(r.Context(), handle, wanted)
		if err != nil {
			h.answers.Fail(w, r, err)
			return
		}
		a.Write(w, r)
		return
	}
	h.answers.Answer(w, v, build)
}

var anyOrigin = []string{"*"} // shared, never changed

// finger puts the ActivityStreams link first: PeerTube takes the first self,
// whatever its type.
func (h *Handler) finger(ctx context.Context, handle string, wanted []string) (*answer.Answer, error) {
	page, err := h.pages.ActorPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	id, profile := string(h.site.ActorID(handle)), h.site.PageOf(page.Actor)
	doc := jrd{
		Subject: "acct:" + strings.TrimPrefix(h.site.Mention(handle), "@"),
		Aliases: []string{profile, id},
		Links: []jrdLink{
			{Rel: "self", Type: "application/activity+json", Href: id},
			{Rel: "http://webfinger.net/rel/profile-page", Type: "text/html", Href: profile},
			{Rel: "http://webfinger.net/rel/avatar", Type: "image/png", Href: string(h.site.Icon(handle))},
		},
	}
	if wanted != nil {
		doc.Links = slices.DeleteFunc(doc.Links, func(l jrdLink) bool { return !slices.Contains(wanted, l.Rel) })
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, typeJRD, body).Bare(), nil
}

// handleOfResource reads acct:user@host, and the addresses of an actor and of
// its page.
func (h *Handler) handleOfResource(resource string) (handle string, ok bool) {
	scheme, rest, _ := strings.Cut(resource, ":")
	switch strings.ToLower(scheme) {
	case "acct":
		user, host, found := strings.Cut(rest, "@")
		if !found || !h.answers.IsOurs(host) {
			return "", false
		}
		handle = strings.ToLower(user)
	case "http", "https":
		if handle, ok = h.site.NamedActor(embraye.IRI(resource)); !ok {
			return "", false
		}
	default:
		return "", false
	}
	handle, err := answer.HandleOf(handle)
	return handle, err == nil
}
