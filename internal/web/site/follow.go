package site

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

type followContent struct {
	Organisation embraye.Actor
	Measures     []followLine
	Follow       followBox
}

type followLine struct{ Title, Href, Mention, Feed string }

// follow is /suivre: every handle and feed, and what one really sees where.
func (h *Handler) follow(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	data, err := h.pages.MatrixPage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "follow.title"))
	page.Description = page.T("follow.lede")
	page.Feed, page.FeedTitle = "/feed", page.T("feed.all")
	org := page.Frame.Organisation
	content := followContent{Organisation: org, Follow: newFollowBox(page, "follow.organisation", org.Handle, "/feed.atom")}
	content.Measures = append(content.Measures, followLine{org.Name, page.Actor(org.Handle), h.site.Mention(org.Handle), page.Actor(org.Handle) + "/feed.atom"})
	for _, m := range data.Measures {
		content.Measures = append(content.Measures, followLine{page.MeasureName(m.Measure) + page.T("site.colon") + page.MeasureTitle(m.Measure),
			page.Actor(m.Handle), h.site.Mention(m.Handle), page.Actor(m.Handle) + "/feed.atom"})
	}
	page.Content = content
	return h.frame.Render("follow", http.StatusOK, page)
}

// maxFollowForm bounds the form of the follow box: three short fields.
const maxFollowForm = 8 << 10

type goContent struct {
	Href, Host string // where the reader goes
	Back       string
	Box        followBox
	Object     string // address to copy, for a constat
	Constat    bool
}

// followGo is POST /suivre/vers: it looks up the page on which the reader's own
// server follows, answers or repeats, and sends them there. The way is a page
// of ours that goes on at once and not a redirect, because browsers hold
// redirects of a form to the policy form-action 'self' that our pages have.
func (h *Handler) followGo(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFollowForm)
	if err := r.ParseForm(); err != nil {
		h.sayNo(w, r, http.StatusBadRequest)
		return
	}
	v := &answer.View{Request: r, Key: answer.Key{Path: "/suivre", Face: answer.FacePage, Lang: h.frame.LanguageOf(r)}}
	target, content, err := h.followTarget(v, r.PostForm)
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	typed := embraye.Address(r.PostForm.Get("compte"))
	content.Href, err = h.rooms.Directory.FollowTarget(r.Context(), client, typed, target)
	h.writeGo(w, v, typed, content, err)
}

// sayNo refuses a form with a page.
func (h *Handler) sayNo(w http.ResponseWriter, r *http.Request, status int) {
	h.frame.ErrorPage(r, status).Unkept().Write(w, r)
}

// followTarget reads what the reader wants to act on: an actor or a constat of
// ours that exists.
func (h *Handler) followTarget(v *answer.View, form url.Values) (embraye.IRI, goContent, error) {
	ctx, wanted := v.Request.Context(), form.Get("cible")
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "go.title"))
	if id, err := answer.IDOf(wanted); err == nil {
		data, err := h.pages.ConstatPage(ctx, id)
		if err == nil && data.Update.Withdrawn() {
			err = fmt.Errorf("web: following from %s: %w", id, embraye.ErrNotFound)
		}
		if err != nil {
			return "", goContent{}, err
		}
		box := newFollowBox(page, "react.title", id, "")
		return h.site.UpdateID(id), goContent{Back: "/constats/" + id, Box: box, Constat: true, Object: string(h.site.UpdateID(id))}, nil
	}
	handle, err := answer.HandleOf(wanted)
	if err != nil {
		return "", goContent{}, err
	}
	if _, err := h.pages.ActorPage(ctx, handle); err != nil {
		return "", goContent{}, err
	}
	return h.site.ActorID(handle), goContent{Back: h.site.ActorPage(handle), Box: newFollowBox(page, "follow.again", handle, "")}, nil
}

func (h *Handler) writeGo(w http.ResponseWriter, v *answer.View, typed string, content goContent, err error) {
	status, page := http.StatusOK, content.Box.Page
	var many *embraye.TooMany
	var invalid *embraye.InvalidError
	switch {
	case err == nil:
		u, _ := url.Parse(content.Href) // FollowTarget parsed it
		content.Host = u.Hostname()
		w.Header().Set("Refresh", "0; url="+content.Href)
	case errors.As(err, &invalid):
		status, content.Box.Problem = http.StatusUnprocessableEntity, page.T("error.bad_handle")
	case errors.As(err, &many):
		answer.SetRetryAfter(w, err, http.StatusTooManyRequests)
		status, content.Box.Problem = http.StatusTooManyRequests, page.T("go.too_many")
	case errors.Is(err, embraye.ErrNotFound):
		status, content.Box.Problem = http.StatusUnprocessableEntity, page.T("go.unknown_server")
	default:
		h.answers.Fail(w, v.Request, err)
		return
	}
	if err != nil {
		page.Title = page.T("go.failed")
	}
	content.Box.Typed = typed
	page.Hidden, page.Path, page.Content = true, "", content
	a, err := h.frame.Render("go", status, page)
	if err != nil {
		h.answers.Fail(w, v.Request, err)
		return
	}
	a.Unkept().Write(w, v.Request)
}
