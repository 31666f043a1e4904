package talk_test

import (
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// T22: a Follow and a block of its domain that overlap end as if one had come
// after the other: on PostgreSQL, where several transactions write at once.
func TestT22AFollowDoesNotSlipPastABlock(t *testing.T) {
	t.Run("the Follow is being taken", func(t *testing.T) {
		k := newTalk(t, storetest.Postgres)
		blocked := make(chan error, 1)
		k.must(k.other().InTx(k.Context(), func(tx store.Tables) error {
			if err := tx.DomainBlocks.Hold(k.Context()); err != nil {
				return err
			}
			if _, err := tx.Seen.Mark(k.Context(), []byte("follow"), "home.example"); err != nil { // takes Hold along
				return err
			}
			go func() {
				blocked <- k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend})
			}()
			k.waits()
			f := storetest.Follower("home.example", 1)
			f.Actor, f.Follower, f.Inbox = "mesure2", embraye.IRI(k.bo.ID), embraye.IRI(k.bo.ID+"/inbox")
			return tx.Followers.Upsert(k.Context(), f)
		}))
		k.must(<-blocked)
		k.followsNot()
		if got := k.sent(k.home); len(got) != 1 || got[0].Type() != "Reject" {
			k.Errorf("its server heard %+v", got)
		}
	})
	t.Run("the block is being made", func(t *testing.T) {
		k := newTalk(t, storetest.Postgres)
		k.reply(k.ann, "Bonjour", true) // what is remembered of blocks is fresh now
		status := make(chan int, 1)
		k.must(k.other().InTx(k.Context(), func(tx store.Tables) error {
			if err := tx.DomainBlocks.Alone(k.Context()); err != nil {
				return err
			}
			go func() {
				status <- k.bo.Post(string(k.in.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
					"id": k.bo.ID + "/follow", "type": "Follow", "actor": k.bo.ID, "object": k.measure()})
			}()
			k.waits()
			return tx.DomainBlocks.Add(k.Context(), &embraye.DomainBlock{Domain: "home.example", Severity: "suspend", CreatedAt: k.w.Clock.Now()})
		}))
		if got := <-status; got != 403 {
			k.Errorf("the Follow was answered %d", got)
		}
		k.followsNot()
	})
}

// other is the same database in another process.
func (k *scene) other() *store.Store {
	k.Helper()
	return storetest.OpenURL(k.T, k.in.URL, k.w.Clock.Now)
}

// waits returns once somebody waits for a lock of another's.
func (k *scene) waits() {
	k.Helper()
	for !storetest.LockIsWaitedFor(k.T, k.in.Store.Pool()) {
	}
}

func (k *scene) followsNot() {
	k.Helper()
	follows, err := k.in.Store.Tables().Followers.Exists(k.Context(), "mesure2", embraye.IRI(k.bo.ID))
	if err != nil || follows {
		k.Errorf("it follows: %t, %v", follows, err)
	}
}

// T12: what we follow on a domain is undone before it is blocked, and many
// followers are sent away some at a time.
func TestT12ABlockUndoesWhatWeFollowAndRejectsTheRestInTurns(t *testing.T) {
	eachTalk(t, func(k *scene) {
		const many = 230
		k.must(k.in.Store.InTx(k.Context(), func(tx store.Tables) error {
			for n := range many {
				f := storetest.Follower("home.example", n)
				f.Actor, f.Inbox = "mesure2", embraye.IRI(k.home.Base+"/inbox")
				if err := tx.Followers.Upsert(k.Context(), f); err != nil {
					return err
				}
			}
			a := storetest.Activity(1)
			a.Actor, a.Type, a.Object, a.InOutbox = "organisation", "Follow", k.ann.ID, false
			a.Body = []byte(`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://ours.example/activities/` + a.ID + `","type":"Follow","actor":"https://ours.example/actors/organisation","object":"` + k.ann.ID + `"}`)
			if err := tx.Activities.Insert(k.Context(), a); err != nil {
				return err
			}
			return tx.Follows.Insert(k.Context(), &embraye.Follow{Target: embraye.IRI(k.ann.ID), Host: "home.example", Inbox: embraye.IRI(k.ann.ID + "/inbox"),
				State: embraye.FollowAccepted, ActivityID: a.ID, CreatedAt: k.w.Clock.Now()})
		}))
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend}))
		heard := map[string]int{}
		for _, m := range k.sent(k.home) {
			heard[m.Type()]++
		}
		if heard["Reject"] != many || heard["Undo"] != 1 || len(heard) != 2 {
			k.Errorf("the blocked domain heard %v", heard)
		}
		if follows, err := k.in.Store.Tables().Follows.List(k.Context()); err != nil || len(follows) != 0 {
			k.Errorf("we still follow %+v, %v", follows, err)
		}
	})
}
