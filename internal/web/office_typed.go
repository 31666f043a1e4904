package web

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// sendToDoor asks to sign in. What was typed travels in the page of the
// sign-in: strangers can make us keep nothing.
func (v *visit) sendToDoor() error {
	if v.r.Method != http.MethodPost {
		return v.redirect("/login?next=" + url.QueryEscape(v.r.URL.RequestURI()))
	}
	typed, err := v.typedNow()
	if err != nil {
		return err
	}
	next := typedAt(v.r.URL.Path)
	page := &loginPage{Next: nextPath(next)}
	if encoded := typed.Encode(); base64.RawURLEncoding.EncodedLen(len(encoded)) <= maxKeptBytes {
		page.Kept = base64.RawURLEncoding.EncodeToString([]byte(encoded))
	} else {
		page.Lost = true
	}
	return v.render(http.StatusUnauthorized, "login", "office.login", page, nil, nil)
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

// typedNow reads the texts of a form and passes over its files.
func (v *visit) typedNow() (url.Values, error) {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		return v.r.PostForm, nil
	}
	parts, err := v.r.MultipartReader()
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
		if part.FileName() != "" || part.FormName() == "" {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, int64(left)+1))
		if err != nil {
			return nil, formError(err)
		}
		if left -= len(text); left < 0 {
			return nil, errTooLarge
		}
		typed.Add(part.FormName(), string(text))
	}
}

// keepTyped puts what the page of the sign-in carried into the new session.
func (v *visit) keepTyped(next, kept string) {
	if typed, err := base64.RawURLEncoding.DecodeString(kept); err == nil && kept != "" {
		v.sessions.Put(v.ctx(), sessionForm, next+"\n"+string(typed))
	}
}

// typedBefore returns, once, what was typed here when the session had expired.
func (v *visit) typedBefore() (url.Values, bool) {
	kept := v.sessions.GetString(v.r.Context(), sessionForm)
	where, encoded, ok := strings.Cut(kept, "\n")
	if !ok || where != v.r.URL.Path {
		return nil, false
	}
	v.sessions.Remove(v.r.Context(), sessionForm)
	values, err := url.ParseQuery(encoded)
	return values, err == nil
}
