package drafts_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/app/drafts"
	"embraye/internal/app/organisation"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

func TestDraftMayBeIncompleteButNotWrong(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", drafts.Input{Content: embraye.Content{Title: "Début"}})
		if got := h.Lacks(d); len(got) == 0 {
			t.Error("nothing is missing in an empty draft")
		}
		if html, n := h.Drafts.Preview(d); !strings.Contains(html, "Début") || n == 0 {
			t.Errorf("preview of a title: %q", html)
		}
		if html, n := h.Drafts.Preview(h.Draft("editor", drafts.Input{})); html != "" || n != 0 {
			t.Errorf("preview of nothing: %q", html)
		}
		_, err := h.Drafts.Begin(h.Context(), h.Who["editor"], drafts.Input{Content: embraye.Content{Title: strings.Repeat("é", embraye.MaxTitle+1), Stage: "soon", EffectiveDate: "0000-00-00"}})
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || len(invalid.Problems) != 3 {
			t.Errorf("%v", err)
		}
		d = h.Draft("editor", apptest.Complete())
		html, n := h.Drafts.Preview(d)
		if !strings.Contains(html, "La région ouvre un appel.") || n < 100 || n > len(html) {
			t.Errorf("%d characters of %s", n, html)
		}
	})
}

func TestTwoPeopleSaveTheSameDraft(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", apptest.Complete())
		mine, theirs := apptest.Complete(), apptest.Complete()
		theirs.Title = "Ce que l'autre a écrit"
		if _, err := h.Drafts.Save(h.Context(), h.Who["reviewer"], d.ID, d.Version, theirs); err != nil {
			t.Fatal(err)
		}
		_, err := h.Drafts.Save(h.Context(), h.Who["editor"], d.ID, d.Version, mine)
		var conflict *drafts.Conflict
		if !errors.As(err, &conflict) || conflict.Theirs.Title != theirs.Title {
			t.Errorf("got %v", err)
		}
		h.WantErr(err, embraye.ErrConflict)
	})
}

// One's own drafts, or any for reviewers; to others they do not exist.
func TestW24DraftsOfOthers(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", apptest.Complete())
		for _, name := range []string{"reader", "other"} {
			by := h.Who[name]
			_, err := h.Drafts.Take(h.Context(), by, d.ID)
			h.WantErr(err, embraye.ErrNotFound)
			want := embraye.ErrNotFound
			if name == "reader" {
				want = embraye.ErrForbidden
			}
			_, err = h.Drafts.Save(h.Context(), by, d.ID, d.Version, apptest.Complete())
			h.WantErr(err, want)
			_, err = h.Drafts.Publish(h.Context(), by, d.ID, d.Version)
			h.WantErr(err, want)
			_, err = h.Drafts.SendForReview(h.Context(), by, d.ID, 0, "")
			h.WantErr(err, want)
			_, err = h.Drafts.Schedule(h.Context(), by, d.ID, d.Version, fedtest.Start.Add(time.Hour))
			h.WantErr(err, want)
			h.WantErr(h.Drafts.Delete(h.Context(), by, d.ID), want)
			if list, err := h.Drafts.List(h.Context(), by, embraye.DraftFilter{}); err != nil || len(list) != 0 {
				t.Errorf("%s sees %d drafts, %v", name, len(list), err)
			}
		}
		if list, err := h.Drafts.List(h.Context(), h.Who["reviewer"], embraye.DraftFilter{}); err != nil || len(list) != 1 {
			t.Errorf("a reviewer sees %d drafts, %v", len(list), err)
		}
		if h.Count() != 0 {
			t.Error("something was published")
		}
	})
}

