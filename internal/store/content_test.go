package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		full := storetest.Update(1)
		full.Institution = embraye.Institution{Name: "Région", Kind: "region", SIREN: "233500016", Wikidata: "Q1"}
		full.Evidence = []embraye.Evidence{{Type: "Link", Href: "https://x.example/é", Name: "N", Consulted: "2026-11"}}
		full.Indicator, full.Lessons = &embraye.Indicator{Name: "n", Value: "1", AsOf: "2026"}, []string{"e1"}
		full.RelatedTo, full.Searched = []embraye.Relation{{Rel: "follows", Href: "https://x.example/"}}, []string{"là"}
		full.PublishedAt = storetest.Start.Add(123456 * time.Microsecond)
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Updates.Insert(ctx, full) })
		got, err := s.Tables().Updates.Take(ctx, full.ID)
		must(t, err)
		equal(t, "as inserted", got, full)
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error { return tx.Updates.Insert(ctx, full) })
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			tx.AddCounts(store.UpdateCounter(full.ID), 2, 1, -1)
			return nil
		})
		full.Title, full.SignedBy, full.LikeCount = "Autre", "", 99
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Updates.Save(ctx, full) })
		got, err = s.Tables().Updates.Take(ctx, full.ID)
		must(t, err)
		full.LikeCount, full.BoostCount = 2, 1
		equal(t, "saved without counters, none below zero, updated_at untouched", got, full)
		refused(t, s, embraye.ErrNotFound, func(ctx context.Context, tx store.Tables) error {
			return tx.Updates.Save(ctx, storetest.Update(404))
		})
	})
}

func TestStateOfScopes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, gone := t.Context(), storetest.Start
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			for n, place := range []string{"FR", "FR", "FR-BRE", "FR", "EU"} {
				u := storetest.Update(n)
				u.Territory = place
				u.ScopeKey = u.Scope.Key()
				if n == 3 {
					u.WithdrawnAt = &gone
				}
				if n == 4 {
					u.Measure = "m2"
				}
				if err := tx.Updates.Insert(ctx, u); err != nil {
					return err
				}
			}
			return nil
		})
		ids := func(all []embraye.Update, err error) (ids []string) {
			must(t, err)
			for _, u := range all {
				ids = append(ids, u.ID)
			}
			return ids
		}
		id, tables := storetest.ID, s.Tables().Updates
		equal(t, "ScopeStates", ids(s.Tables().ScopeStates(ctx, "m1", 10)), []string{id(2), id(1)})
		equal(t, "ByMeasure", ids(tables.ByMeasure(ctx, "m1", 2)), []string{id(2), id(1)})
		equal(t, "Latest", ids(tables.Latest(ctx, 0)), []string{id(4), id(2), id(1), id(0)})
		if n, err := tables.Count(ctx); n != 4 || err != nil {
			t.Errorf("Count = %d, %v; want 4", n, err)
		}
	})
}

func TestRevisions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		revision := func(n int, kind embraye.RevisionKind) *embraye.Revision {
			return &embraye.Revision{UpdateID: storetest.ID(1), Number: n, Kind: kind, Reason: "R", Content: storetest.Update(1).Content,
				Wire: []byte("{}"), SHA256: "ab", CreatedAt: storetest.Start}
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.Updates.Insert(ctx, storetest.Update(1)), tx.Revisions.Insert(ctx, revision(2, embraye.Typo)),
				tx.Revisions.Insert(ctx, revision(1, embraye.FirstRevision)))
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.Revisions.Insert(ctx, revision(2, embraye.Substance))
		})
		orphan := revision(1, embraye.FirstRevision)
		orphan.UpdateID = storetest.ID(404)
		if err := s.InTx(ctx, func(tx store.Tables) error { return tx.Revisions.Insert(ctx, orphan) }); err == nil {
			t.Error("a revision of no constat was added")
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Revisions.Erase(ctx, storetest.ID(1)) })
		all, err := s.Tables().Revisions.List(ctx, storetest.ID(1))
		must(t, err)
		for i := range all {
			want := embraye.Revision{ID: all[i].ID, UpdateID: storetest.ID(1), Number: i + 1, Kind: []embraye.RevisionKind{embraye.FirstRevision, embraye.Typo}[i],
				Wire: []byte{}, SHA256: "ab", CreatedAt: storetest.Start}
			equal(t, "erased", all[i], want)
		}
		if _, err := s.Tables().Revisions.Take(ctx, storetest.ID(1), 3); len(all) != 2 || !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("%d revisions, third: %v", len(all), err)
		}
	})
}

func TestNotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		pinned := func(n int) *embraye.Note {
			return &embraye.Note{ID: storetest.ID(n), Kind: embraye.PinnedNote, Actor: "mesure1", PublishedAt: storetest.Start}
		}
		first := pinned(1)
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Notes.Insert(ctx, first) })
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error { return tx.Notes.Insert(ctx, pinned(2)) })
		gone := storetest.Start.Add(time.Minute)
		first.DeletedAt = &gone
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			tx.AddCounts(store.NoteCounter(storetest.ID(2)), 1, 0, 0)
			return errors.Join(tx.Notes.Save(ctx, first), tx.Notes.Insert(ctx, pinned(2)))
		})
		got, err := s.Tables().Notes.Take(ctx, first.ID) // a deleted Note is still there: it answers 410
		must(t, err)
		equal(t, "deleted note", got, first)
		if got, err = s.Tables().Notes.Pinned(ctx, "mesure1"); err != nil || got.ID != storetest.ID(2) || got.LikeCount != 1 {
			t.Errorf("Pinned = %+v, %v", got, err)
		}
	})
}

func TestActivities(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			for n := range 5 {
				if err := tx.Activities.Insert(ctx, storetest.Activity(n)); err != nil {
					return err
				}
			}
			accept := storetest.Activity(9)
			accept.Type, accept.InOutbox, accept.Audience = "Accept", false, embraye.ToOne
			return errors.Join(tx.Activities.Insert(ctx, accept), tx.Activities.MarkUndone(ctx, storetest.ID(3)))
		})
		tables := s.Tables().Activities
		page, err := tables.Outbox(ctx, "mesure1", storetest.ID(4), 2)
		must(t, err)
		if len(page) != 2 || page[0].ID != storetest.ID(2) || page[1].ID != storetest.ID(1) {
			t.Errorf("page = %+v", page)
		}
		if n, err := tables.OutboxCount(ctx, "mesure1"); n != 4 || err != nil {
			t.Errorf("OutboxCount = %d, %v; want 4", n, err)
		}
		if _, err := tables.ByTypeObject(ctx, "mesure1", "Create", storetest.Object(3)); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("an undone activity was found: %v", err)
		}
		got, err := tables.Take(ctx, storetest.ID(3))
		if err != nil || got.UndoneAt == nil || !got.UndoneAt.Equal(storetest.Start) {
			t.Errorf("undone activity = %+v, %v", got, err)
		}
		of, err := tables.OfObject(ctx, storetest.Object(3))
		if err != nil || len(of) != 1 {
			t.Errorf("OfObject = %+v, %v", of, err)
		}
	})
}

func TestPeopleAndAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := &embraye.Person{Email: "a@b.example", Name: "A", Role: embraye.Admin, CreatedAt: storetest.Start}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.People.Insert(ctx, p), tx.Audit.Add(ctx, &embraye.AuditEntry{At: storetest.Start, Action: "one"}),
				tx.Audit.Add(ctx, &embraye.AuditEntry{At: storetest.Start, Action: "two", Public: true}))
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.People.Insert(ctx, &embraye.Person{Email: p.Email, Role: embraye.Reader, CreatedAt: storetest.Start})
		})
		for _, bad := range []embraye.Person{{Email: "A@b.example", Role: embraye.Reader}, {Email: "c@b.example", Role: "king"}} {
			if err := s.InTx(ctx, func(tx store.Tables) error { return tx.People.Insert(ctx, &bad) }); err == nil {
				t.Errorf("%+v was added", bad)
			}
		}
		p.Disabled = true
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.People.Save(ctx, p) })
		got, err := s.Tables().People.ByEmail(ctx, p.Email)
		must(t, err)
		equal(t, "person", got, p)
		public, err := s.Tables().Audit.Public(ctx, 5)
		must(t, err)
		all, err := s.Tables().Audit.List(ctx, 5)
		must(t, err)
		if len(public) != 1 || len(all) != 2 || all[0].Action != "two" || public[0].Action != "two" {
			t.Errorf("audit = %+v, public %+v", all, public)
		}
	})
}
