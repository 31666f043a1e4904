package app_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// house is an instance with people in it.
type house struct {
	*testing.T
	*fedtest.World
	*fedtest.Instance
	people map[string]embraye.Acting
}

// eachHouse runs a test on each database: a reader, two editors, two reviewers
// and an admin.
func eachHouse(t *testing.T, test func(h *house)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
			h := &house{T: t, World: w, Instance: w.Instances[0], people: map[string]embraye.Acting{}}
			for name, role := range map[string]embraye.Role{"reader": embraye.Reader, "editor": embraye.Editor, "other": embraye.Editor,
				"reviewer": embraye.Reviewer, "second": embraye.Reviewer, "admin": embraye.Admin} {
				p, err := h.App.AddPerson(t.Context(), embraye.Operator(), app.NewPerson{Email: name + "@ours.example", Name: "N. " + name, Role: role})
				h.must(err)
				h.people[name] = embraye.Acting{Person: p}
			}
			test(h)
		})
	}
}

func (h *house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

func (h *house) wantErr(err, want error) {
	h.T.Helper()
	if !errors.Is(err, want) {
		h.T.Errorf("got %v, want %v", err, want)
	}
}

// complete is a draft that can be published.
func complete() app.DraftInput {
	return app.DraftInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un appel à communs", Summary: "La région ouvre un appel.", Language: "fr",
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuve.example/appel", Name: "Appel"}}},
	}
}

func (h *house) draft(by string, in app.DraftInput) *embraye.Draft {
	h.T.Helper()
	d, err := h.App.NewDraft(h.T.Context(), h.people[by], in)
	h.must(err)
	return d
}

func (h *house) count() int {
	h.T.Helper()
	list, err := h.Store.Tables().Updates.Page(h.T.Context(), embraye.ConstatFilter{})
	h.must(err)
	return len(list)
}

func TestDraftMayBeIncompleteButNotWrong(t *testing.T) {
	eachHouse(t, func(h *house) {
		d := h.draft("editor", app.DraftInput{Content: embraye.Content{Title: "Début"}})
		if got := h.App.CheckDraft(d); len(got) == 0 {
			t.Error("nothing is missing in an empty draft")
		}
		if html, n := h.App.PreviewDraft(d); html != "" || n != 0 {
			t.Errorf("preview of nothing: %q", html)
		}
		_, err := h.App.NewDraft(h.Context(), h.people["editor"], app.DraftInput{Content: embraye.Content{Title: strings.Repeat("é", embraye.MaxTitle+1), Stage: "soon", EffectiveDate: "0000-00-00"}})
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || len(invalid.Problems) != 3 {
			t.Errorf("%v", err)
		}
		d = h.draft("editor", complete())
		html, n := h.App.PreviewDraft(d)
		if !strings.Contains(html, "La région ouvre un appel.") || n < 100 || n > len(html) {
			t.Errorf("%d characters of %s", n, html)
		}
	})
}

func TestTwoPeopleSaveTheSameDraft(t *testing.T) {
	eachHouse(t, func(h *house) {
		d := h.draft("editor", complete())
		mine, theirs := complete(), complete()
		theirs.Title = "Ce que l'autre a écrit"
		if _, err := h.App.SaveDraft(h.Context(), h.people["reviewer"], d.ID, d.Version, theirs); err != nil {
			t.Fatal(err)
		}
		_, err := h.App.SaveDraft(h.Context(), h.people["editor"], d.ID, d.Version, mine)
		var conflict *app.DraftConflict
		if !errors.As(err, &conflict) || conflict.Theirs.Title != theirs.Title {
			t.Errorf("got %v", err)
		}
		h.wantErr(err, embraye.ErrConflict)
	})
}

// One's own drafts, or any for reviewers; to others they do not exist.
func TestW24DraftsOfOthers(t *testing.T) {
	eachHouse(t, func(h *house) {
		d := h.draft("editor", complete())
		for _, name := range []string{"reader", "other"} {
			by := h.people[name]
			_, err := h.App.TakeDraft(h.Context(), by, d.ID)
			h.wantErr(err, embraye.ErrNotFound)
			want := embraye.ErrNotFound
			if name == "reader" {
				want = embraye.ErrForbidden
			}
			_, err = h.App.SaveDraft(h.Context(), by, d.ID, d.Version, complete())
			h.wantErr(err, want)
			_, err = h.App.PublishDraft(h.Context(), by, d.ID, d.Version)
			h.wantErr(err, want)
			_, err = h.App.SendForReview(h.Context(), by, d.ID, 0, "")
			h.wantErr(err, want)
			_, err = h.App.ScheduleDraft(h.Context(), by, d.ID, d.Version, fedtest.Start.Add(time.Hour))
			h.wantErr(err, want)
			h.wantErr(h.App.DeleteDraft(h.Context(), by, d.ID), want)
			if list, err := h.App.Drafts(h.Context(), by, embraye.DraftFilter{}); err != nil || len(list) != 0 {
				t.Errorf("%s sees %d drafts, %v", name, len(list), err)
			}
		}
		if list, err := h.App.Drafts(h.Context(), h.people["reviewer"], embraye.DraftFilter{}); err != nil || len(list) != 1 {
			t.Errorf("a reviewer sees %d drafts, %v", len(list), err)
		}
		if h.count() != 0 {
			t.Error("something was published")
		}
	})
}

