package fedtest

import (
	"context"
	"fmt"
	"net/http"
)

// D, continued. Third parties: Undo, collections, embedded copies, types.
func thirdPartyRows() []row {
	return []row{
		{number: "F072", name: "Undo of somebody else's activity", run: foreignUndo, out: 1, stores: nothing},
		{number: "F073", name: "Undo of something else than it says", run: undoOther, out: 0, stores: tombstone},
		{number: "F074", name: "Add to and Remove from our collections", run: ourCollections, out: 1},
		{number: "F075", name: "Announce with an embedded copy", run: embeddedCopy, out: 1, stores: likes},
		{number: "F077", name: "Move", run: moves, out: 1},
		{number: "F083", name: "review in another's name", run: foreignReview, out: 1, stores: []string{"peer_reviews", "seen_activities"}},
		{number: "F084", name: "types that change", run: changedTypes, out: 1, stores: nothing},
	}
}

// foreignUndo: what vic did stays, and nothing is fetched to find out.
func foreignUndo(b *bench) {
	mal, vic := b.actor("evil"), b.server("victim").Actor("vic")
	id := b.constat()
	liked, boosted := activity(vic, "Like", "likes/1", id), activity(vic, "Announce", "boosts/1", id)
	followed := activity(vic, "Follow", "follows/1", b.measure())
	for _, done := range []map[string]any{liked, boosted, followed} {
		b.want(202, b.post(vic, done), "vic's %s", done["type"])
	}
	b.ready()
	for i, done := range []map[string]any{liked, boosted, followed} {
		renamed := map[string]any{"id": done["id"], "type": done["type"], "actor": mal.ID, "object": done["object"]}
		for j, object := range []any{done, renamed, done["id"]} {
			b.want(202, b.post(mal, activity(mal, "Undo", fmt.Sprintf("undos/%d/%d", i, j), object)), "Undo of vic's %s", done["type"])
		}
	}
	equal(b, 2, b.count("interactions", "actor = ?", vic.ID), "vic's likes and boosts")
	equal(b, 1, b.count("followers", "follower = ?", vic.ID), "vic's follows")
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to the victim")
}

func undoOther(b *bench) {
	mal := b.actor("evil")
	reply := b.replied(mal, "creates/1")
	create := activity(mal, "Create", "creates/1", reply)
	for i, object := range []any{create, create["id"], reply["id"],
		map[string]any{"id": create["id"], "type": "Like", "actor": mal.ID, "object": reply["inReplyTo"]},
		map[string]any{"id": create["id"], "type": "Follow", "actor": mal.ID, "object": b.measure()}} {
		b.want(202, b.post(mal, activity(mal, "Undo", fmt.Sprintf("undos/%d", i), object)), "Undo %d", i)
	}
	equal(b, "<p>Bonjour</p>", b.replyHTML(reply["id"].(string)), "the reply")
}

func ourCollections(b *bench) {
	mal := b.actor("evil")
	id := b.constat()
	for _, target := range []string{"/featured", "/followers", "/outbox", "/following"} {
		for _, typ := range []string{"Add", "Remove"} {
			said := activity(mal, typ, typ+target, id, "target", b.measure()+target)
			b.want(403, b.post(mal, said), "%s %s", typ, target)
		}
	}
}

// embeddedCopy: only the id of a boosted post counts.
func embeddedCopy(b *bench) {
	mal, vic := b.actor("evil"), b.server("victim").Actor("vic")
	id := b.constat()
	theirs := note(vic, "notes/1", "content", "<p>Je n'ai jamais dit cela</p>")
	b.want(202, b.post(mal, activity(mal, "Announce", "boosts/1", theirs)), "boost of vic's")
	ours := note(vic, "x", "id", id, "attributedTo", b.measure(), "content", "<p>Menti</p>")
	b.want(202, b.post(mal, activity(mal, "Announce", "boosts/2", ours)), "boost of ours")
	if _, body := b.read(id[len(b.in.Site.Base):], ActivityType); len(body) == 0 || contains(body, "Menti") {
		b.t.Errorf("the constat is now %s", body)
	}
	equal(b, 1, b.count("interactions", ""), "interactions")
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to the victim")
}

func moves(b *bench) {
	mal, vic := b.actor("evil"), b.server("victim").Actor("vic")
	b.constat()
	b.want(202, b.post(vic, activity(vic, "Follow", "follows/1", b.measure())), "vic's Follow")
	b.ready()
	for i, move := range []struct{ object, target string }{{vic.ID, mal.ID}, {mal.ID, vic.ID}, {mal.ID, mal.ID}, {b.measure(), mal.ID}, {mal.ID, b.measure()}} {
		b.want(202, b.post(mal, activity(mal, "Move", fmt.Sprintf("moves/%d", i), move.object, "target", move.target)), "Move %v", move)
	}
	equal(b, 1, b.count("followers", "follower = ?", vic.ID), "vic's follows")
}

// foreignReview: nobody reviews in another's name, and the answer about a
// constat that is not there is that about any other.
func foreignReview(b *bench) {
	x, y := b.server("x").Actor("organisation"), b.server("y").Actor("organisation")
	id := b.constat()
	review := func(a *Actor, n, of string) map[string]any {
		return note(a, "avis/"+n, "inReplyTo", of, "embraye:verdict", "contests", "embraye:reason", "Rien n'a été fait")
	}
	b.want(403, b.post(y, activity(y, "Create", "creates/1", review(x, "1", id))), "a review of x's by y")
	b.want(202, b.post(y, activity(y, "Create", "creates/2", review(y, "2", b.url("/constats/01jt0000000000000000000000")))), "a review of nothing")
	equal(b, 0, b.count("replies", "actor IN (?, ?)", x.ID, y.ID), "replies kept")
	b.want(202, b.post(y, activity(y, "Create", "creates/3", review(y, "3", id))), "a review of y's own")
	equal(b, 0, b.count("replies", "actor IN (?, ?)", x.ID, y.ID), "replies kept")
	equal(b, 1, b.count("peer_reviews", "state = 'pending'"), "reviews that wait for an editor")
}

// changedTypes: what we know under an id never becomes something else.
func changedTypes(b *bench) {
	mal := b.actor("evil")
	id := b.constat()
	for i, said := range []map[string]any{
		activity(mal, "Create", "c/0", mal.Doc),
		activity(mal, "Create", "c/1", map[string]any{"id": mal.Server.Base + "/d", "type": "Delete", "actor": mal.ID, "object": id}),
		activity(mal, "Update", "c/2", note(mal, "x", "id", mal.ID)),
		activity(mal, "Update", "c/3", with(map[string]any{"type": "Application"}, "id", mal.ID, "inbox", mal.ID+"/inbox", "preferredUsername", "mal")),
	} {
		got := b.post(mal, said)
		if got != http.StatusBadRequest && got != http.StatusAccepted {
			b.t.Errorf("%d: answered %d, want 400 or 202", i, got)
		}
	}
	a, err := b.in.Store.Tables().RemoteActors.ByURI(context.Background(), iri(mal.ID))
	if err != nil || a.Type != "Person" || a.KeyPEM == "" {
		b.t.Errorf("mal is now %+v, %v", a, err)
	}
}
