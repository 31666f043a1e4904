package fedtest

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"embraye/internal/embraye"
)

// C. Whose key is it?
func keyRows() []row {
	return []row{
		{number: "F041", name: "signed by evil in the name of victim", run: otherName, out: 1},
		{number: "F042", name: "key document that names another owner", run: foreignOwner, out: 2},
		{number: "F043", name: "a neighbour on the same host", run: neighbour, out: 1},
		{number: "F044", name: "key in an uploaded file", run: uploadedKey, out: 3},
		{number: "F048", name: "200 keys", run: manyKeys, stores: likes, out: 3},
		{number: "F049", name: "rotation", run: rotation, stores: likes, out: 1},
		{number: "F050", name: "wrong key, 100 times", run: wrongKey, out: 3},
		{number: "F051", name: "300 keys on a host that never answers", run: silentHost, stores: likes, out: 5, mib: 128},
		{number: "F054", name: "keys that are none", run: badKeys, out: 5},
		{number: "F055", name: "key of our own", run: ownKey},
		{number: "F056", name: "key ids that lead inward", run: inwardKeys},
	}
}

func otherName(b *bench) {
	evil, vic := b.actor("evil"), b.server("victim").Actor("vic")
	id := b.constat()
	for _, claimed := range []map[string]any{
		with(activity(vic, "Like", "likes/1", id)),
		activity(vic, "Follow", "follows/1", b.measure()),
		activity(vic, "Create", "creates/1", note(vic, "notes/1", "inReplyTo", id)),
	} {
		b.want(403, b.post(evil, claimed), "%s in vic's name", claimed["type"])
	}
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to the victim")
}

// foreignOwner: a document's word about somebody on another host is no word.
func foreignOwner(b *bench) {
	evil, vic := b.actor("evil"), b.server("victim").Actor("vic")
	like := activity(vic, "Like", "likes/1", b.constat())
	key := map[string]any{"id": evil.Server.Base + "/keys/1", "type": "Key", "owner": vic.ID, "publicKeyPem": PEM(b.t, &evil.Key.PublicKey)}
	evil.Server.PutJSON("/keys/1", with(map[string]any{"@context": asContext}, "id", key["id"], "type", "Key", "owner", vic.ID, "publicKeyPem", key["publicKeyPem"]))
	b.want(401, b.send(b.signedAs(evil, evil.Server.Base+"/keys/1", evil.Key, like)), "a key document of evil's, owned by vic")

	evil.Doc["publicKey"] = map[string]any{"id": evil.KeyID, "owner": vic.ID, "publicKeyPem": PEM(b.t, &evil.Key.PublicKey)}
	evil.Publish()
	b.want(401, b.send(b.signedAs(evil, evil.KeyID, evil.Key, like)), "an actor of evil's whose key is owned by vic")
	equal(b, 0, len(b.w.Wire.Requests(vic.Server.Host)), "requests to the victim")
}

func neighbour(b *bench) {
	s := b.server("good")
	mal, vic := s.Actor("mallory"), s.Actor("vic")
	b.want(403, b.post(mal, activity(vic, "Like", "likes/1", b.constat())), "mallory in vic's name")
}

// uploadedKey: what a user uploaded is no actor, whatever it says.
func uploadedKey(b *bench) {
	vic := b.server("victim").Actor("vic")
	evilKey := b.another(vic.Key)
	id := b.constat()
	for i, mediaType := range []string{"image/png", "text/plain", "application/json"} {
		path := fmt.Sprintf("/uploads/%d", i)
		file := vic.Server.Base + path
		doc := with(map[string]any{}, "id", file, "type", "Person", "preferredUsername", "vic", "inbox", file+"/inbox",
			"publicKey", map[string]any{"id": file + "#main-key", "owner": file, "publicKeyPem": PEM(b.t, &evilKey.PublicKey)})
		vic.Server.Put(path, mediaType, 200, Body(b.t, doc))
		like := with(activity(vic, "Like", "likes/1", id), "actor", file)
		b.want(401, b.send(b.signedAs(vic, file+"#main-key", evilKey, like)), "a key served as %s", mediaType)
	}
	equal(b, 0, b.count("remote_actors", "key_pem <> ''"), "keys kept")
}

// manyKeys: only the entry with the key id and the actor as its owner counts,
// and few are read.
func manyKeys(b *bench) {
	a := b.actor("evil")
	id := b.constat()
	entry := func(n int, owner string, key int) map[string]any {
		k := a.Key
		if key > 0 {
			k = b.another(a.Key)
		}
		return map[string]any{"id": fmt.Sprintf("%s#key-%d", a.ID, n), "owner": owner, "publicKeyPem": PEM(b.t, &k.PublicKey)}
	}
	foreign := "https://f048-victim.example/users/vic"
	try := func(want int, what string, keys []any, keyID string) {
		b.t.Helper()
		b.w.Clock.Advance(11 * time.Minute)
		a.Doc["publicKey"] = keys
		a.Publish()
		b.want(want, b.send(b.signedAs(a, keyID, a.Key, b.again(a, len(b.outgoing()), id))), "%s", what)
	}
	try(401, "our key id with a foreign owner", []any{entry(0, foreign, 0), entry(1, a.ID, 1)}, a.ID+"#key-0")
	keys := make([]any, 200)
	for i := range keys {
		keys[i] = entry(i, a.ID, 1)
	}
	keys[199] = entry(199, a.ID, 0)
	try(401, "the 200th key", keys, a.ID+"#key-199")
	equal(b, 0, b.likeCount(), "likes")
	try(202, "the second of two keys", []any{entry(1, a.ID, 1), entry(2, a.ID, 0)}, a.ID+"#key-2")
	equal(b, 1, b.likeCount(), "likes")
}