func TestReviewBeforePublication(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, editor, reviewer := h.Context(), h.people["editor"], h.people["reviewer"]
		h.must(h.App.SetRules(ctx, h.people["admin"], app.Rules{ReviewRequired: true}))
		d := h.draft("editor", complete())
		_, err := h.App.PublishDraft(ctx, editor, d.ID, d.Version)
		h.wantErr(err, embraye.ErrForbidden)
		_, err = h.App.ScheduleDraft(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.wantErr(err, embraye.ErrForbidden)
		_, err = h.App.SendForReview(ctx, editor, d.ID, h.people["other"].PersonID(), "")
		h.wantErr(err, embraye.ErrInvalid) // an editor cannot let it pass

		d, err = h.App.SendForReview(ctx, editor, d.ID, reviewer.PersonID(), "Relis les dates ?")
		h.must(err)
		for name, want := range map[string]int{"reviewer": 1, "second": 0, "editor": 0} {
			list, err := h.App.Drafts(ctx, h.people[name], embraye.DraftFilter{ForReview: true})
			if err != nil || len(list) != want {
				t.Errorf("%s is asked to read %d drafts, want %d (%v)", name, len(list), want, err)
			}
		}
		_, err = h.App.ReturnDraft(ctx, editor, d.ID, "moi-même")
		h.wantErr(err, embraye.ErrForbidden)
		_, err = h.App.ReturnDraft(ctx, reviewer, d.ID, " ")
		h.wantErr(err, embraye.ErrInvalid)
		d, err = h.App.ReturnDraft(ctx, reviewer, d.ID, "La date manque.")
		h.must(err)
		if d.State != embraye.DraftWriting || d.ReviewNote != "La date manque." {
			t.Errorf("%s %q", d.State, d.ReviewNote)
		}
		d, err = h.App.SendForReview(ctx, editor, d.ID, 0, "")
		h.must(err)
		out, err := h.App.PublishDraft(ctx, reviewer, d.ID, d.Version)
		h.must(err)
		if out.Update.SignedBy != "" {
			t.Errorf("signed by %q, who did not ask for it", out.Update.SignedBy)
		}
	})
}

// However often and from however many browsers: one constat, one activity.
func TestW74FT03PublishedOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		in := complete()
		in.Sign = true
		d := h.draft("editor", in)
		var wait sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wait.Go(func() {
				out, err := h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
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
		if slices.Sort(ids); ids[0] == "" || len(slices.Compact(ids)) != 1 || h.count() != 1 {
			t.Errorf("%q, %d constats", ids, h.count())
		}
		_, err := h.App.SaveDraft(h.Context(), h.people["editor"], d.ID, d.Version, complete())
		h.wantErr(err, embraye.ErrConflict)
		h.wantErr(h.App.DeleteDraft(h.Context(), h.people["editor"], d.ID), embraye.ErrConflict)
	})
}

func TestPublishRefusesWhatChangedMeanwhile(t *testing.T) {
	eachHouse(t, func(h *house) {
		d := h.draft("editor", complete())
		_, err := h.App.SaveDraft(h.Context(), h.people["reviewer"], d.ID, d.Version, complete())
		h.must(err)
		_, err = h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.wantErr(err, embraye.ErrConflict)
		wrong := complete()
		wrong.Evidence = nil
		d = h.draft("editor", wrong)
		_, err = h.App.PublishDraft(h.Context(), h.people["editor"], d.ID, d.Version)
		h.wantErr(err, embraye.ErrInvalid)
		if kept, err := h.App.TakeDraft(h.Context(), h.people["editor"], d.ID); err != nil || kept.State != embraye.DraftWriting {
			t.Errorf("the draft is %v, %v", kept, err)
		}
		if h.count() != 0 {
			t.Error("something was published")
		}
	})
}

