package office

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/web/answer"
)

// filePolicy keeps a file that a browser is sent to from doing anything.
const filePolicy = "sandbox; default-src 'none'"

// file serves evidence files and pictures: those that something published uses
// to everybody, the others to editors alone. Names are hashes of the content,
// so that nothing ever changes under one (W38, W39). A width in the address is
// that of a smaller picture.
func (o *Office) file(w http.ResponseWriter, r *http.Request) {
	var by embraye.Acting
	id, err := o.reader(r)
	if err == nil {
		by.Person, err = o.rooms.People.Take(r.Context(), id)
	}
	if err == nil {
		var owes bool
		if owes, err = o.rooms.People.Second.Owes(r.Context(), by.Person); owes {
			by.Person = nil
		}
	}
	if err != nil && !errors.Is(err, embraye.ErrNotFound) && !errors.Is(err, embraye.ErrForbidden) {
		o.answers.Fail(w, r, err)
		return
	}
	name, width := answer.Param(r, "name"), 0
	if asked := answer.Param(r, "width"); asked != "" {
		if width, err = strconv.Atoi(asked); err != nil || width < 1 || strconv.Itoa(width) != asked {
			width = -1 // no width of ours
		}
	}
	content, info, row, err := o.rooms.Constats.OpenFile(r.Context(), by, name, width)
	if err != nil {
		o.answers.Fail(w, r, err)
		return
	}
	defer content.Close()
	o.answers.FileRead()
	h := w.Header()
	h.Set("Content-Type", info.MediaType)
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Disposition", files.Disposition(info, row.OriginalName))
	h.Set("Etag", `"`+answer.Param(r, "width")+name+`"`)
	h["Cache-Control"] = []string{"public, max-age=31536000, immutable"}
	if !row.Public {
		h["Cache-Control"] = answer.NoStore
	}
	if strings.Count(r.Header.Get("Range"), ",") > 0 {
		r.Header.Del("Range") // many small ranges cost more than the file (W49)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// reader is who asks, from a session that is only looked at: a public file with
// a cookie in its answer would leave the cookie in caches.
func (o *Office) reader(r *http.Request) (person int64, err error) {
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
