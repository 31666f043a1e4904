package drafts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

func titles(drafts []embraye.Draft) string {
	var list []string
	for _, d := range drafts {
		list = append(list, d.Title)
	}
	return strings.Join(list, ", ")
}

// The start page holds what its reader can do something about, and nothing
// that is not theirs to see.
func TestW26StartByRole(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		h.Titled("editor", "Le mien")
		h.Titled("other", "Celui d'une autre")
		asked, planned, broken := h.Titled("editor", "À relire"), h.Titled("editor", "Prévu"), h.Titled("other", "Raté")
		_, err := h.Drafts.SendForReview(ctx, h.Who["editor"], asked.ID, h.Who["second"].Person.ID, "")
		h.Must(err)
		_, err = h.Drafts.Schedule(ctx, h.Who["editor"], planned.ID, planned.Version, h.Clock.Now().Add(48*time.Hour))
		h.Must(err)
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
			broken.Failure, broken.Version = "panne", broken.Version+1
			if err := t.Drafts.Save(ctx, broken); err != nil {
				return err
			}
			_, err := t.Replies.Insert(ctx, &embraye.Reply{URI: "https://masto.example/1", Actor: "https://masto.example/u", State: embraye.ReplyPending, ReceivedAt: h.Clock.Now(), PublishedAt: h.Clock.Now()})
			return err
		}))
		h.Must(h.People.AskReset(ctx, "reader@ours.example", "203.0.113.1"))

		type view struct {
			drafts, forReview, scheduled, failed string
			replies, resets                      int
			legal                                bool
		}
		for who, want := range map[string]view{
			"reader":   {},
			"editor":   {drafts: "Le mien", scheduled: "Prévu"},
			"other":    {drafts: "Celui d'une autre", failed: "Raté"},
			"reviewer": {scheduled: "Prévu", failed: "Raté", replies: 1},
			"second":   {forReview: "À relire", scheduled: "Prévu", failed: "Raté", replies: 1},
			"admin":    {scheduled: "Prévu", failed: "Raté", replies: 1, resets: 1, legal: true},
		} {
			s, err := h.Drafts.Start(ctx, h.Who[who])
			h.Must(err)
			got := view{titles(s.Drafts), titles(s.ForReview), titles(s.Scheduled), titles(s.Failed), s.Replies, len(s.Reset), len(s.LegalMissing) > 0}
			if got != want {
				t.Errorf("%s:\n%+v, want\n%+v", who, got, want)
			}
		}
		_, err = h.Drafts.Start(ctx, embraye.Acting{})
		h.WantErr(err, embraye.ErrForbidden)
	})
}

// Whoever lost a password is shown until somebody has helped, and not for ever.
func TestStartShowsWhoWaitsForAPassword(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		waiting := func(want string) {
			h.T.Helper()
			s, err := h.Drafts.Start(ctx, h.Who["admin"])
			h.Must(err)
			var list []string
			for _, e := range s.Reset {
				name, _, _ := strings.Cut(e.Object, "@")
				list = append(list, name)
			}
			if got := strings.Join(list, " "); got != want {
				h.T.Errorf("waiting: %q, want %q", got, want)
			}
		}
		for _, who := range []string{"reader", "editor", "reader", "nobody", "second"} {
			h.Must(h.People.AskReset(ctx, who+"@ours.example", "203.0.113.1"))
		}
		waiting("second reader editor")
		_, err := h.People.ResetLink(ctx, h.Who["admin"], "editor@ours.example")
		h.Must(err)
		h.Must(h.People.SetPassword(ctx, embraye.Operator(), "second@ours.example", "correct horse battery"))
		waiting("reader")
		h.Must(h.People.AskReset(ctx, "editor@ours.example", "203.0.113.1"))
		waiting("editor reader")
		h.Clock.Advance(8 * 24 * time.Hour)
		waiting("")
	})
}

