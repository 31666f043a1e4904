package office

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
)

// A Visit is one request to the office.
type Visit struct {
	W     http.ResponseWriter
	R     *http.Request
	Lang  string
	By    embraye.Acting // zero at the doors
	Rooms Rooms

	office  *Office
	upload  *upload // the file of the form
	refused bool    // it was not taken: another belongs where it was
	unkept  error   // why it could not be kept, by our fault
}

// T is a text of the catalogue in the reader's language.
func (v *Visit) T(key string, args ...any) string { return v.office.catalogue.T(v.Lang, key, args...) }

// Catalogue has the words of all languages.
func (v *Visit) Catalogue() *locale.Catalogue { return v.office.catalogue }

// Site has our addresses.
func (v *Visit) Site() embraye.Site { return v.office.site }

// Sessions is where the session of the visit is kept.
func (v *Visit) Sessions() *scs.SessionManager { return v.office.sessions }

// Zone is that of the office's clock.
func (v *Visit) Zone() *time.Location { return v.office.zone() }

// Now is what the office's clock says.
func (v *Visit) Now() time.Time { return v.office.now() }

// Log is for what the operator should know.
func (v *Visit) Log() *slog.Logger { return v.office.log }

// Renamed says that an actor may have another handle now.
func (v *Visit) Renamed() { v.office.renamed() }

// KeepLanguage remembers a language for this browser.
func (v *Visit) KeepLanguage(lang string) { v.office.frame.KeepLanguage(v.W, lang) }

// Uploaded is the file of the form from its beginning; nil if there is none.
func (v *Visit) Uploaded() (io.Reader, error) {
	if v.upload == nil {
		return nil, nil
	}
	return v.upload.content()
}

// UploadedName is what the file of the form is called there; empty if there is none.
func (v *Visit) UploadedName() string {
	if v.upload == nil {
		return ""
	}
	return v.upload.name
}

// FileRefused reports whether the file of the form was not taken, whatever the reason.
func (v *Visit) FileRefused() bool { return v.refused }

// Unkept is why the file of the form could not be kept, by our fault.
func (v *Visit) Unkept() error { return v.unkept }

// Render answers with a page: after a mistake with what was typed and what is
// wrong with it. What was typed when the session had expired comes back, unless
// the page has taken it already.
func (v *Visit) Render(status int, name, title string, content any, values url.Values, problems []embraye.Problem) error {
	status, restored := v.unkeptStatus(status), false
	if values == nil && v.By.Person != nil && v.R.Method == http.MethodGet {
		values, restored = v.TypedBefore()
	}
	page := v.Page(title, content, values, problems)
	if page.Incomplete != nil {
		return page.Incomplete
	}
	if v.By.Person != nil {
		if key := v.office.sessions.PopString(v.Context(), sessionSaid); key != "" {
			page.Said = v.T(key)
		} else if restored && page.Form.Keeps() {
			page.Said = v.T("office.kept")
		}
	}
	body, err := v.Part(name, name+".html", page)
	if err == nil && page.Form.arrange(body) {
		body, err = v.Part(name, name+".html", page)
	}
	if err != nil {
		return err
	}
	page.Body = template.HTML(body)
	whole, err := v.Part(name, "office", page)
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", answer.TypeHTML)
	v.W.Header().Set("Content-Language", v.Lang)
	v.W.Header().Set("Content-Security-Policy", officePolicy)
	v.W.WriteHeader(status)
	_, _ = v.W.Write(whole) // a reader who hung up is no error of ours
	return nil
}

// Part fills a template that a page has: one of its parts, say.
func (v *Visit) Part(name, part string, page *Page) ([]byte, error) {
	filled, err := v.office.templates.Fill(part, page)
	if err != nil {
		return nil, fmt.Errorf("web: office page %s: %w", name, err)
	}
	return filled, nil
}

// Keys of what a session holds besides the person.
const (
	sessionSaid = "said" // key of the sentence to show once
	sessionForm = "form" // what was typed when the session had expired
)

