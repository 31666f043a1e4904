package office

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// NextPath is where to go after signing in: a path of ours, or the office
// (W52).
func NextPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > 2048 || u.IsAbs() || u.Host != "" || u.Opaque != "" || u.Path != "/office" && !strings.HasPrefix(u.Path, "/office/") ||
		strings.ContainsAny(s, "\\\t\r\n") || u.RawPath != "" || path.Clean(u.Path) != u.Path {
		return "/office"
	}
	return s
}

// A LoginPage is the sign-in, and where to go after it.
type LoginPage struct {
	Next  string
	Kept  string      // what was sent before, base64
	Wrote bool        // somebody had typed some of it
	Lost  bool        // it was too long to keep
	Typed []typedText // then: to be copied from here
}

// SignInPage is the sign-in that leads to next, and carries what was sent before.
func SignInPage(v *Visit, next, kept string) *LoginPage {
	return &LoginPage{Next: NextPath(next), Kept: kept, Wrote: says(v, carried(kept))}
}

// carried is what the page of the sign-in carries; of a page that somebody else made
// up, nothing.
func carried(kept string) url.Values {
	encoded, _ := base64.RawURLEncoding.DecodeString(kept)
	typed, _ := url.ParseQuery(string(encoded))
	return typed
}

// sendToDoor asks to sign in. What was typed travels in the page of the
// sign-in: strangers can make us keep nothing.
func (v *Visit) sendToDoor() error {
	if v.R.Method != http.MethodPost {
		return v.Redirect("/login?next=" + url.QueryEscape(v.R.URL.RequestURI()))
	}
	typed, err := v.typedNow()
	if err != nil {
		return err
	}
	next := typedAt(v.R.URL.Path)
	page := SignInPage(v, next, base64.RawURLEncoding.EncodeToString([]byte(typed.Encode())))
	if len(page.Kept) > maxKeptBytes {
		page.Kept, page.Wrote, page.Lost, page.Typed = "", false, true, typedTexts(v, typed)
	}
	return v.Render(http.StatusUnauthorized, "login", "office.login", page, nil, nil)
}

// maxKeptBytes is a long text, fifty pieces of evidence and what surrounds them, as
// the page of the sign-in carries them; maxWaitingBytes is all that waits in a session.
const (
	maxKeptBytes    = 496 << 10
	maxWaitingBytes = 2 * maxKeptBytes
)

// typedAt is the page on which something was typed.
func typedAt(path string) string {
	if path == "/office/constats/last" || path == "/office/files" {
		return "/office/constats/new"
	}
	if id, ok := strings.CutSuffix(path, "/ask"); ok {
		return id
	}
	if strings.HasPrefix(path, "/office/reports/") {
		return "/office/conversation"
	}
	if strings.HasPrefix(path, "/office/quotes/") {
		return "/office/interactions"
	}
	return path
}

// isSecret tells what is typed and never kept anywhere.
func isSecret(field string) bool { return field == "code" || strings.Contains(field, "password") }

// typedNow reads the texts of a form, and passes over its files and secrets.
func (v *Visit) typedNow() (url.Values, error) {
	if !strings.HasPrefix(v.R.Header.Get("Content-Type"), "multipart/") {
		typed := maps.Clone(v.R.PostForm)
		maps.DeleteFunc(typed, func(field string, _ []string) bool { return isSecret(field) })
		return typed, nil
	}
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, formError(err)
	}
	typed, left := url.Values{}, maxFormBytes
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return typed, nil
		}
		if err != nil {
			return nil, formError(err)
		}
		if part.FileName() != "" || part.FormName() == "" || isSecret(part.FormName()) {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, int64(left)+1))
		if err != nil {
			return nil, formError(err)
		}
		if left -= len(text) + len(part.FormName()); left < 0 {
			return nil, ErrTooLarge
		}
		typed.Add(part.FormName(), string(text))
	}
}

// GoOn leads somebody who has just signed in to where they wanted to be, and puts what
// the page of the sign-in carried into the new session. What is too long for it beside
// the forms that wait there already is given back instead.
func (v *Visit) GoOn(next, sent string) error {
	if typed := carried(sent); len(typed) > 0 {
		where, _, _ := strings.Cut(next, "?")
		kept, err := keep(v, where, typed)
		if err != nil {
			return err
		}
		if !kept && says(v, typed) {
			return giveBack(v, "office.failed.not_kept_beside", typed)
		}
	}
	return v.Redirect(next)
}

// giveBack shows what was typed and is kept nowhere.
func giveBack(v *Visit, why string, typed url.Values) error {
	page := &failedPage{Status: http.StatusRequestEntityTooLarge, Why: why, Typed: typedTexts(v, typed)}
	return v.Render(page.Status, "failed", "site.error_413", page, nil, nil)
}

// keepForLater puts what was typed into the session of somebody who has something
// to do first. What is too long for it is given back instead.
func keepForLater(v *Visit) (kept bool, err error) {
	if v.R.Method != http.MethodPost {
		return true, nil
	}
	typed, err := v.typedNow()
	if err != nil {
		return false, err
	}
	if !says(v, typed) {
		return true, nil // a button that was pressed
	}
	if kept, err = keep(v, NextPath(typedAt(v.R.URL.Path)), typed); kept || err != nil {
		return kept, err
	}
	return false, giveBack(v, "office.failed.not_kept", typed)
}

// says tells whether a form has something in a field that people fill in, or the
// table that somebody tries (kept).
func says(v *Visit, form url.Values) bool {
	for name, values := range form {
		if (name == "kept" || v.Catalogue().Has("field."+name)) && !isSecret(name) && strings.Join(values, "") != "" {
			return true
		}
	}
	return false
}

// formsOf are the forms that the session keeps, by the address of their page.
func formsOf(v *Visit) map[string]url.Values {
	forms := map[string]url.Values{}
	_ = json.Unmarshal(v.office.sessions.GetBytes(v.Context(), sessionForm), &forms) // of another version: nothing waits
	return forms
}

// keep puts the form of a page beside those of others that wait; false if they are
// too long together.
func keep(v *Visit, where string, form url.Values) (bool, error) {
	forms := formsOf(v)
	forms[where] = form
	all, err := json.Marshal(forms)
	if err != nil || len(all) > maxWaitingBytes {
		return false, err
	}
	v.office.sessions.Put(v.Context(), sessionForm, all)
	return true, nil
}

// A Waiting form leads to the page where what was typed comes back.
type Waiting struct{ Path, Title string }

// KeptFor lists what waits for the visit's person.
func KeptFor(v *Visit) (list []Waiting) {
	forms := formsOf(v)
	for _, where := range slices.Sorted(maps.Keys(forms)) {
		list = append(list, Waiting{where, embraye.Cut(embraye.Trim(forms[where].Get("title")), longEnough)})
	}
	return list
}

// TypedBefore returns, once, what was typed here when the session had expired.
func (v *Visit) TypedBefore() (url.Values, bool) {
	forms := formsOf(v)
	form, ok := forms[v.R.URL.Path]
	if !ok {
		return nil, false
	}
	delete(forms, v.R.URL.Path)
	all, err := json.Marshal(forms)
	if err != nil {
		return nil, false
	}
	v.office.sessions.Put(v.R.Context(), sessionForm, all)
	return form, true
}
