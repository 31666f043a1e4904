package fedtest

import (
	"fmt"
	"net/http"
)

// J, continued. Storms of Deletes, late Creates, unknown types.
func stormRows() []row {
	return []row{
		{number: "F155", name: "1,500 Deletes of strangers", run: deleteStorm, mib: 160},
		{number: "F157", name: "Delete before Create", run: lateCreate, out: 1, stores: tombstone},
		{number: "F157", name: "Update before Create", run: earlyUpdate, out: 1},
		{number: "F158", name: "types that we pass over", run: unknownTypes, out: 1, stores: likes},
	}
}

// deleteStorm: a large server that dies tells everybody. Each message costs a
// look-up, not a fetch.
func deleteStorm(b *bench) {
	s := b.server("evil")
	key, err := Key()
	if err != nil {
		b.t.Fatal(err)
	}
	b.ready()
	for i := range 1500 {
		a := &Actor{Server: s, ID: fmt.Sprintf("%s/users/%d", s.Base, i), Key: key}
		a.KeyID = a.ID + "#main-key"
		s.Put(fmt.Sprintf("/users/%d", i), ActivityType, http.StatusGone, nil)
		if got := b.send(b.garbage(a, activity(a, "Delete", fmt.Sprintf("users/%d#delete", i), a.ID))); got != 202 {
			b.t.Fatalf("Delete %d: answered %d, want 202", i, got)
		}
	}
	equal(b, 0, b.count("remote_actors", ""), "actors kept")
}

func lateCreate(b *bench) {
	a := b.actor("good")
	id := b.constat()
	n := note(a, "notes/1", "inReplyTo", id)
	b.want(202, b.post(a, activity(a, "Delete", "deletes/1", map[string]any{"id": n["id"], "type": "Tombstone"})), "the Delete")
	b.want(202, b.post(a, activity(a, "Create", "creates/1", n)), "the Create")
	equal(b, 0, b.count("replies", ""), "replies")
}

func earlyUpdate(b *bench) {
	a := b.actor("good")
	n := note(a, "notes/1", "inReplyTo", b.constat(), "updated", "2026-05-01T10:00:00Z")
	b.want(202, b.post(a, activity(a, "Update", "updates/1", n)), "the Update")
	equal(b, 0, b.count("replies", ""), "replies")
}

func unknownTypes(b *bench) {
	a := b.actor("good")
	id := b.constat()
	for _, typ := range []string{"Listen", "Travel", "View", "Dislike", "TentativeAccept", "litepub:Whatever"} {
		b.want(202, b.post(a, activity(a, typ, typ, id)), "%s", typ)
	}
	equal(b, 0, b.count("seen_activities", ""), "activities remembered")
	equal(b, 0, b.count("interactions", ""), "interactions")
	b.want(202, b.post(a, activity(a, "EmojiReact", "react/1", id, "content", "🌱")), "EmojiReact")
	equal(b, 1, b.count("interactions", "kind = 'like' AND emoji = '🌱'"), "likes")
}
