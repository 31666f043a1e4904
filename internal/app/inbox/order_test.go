package inbox_test

import (
	"maps"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// What a server could not send at once comes after what it sent later.

func TestWhatWasUndoneBeforeItCameDoesNotCount(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		object := string(p.In.Site.UpdateID(apptest.PublishOne(p.T, p.In)))
		measure := string(p.In.Site.ActorID("mesure1"))
		m := newMover(p)
		says := func(kind, id string, object any) {
			m.Helper()
			if status := m.old.Post(string(m.In.Site.SharedInbox()), map[string]any{"id": m.old.ID + id, "type": kind, "actor": m.old.ID, "object": object}); status != 202 {
				m.Fatalf("%s answered %d", kind, status)
			}
		}
		undo := func(kind, id, object string) {
			m.Helper()
			says("Undo", id+"/undo", map[string]any{"id": m.old.ID + id, "type": kind, "actor": m.old.ID, "object": object})
		}
		counted := func() (likes, boosts int) {
			u, err := p.In.Store.Tables().Updates.Take(p.Context(), object[len(object)-26:])
			p.Must(err)
			return u.LikeCount, u.BoostCount
		}
		undo("Like", "#like", object)
		says("Like", "#like", object)
		undo("Announce", "#boost", object)
		says("Announce", "#boost", object)
		if likes, boosts := counted(); likes != 0 || boosts != 0 {
			p.Errorf("%d likes, %d boosts", likes, boosts)
		}
		says("Like", "#like-2", object) // meant, as it is another one
		if likes, _ := counted(); likes != 1 {
			p.Errorf("liked again: %d likes", likes)
		}
		undo("Block", "#block", measure)
		says("Block", "#block", measure)
		if blocked, err := p.In.Store.Tables().ActorBlocks.Exists(p.Context(), embraye.IRI(m.old.ID), embraye.IRI(measure)); err != nil || blocked {
			p.Errorf("blocked %t, %v", blocked, err)
		}
		undo("Follow", "#follow", measure) // of one that was lost here: the next has the same id on Misskey
		says("Follow", "#follow", measure)
		if follows, _ := m.followers("mesure1"); !follows {
			p.Error("who follows again does not follow")
		}
	})
}

func TestAnOlderVersionReplacesNoneThatIsNewer(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		at := p.W.Clock.Now().Add(-time.Hour)
		version := func(title string, revision int, updated string) map[string]any {
			c := p.Constat("one", map[string]any{"published": at.Format(time.RFC3339), "embraye:title": title, "embraye:revision": revision})
			if updated != "" {
				c["updated"] = updated
			}
			return c
		}
		later := at.Add(time.Minute).Format(time.RFC3339)
		p.Says("Update", version("Corrigé", 2, later)) // its Create is still on the way
		if one := p.Kept("one"); one == nil || one.Title != "Corrigé" {
			p.Fatalf("an Update of what we follow, not known before: %+v", one)
		}
		p.Says("Create", version("Premier", 1, ""))
		p.Says("Update", version("Sans faute", 3, later)) // a typo, as its own server shows it
		p.Says("Update", version("Corrigé", 2, later))    // sent once more
		if one := p.Kept("one"); one.Title != "Sans faute" || one.Revision != 3 {
			p.Errorf("kept %q, revision %d", one.Title, one.Revision)
		}
	})
}

func TestAnOlderReplyReplacesNoneThatIsNewer(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		a := p.W.Server("old.example").Actor("ana")
		reply := map[string]any{"id": a.ID + "/1", "type": "Note", "attributedTo": a.ID, "to": []string{apptest.Public},
			"inReplyTo": p.In.Site.UpdateID(apptest.PublishOne(p.T, p.In)), "content": "one"}
		at := p.W.Clock.Now()
		for n, c := range []struct{ kind, content, updated string }{
			{"Create", "one", ""},
			{"Update", "three", at.Add(-time.Minute).Format(time.RFC3339)},
			{"Update", "two", at.Add(-time.Hour).Format(time.RFC3339)},
		} {
			said := maps.Clone(reply)
			said["content"] = c.content
			if c.updated != "" {
				said["updated"] = c.updated
			}
			if status := a.Post(string(p.In.Site.SharedInbox()), map[string]any{"id": a.ID + "/acts/" + string(rune('a'+n)), "type": c.kind, "actor": a.ID, "object": said}); status != 202 {
				p.Fatalf("%s answered %d", c.kind, status)
			}
		}
		r, err := p.In.Store.Tables().Replies.ByURI(p.Context(), embraye.IRI(a.ID+"/1"))
		p.Must(err)
		if r.HTML != "three" {
			p.Errorf("kept %q", r.HTML)
		}
	})
}

