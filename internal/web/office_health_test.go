package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/web"
)

// The page says in words what was found, and goes outside only when it is asked.
func TestHealthIsToldInWords(t *testing.T) {
	s := newSite(t)
	ada := s.as("ada", embraye.Admin)
	looks := 0
	doctor := &check.Doctor{
		Inside: func(context.Context) []check.Finding {
			return []check.Finding{check.Deliveries(check.Queue{}, s.Clock.Now()), check.Backup("", time.Hour, s.Clock.Now())}
		},
		Outside: func(context.Context) []check.Finding {
			looks++
			return []check.Finding{{Code: "post", State: check.Error, Sentence: "a <signed> message is lost", Remedy: "find it"}}
		},
	}
	site := &site{s.World, s.Instance, t}
	site.Health = doctor
	ada.h = site.handler(web.Options{})

	page := ada.shows("/office/health")
	holds(t, "before", page, []string{"1 point demande votre attention", "À surveiller", "Sauvegarde", "On ne connaît aucune sauvegarde", "no backup was ever made", "En ordre", "Vérifier depuis l'extérieur"},
		[]string{"À réparer", "Vérifié le"})
	if strings.Index(page, "Sauvegarde") > strings.Index(page, ">Envois</th>") || looks != 0 {
		t.Errorf("what is well stands first, or %d looks outside", looks)
	}
	if w := ada.post("/office/health", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/office/health" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	holds(t, "after", ada.shows("/office/health"), []string{"vérifiée depuis l'extérieur", "Vérifié le", "À réparer", "a <signed> message is lost → find it"}, nil)
	holds(t, "in English", ada.shows("/office/health?lang=en"), []string{"To be mended", "A signed message does not arrive", "Checked on"}, []string{"réparer"})
	if looks != 1 {
		t.Errorf("%d looks outside, of which one was asked for", looks)
	}
}

// Whoever asks while somebody else's look is under way hears so, and starts none.
func TestHealthLooksOutsideOnceAtATime(t *testing.T) {
	s := newSite(t)
	ada, bea := s.as("ada", embraye.Admin), s.as("bea", embraye.Admin)
	site := &site{s.World, s.Instance, t}
	site.Health = &check.Doctor{Inside: func(context.Context) []check.Finding { return nil }}
	site.Health.Outside = func(context.Context) []check.Finding {
		bea.post("/office/health", nil)
		holds(t, "meanwhile", bea.shows("/office/health"), []string{"déjà en cours"}, []string{"Vérifié le"})
		return check.Settings(nil)
	}
	ada.h = site.handler(web.Options{})
	bea.h = ada.h
	ada.post("/office/health", nil)
	holds(t, "afterwards", ada.shows("/office/health"), []string{"Vérifié le"}, nil)
}
