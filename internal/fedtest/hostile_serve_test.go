package fedtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// L. What we serve to peers.
func serveRows() []row {
	return []row{
		{number: "F171", name: "WebFinger", run: webfinger},
		{number: "F172", name: "WebFinger of others that does not agree", run: lyingWebFinger, out: 13,
			stores: []string{"peers", "follows", "activities", "deliveries", "public_revision", "audit_entries", "log_leaves", "log_state"}},
		{number: "F174", name: "what is not public", run: notPublic, out: 2, stores: append([]string{"replies"}, follows...)},
		{number: "F175", name: "what was withdrawn", run: withdrawn},
		{number: "F177", name: "parameters of pages", run: pageParameters},
		{number: "F179", name: "another Host", run: foreignHost},
	}
}

func webfinger(b *bench) {
	const path = "/.well-known/webfinger"
	host := b.in.Host
	for query, want := range map[string]int{
		"":           400,
		"?resource=": 400,
		"?resource=acct:water@" + host + "&resource=acct:organisation@" + host: 400,
		"?resource=acct:water@other.example":                                   404,
		"?resource=acct:nobody@" + host:                                        404,
		"?resource=acct:seed_bank@" + host:                                     404,
		"?resource=acct:water":                                                 404,
		"?resource=%zz":                                                        400,
		"?resource=acct:water@" + host:                                         200,
		"?resource=ACCT:Water@" + strings.ToUpper(host):                        200,
		"?resource=" + strings.Repeat("x", 100_000):                            414,
		"?resource=" + url.QueryEscape("https://evil.example/actors/water"):    404,
	} {
		status, body := b.read(path+query, "application/jrd+json")
		b.want(want, status, "%.100s", query)
		if want != 200 {
			continue
		}
		var jrd struct{ Subject string }
		if err := json.Unmarshal([]byte(body), &jrd); err != nil {
			b.t.Errorf("%s: %v", query, err)
		}
		equal(b, "acct:water@"+host, jrd.Subject, "subject")
	}
}

// jrd serves a WebFinger answer for acct:user@host of the server.
func (s *Server) jrd(user, subject, self string) {
	query := url.Values{"resource": {"acct:" + user + "@" + s.Host}}.Encode()
	s.Put("/.well-known/webfinger?"+query, "application/jrd+json", http.StatusOK, Body(s.w.T, map[string]any{"subject": subject,
		"links": []any{map[string]any{"rel": "self", "type": ActivityType, "href": self}}}))
}

// lyingWebFinger: a handle is somebody's only if both their server and the
// handle's say so.
func lyingWebFinger(b *bench) {
	good, evil := b.server("good"), b.server("evil")
	organisation := func(s *Server) *Actor {
		a := s.Actor("organisation")
		a.embrayeDoc(a.ID + "/measures")
		s.PutJSON("/users/organisation/measures", map[string]any{"id": a.ID + "/measures", "type": "Collection", "items": []any{}, "totalItems": 0})
		return a
	}
	honest, liar := organisation(good), organisation(evil)
	good.jrd("ceo", "acct:ceo@"+good.Host, liar.ID)
	good.jrd("boss", "acct:boss@"+evil.Host, honest.ID)
	good.jrd("other", "acct:other@"+good.Host, honest.ID)
	evil.jrd("boss", "acct:boss@"+evil.Host, liar.ID)
	b.ready()
	for _, handle := range []string{"@ceo@" + good.Host, "@boss@" + good.Host, "@other@" + good.Host} {
		if p, err := b.in.Peers.Add(context.Background(), embraye.Operator(), handle, embraye.PeerChoices{Gather: true}); err == nil {
			b.t.Errorf("%s was found as %s", handle, p.Handle)
		}
	}
	equal(b, 0, b.count("peers", "")+b.count("follows", ""), "peers and Follows")
	p, err := b.in.Peers.Add(context.Background(), embraye.Operator(), "@organisation@"+good.Host, embraye.PeerChoices{Gather: true})
	if err != nil {
		b.t.Fatal(err)
	}
	equal(b, "organisation@"+good.Host, p.Handle, "handle")
}

