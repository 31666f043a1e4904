package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
)

//go:embed templates/office/*.html
var officeFiles embed.FS

// How long a browser stays signed in: idle, and at most.
const (
	sessionIdle     = 7 * 24 * time.Hour
	sessionLifetime = 30 * 24 * time.Hour
)

// maxFormBytes bounds a form without files: a text of a megabyte still comes
// back with the sentence that says how long it may be.
const maxFormBytes = 1<<20 + 128<<10

// Keys of what a session holds besides the person.
const (
	sessionSaid = "said" // key of the sentence to show once
	sessionForm = "form" // what was typed when the session had expired
)

// office is everything behind a sign-in, and the doors to it. Its pages are
// made for one person and never kept (private, no-store).
type office struct {
	*Handler
	sessions  *scs.SessionManager
	templates templates
}

func newOffice(h *Handler) (*office, error) {
	o := &office{Handler: h, sessions: newSessions(h)}
	var err error
	o.templates, err = parseOfficeTemplates()
	return o, err
}

// newSessions keeps sessions in the database. It is not made by scs.New, which
// starts a store in memory with a sweeper that never ends.
func newSessions(h *Handler) *scs.SessionManager {
	m := &scs.SessionManager{
		Store: h.rooms.People.SessionStore(), Codec: scs.GobCodec{},
		IdleTimeout: sessionIdle, Lifetime: sessionLifetime,
		ErrorFunc: func(w http.ResponseWriter, r *http.Request, err error) { h.fail(w, r, err) },
		Cookie:    scs.SessionCookie{Name: "embraye", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
	if strings.HasPrefix(h.site.Base, "https://") {
		m.Cookie.Name, m.Cookie.Secure = "__Host-embraye", true
	}
	return m
}

func parseOfficeTemplates() (templates, error) {
	layout, err := template.New("office").Funcs(officeFuncs).ParseFS(officeFiles, "templates/office/layout.html", "templates/office/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(officeFiles, "templates/office/*.html")
	if err != nil {
		return nil, err
	}
	all := templates{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" || base == "parts" {
			continue
		}
		page, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		if all[base], err = page.ParseFS(officeFiles, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// zone is that of the office's clock: the one in which this server lives (TZ).
func (o *office) zone() *time.Location { return o.now().Location() }

// A visit is one request to the office.
type visit struct {
	*office
	w    http.ResponseWriter
	r    *http.Request
	lang string
	by   embraye.Acting // zero at the doors

	upload *upload // the file of the form
	unkept error   // why it could not be kept, by our fault
}

// An action answers a visit; an error becomes a page of its status.
type action func(v *visit) error

// door is a page for people who are not signed in.
func (o *office) door(act action) http.HandlerFunc { return o.within(false, act) }

// doorWithFiles is a door that takes a file.
func (o *office) doorWithFiles(act action) http.HandlerFunc { return o.within(true, act) }

// room is a page for people with a role. Who is not signed in goes to the
// sign-in and comes back; what was typed comes back too.
func (o *office) room(role embraye.Role, act action) http.HandlerFunc {
	return o.within(false, o.entered(role, act))
}

// roomWithFiles is a room that takes files.
func (o *office) roomWithFiles(role embraye.Role, act action) http.HandlerFunc {
	return o.within(true, o.entered(role, act))
}

func (o *office) entered(role embraye.Role, act action) action {
	return func(v *visit) error {
		person, err := o.rooms.People.Take(v.r.Context(), o.sessions.GetInt64(v.r.Context(), people.SessionPerson))
		if errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrForbidden) {
			return v.sendToDoor()
		}
		if err != nil {
			return err
		}
		v.by = embraye.Acting{Person: person}
		if _, chosen := rememberedLanguage(v.r); !chosen && person.Language != "" {
			v.lang = person.Language
		}
		if err := v.by.May(role); err != nil {
			return err
		}
		return act(v)
	}
}

// within opens the session and the visit, and bounds the form. Only where
// files are taken may a form be multipart: elsewhere it would be read to disk.
func (o *office) within(files bool, act action) http.HandlerFunc {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noStore
		v := &visit{office: o, w: w, r: r, lang: o.languageOf(r)}
		o.rememberLanguage(w, r) // in a cookie: strangers can make us keep nothing
		defer func() { v.upload.remove() }()
		if err := v.bound(files); err != nil {
			v.fail(err)
			return
		}
		if err := act(v); err != nil {
			v.fail(err)
		}
	})
	return o.sessions.LoadAndSave(inner).ServeHTTP
}

// bound limits what is read of a form, and refuses a query that is no text: not
// every database would compare with it (SECURITY W60).
func (v *visit) bound(files bool) error {
	for name, values := range v.r.URL.Query() {
		if s := name + strings.Join(values, ""); !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fmt.Errorf("web: a query that is no text: %w", embraye.ErrInvalid)
		}
	}
	if v.r.Method != http.MethodPost {
		return nil
	}
	if strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		if !files {
			return fmt.Errorf("web: a form with files: %w", embraye.ErrInvalid)
		}
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxUploadBytes)
		return nil
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxFormBytes)
	if err := v.r.ParseForm(); err != nil {
		return formError(err)
	}
	return nil
}

// formError tells a body that is too large, or comes too slowly, from one that is
// no form.
func formError(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, errTooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	}
	return fmt.Errorf("web: form: %v: %w", err, embraye.ErrInvalid)
}

var (
	errTooLarge = errors.New("body too large")
	errTooSlow  = errors.New("body too slow")
)

// fail shows an error as a page: of the office for who is in it.
func (v *visit) fail(err error) {
	status := statusOf(err)
	switch {
	case errors.Is(err, errTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errTooSlow):
		status = http.StatusRequestTimeout
	}
	if status >= 500 {
		v.log.Error("request failed", "method", v.r.Method, "path", pathOf(v.r), "status", status, "err", err)
	}
	setRetryAfter(v.w, err, status)
	v.errorPage(v.r, status).unkept().write(v.w, v.r)
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// form is a posted value without surrounding space, seen or not.
func (v *visit) form(name string) string { return embraye.Trim(v.r.PostFormValue(name)) }

// param is a part of the path.
func (v *visit) param(name string) string { return chi.URLParam(v.r, name) }

// redirect sends the browser on with GET.
func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// said redirects, and shows a sentence there once.
func (v *visit) said(to, key string) error {
	v.sessions.Put(v.ctx(), sessionSaid, key)
	return v.redirect(to)
}

// show renders a page of the office.
func (v *visit) show(name, title string, content any) error {
	return v.render(http.StatusOK, name, title, content, nil, nil)
}

// again shows a form once more with what was typed and what is wrong; other
// errors are returned.
func (v *visit) again(err error, name, title string, content any) error {
	var many *embraye.TooMany
	if errors.As(err, &many) {
		return v.waitBefore(many, name, title, content)
	}
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	return v.render(http.StatusBadRequest, name, title, content, v.r.PostForm, invalid.Problems)
}

// waitBefore shows a form once more to who has tried it too often.
func (v *visit) waitBefore(many *embraye.TooMany, name, title string, content any) error {
	field := "email"
	if v.by.Person != nil {
		field = "old_password"
	}
	setRetryAfter(v.w, many, http.StatusTooManyRequests)
	minutes := strconv.Itoa(int(math.Ceil(many.RetryAfter.Minutes())))
	return v.render(http.StatusTooManyRequests, name, title, content, v.r.PostForm, []embraye.Problem{{Field: field, Code: "too_many_tries", Value: minutes}})
}

func (v *visit) render(status int, name, title string, content any, values url.Values, problems []embraye.Problem) error {
	tmpl, ok := v.office.templates[name]
	if !ok {
		return fmt.Errorf("web: no office template %s", name)
	}
	status = v.unkeptStatus(status)
	page := v.officePage(title, content, values, problems)
	if page.incomplete != nil {
		return page.incomplete
	}
	if v.by.Person != nil {
		if key := v.sessions.PopString(v.ctx(), sessionSaid); key != "" {
			page.Said = v.catalogue.T(v.lang, key)
		}
	}
	var out bytes.Buffer
	if err := tmpl.ExecuteTemplate(&out, "office", page); err != nil {
		return fmt.Errorf("web: office page %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", typeHTML)
	v.w.Header().Set("Content-Language", v.lang)
	v.w.Header().Set("Content-Security-Policy", officePolicy)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(out.Bytes()) // a reader who hung up is no error of ours
	return nil
}

func (v *visit) officePage(title string, content any, values url.Values, problems []embraye.Problem) *officePage {
	page := &officePage{htmlPage: *v.newPage(&view{r: v.r, cacheKey: cacheKey{lang: v.lang}}, v.catalogue.T(v.lang, title)),
		Person: v.by.Person, Path: v.r.URL.Path, Values: values, Problems: problems, query: v.r.URL.Query(), office: v.office}
	page.Content = content
	return page
}

// officePolicy lets the editor save as one types.
const officePolicy = contentPolicy + "; connect-src 'self'"

// nextPath is where to go after signing in: a path of ours, or the office
// (SECURITY W52).
func nextPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > 2048 || u.IsAbs() || u.Host != "" || u.Opaque != "" || u.Path != "/office" && !strings.HasPrefix(u.Path, "/office/") ||
		strings.ContainsAny(s, "\\\t\r\n") || u.RawPath != "" || path.Clean(u.Path) != u.Path {
		return "/office"
	}
	return s
}