func TestWhatIsDeletedQuotesNothing(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		object := p.In.Site.UpdateID(apptest.PublishOne(p.T, p.In))
		a := p.W.Server("old.example").Actor("ana")
		says := func(kind, id string, object any, instrument string) {
			p.Helper()
			act := map[string]any{"id": a.ID + id, "type": kind, "actor": a.ID, "object": object}
			if instrument != "" {
				act["instrument"] = instrument
			}
			if status := a.Post(string(p.In.Site.SharedInbox()), act); status != 202 {
				p.Fatalf("%s answered %d", kind, status)
			}
		}
		permitted := func() int {
			p.Helper()
			all, err := p.In.Store.Tables().Quotes.ListOf(p.Context(), object)
			p.Must(err)
			return len(all)
		}
		says("QuoteRequest", "#1", object, a.ID+"/one")
		if n := permitted(); n != 1 {
			p.Fatalf("%d permissions", n)
		}
		says("Delete", "#2", a.ID+"/one", "")
		says("QuoteRequest", "#3", object, a.ID+"/one")
		says("Delete", "#4", a.ID+"/two", "")
		says("QuoteRequest", "#5", object, a.ID+"/two")
		if n := permitted(); n != 0 {
			p.Errorf("%d permissions of what was deleted", n)
		}
	})
}

// overlap has another process hold what a message is about while the message comes.
type overlap struct {
	*apptest.Pair
	other *store.Store
}

// meanwhile does something about a thing of the sender's, lets a message about it
// come, and commits once that waits.
func (o overlap) meanwhile(does func(tx store.Tables, thing embraye.IRI) error, from *fedtest.Actor, thing, kind string, object any) {
	o.Helper()
	status, id := make(chan int, 1), embraye.IRI(from.ID+thing)
	o.Must(o.other.InTx(o.Context(), func(tx store.Tables) error {
		if err := tx.Tombstones.Hold(o.Context(), embraye.Grave(embraye.IRI(from.ID), id)); err != nil {
			return err
		}
		if err := does(tx, id); err != nil {
			return err
		}
		act := map[string]any{"id": from.ID + "#" + kind, "type": kind, "actor": from.ID, "object": object}
		if kind == "Like" {
			act["id"] = id
		}
		go func() { status <- from.Post(string(o.In.Site.SharedInbox()), act) }()
		for !storetest.LockIsWaitedFor(o.T, o.In.Store.Pool()) {
			if len(status) > 0 {
				o.Errorf("%s did not wait", kind)
				return nil
			}
		}
		return nil
	}))
	if got := <-status; got != 202 {
		o.Errorf("%s: %d", kind, got)
	}
}

// What overlaps on PostgreSQL, in one process as in two, ends as if the one had come
// after the other: the first has not committed yet what the second looks for.
func TestWhatIsTakenAtOnceWaits(t *testing.T) {
	p := apptest.NewPair(t, storetest.Postgres)
	p.Follow()
	o := overlap{p, storetest.OpenURL(t, p.In.URL, p.W.Clock.Now)}
	ctx, measure, ann := t.Context(), p.Measures[1], p.W.Server("old.example").Actor("ann")
	buried := func(from *fedtest.Actor) func(store.Tables, embraye.IRI) error {
		return func(tx store.Tables, id embraye.IRI) error {
			return tx.Tombstones.Add(ctx, embraye.Grave(embraye.IRI(from.ID), id))
		}
	}
	o.meanwhile(buried(measure), measure, "/one", "Create", p.Constat("one", nil))
	if p.Kept("one") != nil {
		t.Error("a constat that was deleted meanwhile is here")
	}

	constat := apptest.PublishOne(t, p.In)
	o.meanwhile(buried(ann), ann, "#like", "Like", p.In.Site.UpdateID(constat))
	if u, err := p.In.Store.Tables().Updates.Take(ctx, constat); err != nil || u.LikeCount != 0 {
		t.Errorf("what was undone meanwhile counts: %d, %v", u.LikeCount, err)
	}

	p.Says("Create", p.Constat("two", nil))
	withdrawn := func(tx store.Tables, id embraye.IRI) error {
		_, err := tx.PeerUpdates.Withdraw(ctx, id, p.W.Clock.Now())
		return err
	}
	o.meanwhile(withdrawn, measure, "/two", "Update", p.Constat("two", map[string]any{"updated": p.W.Clock.Now().Format(time.RFC3339)}))
	if two := p.Kept("two"); two == nil || two.WithdrawnAt == nil {
		t.Errorf("what was withdrawn meanwhile stands: %+v", two)
	}

	follows := func(tx store.Tables, _ embraye.IRI) error {
		f := storetest.Follower("old.example", 1)
		f.Actor, f.Follower, f.Inbox = "mesure2", embraye.IRI(ann.ID), embraye.IRI(ann.ID+"/inbox")
		return tx.Followers.Upsert(ctx, f)
	}
	o.meanwhile(follows, ann, "#follow", "Undo", map[string]any{"id": ann.ID + "#follow", "type": "Follow", "actor": ann.ID, "object": string(p.In.Site.ActorID("mesure2"))})
	if still, err := p.In.Store.Tables().Followers.Exists(ctx, "mesure2", embraye.IRI(ann.ID)); err != nil || still {
		t.Errorf("who undid the Follow meanwhile follows: %t, %v", still, err)
	}
}
