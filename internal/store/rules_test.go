package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// write runs fn in a transaction that has to succeed.
func write(t testing.TB, s *store.Store, fn func(ctx context.Context, tx store.Tables) error) {
	t.Helper()
	must(t, s.InTx(t.Context(), func(tx store.Tables) error { return fn(t.Context(), tx) }))
}

// refused runs fn in a transaction that has to fail with want.
func refused(t testing.TB, s *store.Store, want error, fn func(ctx context.Context, tx store.Tables) error) {
	t.Helper()
	if err := s.InTx(t.Context(), func(tx store.Tables) error { return fn(t.Context(), tx) }); !errors.Is(err, want) {
		t.Errorf("error = %v, want %v", err, want)
	}
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if _, ok, err := s.Tables().Settings.Get(ctx, "origin"); ok || err != nil {
			t.Fatalf("Get of nothing = %v, %v", ok, err)
		}
		for _, value := range []string{"https://a.example", "https://b.example"} {
			write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Settings.Set(ctx, "origin", value) })
			if got, ok, err := s.Tables().Settings.Get(ctx, "origin"); got != value || !ok || err != nil {
				t.Errorf("Get = %q, %v, %v; want %q", got, ok, err, value)
			}
		}
	})
}

func TestActors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		actor := func(handle string, kind embraye.ActorKind) *embraye.Actor {
			return &embraye.Actor{Handle: handle, Kind: kind, Enabled: true, CreatedAt: storetest.Start, UpdatedAt: storetest.Start.Add(1500 * time.Millisecond)}
		}
		org := actor("zorg", embraye.OrganisationActor)
		org.Links = []embraye.ActorLink{{Name: "Site", Href: "https://site.example/"}}
		org.AlsoKnownAs = []string{"https://old.example/actors/zorg"}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.Actors.Insert(ctx, actor("mesure2", embraye.MeasureActor)), tx.Actors.Insert(ctx, actor("mesure1", embraye.MeasureActor)),
				tx.Actors.Insert(ctx, actor("instance", embraye.InstanceActor)), tx.Actors.Insert(ctx, org))
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.Actors.Insert(ctx, actor("mesure1", embraye.MeasureActor))
		})
		if err := s.InTx(ctx, func(tx store.Tables) error { return tx.Actors.Insert(ctx, actor("x", "robot")) }); err == nil {
			t.Error("an actor of an unknown kind was added")
		}
		all, err := s.Tables().Actors.List(ctx)
		must(t, err)
		var handles []string
		for _, a := range all {
			handles = append(handles, a.Handle)
		}
		equal(t, "order", handles, []string{"zorg", "instance", "mesure1", "mesure2"})
		org.Name, org.Enabled = "Z", false
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Actors.Save(ctx, org) })
		got, err := s.Tables().Actors.Take(ctx, "zorg")
		must(t, err)
		equal(t, "saved actor", got, org)
		refused(t, s, embraye.ErrNotFound, func(ctx context.Context, tx store.Tables) error {
			return tx.Actors.Save(ctx, actor("nobody", embraye.MeasureActor))
		})
	})
}

func TestRemoteActors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		uri := storetest.Someone("a.example", 1)
		a := &embraye.RemoteActor{URI: uri, Host: "a.example", Inbox: uri + "/inbox", KeyID: string(uri) + "#main-key", KeyPEM: "one", FetchedAt: storetest.Start}
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.RemoteActors.Upsert(ctx, a) })
		id := a.ID
		a.ID, a.KeyPEM, a.AlsoKnownAs = 0, "two", []string{"https://b.example/x"}
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.RemoteActors.Upsert(ctx, a) })
		if id == 0 || a.ID != id {
			t.Errorf("IDs %d, then %d; want the same", id, a.ID)
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.RemoteActors.Upsert(ctx, a) }) // with its ID
		got, err := s.Tables().RemoteActors.ByURI(ctx, uri)
		must(t, err)
		equal(t, "the actor", got, a)
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.RemoteActors.MarkFailed(ctx, uri), tx.RemoteActors.MarkFailed(ctx, "https://absent.example/u"),
				tx.RemoteActors.MarkGone(ctx, uri))
		})
		got, err = s.Tables().RemoteActors.ByURI(ctx, uri)
		must(t, err)
		if got.KeyPEM != "two" || got.FailedAt == nil || got.GoneAt == nil || got.Known() {
			t.Errorf("after failing and going: %+v", got)
		}
		absent, err := s.Tables().RemoteActors.ByHost(ctx, "absent.example")
		if err != nil || len(absent) != 1 || absent[0].FailedAt == nil || absent[0].Known() {
			t.Errorf("negative answer = %+v, %v", absent, err)
		}
	})
}

func TestEverythingOfAnActorGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		uri := storetest.Someone("a.example", 1)
		before, err := s.PublicRevision(ctx)
		must(t, err)
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			u := storetest.Update(1)
			u.LikeCount, u.BoostCount, u.ReplyCount = 2, 1, 2
			like, boost := storetest.Interaction(embraye.Like, "a.example", 1, 1), storetest.Interaction(embraye.Boost, "a.example", 1, 1)
			_, err1 := tx.Interactions.Add(ctx, like, "", store.Counter{})
			_, err2 := tx.Interactions.Add(ctx, boost, "", store.Counter{})
			_, err3 := tx.Replies.Insert(ctx, &embraye.Reply{URI: uri + "/1", Actor: uri, Object: storetest.Object(1), Public: true, State: embraye.ReplyShown, PublishedAt: storetest.Start, ReceivedAt: storetest.Start})
			_, err4 := tx.Replies.Insert(ctx, &embraye.Reply{URI: uri + "/2", Actor: uri, Object: storetest.Object(1), Public: true, State: embraye.ReplyHidden, PublishedAt: storetest.Start, ReceivedAt: storetest.Start})
			return errors.Join(tx.Updates.Insert(ctx, u), err1, err2, err3, err4, tx.Followers.Upsert(ctx, storetest.Follower("a.example", 1)),
				tx.Quotes.Insert(ctx, &embraye.Quote{ID: storetest.ID(5), Actor: uri, Object: storetest.Object(1), Quoting: uri + "/3", CreatedAt: storetest.Start}),
				tx.PeerUpdates.Upsert(ctx, &embraye.PeerUpdate{URI: uri + "/4", Actor: uri, PublishedAt: storetest.Start, ReceivedAt: storetest.Start}))
		})
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.RemoteActors.DeleteAllOf(ctx, uri) })
		u, err := s.Tables().Updates.Take(ctx, storetest.ID(1))
		must(t, err)
		equal(t, "counters", []int{u.LikeCount, u.BoostCount, u.ReplyCount}, []int{1, 0, 1})
		followers, err := s.Tables().Followers.Count(ctx, "mesure1")
		must(t, err)
		quotes, err := s.Tables().Quotes.ListOf(ctx, storetest.Object(1))
		must(t, err)
		peers, err := s.Tables().PeerUpdates.List(ctx, 10)
		must(t, err)
		hidden, err := s.Tables().Replies.ListOf(ctx, storetest.Object(1), embraye.ReplyHidden)
		must(t, err)
		if followers+len(quotes)+len(peers)+len(hidden) != 0 {
			t.Errorf("left: %d followers, %v, %v, %v", followers, quotes, peers, hidden)
		}
		if after, err := s.PublicRevision(ctx); err != nil || after != before+1 {
			t.Errorf("public revision %d, %v; want %d", after, err, before+1)
		}
	})
}

// K19: any id under which somebody asked to follow ends the following, and
// however often they ask, what is kept of it stays small.
func TestK19FollowsAreFoundByEveryId(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ask := func(id string) {
			f := storetest.Follower("a.example", 1)
			f.FollowID = id
			write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Followers.Upsert(ctx, f) })
		}
		end := func(id string) (removed bool) {
			write(t, s, func(ctx context.Context, tx store.Tables) (err error) {
				removed, err = tx.Followers.RemoveByFollowID(ctx, storetest.Someone("a.example", 1), id)
				return err
			})
			return removed
		}
		for _, id := range []string{"https://a.example/f/1", "https://a.example/f/2", "https://a.example/f/3"} {
			for _, asked := range []string{"https://a.example/f/1", "https://a.example/f/2", "https://a.example/f/2", "https://a.example/f/3"} {
				ask(asked)
			}
			if end("https://a.example/f") || end("") || end("https://a.example/f/4") {
				t.Error("an id that nobody used ended the following")
			}
			if !end(id) || end(id) {
				t.Errorf("%s did not end the following, once", id)
			}
		}
		for i := range 200 {
			ask(fmt.Sprintf("https://a.example/follows/of/somebody/who/asks/often/%d", i))
		}
		all, err := s.Tables().Followers.List(t.Context(), "mesure1", 0, 10)
		must(t, err)
		if len(all) != 1 || len(all[0].EarlierIDs) > 4000 || !end("https://a.example/follows/of/somebody/who/asks/often/190") {
			t.Errorf("after 200 Follows: %d rows, %d characters", len(all), len(all[0].EarlierIDs))
		}
	})
}

