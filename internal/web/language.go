package web

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

// languageOf is the reader's choice by ?lang=, now or before, else by
// Accept-Language.
func (h *Handler) languageOf(r *http.Request) string {
	if lang, ok := rememberedLanguage(r); ok {
		return lang
	}
	wanted := r.Header["Accept-Language"]
	if len(wanted) == 0 {
		return h.language
	}
	return h.catalogue.Match(wanted[0], h.language)
}

// rememberedLanguage is the reader's choice by ?lang=, now or before.
func rememberedLanguage(r *http.Request) (string, bool) {
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

// rememberLanguage keeps what the reader has just chosen.
func (h *Handler) rememberLanguage(w http.ResponseWriter, r *http.Request) {
	if lang, ok := chosenLanguage(r); ok {
		h.keepLanguage(w, lang)
	}
}

func (h *Handler) keepLanguage(w http.ResponseWriter, lang string) {
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: languageDays * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(h.site.Base, "https://")})
}
