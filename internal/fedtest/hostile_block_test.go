package fedtest

import (
	"context"
	"strings"

	"embraye/internal/embraye"
)

// K. Blocks.
func blockRows() []row {
	return []row{
		{number: "F164", name: "every spelling of a blocked host", run: blockedHosts},
		{number: "F166", name: "a good peer speaks of a blocked one", run: aboutBlocked, out: 1, stores: replies},
	}
}

// block blocks a domain until the row ends.
func (b *bench) block(domain string) {
	b.t.Helper()
	if err := b.in.Talk.Block(context.Background(), embraye.Operator(), embraye.DomainBlock{Domain: domain, Severity: embraye.Suspend}); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		// The table is empty by now; the memory of it is not.
		if err := b.in.Talk.Block(context.Background(), embraye.Operator(), embraye.DomainBlock{Domain: "f16x-other.example", Severity: embraye.Suspend}); err != nil {
			b.t.Error(err)
		}
	})
	b.ready()
}

// blockedHosts: 403 before any key is fetched; a spelling that is no address
// of its own is refused as such, just as cheaply.
func blockedHosts(b *bench) {
	good, like := b.likeable()
	blocked := "f164-blocked.example"
	for _, host := range []string{blocked, "a.b." + blocked} {
		b.server(host).Actor("mal")
	}
	b.block(blocked)
	for host, want := range map[string][2]int{blocked: {403, 403}, "a.b." + blocked: {403, 403}, blocked + ":8443": {403, 403},
		strings.ToUpper(blocked): {400, 401}, blocked + ".": {400, 401}, blocked + ":443": {400, 401}} {
		mal := &Actor{Server: &Server{Host: host, Base: "https://" + host, w: b.w}, ID: "https://" + host + "/users/mal", Key: good.Key}
		mal.KeyID = mal.ID + "#main-key"
		b.want(want[0], b.post(mal, activity(mal, "Like", "likes/1", like["object"])), "actor and key of %s", host)
		named := *good
		named.KeyID = mal.KeyID
		b.want(want[1], b.post(&named, like), "key of %s", host)
		b.want(want[0], b.post(good, with(activity(good, "Like", "likes/2", like["object"]), "actor", mal.ID)), "actor of %s", host)
	}
	r := good.Request(b.inbox(), activity(good, "Delete", "x", "https://"+blocked+"/users/mal", "actor", "https://"+blocked+"/users/mal"))
	b.want(403, b.send(r), "a Delete of a blocked actor")
	equal(b, 0, len(b.w.Wire.Dials(b.in.Host)), "dials")
}

func aboutBlocked(b *bench) {
	good := b.actor("good")
	id := b.constat()
	blocked := b.server("blocked").Actor("mal")
	b.block(blocked.Server.Host)
	theirs := blocked.Server.Base + "/notes/1"
	mention := []any{map[string]any{"type": "Mention", "href": blocked.ID}}
	for i, said := range []map[string]any{
		activity(good, "Announce", "x/1", theirs, "to", []any{public}),
		activity(good, "Announce", "x/2", note(blocked, "notes/1"), "to", []any{public}),
		activity(good, "Create", "x/3", note(good, "notes/1", "inReplyTo", theirs, "tag", mention)),
		activity(good, "Create", "x/4", note(good, "notes/2", "inReplyTo", id, "tag", mention)),
		activity(good, "Like", "x/5", theirs),
	} {
		b.want(202, b.post(good, said), "message %d", i)
	}
	equal(b, 1, b.count("replies", ""), "replies to ours")
	equal(b, 0, len(b.w.Wire.Requests(blocked.Server.Host)), "requests to the blocked host")
}
