package directory_test

import (
	"errors"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// What has served its time goes, what somebody may still need stays.
func TestPruneSessionsLinksAndTries(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, tables := h.Context(), h.Store.Tables()
		_, err := h.People.Invite(ctx, h.Who["admin"], "new@ours.example", embraye.Editor)
		h.Must(err)
		now := h.Clock.Now().UTC()
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
			return errors.Join(
				t.Sessions.Put(ctx, &embraye.Session{TokenHash: "old", PersonID: 1, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(time.Minute)}),
				t.Sessions.Put(ctx, &embraye.Session{TokenHash: "long", PersonID: 1, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.AddDate(1, 0, 0)}),
				t.Attempts.Add(ctx, "somebody", now))
		}))
		count := func(table string) (n int) {
			h.T.Helper()
			h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
				return t.SQLTx().QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
			}))
			return n
		}
		for _, step := range []struct {
			after                     time.Duration
			sessions, links, attempts int
		}{{0, 2, 1, 2}, {time.Hour, 2, 1, 2}, {48 * time.Hour, 1, 1, 0}, {60 * 24 * time.Hour, 1, 0, 0}} {
			h.Clock.Advance(step.after)
			h.Must(h.Prune(ctx))
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
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		files := map[string]*embraye.EvidenceFile{}
		for i, name := range []string{"forgotten", "drafted", "published", "withdrawn", "late"} {
			if name == "late" {
				h.Clock.Advance(31 * 24 * time.Hour)
			}
			files[name] = h.Upload("editor", i+1)
		}
		h.Draft("editor", h.WithFile(files["drafted"]))
		for _, name := range []string{"published", "withdrawn"} {
			d := h.Draft("editor", h.WithFile(files[name]))
			out, err := h.Drafts.Publish(ctx, h.Who["editor"], d.ID, d.Version)
			h.Must(err)
			if name == "withdrawn" {
				h.Must(h.Constats.Withdraw(ctx, h.Who["reviewer"], out.Update.ID, constats.WithdrawInput{Reason: "Erreur"}))
			}
		}
		h.Must(h.Prune(ctx))
		for name, f := range files {
			content, _, _, err := h.Constats.OpenFile(ctx, h.Who["editor"], f.Name, 0)
			if name == "forgotten" {
				h.WantErr(err, embraye.ErrNotFound)
				if _, _, err := h.App.Files.Get(t.Context(), f.Name); !errors.Is(err, embraye.ErrNotFound) {
					t.Errorf("its bytes are still there: %v", err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			h.Must(content.Close())
		}
	})
}
