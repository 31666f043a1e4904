package fedtest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// J. Loops and floods: every list that a stranger can grow has an end.
func floodRows() []row {
	return []row{
		{number: "F148", name: "collections without end", run: endlessCollections, out: 53, mib: 64,
			stores: []string{"peers", "follows", "activities", "deliveries", "public_revision", "audit_entries", "log_leaves", "log_state", "backfills", "river_job"}},
		{number: "F150", name: "reply chains over fresh hosts", run: replyChain, out: 20, stores: replies},
		{number: "F150", name: "wildcard hosts", run: wildcardHosts, out: 300, mib: 160},
		{number: "F152", name: "a relay that repeats us", run: relay, out: 1, stores: likes},
		{number: "F153", name: "Follows from one host", run: followFlood, out: 21, mib: 160, stores: append([]string{"interactions", "updates"}, follows...)},
		{number: "F154", name: "Follow and Undo in turn", run: followUndoFlood, out: 1, stores: follows, mib: 64},
		{number: "F159", name: "500 mentions", run: manyMentions, out: 1, stores: replies},
		{number: "F161", name: "Flags", run: flags, out: 2, stores: []string{"reports", "seen_activities"}, mib: 96},
		{number: "F163", name: "addressed to our followers", run: forwarding, out: 1, stores: replies},
	}
}

// embrayeDoc makes an actor look like an organisation of a peer.
func (a *Actor) embrayeDoc(measures string) {
	a.Doc["embraye:measures"] = measures
	a.Doc["embraye:organisation"] = a.ID
	a.Publish()
}

// endlessCollections: a peer is read within bounds, and its outbox never.
func endlessCollections(b *bench) {
	s := b.server("evil")
	org := s.Actor("organisation")
	org.embrayeDoc(org.ID + "/measures")
	var items []any
	for i := range 200 {
		m := s.Actor(fmt.Sprintf("m%d", i))
		m.Doc["type"], m.Doc["embraye:organisation"], m.Doc["embraye:measure"] = "Group", org.ID, fmt.Sprintf("https://evil.example/text/m%d", i)
		m.Publish()
		items = append(items, m.ID)
	}
	s.PutJSON("/users/organisation/measures", map[string]any{"id": org.ID + "/measures", "type": "Collection", "items": items, "totalItems": 200})
	page := func(rw http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		rw.Header().Set("Content-Type", ActivityType)
		fmt.Fprintf(rw, `{"id":"%s/outbox?page=%d","type":"OrderedCollectionPage","orderedItems":[],"next":"%s/outbox?page=%d"}`, org.ID, n, org.ID, n+1)
	}
	s.Handle("/users/organisation/outbox", page)
	b.ready()
	if _, err := b.in.Peers.Add(context.Background(), embraye.Operator(), org.ID, embraye.PeerChoices{Gather: true}); err != nil {
		b.t.Error(err)
	}
	for _, r := range b.outgoing() {
		if strings.Contains(r, "outbox") {
			b.t.Errorf("asked %s", r)
		}
	}
	if n := b.count("follows", ""); n < 2 || n > 51 {
		b.t.Errorf("%d Follows, want the organisation's and at most 50 of measures", n)
	}
}

// replyChain: neither parents nor mentions are fetched; only who signs is.
func replyChain(b *bench) {
	const levels = 20
	id := b.constat()
	var chain []*Actor
	for i := range levels {
		chain = append(chain, b.server(fmt.Sprintf("h%d.f150-evil.example", i)).Actor("mal"))
	}
	b.ready()
	for i, a := range chain {
		var mentions []any
		for j := range 10 {
			mentions = append(mentions, map[string]any{"type": "Mention", "href": fmt.Sprintf("https://m%d-%d.f150-evil.example/users/x", i, j)})
		}
		parent := "https://h99.f150-evil.example/notes/0"
		if i+1 < levels {
			parent = chain[i+1].Server.Base + "/notes/1"
		}
		b.want(202, b.post(a, activity(a, "Create", "creates/1", note(a, "notes/1", "inReplyTo", parent, "tag", mentions))), "reply %d", i)
	}
	equal(b, 0, b.count("replies", ""), "replies kept of a conversation that is not ours")
	a := chain[0]
	b.want(202, b.post(a, activity(a, "Create", "creates/2", note(a, "notes/2", "inReplyTo", id))), "a reply to ours")
}