func TestReviewBeforePublication(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, editor, reviewer := h.Context(), h.Who["editor"], h.Who["reviewer"]
		h.Must(h.Organisation.SetRules(ctx, h.Who["admin"], organisation.Rules{ReviewRequired: true}))
		d := h.Draft("editor", apptest.Complete())
		_, err := h.Drafts.Publish(ctx, editor, d.ID, d.Version)
		h.WantErr(err, embraye.ErrForbidden)
		_, err = h.Drafts.Schedule(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.WantErr(err, embraye.ErrForbidden)
		_, err = h.Drafts.SendForReview(ctx, editor, d.ID, h.Who["other"].PersonID(), "")
		h.WantErr(err, embraye.ErrInvalid) // an editor cannot let it pass

		d, err = h.Drafts.SendForReview(ctx, editor, d.ID, reviewer.PersonID(), "Relis les dates ?")
		h.Must(err)
		for name, want := range map[string]int{"reviewer": 1, "second": 0, "editor": 0} {
			list, err := h.Drafts.List(ctx, h.Who[name], embraye.DraftFilter{ForReview: true})
			if err != nil || len(list) != want {
				t.Errorf("%s is asked to read %d drafts, want %d (%v)", name, len(list), want, err)
			}
		}
		_, err = h.Drafts.Return(ctx, editor, d.ID, "moi-même")
		h.WantErr(err, embraye.ErrForbidden)
		_, err = h.Drafts.Return(ctx, reviewer, d.ID, " ")
		h.WantErr(err, embraye.ErrInvalid)
		d, err = h.Drafts.Return(ctx, reviewer, d.ID, "La date manque.")
		h.Must(err)
		if d.State != embraye.DraftWriting || d.ReviewNote != "La date manque." {
			t.Errorf("%s %q", d.State, d.ReviewNote)
		}
		d, err = h.Drafts.SendForReview(ctx, editor, d.ID, 0, "")
		h.Must(err)
		out, err := h.Drafts.Publish(ctx, reviewer, d.ID, d.Version)
		h.Must(err)
		if out.Update.SignedBy != "" {
			t.Errorf("signed by %q, who did not ask for it", out.Update.SignedBy)
		}
	})
}

// However often and from however many browsers: one constat, one activity.
func TestFT03PublishedOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		in := apptest.Complete()
		in.Sign = true
		d := h.Draft("editor", in)
		var wait sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wait.Go(func() {
				out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = out.Update.ID + " " + out.ActivityID
				if out.Update.SignedBy != "N. editor" {
					t.Errorf("signed by %q", out.Update.SignedBy)
				}
			})
		}
		wait.Wait()
		if slices.Sort(ids); ids[0] == "" || len(slices.Compact(ids)) != 1 || h.Count() != 1 {
			t.Errorf("%q, %d constats", ids, h.Count())
		}
		_, err := h.Drafts.Save(h.Context(), h.Who["editor"], d.ID, d.Version, apptest.Complete())
		h.WantErr(err, embraye.ErrConflict)
		h.WantErr(h.Drafts.Delete(h.Context(), h.Who["editor"], d.ID), embraye.ErrConflict)
	})
}

func TestPublishRefusesWhatChangedMeanwhile(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", apptest.Complete())
		_, err := h.Drafts.Save(h.Context(), h.Who["reviewer"], d.ID, d.Version, apptest.Complete())
		h.Must(err)
		_, err = h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.WantErr(err, embraye.ErrConflict)
		wrong := apptest.Complete()
		wrong.Evidence = nil
		d = h.Draft("editor", wrong)
		_, err = h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
		h.WantErr(err, embraye.ErrInvalid)
		if kept, err := h.Drafts.Take(h.Context(), h.Who["editor"], d.ID); err != nil || kept.State != embraye.DraftWriting {
			t.Errorf("the draft is %v, %v", kept, err)
		}
		if h.Count() != 0 {
			t.Error("something was published")
		}
	})
}

func TestPublishedAtItsHour(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, editor := h.Context(), h.Who["editor"]
		due := func(want int) {
			t.Helper()
			if n, err := h.Drafts.PublishDue(ctx); err != nil || n != want {
				t.Errorf("published %d, want %d (%v)", n, want, err)
			}
		}
		d := h.Draft("editor", apptest.Complete())
		for _, at := range []time.Time{fedtest.Start, fedtest.Start.AddDate(2, 0, 0)} {
			_, err := h.Drafts.Schedule(ctx, editor, d.ID, d.Version, at)
			h.WantErr(err, embraye.ErrInvalid)
		}
		wrong := apptest.Complete()
		wrong.Summary = ""
		w := h.Draft("editor", wrong)
		_, err := h.Drafts.Schedule(ctx, editor, w.ID, w.Version, fedtest.Start.Add(time.Hour))
		h.WantErr(err, embraye.ErrInvalid)

		d, err = h.Drafts.Schedule(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.Must(err)
		due(0)
		h.Clock.Advance(time.Hour)
		due(1)
		due(0)
		d, err = h.Drafts.Take(ctx, editor, d.ID)
		h.Must(err)
		u, err := h.Store.Tables().Updates.Take(ctx, d.PublishedID)
		h.Must(err)
		if !u.PublishedAt.Equal(fedtest.Start.Add(time.Hour)) {
			t.Errorf("published at %s", u.PublishedAt)
		}
	})
}

