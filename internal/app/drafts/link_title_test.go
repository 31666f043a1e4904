package drafts_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

func TestTitleOfALink(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/appel" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<title> Appel à
				communs </title><meta property="og:site_name" content="La Région"><body>`)
		}))
		title, publisher, err := h.Drafts.LinkTitle(h.Context(), h.Who["editor"], "https://preuve.example/appel")
		if title != "Appel à communs" || publisher != "La Région" || err != nil {
			t.Errorf("%q %q %v", title, publisher, err)
		}
		if _, _, err := h.Drafts.LinkTitle(h.Context(), h.Who["editor"], "https://preuve.example/rien"); err == nil {
			t.Error("a page that is not there has a title")
		}
		_, _, err = h.Drafts.LinkTitle(h.Context(), h.Who["editor"], "javascript:alert(1)")
		h.WantErr(err, embraye.ErrInvalid)
		_, _, err = h.Drafts.LinkTitle(h.Context(), h.Who["reader"], "https://preuve.example/appel")
		h.WantErr(err, embraye.ErrForbidden)
	})
}

// Sites that say nothing are waited for together, and no longer than the budget
// of them all.
func TestT05SilentSitesCostOneBudget(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		var waiting sync.WaitGroup // none is answered before all are asked
		waiting.Add(8)
		list := []embraye.Evidence{{Href: "https://preuve.example/appel"}, {Href: "https://preuve.example/typed", Name: "Tapé"}}
		for i := range 7 {
			host := fmt.Sprintf("muet%d.example", i)
			h.World.Wire.Serve(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				waiting.Done()
				waiting.Wait()
				http.NotFound(w, r)
			}))
			list = append(list, embraye.Evidence{Href: "https://" + host + "/"})
		}
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			waiting.Done()
			waiting.Wait()
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<title>Appel à communs</title><meta property="og:site_name" content="La Région">`)
		}))
		timeIsUp, cancel := context.WithCancel(h.Context())
		cancel()
		if unread, err := h.Drafts.LinkTitles(timeIsUp, h.Who["editor"], slices.Clone(list)); err != nil || len(unread) != 8 {
			t.Errorf("without time: %v, %v", unread, err)
		}
		unread, err := h.Drafts.LinkTitles(h.Context(), h.Who["editor"], list)
		h.Must(err)
		if len(unread) != 7 || slices.Contains(unread, list[0].Href) {
			t.Errorf("unread: %v", unread)
		}
		if list[0].Name != "Appel à communs" || list[0].Publisher != "La Région" || list[1].Name != "Tapé" {
			t.Errorf("%+v", list[:2])
		}
		_, err = h.Drafts.LinkTitles(h.Context(), h.Who["reader"], list)
		h.WantErr(err, embraye.ErrForbidden)
	})
}
