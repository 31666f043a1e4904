package fedtest

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// G. Requests that would lead into the operator's network. What depends on
// name resolution and on sockets is in remote's own tests.
func inwardRows() []row {
	return []row{
		{number: "F110", name: "names that resolve inward", elsewhere: "internal/remote"},
		{number: "F112", name: "numbers that are addresses", elsewhere: "internal/remote"},
		{number: "F112", name: "numbers as key ids", run: numbers},
		{number: "F113", name: "DNS rebinding", elsewhere: "internal/remote"},
		{number: "F115", name: "ports of other services", elsewhere: "internal/remote"},
		{number: "F115", name: "ports in key ids", run: ports},
		{number: "F116", name: "handles that steer the request", run: steeringHandles},
		{number: "F117", name: "links of discovery that lead inward", elsewhere: "internal/remote"},
		{number: "F119", name: "inboxes that resolve inward", elsewhere: "internal/remote"},
		{number: "F119", name: "shared inbox on another host", run: foreignSharedInbox, out: 3, stores: append([]string{"updates", "revisions", "notes", "audit_entries", "log_leaves", "log_state", "evidence_citations", "search_rows", "river_job", "voices", "standings", "speakers"}, follows...)},
		{number: "F119", name: "inbox on another host", run: foreignInbox, out: 1},
		{number: "F120", name: "proxy in the environment", elsewhere: "internal/remote"},
		{number: "F122", name: "line breaks on the wire", elsewhere: "internal/remote"},
		{number: "F122", name: "line breaks in ids", run: lineBreaks},
	}
}

// refusedBeforeDial sends a Like under each key id; none is dialled.
func refusedBeforeDial(b *bench, keyIDs ...string) {
	a, like := b.likeable()
	for _, keyID := range keyIDs {
		forged := *a
		forged.KeyID = keyID
		b.want(401, b.send(b.garbage(&forged, like)), "keyId %s", keyID)
	}
	equal(b, 0, len(b.w.Wire.Dials(b.in.Host)), "dials")
}

func numbers(b *bench) {
	refusedBeforeDial(b, "https://2130706433/k", "https://0x7f000001/k", "https://0177.0.0.1/k", "https://127.1/k", "https://0/k")
}

func ports(b *bench) {
	host := "https://f115-evil.example"
	refusedBeforeDial(b, host+":22/k", host+":25/k", host+":5432/k", host+":6379/k", host+":8443/k")
}

func steeringHandles(b *bench) {
	b.server("evil").Actor("x")
	b.ready()
	for _, h := range []string{"x@127.0.0.1:8080/admin?y=", "x@f116-evil.example/../..", "x@f116-evil.example#", "x@[::1]", "x@127.0.0.1", "x@f116-evil.example:22",
		"https://127.0.0.1/users/x", "https://x@f116-evil.example/users/x", "x@y@f116-evil.example", "@f116-evil.example"} {
		if _, err := b.in.Peers.Add(context.Background(), embraye.Operator(), h, embraye.PeerChoices{Gather: true}); err == nil {
			b.t.Errorf("%q was found", h)
		}
	}
}

// foreignSharedInbox: nobody may point what concerns many at a third host.
func foreignSharedInbox(b *bench) {
	a, victim := b.actor("evil"), b.server("victim")
	a.Doc["endpoints"] = map[string]any{"sharedInbox": victim.Base + "/inbox"}
	a.Publish()
	b.ready()
	b.want(202, b.post(a, activity(a, "Follow", "follows/1", b.measure())), "the Follow")
	if _, err := b.in.Constats.Publish(context.Background(), embraye.Operator(), constatInput()); err != nil {
		b.t.Fatal(err)
	}
	b.w.Settle()
	equal(b, 0, len(victim.Inbox()), "messages to the victim")
	equal(b, "[Accept Create]", fmt.Sprint(types(a.Server.Inbox())), "messages to the follower")
	for _, m := range a.Server.Inbox() {
		equal(b, "/users/mal/inbox", m.Path, "inbox of the "+m.Type())
	}
}

// foreignInbox: an actor whose inbox is somebody else's is none.
func foreignInbox(b *bench) {
	a, victim := b.actor("evil"), b.server("victim")
	a.Doc["inbox"] = victim.Base + "/inbox"
	a.Publish()
	b.ready()
	b.want(401, b.post(a, activity(a, "Follow", "follows/1", b.measure())), "the Follow")
}

func lineBreaks(b *bench) {
	a, like := b.likeable()
	for _, bad := range []string{a.Server.Base + "/a%0d%0aX-Injected: 1", a.Server.Base + "/a%0d%0aX-Injected:%201", a.Server.Base + "/a\r\nX-Injected: 1", "https://f122-evil.example\r\nX: 1/a"} {
		for _, key := range []string{"id", "actor"} {
			said := activity(a, "Like", "likes/1", like["object"])
			said[key] = bad
			b.want(400, b.post(a, said), "%s: %q", key, bad)
		}
	}
}
