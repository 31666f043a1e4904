package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"embraye/internal/embraye"
)

// A view is what a GET asks for: which face of what. Its key is all that may
// change the answer.
type view struct {
	cacheKey
	r *http.Request
}

// param is a part of the path.
func (v *view) param(name string) string { return chi.URLParam(v.r, name) }

// A builder makes the answer to one view, from data that it reads itself. Its
// context, which is that of the view's request too, belongs to the answer and
// not to whoever asked first. What it cannot read in full is an error: others
// would get the same answer from the cache.
type builder func(ctx context.Context, v *view) (*answer, error)

// A pagedBuilder is a builder of a collection, or of one page of it.
type pagedBuilder func(ctx context.Context, v *view, p paging) (*answer, error)

// serve is the way of every GET: negotiate, look into the cache, build. The
// revision is read before the data, so that an answer is never older than the
// revision it is kept for.
func (h *Handler) serve(negotiate func(http.Header) face, build builder) http.HandlerFunc {
	return h.serveQuery(negotiate, "", build)
}

func (h *Handler) serveQuery(negotiate func(http.Header) face, query string, build builder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header["Signature"] != nil || r.Header["Signature-Input"] != nil {
			if _, err := h.rooms.Directory.VerifyGET(r.Context(), r); err != nil {
				h.fail(w, r, err)
				return
			}
		}
		v := &view{r: r, cacheKey: cacheKey{path: r.URL.Path, query: query, face: negotiate(r.Header)}}
		if v.face == facePage {
			v.lang, v.day = h.languageOf(r), embraye.MakeDate(h.now())
			h.rememberLanguage(w, r)
		}
		h.answer(w, v, build)
	}
}

// servePaged is serve for collections, the only addresses whose query counts.
func (h *Handler) servePaged(negotiate func(http.Header) face, build pagedBuilder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		paging, err := parsePaging(r.URL)
		if err != nil {
			h.fail(w, r, err)
			return
		}
		query := paging.String()
		h.serveQuery(negotiate, query, func(ctx context.Context, v *view) (*answer, error) {
			return build(ctx, v, paging)
		})(w, r)
	}
}

func (h *Handler) answer(w http.ResponseWriter, v *view, build builder) {
	ctx := v.r.Context()
	revision, err := h.revision.current(ctx)
	if err != nil {
		h.fail(w, v.r, err)
		return
	}
	if a := h.cache.get(revision, v.cacheKey); a != nil {
		a.write(w, v.r)
		return
	}
	a, err := h.build(revision, v, build)
	if err != nil {
		h.fail(w, v.r, err)
		return
	}
	a.write(w, v.r)
}

// buildWithin ends the making of one answer: a database that hangs must not
// hold everybody who asked.
const buildWithin = 20 * time.Second

// build makes an answer once for all who ask for it at the same time: after a
// change, everybody does. So it is not ended by the one who hangs up.
func (h *Handler) build(revision int64, v *view, build builder) (*answer, error) {
	made, err, _ := h.flights.Do(fmt.Sprint(revision, v.cacheKey), func() (any, error) {
		if a := h.cache.get(revision, v.cacheKey); a != nil {
			return a, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), buildWithin)
		defer cancel()
		a, err := build(ctx, &view{r: v.r.WithContext(ctx), cacheKey: v.cacheKey})
		if err == nil && a.status != http.StatusMovedPermanently {
			h.cache.put(revision, v.cacheKey, a)
		}
		return a, err
	})
	if err != nil {
		return nil, err
	}
	return made.(*answer), nil
}

func pageOnly(http.Header) face { return facePage }