func TestConstatsWithFilters(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		var ids []string
		for i, place := range []string{"FR-BRE", "FR-NAQ", "FR-BRE"} {
			in := apptest.Complete()
			in.Territory, in.Title = place, fmt.Sprintf("État à 100%% n°_%d", i)
			p, err := h.Constats.Publish(ctx, embraye.Operator(), constats.PublishInput{Scope: in.Scope, Content: in.Content})
			h.Must(err)
			ids = append(ids, p.Update.ID)
			h.Clock.Advance(time.Second)
		}
		h.Must(h.Constats.Withdraw(ctx, embraye.Operator(), ids[2], constats.WithdrawInput{Reason: "Erreur"}))
		for name, c := range map[string]struct {
			filter embraye.ConstatFilter
			want   []int
		}{
			"all":         {embraye.ConstatFilter{}, []int{2, 1, 0}},
			"place":       {embraye.ConstatFilter{Territory: "FR-BRE"}, []int{2, 0}},
			"withdrawn":   {embraye.ConstatFilter{State: "withdrawn"}, []int{2}},
			"published":   {embraye.ConstatFilter{State: "published"}, []int{1, 0}},
			"older":       {embraye.ConstatFilter{Before: ids[1]}, []int{0}},
			"page":        {embraye.ConstatFilter{Limit: 2}, []int{2, 1}},
			"stage":       {embraye.ConstatFilter{Stage: embraye.Done}, nil},
			"words":       {embraye.ConstatFilter{Search: "N°_1"}, []int{1}},
			"no accents":  {embraye.ConstatFilter{Search: "etat region"}, []int{2, 1, 0}},
			"no such":     {embraye.ConstatFilter{Search: "etat musee"}, nil},
			"capital":     {embraye.ConstatFilter{Search: "état À"}, []int{2, 1, 0}},
			"in summary":  {embraye.ConstatFilter{Search: "RÉGION"}, []int{2, 1, 0}},
			"no wildcard": {embraye.ConstatFilter{Search: "100_"}, nil},
			"percent":     {embraye.ConstatFilter{Search: "100%"}, []int{2, 1, 0}},
		} {
			list, err := h.Constats.List(ctx, h.Who["reader"], c.filter)
			h.Must(err)
			var want, got []string
			for _, i := range c.want {
				want = append(want, ids[i])
			}
			for _, u := range list {
				got = append(got, u.ID)
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s: %v, want %v of %v", name, got, c.want, ids)
			}
		}
		_, err := h.Constats.List(ctx, embraye.Acting{}, embraye.ConstatFilter{})
		h.WantErr(err, embraye.ErrForbidden)
		_, err = h.Constats.List(ctx, h.Who["reader"], embraye.ConstatFilter{Search: "a\x00b"})
		h.WantErr(err, embraye.ErrInvalid)
	})
}

// The log of decisions goes on page by page; addresses of people are for admins.
func TestW26AuditByRole(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		for i := range 60 {
			h.Must(h.People.SetRole(ctx, embraye.Operator(), "reader@ours.example", embraye.Roles()[i%2]))
		}
		for _, who := range []string{"reader", "editor"} {
			_, err := h.App.Audit(ctx, h.Who[who], 0)
			h.WantErr(err, embraye.ErrForbidden)
		}
		for who, wantAddress := range map[string]bool{"reviewer": false, "admin": true} {
			seen, before := map[int64]bool{}, int64(0)
			for {
				page, err := h.App.Audit(ctx, h.Who[who], before)
				h.Must(err)
				for _, e := range page.Entries {
					if seen[e.ID] || before > 0 && e.ID >= before {
						t.Errorf("entry %d again, or out of order", e.ID)
					}
					seen[e.ID] = true
					if address := strings.Contains(e.Object+e.Detail, "@ours.example"); address != wantAddress && e.Action == "person.role" {
						t.Errorf("%s sees %+v", who, e)
					}
				}
				if before = page.Next; before == 0 {
					break
				}
			}
			if len(seen) != 66 { // six people came, 60 changes
				t.Errorf("%s: %d entries", who, len(seen))
			}
		}
	})
}

// However much is corrected elsewhere since, what is settled stays settled.
func TestASettledWishIsNotOpenAgain(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		first, second := h.Linked("https://preuve.example/").Update, h.Linked("https://preuve.example/").Update
		note := func(action string, object embraye.IRI) {
			h.T.Helper()
			h.Must(h.Store.InTx(h.Context(), func(t store.Tables) error {
				return t.Audit.Add(h.Context(), &embraye.AuditEntry{At: h.Clock.Now(), Who: "x", Action: action, Object: string(object)})
			}))
		}
		open := func() (list []string) {
			h.T.Helper()
			s, err := h.Drafts.Start(h.Context(), h.Who["reviewer"])
			h.Must(err)
			for _, a := range s.Asked {
				list = append(list, a.Update.ID)
			}
			return list
		}
		for _, u := range []*embraye.Update{first, second} {
			note("update.ask", h.Site.UpdateID(u.ID))
		}
		note("update.substance", h.Site.UpdateID(first.ID))
		for range 101 {
			note("update.substance", "https://ours.example/constats/another")
		}
		if got := open(); len(got) != 1 || got[0] != second.ID {
			t.Errorf("open: %v, want %s", got, second.ID)
		}
		note("update.ask", h.Site.UpdateID(first.ID))
		if got := open(); len(got) != 2 || got[0] != first.ID {
			t.Errorf("asked again: %v", got)
		}
	})
}
