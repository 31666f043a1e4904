package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// peerSays keeps a peer, if it is new, and a constat of its about water in some
// place.
func peerSays(ctx context.Context, t store.Tables, host string, n int, stage embraye.Stage, at time.Time) error {
	org := embraye.IRI("https://" + host + "/actors/organisation")
	if _, err := t.Peers.ByOrganisation(ctx, org); errors.Is(err, embraye.ErrNotFound) {
		if err := t.Peers.Insert(ctx, &embraye.Peer{Organisation: org, Host: host, Handle: "org@" + host, Name: host, CreatedAt: at,
			PeerChoices: embraye.PeerChoices{Gather: true}}); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return t.PeerUpdates.Upsert(ctx, &embraye.PeerUpdate{URI: org + embraye.IRI(fmt.Sprint("/constats/", n)), Actor: org, Organisation: org, Revision: 1,
		Scope:       embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: fmt.Sprintf("COG-D%02d", n)},
		Content:     embraye.Content{Stage: stage, Title: fmt.Sprintf("Fontaine %d", n), Summary: "S", Language: "fr", EffectiveDate: "2024-02-29"},
		PublishedAt: at, ReceivedAt: at, Wire: []byte(stage)})
}

func TestPagesOfVoices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const scopes = 9
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			for n := 1; n <= scopes; n++ {
				at := storetest.Start.Add(time.Duration(n/4) * time.Minute) // several at one moment
				stage := embraye.NoSign
				if n%3 == 0 {
					stage = embraye.Done
				}
				if err := errors.Join(peerSays(ctx, tx, "a.example", n, embraye.Done, at), peerSays(ctx, tx, "b.example", n, stage, at)); err != nil {
					return err
				}
			}
			return nil
		})
		var keys []string
		var last *embraye.Divergence
		for range scopes {
			page, err := s.Pages().DivergencesPage(ctx, "m2", last, 2)
			must(t, err)
			for _, d := range page.Scopes {
				keys = append(keys, d.ScopeKey)
				for _, said := range d.Said {
					if page.Texts[said.Constat].Title == "" || said.Name == "" {
						t.Errorf("a voice without a text or a name: %+v", said)
					}
				}
			}
			if last = page.Next; last == nil {
				break
			}
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(keys))); len(keys) != 6 || len(unique) != 6 {
			t.Errorf("scopes where answers differ: %q, want 6", keys)
		}

		peer, err := s.Pages().PeerPage(ctx, "b.example", 0)
		must(t, err)
		if peer.Constats != scopes || len(peer.States) != scopes || len(peer.Texts) != scopes {
			t.Errorf("the peer's page: %d constats, %d states, %d texts", peer.Constats, len(peer.States), len(peer.Texts))
		}
		if _, err := s.Pages().PeerPage(ctx, "c.example", 0); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("a page of nobody: %v", err)
		}

		lines, cursor := 0, ""
		for range 2 * scopes {
			page, err := s.Pages().TimelinePage(ctx, embraye.TimelineFilter{By: embraye.EveryOrganisation, Measure: "m2", Search: "fontaine", From: "2024-02", After: cursor, Limit: 4})
			must(t, err)
			lines += len(page.Voices)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if lines != 2*scopes {
			t.Errorf("%d lines in the chronology, want %d", lines, 2*scopes)
		}
	})
}

func TestCopiesKeepTheirVersionsUntilTheyAreTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, uri := t.Context(), embraye.IRI("https://a.example/actors/organisation/constats/1")
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return peerSays(ctx, tx, "a.example", 1, embraye.NoSign, storetest.Start)
		})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			u, err := tx.PeerUpdates.ByURI(ctx, uri)
			if err != nil {
				return err
			}
			u.Revision, u.Stage, u.Title = 3, embraye.Done, "Fontaine ouverte"
			return errors.Join(tx.PeerUpdates.Upsert(ctx, u), tx.PeerUpdates.Upsert(ctx, u))
		})
		page, err := s.Pages().CopyPage(ctx, embraye.CopyID(uri))
		must(t, err)
		if len(page.Revisions) != 2 || page.Revisions[0].Number != 3 || page.Revisions[1].Title != "Fontaine 1" || page.Revisions[0].SHA256 == "" || page.Peer.Host != "a.example" {
			t.Errorf("%+v", page)
		}
		found := func(words string) int {
			t.Helper()
			page, err := s.Pages().TimelinePage(ctx, embraye.TimelineFilter{By: "a.example", Search: words, Limit: 4})
			must(t, err)
			return len(page.Voices)
		}
		if found("ouverte") != 1 || found("fermée") != 0 {
			t.Error("the search does not know the newest words of a copy")
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			peer, err := tx.Peers.ByOrganisation(ctx, page.Peer.Organisation)
			if err != nil {
				return err
			}
			peer.Gather = false
			return tx.Peers.Save(ctx, peer)
		})
		if _, err := s.Pages().CopyPage(ctx, embraye.CopyID(uri)); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("the copy of a peer that is not gathered: %v", err)
		}
		if _, err := s.Pages().TimelinePage(ctx, embraye.TimelineFilter{By: "a.example", Search: "ouverte", Limit: 4}); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("the chronology of a peer that is not gathered: %v", err)
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			_, err := tx.PeerUpdates.Withdraw(ctx, uri, storetest.Start)
			return err
		})
		if left, err := s.Tables().PeerRevisions.Of(ctx, uri); err != nil || len(left) != 0 {
			t.Errorf("%d versions are left, %v", len(left), err)
		}
	})
}

// A list of nobody is empty: it is not JSON's null, of which PostgreSQL refuses
// to count the elements, and then the page too.
func TestAListOfNobodyIsEmpty(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.InTx(t.Context(), func(tables store.Tables) error {
			return tables.Updates.Insert(t.Context(), storetest.Update(1)) // somebody, but elsewhere
		})
		if err != nil {
			t.Fatal(err)
		}
		tables, pages := s.Tables(), s.Pages()
		for what, ask := range map[string]func() (int, error){
			"a place without constats": func() (int, error) {
				page, err := pages.PlacePage(t.Context(), "m1", []string{"FR-974"}, nil)
				if err != nil {
					return 0, err
				}
				return len(page.Updates), nil
			},
			"constats": func() (int, error) { all, err := tables.Updates.Among(t.Context(), nil); return len(all), err },
			"hosts":    func() (int, error) { all, err := tables.Hosts.Among(t.Context(), nil); return len(all), err },
			"accounts": func() (int, error) { all, err := tables.RemoteActors.Among(t.Context(), nil); return len(all), err },
			"settings": func() (int, error) { all, err := tables.Settings.Among(t.Context(), "", nil); return len(all), err },
		} {
			if n, err := ask(); n != 0 || err != nil {
				t.Errorf("%s: %d, %v", what, n, err)
			}
		}
	})
}
