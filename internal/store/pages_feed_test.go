package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// A feed of everybody is read to its end, each constat once, newest first, also
// where many were said at one moment.
func TestFeedsOfEverybodyAreWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const each = 130
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			errs := []error{tx.Actors.Insert(ctx, &embraye.Actor{Handle: "organisation", Kind: embraye.OrganisationActor, Enabled: true})}
			for n := range each {
				at := storetest.Start.Add(time.Duration(n/7) * time.Minute)
				errs = append(errs, peerSays(ctx, tx, "a.example", n, embraye.Done, at), peerSays(ctx, tx, "b.example", n, embraye.Done, at))
				id, err := embraye.NewID(at, &counting{byte(n)})
				errs = append(errs, err, tx.Updates.Insert(ctx, &embraye.Update{ID: id, Actor: "mesure2", Revision: 1, Substance: 1, PublishedAt: at,
					Scope:   embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR-BRE"},
					Content: embraye.Content{Stage: embraye.Done, Title: "T", Language: "fr", ObservedDate: "2024-02-29"}}))
			}
			return errors.Join(errs...)
		})
		for by, want := range map[string]int{embraye.EveryOrganisation: 3 * each, "a.example": each, "": each} {
			var ids []string
			var last time.Time
			for before := ""; ; {
				page, err := s.Pages().FeedPage(ctx, embraye.FeedFilter{Measure: "m2", By: by, Before: before})
				must(t, err)
				for _, e := range page.Entries {
					if !last.IsZero() && e.Published().After(last) {
						t.Fatalf("de=%s: %s after %s", by, e.Published(), last)
					}
					last = e.Published()
					ids = append(ids, e.ID())
					if e.Copy != nil && e.Copy.Peer.Host == "" {
						t.Fatalf("a copy of nobody: %+v", e.Copy)
					}
				}
				if !page.Older {
					break
				}
				before = ids[len(ids)-1]
			}
			slices.Sort(ids)
			if len(ids) != want || len(slices.Compact(ids)) != want {
				t.Errorf("de=%s: %d entries, want %d", by, len(ids), want)
			}
		}
		page, err := s.Pages().FeedPage(ctx, embraye.FeedFilter{Codes: []string{"COG-D05"}, By: embraye.EveryOrganisation})
		if err != nil || len(page.Entries) != 2 {
			t.Errorf("of a place: %d, %v", len(page.Entries), err)
		}
		if _, err := s.Pages().FeedPage(ctx, embraye.FeedFilter{By: "c.example"}); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
		if _, err := s.Pages().FeedPage(ctx, embraye.FeedFilter{By: "a.example", Before: "01jzzzzzzzzzzzzzzzzzzzzzzz"}); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("after nothing: %v", err)
		}
	})
}

// counting makes ids of one moment differ.
type counting struct{ n byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.n
	}
	return len(p), nil
}