// Who planned a publication must still be allowed to when its hour comes.
func TestPlannedPublicationThatIsNotAllowedAnyMore(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, editor := h.Context(), h.Who["editor"]
		d := h.Draft("editor", apptest.Complete())
		mail := h.WithMail(nil)
		d, err := h.Drafts.Schedule(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.Must(err)
		h.Must(h.Organisation.SetRules(ctx, h.Who["admin"], organisation.Rules{ReviewRequired: true}))
		h.Clock.Advance(2 * time.Hour)
		if n, err := h.Drafts.PublishDue(ctx); err != nil || n != 0 {
			t.Errorf("published %d, %v", n, err)
		}
		d, err = h.Drafts.Take(ctx, editor, d.ID)
		h.Must(err)
		if d.State != embraye.DraftWriting || d.Failure != "not_allowed" || d.ScheduledAt != nil {
			t.Errorf("%+v", d)
		}
		failed, err := h.Store.Tables().Drafts.Failed(ctx, editor.PersonID(), 10)
		if err != nil || len(failed) != 1 {
			t.Errorf("%d failures, %v", len(failed), err)
		}
		letters := h.SendMails(mail)
		if len(letters) != 1 || letters[0].To != "editor@ours.example" {
			t.Fatalf("told: %+v", letters)
		}
		for _, want := range []string{apptest.Complete().Title, "n’a plus le droit", fmt.Sprintf("/office/drafts/%d", d.ID)} {
			if !strings.Contains(letters[0].Text(), want) {
				t.Errorf("%q is not in\n%s", want, letters[0].Text())
			}
		}
	})
}

// What nobody who wrote or planned it can mend is told to those who read what
// others write; what was mended before the mail went is told to nobody.
func TestWhoIsToldOfAPlanThatFailed(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, editor := h.Context(), h.Who["editor"]
		mail := h.WithMail(nil)
		fail := func() *embraye.Draft {
			d := h.Draft("editor", apptest.Complete())
			d, err := h.Drafts.Schedule(ctx, editor, d.ID, d.Version, h.Clock.Now().Add(time.Hour))
			h.Must(err)
			h.Must(h.People.SetRole(ctx, embraye.Operator(), "editor@ours.example", embraye.Reader))
			h.Clock.Advance(2 * time.Hour)
			_, err = h.Drafts.PublishDue(ctx)
			h.Must(err)
			return d
		}
		d := fail()
		told := map[string]bool{}
		for _, l := range h.SendMails(mail) {
			told[l.To] = true
		}
		if !told["reviewer@ours.example"] || !told["admin@ours.example"] || told["editor@ours.example"] || told["reader@ours.example"] {
			t.Errorf("told: %v", told)
		}
		h.Must(h.People.SetRole(ctx, embraye.Operator(), "editor@ours.example", embraye.Editor))
		h.Must(h.Drafts.Delete(ctx, editor, d.ID))
		d = fail()
		h.Must(h.People.SetRole(ctx, embraye.Operator(), "editor@ours.example", embraye.Editor))
		h.Must(h.Drafts.Delete(ctx, editor, d.ID))
		if letters := h.SendMails(mail); len(letters) != len(told) || len(h.Waiting()) != 0 {
			t.Errorf("%d letters of a draft that is gone, %d wait", len(letters)-len(told), len(h.Waiting()))
		}
	})
}

func TestWhatWasPlannedWaitsAgainWhenAnEditorChangesIt(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		h.Must(h.Organisation.SetRules(ctx, h.Who["admin"], organisation.Rules{ReviewRequired: true}))
		d := h.Draft("editor", apptest.Complete())
		d, err := h.Drafts.Schedule(ctx, h.Who["reviewer"], d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.Must(err)
		d, err = h.Drafts.Save(ctx, h.Who["editor"], d.ID, d.Version, apptest.Complete())
		h.Must(err)
		if d.State != embraye.DraftWriting {
			t.Errorf("still %s", d.State)
		}
	})
}

