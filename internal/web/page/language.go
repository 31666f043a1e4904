package page

import (
	"net/http"
	"slices"
	"strings"

	"embraye/internal/locale"
)

// languageCookie remembers the reader's choice. It is set only by a click on
// the switch, says nothing but fr or en, and no answer is kept by a cache that
// several readers share, so it need not be in Vary.
const languageCookie = "langue"

const languageDays = 180

// LanguageOf is the reader's choice by ?lang=, now or before, else by
// Accept-Language.
func (h *Frame) LanguageOf(r *http.Request) string {
	if lang, ok := RememberedLanguage(r); ok {
		return lang
	}
	wanted := r.Header["Accept-Language"]
	if len(wanted) == 0 {
		return h.language
	}
	return h.catalogue.Match(wanted[0], h.language)
}

// RememberedLanguage is the reader's choice by ?lang=, now or before.
func RememberedLanguage(r *http.Request) (string, bool) {
	if lang, ok := chosenLanguage(r); ok {
		return lang, true
	}
	if r.Header["Cookie"] != nil {
		if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(locale.Languages(), c.Value) {
			return c.Value, true
		}
	}
	return "", false
}

func chosenLanguage(r *http.Request) (string, bool) {
	if r.URL.RawQuery == "" {
		return "", false
	}
	chosen := r.URL.Query().Get("lang")
	return chosen, slices.Contains(locale.Languages(), chosen)
}

// RememberLanguage keeps what the reader has just chosen.
func (h *Frame) RememberLanguage(w http.ResponseWriter, r *http.Request) {
	if lang, ok := chosenLanguage(r); ok {
		h.KeepLanguage(w, lang)
	}
}

// KeepLanguage remembers a language in the reader's browser.
func (h *Frame) KeepLanguage(w http.ResponseWriter, lang string) {
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: languageDays * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(h.site.Base, "https://")})
}