// Somebody is new who follows one of our actors since then and followed none before,
// and counts once however many they follow.
func TestFollowersAreCountedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, later := t.Context(), storetest.Start.Add(time.Hour)
		for _, f := range []struct {
			host, actor string
			n           int
			at          time.Time
		}{{"a.example", "mesure1", 1, storetest.Start}, {"a.example", "mesure2", 1, later}, {"a.example", "mesure1", 2, later}, {"b.example", "mesure1", 3, later},
			{"b.example", "mesure2", 3, later}, {"b.example", "mesure1", 4, storetest.Start}} {
			row := storetest.Follower(f.host, f.n)
			row.Actor, row.CreatedAt, row.FollowID = f.actor, f.at, row.FollowID+f.actor
			write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Followers.Upsert(ctx, row) })
		}
		followers := s.Tables().Followers
		total, err := followers.Total(ctx)
		must(t, err)
		fresh, err := followers.TotalSince(ctx, later.Add(-time.Minute))
		must(t, err)
		hosts, err := followers.CountHosts(ctx)
		must(t, err)
		equal(t, "all, new, servers", []int{total, fresh, hosts}, []int{4, 2, 2})
	})
}

func TestFollowers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, f := t.Context(), storetest.Follower("a.example", 1)
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Followers.Upsert(ctx, f) })
		again := storetest.Follower("a.example", 1)
		again.FollowID, again.Delivery, again.CreatedAt = "https://a.example/follows/new", again.Inbox, storetest.Start.Add(time.Hour)
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Followers.Upsert(ctx, again) })
		all, err := s.Tables().Followers.List(ctx, "mesure1", 0, 10)
		must(t, err)
		want := *again
		want.ID, want.CreatedAt, want.EarlierIDs = f.ID, f.CreatedAt, f.FollowID+"\n"
		equal(t, "followers after a repeated Follow", all, []embraye.Follower{want})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return tx.Followers.Upsert(ctx, storetest.Follower("a.example", 2))
		})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.Followers.Upsert(ctx, storetest.Follower("sub.evil_x.example:8443", 2)), tx.Followers.Upsert(ctx, storetest.Follower("evilyx.example", 3)))
		})
		under, err := s.Tables().Followers.Under(ctx, "evil_x.example", 0)
		must(t, err)
		equal(t, "followers under a domain", under, []embraye.IRI{storetest.Someone("sub.evil_x.example:8443", 2)})
		for _, want := range []bool{true, false} {
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				removed, err := tx.Followers.Remove(ctx, "mesure1", f.Follower)
				if removed != want {
					t.Errorf("Remove = %v, want %v", removed, want)
				}
				return err
			})
		}
		if ok, err := s.Tables().Followers.Exists(ctx, "mesure1", f.Follower); ok || err != nil {
			t.Errorf("Exists = %v, %v", ok, err)
		}
	})
}

func TestInteractions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		like := storetest.Interaction(embraye.Like, "a.example", 1, 1)
		for _, want := range []bool{true, false} {
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				i := *like
				added, err := tx.Interactions.Add(ctx, &i, "", store.Counter{})
				if added != want {
					t.Errorf("Add = %v, want %v", added, want)
				}
				return err
			})
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			_, err := tx.Interactions.Add(ctx, storetest.Interaction(embraye.Boost, "a.example", 1, 1), "", store.Counter{})
			return err
		})
		if n, err := s.Tables().Interactions.CountOf(t.Context(), like.Object, embraye.Like); n != 1 || err != nil {
			t.Errorf("CountOf = %d, %v", n, err)
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			other, err := tx.Interactions.RemoveByActivity(ctx, storetest.Someone("b.example", 1), like.ActivityID)
			if other != nil || err != nil {
				t.Errorf("somebody else's undo removed %+v, %v", other, err)
			}
			got, err := tx.Interactions.RemoveByActivity(ctx, like.Actor, like.ActivityID)
			if got == nil || got.Object != like.Object || !got.CreatedAt.Equal(like.CreatedAt) {
				t.Errorf("removed %+v", got)
			}
			return err
		})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			got, err := tx.Interactions.Remove(ctx, embraye.Boost, like.Actor, like.Object)
			if got == nil || got.Kind != embraye.Boost {
				t.Errorf("removed %+v", got)
			}
			got, err2 := tx.Interactions.Remove(ctx, embraye.Boost, like.Actor, like.Object)
			if got != nil {
				t.Errorf("removed twice: %+v", got)
			}
			return errors.Join(err, err2)
		})
	})
}
