package constats_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"embraye/configs"
	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"

	"github.com/google/go-cmp/cmp"
)

func demo(t *testing.T) []configs.DemoConstat {
	t.Helper()
	list, err := configs.Demo()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// countRows counts every table that a constat leaves rows in.
func countRows(t *testing.T, in *fedtest.Instance) map[string]int {
	t.Helper()
	counts := map[string]int{}
	err := in.Store.InTx(t.Context(), func(tables store.Tables) error {
		for _, name := range []string{"settings", "updates", "revisions", "notes", "activities", "deliveries", "interactions", "quotes", "replies",
			"tombstones", "drafts", "peer_updates", "evidence_files", "evidence_citations", "evidence_copies", "link_checks"} {
			var n int
			if err := tables.SQLTx().QueryRowContext(t.Context(), "SELECT count(*) FROM "+name).Scan(&n); err != nil {
				return err
			}
			counts[name] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func pinned(t *testing.T, in *fedtest.Instance) map[string]string {
	t.Helper()
	html := map[string]string{}
	for _, m := range in.App.Reference().Measures {
		n, err := in.Store.Tables().Notes.Pinned(t.Context(), m.Handle)
		if err != nil {
			t.Fatal(err)
		}
		html[m.Handle] = n.HTML
	}
	return html
}

// What the demonstration put there is published like anything else, and goes
// without a trace.
func TestDemoComesAndGoes(t *testing.T) {
	apptest.OnEach(t, func(t *testing.T, _ *fedtest.World, in *fedtest.Instance) {
		ctx, list := t.Context(), demo(t)
		rows, notes := countRows(t, in), pinned(t, in)
		n, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list)
		if err != nil || n != len(list) {
			t.Fatalf("%d constats, %v", n, err)
		}
		ids := checkDemoIsPublic(t, in, list)
		if cmp.Diff(notes, pinned(t, in)) == "" {
			t.Error("the pinned notes say nothing of the demonstration")
		}
		if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list); !errors.Is(err, embraye.ErrConflict) {
			t.Errorf("a second load: %v", err)
		}
		if got, err := in.Constats.RemoveDemo(ctx, embraye.Operator()); err != nil || got != n {
			t.Errorf("removed %d, %v", got, err)
		}
		if diff := cmp.Diff(rows, countRows(t, in)); diff != "" {
			t.Errorf("rows of the demonstration are left:\n%s", diff)
		}
		if diff := cmp.Diff(notes, pinned(t, in)); diff != "" {
			t.Errorf("pinned notes:\n%s", diff)
		}
		checkDemoIsGone(t, in, list, ids)
		if _, err := in.Constats.RemoveDemo(ctx, embraye.Operator()); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("a second removal: %v", err)
		}
		if n, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list); err != nil || n != len(list) {
			t.Errorf("again: %d constats, %v", n, err)
		}
	})
}

// checkDemoIsPublic returns the ids of the constats.
func checkDemoIsPublic(t *testing.T, in *fedtest.Instance, list []configs.DemoConstat) []string {
	t.Helper()
	updates, err := in.Store.Tables().Updates.Page(t.Context(), embraye.ConstatFilter{Limit: 100})
	if err != nil || len(updates) != len(list) {
		t.Fatalf("%d constats, %v", len(updates), err)
	}
	var ids []string
	corrected, withdrawn := 0, 0
	for _, u := range updates {
		ids = append(ids, u.ID)
		want := 200
		if u.Withdrawn() {
			withdrawn, want = withdrawn+1, 410
		}
		if u.Revision > 1 {
			corrected++
		}
		if got, _ := apptest.Page(in, "/constats/"+u.ID); got != want {
			t.Errorf("%s: %d, want %d", u.Title, got, want)
		}
		if u.Confidence != embraye.Testimony || !u.Withdrawn() && !strings.HasPrefix(u.Evidence[0].Href, "https://ours.example/comprendre/memoire#p") {
			t.Errorf("%s: %s by %v", u.Title, u.Confidence, u.Evidence)
		}
	}
	if corrected != 1 || withdrawn != 1 {
		t.Errorf("%d corrected, %d withdrawn", corrected, withdrawn)
	}
	if _, html := apptest.Page(in, "/"); !strings.Contains(html, `class="sample"`) {
		t.Error("the home page does not say that this is a demonstration")
	}
	if start, err := in.Drafts.Start(t.Context(), embraye.Acting{Person: &embraye.Person{ID: 1, Role: embraye.Reader}}); err != nil || !start.Demo {
		t.Errorf("the office does not say so: %v", err)
	}
	return ids
}

func checkDemoIsGone(t *testing.T, in *fedtest.Instance, list []configs.DemoConstat, ids []string) {
	t.Helper()
	for _, id := range ids {
		if got, _ := apptest.Page(in, "/constats/"+id); got != 404 {
			t.Errorf("/constats/%s: %d, want 404", id, got)
		}
	}
	for _, path := range []string{"/", "/@mesure1", "/@mesure2", "/chronologie", "/journal", "/territoires", "/feed.atom", "/donnees/constats.csv", "/sitemap.xml"} {
		status, text := apptest.Page(in, path)
		if status != 200 || strings.Contains(text, `class="sample"`) {
			t.Errorf("%s: %d, or it still says that this is a demonstration", path, status)
		}
		for i, id := range ids {
			if strings.Contains(text, id) || strings.Contains(text, list[i].Content.Title) {
				t.Errorf("%s still shows a constat of the demonstration", path)
			}
		}
	}
	entries, err := in.Store.Tables().Audit.List(t.Context(), 10)
	if err != nil || len(entries) != 2 || entries[0].Action != "demo.remove" || entries[1].Action != "demo.load" {
		t.Errorf("audit %+v, %v", entries, err)
	}
}

// Nobody takes examples for the word of an organisation that has spoken, or
// that somebody listens to.
func TestDemoIsForAnEmptyInstance(t *testing.T) {
	apptest.OnEach(t, func(t *testing.T, w *fedtest.World, in *fedtest.Instance) {
		ctx, list := t.Context(), demo(t)
		for _, role := range []embraye.Role{embraye.Reader, embraye.Editor, embraye.Reviewer} {
			by := embraye.Acting{Person: &embraye.Person{ID: 1, Role: role}}
			if _, err := in.Constats.LoadDemo(ctx, by, list); !errors.Is(err, embraye.ErrForbidden) {
				t.Errorf("%s loads: %v", role, err)
			}
			if _, err := in.Constats.RemoveDemo(ctx, by); !errors.Is(err, embraye.ErrForbidden) {
				t.Errorf("%s removes: %v", role, err)
			}
		}
		half := append(list[:3:3], configs.DemoConstat{Key: "wrong"})
		if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), half); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("a wrong list: %v", err)
		}
		if n := countRows(t, in)["updates"]; n != 0 {
			t.Errorf("a wrong list left %d constats", n)
		}
		ann := w.Server("masto.example").Actor("ann")
		apptest.Follow(t, in, ann)
		if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list); !errors.Is(err, embraye.ErrConflict) || !strings.Contains(err.Error(), "follows") {
			t.Errorf("with a follower: %v", err)
		}
		if got := ann.Post(in.Site.Base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "#undo", "type": "Undo",
			"actor": ann.ID, "object": map[string]any{"id": ann.ID + "#follow", "type": "Follow", "actor": ann.ID, "object": in.Site.Base + "/actors/mesure1"}}); got != 202 {
			t.Fatalf("Undo: %d", got)
		}
		reader := embraye.Subscriber{TokenHash: "t", AddressHash: "a", Address: "ana@asso.example", Language: "fr", Often: embraye.Weekly, AskedAt: w.Clock.Now()}
		byMail := func(change func(store.Subscribers) error) {
			if err := in.Store.InTx(ctx, func(t store.Tables) error { return change(t.Subscribers) }); err != nil {
				t.Fatal(err)
			}
		}
		byMail(func(s store.Subscribers) error { return s.Insert(ctx, &reader) })
		subject := embraye.Subscription{SubscriberID: reader.ID, Measure: "m2", AskedAt: w.Clock.Now()}
		byMail(func(s store.Subscribers) error { _, err := s.Subscribe(ctx, subject); return err })
		byMail(func(s store.Subscribers) error { return s.Keep(ctx, subject, w.Clock.Now()) })
		if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list); !errors.Is(err, embraye.ErrConflict) || !strings.Contains(err.Error(), "follows") {
			t.Errorf("with a reader by mail: %v", err)
		}
		byMail(func(s store.Subscribers) error { return s.Remove(ctx, reader.ID) })
		id := apptest.PublishOne(t, in)
		for _, state := range []string{"published", "withdrawn"} {
			if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), list); !errors.Is(err, embraye.ErrConflict) || !strings.Contains(err.Error(), "constats") {
				t.Errorf("with a %s constat: %v", state, err)
			}
			if err := in.Constats.Withdraw(context.WithoutCancel(ctx), embraye.Operator(), id, constats.WithdrawInput{Reason: "essai"}); state == "published" && err != nil {
				t.Fatal(err)
			}
		}
		if status, html := apptest.Page(in, "/"); status != 200 || strings.Contains(html, `class="sample"`) {
			t.Error("a refused demonstration is announced")
		}
	})
}