func rotation(b *bench) {
	a, like := b.likeable()
	old := a.Key
	b.want(202, b.post(a, activity(a, "Like", "likes/0", b.constat())), "a Like with the first key")
	id := b.constat()
	a.Key = b.another(old)
	a.Doc["publicKey"] = map[string]any{"id": a.KeyID, "owner": a.ID, "publicKeyPem": PEM(b.t, &a.Key.PublicKey)}
	a.Publish()
	b.want(202, b.post(a, like), "a Like with the new key")
	equal(b, 1, len(b.outgoing()), "fetches for the new key")
	b.want(401, b.send(b.signedAs(a, a.KeyID, old, b.again(a, 1, id))), "a Like with the old key")
}

// wrongKey: one fetch for who is new, one more in case the key is new; then
// none for ten minutes.
func wrongKey(b *bench) {
	a, like := b.likeable()
	r := b.forge(a, like)
	r.key = b.another(a.Key)
	r.cavage()
	for range 100 {
		b.want(401, b.send(r.request()), "a wrong key")
	}
	equal(b, 2, len(b.outgoing()), "fetches at once")
	b.w.Clock.Advance(11 * time.Minute)
	for range 10 {
		b.want(401, b.send(r.request()), "a wrong key")
	}
}

// silentHost: a host that holds every connection costs four of ours, and
// nobody else's delivery waits for it.
func silentHost(b *bench) {
	good, like := b.likeable()
	evil := b.server("silent")
	release := make(chan struct{})
	var now, most atomic.Int32
	requests := make([]*http.Request, 300)
	for i := range requests {
		a := &Actor{Server: evil, ID: fmt.Sprintf("%s/users/%d", evil.Base, i), Key: good.Key}
		a.KeyID = a.ID + "#main-key"
		evil.Handle(fmt.Sprintf("/users/%d", i), func(rw http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), now.Add(1)))
			<-release
			now.Add(-1)
			http.NotFound(rw, r)
		})
		requests[i] = b.garbage(a, activity(a, "Like", "likes/1", like["object"]))
	}
	b.ready()
	var answered atomic.Int32
	var all sync.WaitGroup
	for _, r := range requests {
		all.Go(func() {
			if got := b.send(r); got != 401 && got != 503 {
				b.t.Errorf("answered %d, want 401 or 503", got)
			}
			answered.Add(1)
		})
	}
	b.wait("four fetches", func() bool { return now.Load() == 4 })
	b.want(202, b.post(good, like), "a good peer meanwhile")
	b.wait("the others", func() bool { return answered.Load() >= 296 })
	close(release)
	all.Wait()
	if most.Load() > 4 {
		b.t.Errorf("%d fetches at once, want at most 4", most.Load())
	}
}

func badKeys(b *bench) {
	id := b.constat()
	a := b.actor("evil")
	private := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(a.Key)}))
	deep := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte(strings.Repeat("\x30\x80", 1500))}))
	values := []any{strings.Repeat("-----BEGIN PUBLIC KEY-----\n", 1<<15), private, deep,
		[]any{PEM(b.t, &a.Key.PublicKey), private}, private + PEM(b.t, &a.Key.PublicKey)}
	b.ready()
	for i, v := range values {
		other := a.Server.Actor(fmt.Sprintf("mal%d", i))
		other.Key = a.Key
		other.Doc["publicKey"] = map[string]any{"id": other.KeyID, "owner": other.ID, "publicKeyPem": v}
		other.Publish()
		b.want(401, b.post(other, activity(other, "Like", "likes/1", id)), "key %d", i)
	}
	equal(b, 0, b.count("remote_actors", "key_pem LIKE '%PRIVATE%'"), "private keys kept")
}

func ownKey(b *bench) {
	a, like := b.likeable()
	for _, handle := range []string{"water", "organisation", embraye.InstanceHandle, "nobody"} {
		keyID := b.in.Site.KeyID(handle)
		b.want(401, b.send(b.signedAs(a, keyID, a.Key, like)), "keyId %s", keyID)
		own := with(activity(a, "Like", "likes/1", like["object"]), "actor", string(b.in.Site.ActorID(handle)), "id", b.url("/activities/x"))
		b.want(401, b.send(b.signedAs(a, keyID, a.Key, own)), "keyId and actor %s", keyID)
	}
}

func inwardKeys(b *bench) {
	a, like := b.likeable()
	for _, keyID := range []string{"http://169.254.169.254/latest/meta-data", "https://169.254.169.254/latest/meta-data", "https://127.0.0.1:5432/",
		"https://[::1]/k", "https://10.0.0.1/users/x#main-key", "file:///etc/passwd"} {
		forged := *a
		forged.KeyID = keyID
		b.want(401, b.send(b.garbage(&forged, like)), "keyId %s", keyID)
	}
}
