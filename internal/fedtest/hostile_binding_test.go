package fedtest

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// D. Who may say what about whom: activities in one's own name.
func bindingRows() []row {
	return []row{
		{number: "F057", name: "id on another host", run: foreignID, out: 1},
		{number: "F058", name: "id taken in advance", run: takenID, stores: likes, out: 2},
		{number: "F059", name: "Create of another's post", run: foreignPost, out: 1},
		{number: "F061", name: "Create over a post of ours", run: overOurs, out: 1},
		{number: "F063", name: "Update of a neighbour's post", run: neighbourUpdate, stores: replies, out: 1},
		{number: "F064", name: "Update with both ids on the victim's host", run: foreignUpdate, stores: replies, out: 1},
		{number: "F065", name: "Delete of what is not one's own", run: foreignDelete, out: 2, stores: append([]string{"tombstones"}, replies...)},
		{number: "F068", name: "Accept by somebody whom we did not ask", run: strangeAccept, out: 1},
		{number: "F069", name: "Accept of a Follow that we never sent", run: unaskedAccept},
		{number: "F071", name: "Reject by a third party", run: strangeReject, out: 1},
		{number: "F079", name: "two actors", run: twoActors},
		{number: "F082", name: "200 Likes and boosts by one actor", run: manyLikes, stores: likes, out: 1, mib: 96},
	}
}

func foreignID(b *bench) {
	evil, good := b.actor("evil"), b.server("good").Actor("pat")
	like := with(activity(evil, "Like", "x", b.constat()), "id", good.Server.Base+"/act/9")
	b.want(403, b.post(evil, like), "an id of good.example")
}

func takenID(b *bench) {
	evil, good := b.actor("evil"), b.server("good").Actor("pat")
	id := b.constat()
	b.want(403, b.post(evil, with(activity(evil, "Like", "x", id), "id", good.Server.Base+"/act/9")), "the poisoned one")
	b.want(202, b.post(good, activity(good, "Like", "act/9", id)), "the real one")
	equal(b, 1, b.count("interactions", "actor = ?", good.ID), "likes of the real one")
}

func foreignPost(b *bench) {
	evil, vic := b.actor("evil"), b.server("victim").Actor("vic")
	id := b.constat()
	theirs := note(vic, "notes/1", "inReplyTo", id)
	b.want(403, b.post(evil, activity(evil, "Create", "creates/1", theirs)), "a post of vic's on vic's host")
	b.want(403, b.post(evil, activity(evil, "Create", "creates/2", note(evil, "notes/1", "inReplyTo", id, "attributedTo", vic.ID))), "a post of vic's on evil's host")
	b.want(403, b.post(evil, activity(evil, "Create", "creates/3", note(evil, "notes/1", "inReplyTo", id, "id", vic.Server.Base+"/notes/2"))), "a post of evil's on vic's host")
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to the victim")
}

func overOurs(b *bench) {
	evil := b.actor("evil")
	id := b.constat()
	_, before := b.read(id[len(b.in.Site.Base):], ActivityType)
	for i, as := range []string{evil.ID, b.measure()} {
		b.want(403, b.post(evil, activity(evil, "Create", fmt.Sprintf("creates/%d", i), note(evil, "x", "id", id, "attributedTo", as))), "a Create of our own constat by %s", as)
	}
	b.want(403, b.post(evil, activity(evil, "Update", "updates/1", note(evil, "x", "id", id))), "an Update of our own constat")
	_, after := b.read(id[len(b.in.Site.Base):], ActivityType)
	equal(b, before, after, "the constat")
}

// replied is a reply of somebody's to a constat of ours, already with us.
func (b *bench) replied(a *Actor, id string) map[string]any {
	b.t.Helper()
	n := note(a, "notes/"+a.Name, "inReplyTo", b.constat())
	b.want(202, b.post(a, activity(a, "Create", id, n)), "the reply")
	b.ready()
	return n
}

func (b *bench) replyHTML(id string) string {
	r, err := b.in.Store.Tables().Replies.ByURI(context.Background(), embraye.IRI(id))
	if err != nil {
		b.t.Errorf("reply %s: %v", id, err)
		return ""
	}
	return r.HTML
}

func neighbourUpdate(b *bench) {
	s := b.server("good")
	vic, mal := s.Actor("vic"), s.Actor("mallory")
	reply := b.replied(vic, "creates/1")
	before := sums(b.t, b.in.Store)
	for i, as := range []string{vic.ID, mal.ID} {
		changed := note(mal, "x", "id", reply["id"], "attributedTo", as, "content", "<p>Menti</p>", "updated", "2026-05-01T10:00:00Z")
		b.want(403, b.post(mal, activity(mal, "Update", fmt.Sprintf("updates/%d", i), changed)), "an Update of vic's reply as %s", as)
	}
	equal(b, before["replies"], sums(b.t, b.in.Store)["replies"], "replies")
	equal(b, "<p>Bonjour</p>", b.replyHTML(reply["id"].(string)), "vic's reply")
}

func foreignUpdate(b *bench) {
	evil, vic := b.actor("evil"), b.server("victim").Actor("vic")
	reply := b.replied(vic, "creates/1")
	changed := with(reply, "content", "<p>Menti</p>", "updated", "2026-05-01T10:00:00Z")
	b.want(403, b.post(evil, with(activity(evil, "Update", "x", changed), "id", vic.Server.Base+"/updates/1")), "both ids on the victim's host")
	b.want(403, b.post(evil, activity(evil, "Update", "updates/1", changed)), "the object's id on the victim's host")
	equal(b, "<p>Bonjour</p>", b.replyHTML(reply["id"].(string)), "vic's reply")
}