func TestPublishedAtItsHour(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, editor := h.Context(), h.people["editor"]
		due := func(want int) {
			t.Helper()
			if n, err := h.App.PublishDue(ctx); err != nil || n != want {
				t.Errorf("published %d, want %d (%v)", n, want, err)
			}
		}
		d := h.draft("editor", complete())
		for _, at := range []time.Time{fedtest.Start, fedtest.Start.AddDate(2, 0, 0)} {
			_, err := h.App.ScheduleDraft(ctx, editor, d.ID, d.Version, at)
			h.wantErr(err, embraye.ErrInvalid)
		}
		wrong := complete()
		wrong.Summary = ""
		w := h.draft("editor", wrong)
		_, err := h.App.ScheduleDraft(ctx, editor, w.ID, w.Version, fedtest.Start.Add(time.Hour))
		h.wantErr(err, embraye.ErrInvalid)

		d, err = h.App.ScheduleDraft(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.must(err)
		due(0)
		h.Clock.Advance(time.Hour)
		due(1)
		due(0)
		d, err = h.App.TakeDraft(ctx, editor, d.ID)
		h.must(err)
		u, err := h.Store.Tables().Updates.Take(ctx, d.PublishedID)
		h.must(err)
		if !u.PublishedAt.Equal(fedtest.Start.Add(time.Hour)) {
			t.Errorf("published at %s", u.PublishedAt)
		}
	})
}

// Who planned a publication must still be allowed to when its hour comes.
func TestPlannedPublicationThatIsNotAllowedAnyMore(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, editor := h.Context(), h.people["editor"]
		d := h.draft("editor", complete())
		d, err := h.App.ScheduleDraft(ctx, editor, d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.must(err)
		h.must(h.App.SetRules(ctx, h.people["admin"], app.Rules{ReviewRequired: true}))
		h.Clock.Advance(2 * time.Hour)
		if n, err := h.App.PublishDue(ctx); err != nil || n != 0 {
			t.Errorf("published %d, %v", n, err)
		}
		d, err = h.App.TakeDraft(ctx, editor, d.ID)
		h.must(err)
		if d.State != embraye.DraftWriting || d.Failure != "not_allowed" || d.ScheduledAt != nil {
			t.Errorf("%+v", d)
		}
		failed, err := h.Store.Tables().Drafts.Failed(ctx, editor.PersonID(), 10)
		if err != nil || len(failed) != 1 {
			t.Errorf("%d failures, %v", len(failed), err)
		}
	})
}

func TestWhatWasPlannedWaitsAgainWhenAnEditorChangesIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		h.must(h.App.SetRules(ctx, h.people["admin"], app.Rules{ReviewRequired: true}))
		d := h.draft("editor", complete())
		d, err := h.App.ScheduleDraft(ctx, h.people["reviewer"], d.ID, d.Version, fedtest.Start.Add(time.Hour))
		h.must(err)
		d, err = h.App.SaveDraft(ctx, h.people["editor"], d.ID, d.Version, complete())
		h.must(err)
		if d.State != embraye.DraftWriting {
			t.Errorf("still %s", d.State)
		}
	})
}

func TestDuplicateTheLast(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, err := h.App.DuplicateLast(h.Context(), h.people["editor"])
		h.wantErr(err, embraye.ErrNotFound)
		in := complete()
		in.ObservedDate = "2026-04-01"
		d := h.draft("editor", in)
		again, err := h.App.DuplicateLast(h.Context(), h.people["editor"])
		h.must(err)
		if again.ID == d.ID || again.Title != d.Title || again.ObservedDate != "" {
			t.Errorf("%+v", again)
		}
	})
}

func TestRecipients(t *testing.T) {
	eachHouse(t, func(h *house) {
		for i, inbox := range []embraye.IRI{"https://a.example/inbox", "https://a.example/inbox", "https://b.example/inbox"} {
			for _, actor := range []string{"mesure2", "organisation"}[:1+i%2] {
				h.must(h.Store.InTx(h.Context(), func(tx store.Tables) error {
					return tx.Followers.Upsert(h.Context(), &embraye.Follower{Actor: actor, Follower: inbox + embraye.IRI(rune('a'+i)), Host: "a.example", Inbox: inbox, Delivery: inbox})
				}))
			}
		}
		if followers, servers, err := h.App.Recipients(h.Context(), "m2"); followers != 3 || servers != 2 || err != nil {
			t.Errorf("%d followers on %d servers, %v", followers, servers, err)
		}
	})
}
