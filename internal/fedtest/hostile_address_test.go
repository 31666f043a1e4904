package fedtest

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/embraye"
)

// E. Ids and URLs.
func addressRows() []row {
	return []row{
		{number: "F085", name: "ids that are none", run: noIDs, out: 1},
		{number: "F086", name: "other spellings of one actor", run: spellings},
		{number: "F087", name: "user names in addresses", run: userinfo, out: 1},
		{number: "F091", name: "url on another host", run: foreignURL, out: 1, stores: replies},
		{number: "F092", name: "other schemes", run: schemes, out: 6},
		{number: "F093", name: "endless names", run: endlessNames, out: 2, stores: likes},
	}
}

func iri(s string) embraye.IRI { return embraye.IRI(s) }

func contains(s, part string) bool { return strings.Contains(s, part) }

func noIDs(b *bench) {
	a, like := b.likeable()
	for _, bad := range []any{7, "", nil, []any{}, []any{1, 2}, map[string]any{}, map[string]any{"id": 7}, "%zz", "//a.example/1", "/relative", true} {
		for _, key := range []string{"id", "object", "actor"} {
			said := activity(a, "Like", "likes/1", like["object"])
			said[key] = bad
			b.want(400, b.post(a, said), "%s: %v", key, bad)
		}
	}
	without := activity(a, "Like", "likes/1", like["object"])
	delete(without, "id")
	b.want(400, b.post(a, without), "no id at all")
}

// spellings: one actor has one name, in ownership and in blocks. All others are
// refused before anything is fetched.
func spellings(b *bench) {
	a, like := b.likeable()
	host := a.Server.Host
	for _, actor := range []string{"https://" + strings.ToUpper(host) + "/users/mal", a.ID + "#x", "https://" + host + ":443/users/mal",
		"https://" + host + "./users/mal", "https://" + host + "/users/%6dal", "https://" + host + "/./users/mal", "https://" + host + "/users/../users/mal", "HTTPS://" + host + "/users/mal"} {
		b.want(400, b.post(a, with(activity(a, "Like", "likes/1", like["object"]), "actor", actor)), "actor %s", actor)
	}
}

func userinfo(b *bench) {
	a, like := b.likeable()
	for _, bad := range []string{"https://good.example@" + a.Server.Host + "/users/mal", "https://good.example:pw@" + a.Server.Host + "/users/mal"} {
		for _, key := range []string{"id", "object", "actor"} {
			said := activity(a, "Like", "likes/1", like["object"])
			said[key] = bad
			b.want(400, b.post(a, said), "%s: %s", key, bad)
		}
		forged := *a
		forged.KeyID = bad + "#main-key"
		b.want(401, b.send(b.garbage(&forged, like)), "keyId %s", forged.KeyID)
	}
}

// foreignURL: a link that is shown as somebody's leads to their own server.
func foreignURL(b *bench) {
	a := b.server("evil").Actor("mal")
	a.Doc["url"] = "https://bank.example/login"
	a.Publish()
	n := note(a, "notes/1", "inReplyTo", b.constat(), "url", "https://bank.example/login")
	b.want(202, b.post(a, activity(a, "Create", "creates/1", n)), "the reply")
	equal(b, 1, b.count("replies", "url = ?", n["id"]), "replies shown at their id")
	equal(b, 0, b.count("remote_actors", "url LIKE '%bank.example%'"), "actors shown elsewhere")
}

func schemes(b *bench) {
	a, like := b.likeable()
	for i, bad := range []string{"ap://" + a.Server.Host + "/users/mal", "did:web:" + a.Server.Host, "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
		"tag:evil.example,2026:1", "javascript:alert(1)", "data:text/html,x"} {
		for _, key := range []string{"id", "actor"} {
			said := activity(a, "Like", "likes/1", like["object"])
			said[key] = bad
			b.want(400, b.post(a, said), "%s: %s", key, bad)
		}
		// As an inbox it makes the actor unusable, so the key cannot be had.
		other := a.Server.Actor(fmt.Sprintf("mal%d", i))
		other.Doc["inbox"] = bad
		other.Publish()
		b.want(401, b.post(other, activity(other, "Like", "likes/1", like["object"])), "inbox: %s", bad)
	}
}

func endlessNames(b *bench) {
	a, like := b.likeable()
	long := a.Server.Base + "/" + strings.Repeat("x", 10_000)
	for _, key := range []string{"id", "actor"} {
		said := activity(a, "Like", "likes/1", like["object"])
		said[key] = long
		b.want(400, b.post(a, said), "%s of 10 kB", key)
	}
	a.Doc["preferredUsername"] = strings.Repeat("m", 1000)
	a.Publish()
	b.want(401, b.post(a, like), "an actor whose handle has 1 kB")

	named := a.Server.Actor("named")
	named.Doc["name"] = strings.Repeat("né", 100_000)
	named.Publish()
	b.want(202, b.post(named, activity(named, "Like", "likes/1", like["object"])), "an actor whose name has 200 kB")
	kept, err := b.in.Store.Tables().RemoteActors.ByURI(context.Background(), iri(named.ID))
	if err != nil || len(kept.Name) > 500 || len(kept.Name) < 490 {
		b.t.Errorf("the name has %d bytes, %v", len(kept.Name), err)
	}
}