// Who began to follow meanwhile is told that the examples are gone, and what
// was really published stays.
func TestDemoIsTakenBackFromThoseWhoGotIt(t *testing.T) {
	apptest.OnEach(t, func(t *testing.T, w *fedtest.World, in *fedtest.Instance) {
		ctx := t.Context()
		if _, err := in.Constats.LoadDemo(ctx, embraye.Operator(), demo(t)); err != nil {
			t.Fatal(err)
		}
		masto := w.Server("masto.example")
		ann := masto.Actor("ann")
		apptest.Follow(t, in, ann)
		updates, err := in.Store.Tables().Updates.ByMeasure(ctx, "m1", 1)
		if err != nil || len(updates) != 1 {
			t.Fatalf("%v, %v", updates, err)
		}
		liked := string(in.Site.UpdateID(updates[0].ID))
		if got := ann.Post(in.Site.Base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "#like",
			"type": "Like", "actor": ann.ID, "object": liked}); got != 202 {
			t.Fatalf("Like: %d", got)
		}
		id := apptest.PublishOne(t, in)
		w.Settle()
		masto.Take()
		if _, err := in.Constats.RemoveDemo(ctx, embraye.Operator()); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		deleted := map[string]bool{}
		for _, m := range masto.Take() {
			if m.Type() == "Delete" {
				deleted[m.ObjectID()] = true
			}
		}
		if !deleted[liked] || deleted[string(in.Site.UpdateID(id))] {
			t.Errorf("deleted: %v", deleted)
		}
		rows := countRows(t, in)
		if rows["updates"] != 1 || rows["revisions"] != 1 || rows["interactions"] != 0 {
			t.Errorf("rows %v", rows)
		}
		if status, html := apptest.Page(in, "/constats/"+id); status != 200 || !strings.Contains(html, "Un vrai constat") {
			t.Errorf("the real constat: %d", status)
		}
	})
}
