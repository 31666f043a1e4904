package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"embraye/internal/embraye"
)

// Sites that say nothing are waited for together, and no longer than the budget
// of them all.
func TestT05SilentSitesCostOneBudget(t *testing.T) {
	eachHouse(t, func(h *house) {
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
		if unread, err := h.App.LinkTitles(timeIsUp, h.people["editor"], slices.Clone(list)); err != nil || len(unread) != 8 {
			t.Errorf("without time: %v, %v", unread, err)
		}
		unread, err := h.App.LinkTitles(h.Context(), h.people["editor"], list)
		h.must(err)
		if len(unread) != 7 || slices.Contains(unread, list[0].Href) {
			t.Errorf("unread: %v", unread)
		}
		if list[0].Name != "Appel à communs" || list[0].Publisher != "La Région" || list[1].Name != "Tapé" {
			t.Errorf("%+v", list[:2])
		}
		_, err = h.App.LinkTitles(h.Context(), h.people["reader"], list)
		h.wantErr(err, embraye.ErrForbidden)
	})
}
