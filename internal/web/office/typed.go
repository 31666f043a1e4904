package office

import (
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strings"
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
	Next string
	Kept string // what was typed before, base64
	Lost bool   // it was too long to keep
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
	page := &LoginPage{Next: NextPath(next)}
	if encoded := typed.Encode(); base64.RawURLEncoding.EncodedLen(len(encoded)) <= maxKeptBytes {
		page.Kept = base64.RawURLEncoding.EncodeToString([]byte(encoded))
	} else {
		page.Lost = true
	}
	return v.Render(http.StatusUnauthorized, "login", "office.login", page, nil, nil)
}

// maxKeptBytes is a long text, fifty pieces of evidence and what surrounds them.
const maxKeptBytes = 496 << 10

// typedAt is the page on which something was typed.
func typedAt(path string) string {
	if path == "/office/constats/last" || path == "/office/files" {
		return "/office/constats/new"
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
		if left -= len(text); left < 0 {
			return nil, ErrTooLarge
		}
		typed.Add(part.FormName(), string(text))
	}
}

// KeepTyped puts what the page of the sign-in carried into the new session.
func (v *Visit) KeepTyped(next, kept string) {
	if typed, err := base64.RawURLEncoding.DecodeString(kept); err == nil && kept != "" {
		v.office.sessions.Put(v.Context(), sessionForm, next+"\n"+string(typed))
	}
}

// keepForLater puts what was typed into the session of somebody who has something
// to do first.
func keepForLater(v *Visit) error {
	if v.R.Method != http.MethodPost {
		return nil
	}
	typed, err := v.typedNow()
	if err != nil {
		return err
	}
	if encoded := typed.Encode(); len(encoded) <= maxKeptBytes {
		v.office.sessions.Put(v.Context(), sessionForm, NextPath(typedAt(v.R.URL.Path))+"\n"+encoded)
	}
	return nil
}

// KeptFor is the page where what was typed comes back, "" if nothing waits.
func KeptFor(v *Visit) string {
	where, _, _ := strings.Cut(v.office.sessions.GetString(v.Context(), sessionForm), "\n")
	return where
}

// TypedBefore returns, once, what was typed here when the session had expired.
func (v *Visit) TypedBefore() (url.Values, bool) {
	kept := v.office.sessions.GetString(v.R.Context(), sessionForm)
	where, encoded, ok := strings.Cut(kept, "\n")
	if !ok || where != v.R.URL.Path {
		return nil, false
	}
	v.office.sessions.Remove(v.R.Context(), sessionForm)
	values, err := url.ParseQuery(encoded)
	return values, err == nil
}
