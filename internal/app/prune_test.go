package app_test

import (
	"errors"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// What has served its time goes, what somebody may still need stays.
func TestPruneSessionsLinksAndTries(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, tables := h.Context(), h.Store.Tables()
		_, err := h.App.Invite(ctx, h.people["admin"], "new@ours.example", embraye.Editor)
		h.must(err)
		now := h.Clock.Now().UTC()
		h.must(h.Store.InTx(ctx, func(t store.Tables) error {
			return errors.Join(
				t.Sessions.Put(ctx, &embraye.Session{TokenHash: "old", PersonID: 1, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(time.Minute)}),
				t.Sessions.Put(ctx, &embraye.Session{TokenHash: "long", PersonID: 1, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.AddDate(1, 0, 0)}),
				t.Attempts.Add(ctx, "somebody", now))
		}))
		count := func(table string) (n int) {
			h.T.Helper()
			h.must(h.Store.InTx(ctx, func(t store.Tables) error {
				return t.SQLTx().QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
			}))
			return n
		}
		for _, step := range []struct {
			after                     time.Duration
			sessions, links, attempts int
		}{{0, 2, 1, 1}, {time.Hour, 2, 1, 0}, {48 * time.Hour, 1, 1, 0}, {60 * 24 * time.Hour, 1, 0, 0}} {
			h.Clock.Advance(step.after)
			h.must(h.App.Prune(ctx))
			if s, l, a := count("sessions"), count("links"), count("attempts"); s != step.sessions || l != step.links || a != step.attempts {
				t.Errorf("after %s more: %d sessions, %d links, %d tries; want %+v", step.after, s, l, a, step)
			}
		}
		if _, err := tables.Sessions.Take(ctx, "long", h.Clock.Now()); err != nil {
			t.Error(err)
		}
	})
}

// A file goes once it is old and nothing names it.
func TestPruneFiles(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		files := map[string]*embraye.EvidenceFile{}
		for i, name := range []string{"forgotten", "drafted", "published", "withdrawn", "late"} {
			if name == "late" {
				h.Clock.Advance(31 * 24 * time.Hour)
			}
			files[name] = h.upload("editor", i+1)
		}
		h.draft("editor", h.withFile(files["drafted"]))
		for _, name := range []string{"published", "withdrawn"} {
			d := h.draft("editor", h.withFile(files[name]))
			out, err := h.App.PublishDraft(ctx, h.people["editor"], d.ID, d.Version)
			h.must(err)
			if name == "withdrawn" {
				h.must(h.App.Withdraw(ctx, h.people["reviewer"], out.Update.ID, app.WithdrawInput{Reason: "Erreur"}))
			}
		}
		h.must(h.App.Prune(ctx))
		for name, f := range files {
			content, _, _, err := h.App.OpenFile(ctx, h.people["editor"], f.Name)
			if name == "forgotten" {
				h.wantErr(err, embraye.ErrNotFound)
				if _, _, err := h.App.Files.Get(f.Name); !errors.Is(err, embraye.ErrNotFound) {
					t.Errorf("its bytes are still there: %v", err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			h.must(content.Close())
		}
	})
}
