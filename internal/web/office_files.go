package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/files"
)

// filePolicy keeps a file that a browser is sent to from doing anything.
const filePolicy = "sandbox; default-src 'none'"

// file serves evidence files and pictures: those that something published uses
// to everybody, the others to editors alone. Names are hashes of the content,
// so that nothing ever changes under one (SECURITY W38, W39).
func (o *office) file(w http.ResponseWriter, r *http.Request) {
	var by embraye.Acting
	id, err := o.reader(r)
	if err == nil {
		by.Person, err = o.rooms.People.Take(r.Context(), id)
	}
	if err != nil && !errors.Is(err, embraye.ErrNotFound) && !errors.Is(err, embraye.ErrForbidden) {
		o.Handler.fail(w, r, err)
		return
	}
	name := chi.URLParam(r, "name")
	content, info, row, err := o.rooms.Constats.OpenFile(r.Context(), by, name)
	if err != nil {
		o.Handler.fail(w, r, err)
		return
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", info.MediaType)
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Disposition", files.Disposition(info, row.OriginalName))
	h.Set("Etag", `"`+name+`"`)
	h["Cache-Control"] = []string{"public, max-age=31536000, immutable"}
	if !row.Public {
		h["Cache-Control"] = noStore
	}
	if strings.Count(r.Header.Get("Range"), ",") > 0 {
		r.Header.Del("Range") // many small ranges cost more than the file (W49)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// reader is who asks, from a session that is only looked at: a public file with
// a cookie in its answer would leave the cookie in caches.
func (o *office) reader(r *http.Request) (person int64, err error) {
	cookie, err := r.Cookie(o.sessions.Cookie.Name)
	if err != nil {
		return 0, nil
	}
	ctx, err := o.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return 0, err
	}
	return o.sessions.GetInt64(ctx, people.SessionPerson), nil
}

// uploadFile keeps a file for whoever writes with scripts on, and answers where
// it is.
func uploadFile(v *visit) error {
	if _, err := v.parseEditor(); err != nil || v.unkept != nil {
		return errors.Join(err, v.unkept)
	}
	list := v.r.PostForm["evidence_href"]
	if len(list) == 0 {
		return errors.Join(embraye.ErrInvalid, errors.New("no file"))
	}
	v.w.Header().Set("Location", list[len(list)-1])
	v.w.WriteHeader(http.StatusCreated)
	return nil
}