func TestDuplicateTheLast(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		_, err := h.Drafts.DuplicateLast(h.Context(), h.Who["editor"])
		h.WantErr(err, embraye.ErrNotFound)
		in := apptest.Complete()
		in.ObservedDate = "2026-04-01"
		d := h.Draft("editor", in)
		again, err := h.Drafts.DuplicateLast(h.Context(), h.Who["editor"])
		h.Must(err)
		if again.ID == d.ID || again.Title != d.Title || again.ObservedDate != "" {
			t.Errorf("%+v", again)
		}
	})
}

func TestRecipients(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		for i, inbox := range []embraye.IRI{"https://a.example/inbox", "https://a.example/inbox", "https://b.example/inbox"} {
			for _, actor := range []string{"mesure2", "organisation"}[:1+i%2] {
				h.Must(h.Store.InTx(h.Context(), func(tx store.Tables) error {
					return tx.Followers.Upsert(h.Context(), &embraye.Follower{Actor: actor, Follower: inbox + embraye.IRI(rune('a'+i)), Host: "a.example", Inbox: inbox, Delivery: inbox})
				}))
			}
		}
		if followers, servers, err := h.Drafts.Recipients(h.Context(), "m2"); followers != 3 || servers != 2 || err != nil {
			t.Errorf("%d followers on %d servers, %v", followers, servers, err)
		}
	})
}

// Who cannot be looked up is not said to be nobody.
func TestAReviewerWhoCannotBeReadIsNotUnknown(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		d := h.Draft("editor", apptest.Complete())
		h.Away("people")
		_, err := h.Drafts.SendForReview(h.Context(), h.Who["editor"], d.ID, h.Who["reviewer"].PersonID(), "")
		if invalid := new(embraye.InvalidError); err == nil || errors.As(err, &invalid) {
			t.Errorf("told as %v", err)
		}
		h.Back("people")
		_, err = h.Drafts.SendForReview(h.Context(), h.Who["editor"], d.ID, 1<<40, "")
		apptest.WantProblems(t, err, "reviewer")
	})
}

// A review whose author cannot be had any more is no 404 of ours, nobody's lack of
// rights and nothing to try for ever; a server in trouble is asked again.
func TestAPlannedReviewWhoseAuthorIsGone(t *testing.T) {
	for status, want := range map[int]string{http.StatusNotFound: "no_author", http.StatusGone: "no_author", http.StatusForbidden: "no_author",
		http.StatusServiceUnavailable: "", http.StatusTooManyRequests: ""} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			apptest.OneHouse(t, "sqlite", func(h *apptest.House) {
				ctx, editor := h.Context(), h.Who["editor"]
				pair := h.World.Server("pair.example")
				pair.Put("/actors/m2", fedtest.ActivityType, status, nil)
				of := embraye.PeerUpdate{URI: "https://pair.example/constats/1", Actor: "https://pair.example/actors/m2", Organisation: "https://pair.example/actors/organisation",
					Scope: apptest.Complete().Scope, Content: apptest.Complete().Content, Revision: 1, PublishedAt: h.Clock.Now(), ReceivedAt: h.Clock.Now()}
				h.Must(h.Store.InTx(ctx, func(t store.Tables) error { return t.PeerUpdates.Upsert(ctx, &of) }))
				d, err := h.Drafts.BeginReview(ctx, editor, drafts.ReviewInput{Of: string(of.URI), Revision: 1, ReviewContent: embraye.ReviewContent{Verdict: embraye.Confirms}})
				h.Must(err)
				d, err = h.Drafts.Schedule(ctx, editor, d.ID, d.Version, h.Clock.Now().Add(time.Hour))
				h.Must(err)
				h.Clock.Advance(2 * time.Hour)
				if n, err := h.Drafts.PublishDue(ctx); n != 0 || (err == nil) != (want != "") {
					t.Errorf("published %d, %v", n, err)
				}
				d, err = h.Drafts.Take(ctx, editor, d.ID)
				h.Must(err)
				if d.Failure != want || (d.State == embraye.DraftScheduled) != (want == "") {
					t.Errorf("%s, %q", d.State, d.Failure)
				}
				_, err = h.Drafts.PublishReview(ctx, editor, d.ID, d.Version)
				if invalid := new(embraye.InvalidError); errors.As(err, &invalid) != (want != "") {
					t.Errorf("by hand: %v", err)
				}
			})
		})
	}
}