// wildcardHosts: fresh names under one domain share one budget of fetches.
func wildcardHosts(b *bench) {
	good, like := b.likeable()
	b.ready()
	limited, tried := 0, 400
	for i := range tried {
		a := &Actor{Server: &Server{Host: fmt.Sprintf("h%d.f150-wild.example", i), w: b.w}, Key: good.Key}
		a.Server.Base = "https://" + a.Server.Host
		a.ID = a.Server.Base + "/users/mal"
		a.KeyID = a.ID + "#main-key"
		switch got := b.send(b.garbage(a, activity(a, "Like", "likes/1", like["object"]))); got {
		case 401:
		case 429:
			limited++
		default:
			b.t.Errorf("answered %d, want 401 or 429", got)
		}
	}
	if limited == 0 {
		b.t.Errorf("%d hosts of one domain were all asked", tried)
	}
}

func relay(b *bench) {
	a := b.actor("relay")
	a.Doc["type"] = "Application"
	a.Publish()
	id := b.constat()
	announces := b.count("activities", "type = 'Announce'")
	for i := range 5 {
		b.want(202, b.post(a, activity(a, "Announce", fmt.Sprintf("boosts/%d", i), id, "to", []any{public})), "boost %d", i)
	}
	equal(b, 1, b.count("interactions", ""), "boosts kept")
	equal(b, announces, b.count("activities", "type = 'Announce'"), "boosts of ours")
	equal(b, 0, b.count("deliveries", ""), "deliveries")
}

// followFlood: one host has a budget, and the others have theirs.
func followFlood(b *bench) {
	s, good := b.server("evil"), b.server("good").Actor("pat")
	actors := make([]*Actor, 20)
	for i := range actors {
		actors[i] = s.Actor(fmt.Sprintf("mal%d", i))
	}
	id := b.constat()
	accepted, limited := 0, 0
	for i := range 20 {
		for _, a := range actors {
			r := a.Request(b.inbox(), activity(a, "Follow", fmt.Sprintf("follows/%s/%d", a.Name, i), b.measure()))
			switch status, header := b.sendFor(r); status {
			case 202:
				accepted++
			case 429:
				limited++
				if wait, err := strconv.Atoi(header.Get("Retry-After")); err != nil || wait < 1 || wait > 3600 {
					b.t.Fatalf("429 with Retry-After %q", header.Get("Retry-After"))
				}
			default:
				b.t.Errorf("answered %d, want 202 or 429", status)
			}
		}
	}
	if accepted > 300 || limited < 100 || accepted < 20 {
		b.t.Errorf("%d of 400 accepted, %d limited", accepted, limited)
	}
	equal(b, 20, b.count("followers", ""), "followers")
	equal(b, 20, b.count("deliveries", ""), "Accepts that wait")
	b.want(202, b.post(good, activity(good, "Like", "likes/1", id)), "another host")
}

// followUndoFlood: whatever the order of arrival, the last accepted one holds.
func followUndoFlood(b *bench) {
	a := b.actor("evil")
	b.ready()
	follows := func(n int) map[string]any { return activity(a, "Follow", fmt.Sprintf("follows/%d", n), b.measure()) }
	undo := func(n int) map[string]any { return activity(a, "Undo", fmt.Sprintf("undos/%d", n), follows(n)) }
	limited, following := 0, 0
	for n := range 50 {
		for want, said := range []map[string]any{undo(n - 1), follows(n)} {
			switch got := b.post(a, said); got {
			case 202:
				following = want
			case 429:
				limited++
			default:
				b.t.Errorf("answered %d, want 202 or 429", got)
			}
		}
	}
	if limited < 50 {
		b.t.Errorf("%d of 100 limited", limited)
	}
	equal(b, following, b.count("followers", ""), "followers after the flood")
	for n, want := range []int{1, 0, 1, 0} {
		b.w.Clock.Advance(10 * time.Second)
		said := follows(100 + n/2)
		if want == 0 {
			said = undo(100 + n/2)
		}
		b.want(202, b.post(a, said), "one of a calm actor")
		equal(b, want, b.count("followers", ""), "followers")
	}
}

