package drafts_test

import (
	"testing"

	"embraye/internal/app/drafts"
	"embraye/internal/apptest"
	"embraye/internal/embraye"

	"golang.org/x/text/unicode/norm"
)

// Forms, commands and tables all come through here.
func TestK08DraftsReadDatesAsTheyAreTyped(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		in := apptest.Complete()
		in.EffectiveDate, in.ObservedDate = "juin-24", "2020-12-31 00:00:00"
		in.Evidence[0].PublishedOn, in.Evidence[0].Consulted = "31 décembre 2020", "12/06/2024"
		in.Indicator = &embraye.Indicator{Name: "N", Value: "1", AsOf: "2020/12/31"}
		d := h.Draft("editor", in)
		e := d.Evidence[0]
		for i, got := range []embraye.Date{d.EffectiveDate, d.ObservedDate, e.PublishedOn, e.Consulted, d.Indicator.AsOf} {
			if want := []embraye.Date{"2024-06", "2020-12-31", "2020-12-31", "2024-06-12", "2020-12-31"}[i]; got != want {
				t.Errorf("date %d is %q, want %q", i, got, want)
			}
		}
		if wrong := h.Lacks(d); len(wrong) > 0 {
			t.Errorf("it cannot be published: %v", wrong)
		}
	})
}

func TestK06DraftsDropWhatNobodySees(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		in := apptest.Complete()
		in.Title, in.Institution.Name, in.Institution.SIREN = "\u200bUn appel\u00a0à communs\ufeff", norm.NFD.String("Ré\u00adgion Bretagne\u200b"), "233\u00a0500\u202f016"
		in.Territory, in.Stage, in.Evidence[0].Href = "FR-BRE\u200b", "under_way\u00a0", "\u200bhttps://preuve.example/appel\u00a0"
		in.Searched = []string{"\u200b", "\u00a0Ici\u200b"}
		d := h.Draft("editor", in)
		want := apptest.Complete()
		want.Institution.SIREN = "233500016"
		if d.Scope != want.Scope || d.Title != "Un appel à communs" || d.Stage != embraye.UnderWay || d.Evidence[0].Href != "https://preuve.example/appel" || len(d.Searched) != 1 || d.Searched[0] != "Ici" {
			t.Errorf("draft = %+v", d)
		}
	})
}

func TestK07ADraftPartsAddresses(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", drafts.Input{Content: embraye.Content{Evidence: []embraye.Evidence{{Type: "Link", Href: "https://a.example/1,https://b.example/2"}}}})
		if len(d.Evidence) != 2 || d.Evidence[0].Href != "https://a.example/1" || d.Evidence[1].Href != "https://b.example/2" {
			t.Errorf("evidence = %+v", d.Evidence)
		}
	})
}

// One mistake keeps nothing else from being saved: it stays as it was typed.
func TestP01ADraftKeepsWhatIsWrong(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		in := apptest.Complete()
		in.EffectiveDate, in.Text = "bientôt", "Tout est là."
		in.Evidence[0].Consulted = "31/02/2024"
		d := h.Draft("editor", in)
		in.Text = "Et la suite."
		d, err := h.Drafts.Save(h.Context(), h.Who["editor"], d.ID, d.Version, in)
		h.Must(err)
		if d.EffectiveDate != "bientôt" || d.Evidence[0].Consulted != "31/02/2024" || d.Text != "Et la suite." {
			t.Errorf("kept %+v", d)
		}
		if wrong := h.Drafts.Wrong(d); len(wrong) != 2 || wrong[0].Field != "effective_date" || wrong[1].Field != "evidence_consulted" {
			t.Errorf("wrong is %v", wrong)
		}
		_, err = h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.WantErr(err, embraye.ErrInvalid)
		_, err = h.Drafts.Begin(h.Context(), h.Who["editor"], drafts.Input{Content: embraye.Content{Text: "a\x00b"}})
		h.WantErr(err, embraye.ErrInvalid) // no database keeps that
	})
}