// foreignDelete: nobody is buried by somebody else, not even in advance.
func foreignDelete(b *bench) {
	s := b.server("good")
	vic, mal := s.Actor("vic"), s.Actor("mallory")
	far := b.actor("evil")
	id := b.constat()
	reply := b.replied(vic, "creates/1")
	later := note(vic, "notes/later", "inReplyTo", id)
	before := sums(b.t, b.in.Store)
	for i, object := range []any{reply["id"], later["id"], id, b.measure(), b.organisation(), vic.ID,
		map[string]any{"id": reply["id"], "type": "Tombstone"}, b.url("/inbox")} {
		for _, a := range []*Actor{mal, far} {
			got := b.post(a, activity(a, "Delete", fmt.Sprintf("deletes/%d", i), object))
			if got != 202 && got != 403 {
				b.t.Errorf("Delete of %v by %s: answered %d, want 202 or 403", object, a.ID, got)
			}
		}
	}
	after := sums(b.t, b.in.Store)
	for table := range after {
		if table != "tombstones" && table != "seen_activities" && table != "hosts" && table != "remote_actors" {
			equal(b, before[table], after[table], table)
		}
	}
	b.want(202, b.post(vic, activity(vic, "Create", "creates/2", later)), "vic's later reply")
	equal(b, "<p>Bonjour</p>", b.replyHTML(later["id"].(string)), "vic's later reply")
}

// asked is a Follow of ours that waits for its Accept.
func (b *bench) asked(a *Actor, state embraye.FollowState) {
	b.t.Helper()
	ctx := context.Background()
	err := b.in.Store.InTx(ctx, func(t store.Tables) error {
		return t.Follows.Insert(ctx, &embraye.Follow{Target: embraye.IRI(a.ID), Host: a.Server.Host, Inbox: embraye.IRI(a.ID + "/inbox"), State: state,
			ActivityID: "01jt0000000000000000000000", CreatedAt: b.w.Clock.Now()})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.ready()
}

func (b *bench) ourFollow(of *Actor) map[string]any {
	return map[string]any{"id": b.url("/activities/01jt0000000000000000000000"), "type": "Follow", "actor": b.organisation(), "object": of.ID}
}

func strangeAccept(b *bench) {
	evil, good := b.actor("evil"), b.server("good").Actor("pat")
	b.asked(good, embraye.FollowPending)
	for i, object := range []any{b.ourFollow(good), b.ourFollow(good)["id"]} {
		b.want(202, b.post(evil, activity(evil, "Accept", fmt.Sprintf("accepts/%d", i), object)), "Accept by evil")
	}
	equal(b, 1, b.count("follows", "state = 'pending'"), "pending Follows")
}

func unaskedAccept(b *bench) {
	evil := b.actor("evil")
	b.ready()
	b.want(202, b.post(evil, activity(evil, "Accept", "accepts/1", b.ourFollow(evil))), "Accept")
	equal(b, 0, b.count("follows", ""), "Follows")
	b.checkTables()
	b.asked(b.server("good").Actor("pat"), embraye.FollowPending)
	if _, body := b.read("/actors/organisation/following", ActivityType); !contains(body, `"totalItems":0`) {
		b.t.Errorf("we say that we follow before an Accept: %s", body)
	}
}

func strangeReject(b *bench) {
	evil, good := b.actor("evil"), b.server("good").Actor("pat")
	b.asked(good, embraye.FollowAccepted)
	b.want(202, b.post(evil, activity(evil, "Reject", "rejects/1", b.ourFollow(good))), "Reject by evil")
	b.want(202, b.post(evil, activity(evil, "Undo", "undos/1", b.ourFollow(good))), "Undo by evil")
	equal(b, 1, b.count("follows", "state = 'accepted'"), "accepted Follows")
}

func twoActors(b *bench) {
	mal, vic := b.actor("evil"), b.server("victim").Actor("vic")
	b.ready()
	for _, actors := range [][]any{{mal.ID, vic.ID}, {vic.ID, mal.ID}, {}} {
		b.want(400, b.post(mal, with(activity(mal, "Follow", "follows/1", b.measure()), "actor", actors)), "actors %v", actors)
	}
	b.w.Settle()
	equal(b, 0, len(vic.Server.Inbox()), "messages to vic")
}

func manyLikes(b *bench) {
	a := b.actor("evil")
	id := b.constat()
	for i := range 100 {
		b.w.Clock.Advance(250 * time.Millisecond)
		b.want(202, b.post(a, activity(a, "Like", fmt.Sprintf("likes/%d", i), id)), "Like %d", i)
		b.w.Clock.Advance(250 * time.Millisecond)
		b.want(202, b.post(a, activity(a, "Announce", fmt.Sprintf("boosts/%d", i), id, "to", []any{public})), "boost %d", i)
	}
	equal(b, 1, b.count("interactions", "kind = 'like'"), "likes")
	equal(b, 1, b.count("interactions", "kind = 'boost'"), "boosts")
	equal(b, 1, b.count("updates", "like_count = 1 AND boost_count = 1 AND id = ?", id[len(id)-26:]), "constats with one of each")
}