// Names are those of everybody in the house.
func (v *Visit) Names() (map[int64]string, error) {
	people, err := v.Rooms.People.List(v.Context())
	names := make(map[int64]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}

// Context is that of the request.
func (v *Visit) Context() context.Context { return v.R.Context() }

// Form is a posted value without surrounding space, seen or not.
func (v *Visit) Form(name string) string { return embraye.Trim(v.R.PostFormValue(name)) }

// Param is a part of the path.
func (v *Visit) Param(name string) string { return answer.Param(v.R, name) }

// Redirect sends the browser on with GET.
func (v *Visit) Redirect(to string) error {
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
	return nil
}

// Said redirects, and shows a sentence there once.
func (v *Visit) Said(to, key string) error {
	v.office.sessions.Put(v.Context(), sessionSaid, key)
	return v.Redirect(to)
}

// Late leads on from a press that came too late: what it asks for is done
// already, or was decided otherwise meanwhile. Other errors are returned.
func Late(v *Visit, err error, to string) error {
	if errors.Is(err, embraye.ErrNotFound) || errors.Is(err, embraye.ErrGone) || errors.Is(err, embraye.ErrConflict) {
		return v.Said(to, "office.said.before")
	}
	return err
}

// Show renders a page of the office.
func (v *Visit) Show(name, title string, content any) error {
	return v.Render(http.StatusOK, name, title, content, nil, nil)
}

// Again shows a form once more with what was typed and what is wrong; other
// errors are returned.
func (v *Visit) Again(err error, name, title string, content any) error {
	var many *embraye.TooMany
	if errors.As(err, &many) {
		return v.waitBefore(many, name, title, content)
	}
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	return v.Render(http.StatusBadRequest, name, title, content, v.R.PostForm, invalid.Problems)
}

// waitBefore shows a form once more to who has tried it too often.
func (v *Visit) waitBefore(many *embraye.TooMany, name, title string, content any) error {
	field, code := "email", "too_many_tries"
	switch {
	case name == "people":
		code = "too_many_invites"
	case name == "step":
		field = "code"
	case v.By.Person != nil:
		field = "old_password"
	}
	answer.SetRetryAfter(v.W, many, http.StatusTooManyRequests)
	return v.Render(http.StatusTooManyRequests, name, title, content, v.R.PostForm, []embraye.Problem{{Field: field, Code: code, Value: minutesOf(many)}})
}

// minutesOf is how long to wait.
func minutesOf(many *embraye.TooMany) string {
	return strconv.Itoa(int(math.Ceil(many.RetryAfter.Minutes())))
}

// officePolicy lets the editor save as one types.
const officePolicy = answer.ContentPolicy + "; connect-src 'self'"

// PageSize is how many lines one page of a list has.
const PageSize = 50

// Before is the number after which a list goes on.
func (v *Visit) Before() (int64, error) {
	s := v.R.URL.Query().Get("before")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}

// ReplyState is which of what others sent a list shows: what waits for somebody
// unless the address says otherwise, empty for all of it.
func (v *Visit) ReplyState() (embraye.ReplyState, error) {
	switch state := embraye.ReplyState(v.R.URL.Query().Get("state")); state {
	case "":
		return embraye.ReplyPending, nil
	case "all":
		return "", nil
	case embraye.ReplyPending, embraye.ReplyShown, embraye.ReplyHidden:
		return state, nil
	}
	return "", embraye.ErrNotFound
}

// TypedNumber is a number of a form, 0 if there is none.
func TypedNumber(v *Visit, name string) int {
	n, err := strconv.Atoi(v.Form(name))
	if err != nil {
		return 0
	}
	return n
}

// Revised reports whether a correction was refused because another one had been
// made meanwhile.
func Revised(err error) bool {
	var invalid *embraye.InvalidError
	return errors.As(err, &invalid) && slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Code == "revised_meanwhile" })
}

// Number is a number in the path.
func (v *Visit) Number(name string) (int64, error) {
	n, err := strconv.ParseInt(v.Param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}