// notPublic: what is for one actor, and what waits for an editor, is on no face.
func notPublic(b *bench) {
	a := b.actor("good")
	id := b.constat()
	path := id[len(b.in.Site.Base):]
	b.want(202, b.post(a, activity(a, "Follow", "follows/1", b.measure())), "the Follow")
	for i, to := range []any{[]any{public}, []any{b.measure()}} {
		n := note(a, "notes/"+string(rune('a'+i)), "inReplyTo", id, "to", to, "content", "<p>Secret</p>")
		b.want(202, b.post(a, activity(a, "Create", "creates/"+string(rune('a'+i)), n)), "reply %d", i)
	}
	b.w.Settle()
	accept := a.Server.Inbox()[0]
	equal(b, 404, b.get(strings.TrimPrefix(accept.JSON["id"].(string), b.in.Site.Base), ActivityType), "the Accept, by GET")
	for _, face := range []string{path, path + "/replies", path + "/replies?page=1", "/actors/water/outbox", "/actors/water/outbox?page=true", "/actors/water/followers", "/@water", "/"} {
		for _, accept := range []string{ActivityType, "text/html"} {
			if _, body := b.read(face, accept); contains(body, "Secret") || contains(body, a.ID) {
				b.t.Errorf("%s as %s shows it", face, accept)
			}
		}
	}
	_, body := b.read(path, ActivityType)
	var n struct{ Replies struct{ TotalItems int } }
	if err := json.Unmarshal([]byte(body), &n); err != nil || n.Replies.TotalItems != 0 {
		b.t.Errorf("%d replies, %v", n.Replies.TotalItems, err)
	}
	equal(b, 404, b.get("/constats/01jt0000000000000000000000", ActivityType), "a constat that is not there")
	equal(b, 404, b.get("/actors/seed_bank", ActivityType), "an actor that is switched off")
}

// withdrawn: 410 on every face in the instant of the Delete.
func withdrawn(b *bench) {
	p, err := b.in.Constats.Publish(context.Background(), embraye.Operator(), constatInput())
	if err != nil {
		b.t.Fatal(err)
	}
	path := "/constats/" + p.Update.ID
	created := "/activities/" + p.ActivityID[len(p.ActivityID)-26:]
	for _, face := range []string{path, created} {
		equal(b, 200, b.get(face, ActivityType), face)
	}
	if err := b.in.Constats.Withdraw(context.Background(), embraye.Operator(), p.Update.ID, constats.WithdrawInput{Reason: "Erreur"}); err != nil {
		b.t.Fatal(err)
	}
	b.ready()
	for _, face := range []string{path, created} {
		for _, accept := range []string{ActivityType, "text/html"} {
			status, body := b.read(face, accept)
			b.want(410, status, "%s as %s", face, accept)
			if face == path && accept == ActivityType && !contains(body, `"Tombstone"`) {
				b.t.Errorf("%s is %s", face, body)
			}
			if contains(body, p.Update.Title) {
				b.t.Errorf("%s as %s still shows the text", face, accept)
			}
		}
	}
	for _, face := range []string{"/actors/water/outbox?page=true", "/actors/water/featured", "/@water", "/"} {
		if _, body := b.read(face, ActivityType); contains(body, p.Update.ID) && !contains(body, `"Delete"`) {
			b.t.Errorf("%s still has it: %s", face, body)
		}
	}
}

func pageParameters(b *bench) {
	id := b.constat()
	path := id[len(b.in.Site.Base):]
	for _, collection := range []string{"/actors/water/outbox", "/actors/water/followers", path + "/replies", path + "/likes", "/actors/water/featured"} {
		for _, query := range []string{"?page=-1", "?page=0", "?page=1e9", "?page=99999999999999999999", "?limit=1e9", "?min_id=' OR 1=1--", "?page=true&before=' OR 1=1--",
			"?page=true&before=zzzzzzzzzzzzzzzzzzzzzzzzzz", "?page=x%00", "?page=2147483648"} {
			status := b.get(collection+strings.NewReplacer(" ", "%20", "'", "%27").Replace(query), ActivityType)
			if status != 400 && status != 200 && status != 404 {
				b.t.Errorf("%s%s: answered %d, want 400, or a page that there is", collection, query, status)
			}
			if status == 400 {
				b.refused++
			}
		}
	}
	b.refused = 0
}

// foreignHost: ids are built from the settings alone.
func foreignHost(b *bench) {
	a, like := b.likeable()
	for _, path := range []string{"/actors/water", "/.well-known/webfinger?resource=acct:water@" + b.in.Host, "/", "/nodeinfo/2.0"} {
		for _, host := range []string{"evil.example", b.in.Host + ":8443", b.in.Host + ".evil.example", "127.0.0.1"} {
			r, err := http.NewRequest(http.MethodGet, b.url(path), nil)
			if err != nil {
				b.t.Fatal(err)
			}
			r.Host = host
			r.Header.Set("Accept", ActivityType)
			r.Header.Set("X-Forwarded-Host", b.in.Host)
			b.want(421, b.send(r), "%s for %s", path, host)
		}
	}
	r := a.Request(b.inbox(), like)
	r.Host = "evil.example"
	b.want(421, b.send(r), "an inbox")
	r, err := http.NewRequest(http.MethodGet, b.url("/actors/water"), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("Accept", ActivityType)
	b.want(200, b.send(r), "a header that nobody trusts")
	if _, body := b.read("/actors/water", ActivityType); contains(body, "evil.example") {
		b.t.Errorf("the actor is now %s", body)
	}
}
