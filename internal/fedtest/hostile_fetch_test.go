package fedtest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"runtime"
)

// F. Fetching documents of others. What happens below HTTP (TLS, slow bytes,
// broken framing) is in remote's own tests, with connections of its own.
func fetchRows() []row {
	return []row{
		{number: "F094", name: "actors of other media types", run: mediaTypes, out: 9}, // JSON-LD without a profile is asked twice (N03)
		{number: "F097", name: "documents under another id", run: otherIDs, out: 6},
		{number: "F098", name: "redirect to another host", run: redirectAway, out: 1},
		{number: "F099", name: "redirects without end", run: redirectLoops, out: 7},
		{number: "F100", name: "redirects inward", run: redirectInward, out: 6},
		{number: "F102", name: "a body without end", run: endlessBody, out: 1},
		{number: "F103", name: "a body that inflates", run: inflatingBody, out: 1},
		{number: "F105", name: "a body that drips", elsewhere: "internal/remote"},
		{number: "F106", name: "headers that drip, lengths that lie", elsewhere: "internal/remote"},
		{number: "F108", name: "certificates", elsewhere: "internal/remote"},
		{number: "F109", name: "contexts", run: contexts, out: 1, stores: likes},
	}
}

// unbelieved posts a Like by an actor whose document is as the row made it.
func (b *bench) unbelieved(a *Actor, object any, what string, args ...any) {
	b.t.Helper()
	b.want(401, b.post(a, activity(a, "Like", "likes/1", object)), what, args...)
	equal(b, 0, b.count("remote_actors", "key_pem <> ''"), fmt.Sprintf(what, args...)+": keys kept")
}

func mediaTypes(b *bench) {
	s := b.server("evil")
	id := b.constat()
	for i, mediaType := range []string{"text/html", "application/json", "text/plain", "image/png", "", "application/activity+json-x",
		"text/html; a=application/activity+json", "application/ld+json"} {
		a := s.Actor(fmt.Sprintf("mal%d", i))
		path := "/users/" + a.Name
		s.Handle(path, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header()["Content-Type"] = []string{mediaType}
			if mediaType == "" {
				rw.Header()["Content-Type"] = nil
			}
			rw.Write(Body(b.t, a.Doc))
		})
		b.unbelieved(a, id, "media type %q", mediaType)
	}
}

// otherIDs: a document is believed at its own id only; another id of the same
// host is asked once, and then it is not the signer's.
func otherIDs(b *bench) {
	s, victim := b.server("evil"), b.server("victim").Actor("vic")
	id := b.constat()
	real := s.Actor("real")
	for i, doc := range []map[string]any{
		real.Doc,                                // B, which says B: 2 out
		{"id": s.Base + "/users/nowhere"},       // B, which is not there: 2 out
		with(copied(real.Doc), "id", victim.ID), // B on another host: 1 out
		{"type": "Person"},                      // no id: 1 out
	} {
		a := s.Actor(fmt.Sprintf("mal%d", i))
		s.PutJSON("/users/"+a.Name, doc)
		b.want(401, b.post(a, activity(a, "Like", "likes/1", id)), "document %d", i)
		equal(b, 0, b.count("remote_actors", "uri = ? AND inbox <> ''", a.ID), "actors kept")
	}
	equal(b, 0, len(b.w.Wire.Requests(victim.Server.Host)), "requests to the victim")
}

func copied(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func redirect(to string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) }
}

func redirectAway(b *bench) {
	good, evil := b.actor("good"), b.server("evil")
	id := b.constat()
	evil.PutJSON("/y", good.Doc)
	good.Server.Handle("/users/mal", redirect(evil.Base+"/y"))
	b.unbelieved(good, id, "redirect to evil")
	equal(b, 0, len(b.w.Wire.Requests(evil.Host)), "requests to evil")
}

func redirectLoops(b *bench) {
	s := b.server("evil")
	id := b.constat()
	s.Handle("/users/self", redirect("/users/self"))
	s.Handle("/users/one", redirect("/users/two"))
	s.Handle("/users/two", redirect("/users/one"))
	for hop := range 50 {
		s.Handle(fmt.Sprintf("/users/hop%d", hop), redirect(fmt.Sprintf("/users/hop%d", hop+1)))
	}
	for _, test := range []struct {
		name string
		out  int
	}{{"self", 1}, {"one", 3}, {"hop0", 7}} {
		b.unbelieved(s.Actor(test.name), id, "%s", test.name)
		equal(b, test.out, len(b.outgoing()), test.name+": requests so far")
	}
}

func redirectInward(b *bench) {
	s := b.server("evil")
	id := b.constat()
	for i, to := range []string{"http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "file:///etc/passwd", "data:application/activity+json,{}", "gopher://x.example/"} {
		a := s.Actor(fmt.Sprintf("mal%d", i))
		s.Handle("/users/"+a.Name, redirect(to))
		b.unbelieved(a, id, "redirect to %s", to)
	}
}

func endlessBody(b *bench) {
	a := b.actor("evil")
	id := b.constat()
	written := make(chan int, 1)
	a.Server.Handle("/users/mal", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", ActivityType)
		n := 0
		for chunk := bytes.Repeat([]byte(" "), 1<<16); n < 1<<30; n += len(chunk) {
			if _, err := rw.Write(chunk); err != nil {
				break
			}
		}
		written <- n
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.unbelieved(a, id, "a body of 1 GiB")
	runtime.ReadMemStats(&after)
	if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 16 {
		b.t.Errorf("%d MiB allocated", spent)
	}
	if n := <-written; n > 64<<20 {
		b.t.Errorf("%d bytes were taken, want an end near 1 MiB", n)
	}
}

func inflatingBody(b *bench) {
	a := b.actor("evil")
	id := b.constat()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	a.Server.Handle("/users/mal", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", ActivityType)
		rw.Header().Set("Content-Encoding", "gzip")
		rw.Write(bomb.Bytes())
	})
	b.ready()
	b.unbelieved(a, id, "64 MiB in %d kB", bomb.Len()>>10)
}

// contexts are never fetched, neither a message's nor a document's.
func contexts(b *bench) {
	a, like := b.likeable()
	other := b.server("contexts")
	for _, m := range []map[string]any{like, a.Doc} {
		m["@context"] = []any{asContext, other.Base + "/ctx.json", map[string]any{"@import": other.Base + "/more.json"}}
	}
	a.Publish()
	b.want(202, b.post(a, like), "a Like in a context of its own")
	equal(b, 0, len(b.w.Wire.Requests(other.Host)), "contexts fetched")
}