func manyMentions(b *bench) {
	a := b.actor("evil")
	b.ready()
	mentions := func(n int) []any {
		list := []any{map[string]any{"type": "Mention", "href": b.measure()}}
		for i := range n {
			list = append(list, map[string]any{"type": "Mention", "href": fmt.Sprintf("https://m%d.f159-evil.example/users/x", i)})
		}
		return list
	}
	b.want(202, b.post(a, activity(a, "Create", "creates/1", note(a, "notes/1", "tag", mentions(150)))), "150 mentions")
	equal(b, 1, b.count("replies", ""), "notices to our actors")
	b.want(400, b.post(a, activity(a, "Create", "creates/2", note(a, "notes/2", "tag", mentions(500)))), "500 mentions")
}

func flags(b *bench) {
	a := b.actor("evil")
	victim := b.server("victim").Actor("vic")
	id := b.constat()
	html := "<script>alert(1)</script>" + strings.Repeat("x", 100_000)
	b.want(202, b.post(a, activity(a, "Flag", "flags/a", []any{id, b.measure()}, "content", html)), "a Flag with 100 kB of HTML")
	r, err := b.in.Store.Tables().Reports.List(context.Background(), "open", 10)
	if err != nil || len(r) != 1 || len(r[0].Text) > 16_000 || r[0].Host != a.Server.Host {
		b.t.Fatalf("reports %.300v, %v", r, err)
	}
	for i := range 5 {
		b.want(202, b.post(a, activity(a, "Flag", fmt.Sprintf("flags/b%d", i), []any{b.measure(), id})), "the same again")
	}
	b.want(202, b.post(a, activity(a, "Flag", "flags/c", victim.ID)), "about somebody else's")
	equal(b, 1, b.count("reports", ""), "reports")
	b.want(400, b.post(a, activity(a, "Flag", "flags/d", strings.Split(strings.Repeat("https://a.example/1 ", 10_000)+id, " "))), "10,000 objects")

	for i := range 150 {
		b.w.Clock.Advance(500 * time.Millisecond)
		object := fmt.Sprintf("%s/constats/%026d", b.in.Site.Base, i)
		b.want(202, b.post(a, activity(a, "Flag", fmt.Sprintf("flags/e%d", i), object)), "Flag %d", i)
	}
	equal(b, 100, b.count("reports", "host = ?", a.Server.Host), "reports of one host in a day")
	nobody := *a
	nobody.ID = a.Server.Base + "/users/nobody"
	nobody.KeyID = nobody.ID + "#main-key"
	b.want(401, b.post(&nobody, activity(&nobody, "Flag", "flags/f", id)), "by nobody")
	if status := b.get(id[len(b.in.Site.Base):], "text/html"); status != 200 {
		b.t.Errorf("the reported constat answers %d", status)
	}
}

// forwarding: Mastodon adds a Group's followers to every reply; we do not
// forward (INTEROP 0.24).
func forwarding(b *bench) {
	fan := b.server("fan").Actor("fan")
	id := b.constat()
	b.want(202, b.post(fan, activity(fan, "Follow", "follows/1", b.measure())), "the Follow")
	b.w.Settle()
	fan.Server.Take()
	a := b.actor("good")
	b.ready()
	n := note(a, "notes/1", "inReplyTo", id, "cc", []any{b.measure() + "/followers"})
	b.want(202, b.post(a, activity(a, "Create", "creates/1", n, "to", []any{public}, "cc", []any{b.measure() + "/followers"})), "the reply")
	b.w.Settle()
	equal(b, 0, len(fan.Server.Inbox()), "messages to our followers")
}
