package answer

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"embraye/internal/embraye"
)

// A Builder makes the answer to one view, from data that it reads itself. Its
// context, which is that of the view's request too, belongs to the answer and
// not to whoever asked first. What it cannot read in full is an error: others
// would get the same answer from the cache.
type Builder func(ctx context.Context, v *View) (*Answer, error)

// A PagedBuilder is a builder of a collection, or of one page of it.
type PagedBuilder func(ctx context.Context, v *View, p Paging) (*Answer, error)

// Serve is the way of every GET: negotiate, look into the cache, build. The
// revision is read before the data, so that an answer is never older than the
// revision it is kept for.
func (h *Server) Serve(negotiate func(http.Header) face, build Builder) http.HandlerFunc {
	return h.ServeQuery(negotiate, "", build)
}

// ServeQuery is Serve for addresses of which a part of the query counts, in its one spelling.
func (h *Server) ServeQuery(negotiate func(http.Header) face, query string, build Builder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h.refuseReader(r); err != nil {
			h.Fail(w, r, err)
			return
		}
		v := &View{Request: r, Key: Key{Path: r.URL.Path, Query: query, Face: negotiate(r.Header)}}
		if v.Face == FacePage {
			v.Lang, v.Day = h.speaker.LanguageOf(r), embraye.MakeDate(h.now())
			h.speaker.RememberLanguage(w, r)
		}
		h.Answer(w, v, build)
	}
}

// refuseReader: nobody has to sign a GET, but a server that names itself may be blocked.
func (h *Server) refuseReader(r *http.Request) error {
	if r.Header["Signature"] == nil && r.Header["Signature-Input"] == nil {
		return nil
	}
	return h.refuse(r.Context(), r)
}

// ServePaged is serve for collections, the only addresses whose query counts.
func (h *Server) ServePaged(negotiate func(http.Header) face, build PagedBuilder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		paging, err := ParsePaging(r.URL)
		if err != nil {
			h.Fail(w, r, err)
			return
		}
		query := paging.String()
		h.ServeQuery(negotiate, query, func(ctx context.Context, v *View) (*Answer, error) {
			return build(ctx, v, paging)
		})(w, r)
	}
}

// Answer writes what the cache has for a view, or what is built for it.
func (h *Server) Answer(w http.ResponseWriter, v *View, build Builder) {
	ctx := v.Request.Context()
	revision, err := h.revision.current(ctx)
	if err != nil {
		h.Fail(w, v.Request, err)
		return
	}
	h.unread.tell(h.log, "", "the database answers again", nil)
	if a := h.cache.get(revision, v.Key); a != nil {
		a.Write(w, v.Request)
		return
	}
	a, err := h.build(revision, v, build)
	if err != nil {
		h.Fail(w, v.Request, err)
		return
	}
	a.Write(w, v.Request)
}

// buildWithin ends the making of one answer: a database that hangs must not
// hold everybody who asked.
const buildWithin = 20 * time.Second

// build makes an answer once for all who ask for it at the same time: after a
// change, everybody does. So it is not ended by the one who hangs up.
func (h *Server) build(revision int64, v *View, build Builder) (*Answer, error) {
	made, err, _ := h.flights.Do(fmt.Sprint(revision, v.Key), func() (any, error) {
		if a := h.cache.get(revision, v.Key); a != nil {
			return a, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(v.Request.Context()), buildWithin)
		defer cancel()
		a, err := build(ctx, &View{Request: v.Request.WithContext(ctx), Key: v.Key})
		if err == nil && a.status != http.StatusMovedPermanently {
			h.cache.put(revision, v.Key, a)
		}
		return a, err
	})
	if err != nil {
		return nil, err
	}
	return made.(*Answer), nil
}

// PageOnly is for addresses that are pages and nothing else.
func PageOnly(http.Header) face { return FacePage }
