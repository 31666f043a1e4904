package fedtest

import (
	"crypto/ed25519"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// triedOnB are the hostile cases that mean something where much is kept already:
// split keys, activities about what is somebody else's, reviews in other names.
var triedOnB = strings.Fields("F041 F042 F043 F057 F059 F061 F063 F064 F065 F072 F073 F074 F083 F084")

// lies is everything that the liar tries: on C what needs a whole network, on B
// the hostile cases. Nothing of anybody's changes.
func (p *together) lies() {
	key := p.liar.Multikey("the liar's")
	p.t.Run("what is forged", func(t *testing.T) { p.forges(t, key) })
	p.t.Run("what is claimed", p.claims)
	p.t.Run("a peer that lies", p.pretends)
	before := sums(p.t, p.b.Store)
	for _, r := range slices.Concat(keyRows(), bindingRows(), thirdPartyRows()) {
		if slices.Contains(triedOnB, r.number) {
			p.t.Run(r.number+" "+r.name, func(t *testing.T) { p.row(t, r) })
		}
	}
	after := sums(p.t, p.b.Store)
	for _, table := range []string{"peers", "follows", "peer_updates", "peer_revisions", "review_responses", "reviews", "review_revisions"} {
		if after[table] != before[table] {
			p.t.Errorf("B's %s have changed", table)
		}
	}
}

// row plays one of the hostile cases on B: no table changes but those that it names.
func (p *together) row(t *testing.T, r row) {
	p.w.T, p.w.Wire.t = t, t
	defer func() { p.w.T, p.w.Wire.t = p.t, p.t }()
	b := &bench{t: t, stage: p.stage, row: &r, in: p.b}
	b.ready()
	r.run(b)
	b.checkTables()
	b.leave()
}

// tells sends C something of the liar's; nothing of C's changes by it, but what
// is remembered of every message.
func (p *together) tells(t *testing.T, name string, want int, activity map[string]any) {
	t.Helper()
	before := sums(t, p.c.Store)
	if got := p.liar.Post(string(p.c.Site.SharedInbox()), activity); got != want {
		t.Errorf("%s: %d, want %d", name, got, want)
	}
	for table, sum := range sums(t, p.c.Store) {
		if sum != before[table] && !slices.Contains(append(caches, "seen_activities", "tombstones"), table) {
			t.Errorf("%s: table %s has changed", name, table)
		}
	}
}

// forges passes on what A said, as it was, changed, and under other proofs.
func (p *together) forges(t *testing.T, key ed25519.PrivateKey) {
	said := p.said.JSON
	altered := func(m map[string]any, more ...any) map[string]any { return with(maps.Clone(m), more...) }
	unproved := func(m map[string]any) map[string]any {
		out := maps.Clone(m)
		delete(out, "proof")
		return out
	}
	menti := altered(object(p.said), "embraye:title", "Menti")
	p.tells(t, "the first version once more", 202, said)
	p.tells(t, "another text, under A's proofs", 401, altered(said, "object", menti))
	p.tells(t, "another text, under the proof inside", 401, altered(unproved(said), "object", menti))
	p.tells(t, "another text, without a proof", 403, altered(unproved(said), "object", unproved(menti)))
	mine := p.liar.Proved(key, altered(unproved(said), "object", unproved(menti)))
	p.tells(t, "another text, under the liar's proof", 401, mine)
	method := string(p.a.Site.Ed25519KeyID("water"))
	p.tells(t, "the same, under the name of A's key", 401, altered(mine, "proof", altered(mine["proof"].(map[string]any), "verificationMethod", method)))
	p.tells(t, "A's proof, for another document", 401, altered(mine, "proof", said["proof"]))
	p.tells(t, "a withdrawal in A's name", 403, activityOf(string(p.a.Site.ActorID("water")), "Delete", p.a.Site.Base+"/activities/01jt0000000000000000000000", string(p.constat)))
}

func activityOf(actor, kind, id string, object any) map[string]any {
	return map[string]any{"@context": asContext, "id": id, "type": kind, "actor": actor, "object": object}
}

// claims speaks about what is B's and A's in the liar's own name.
func (p *together) claims(t *testing.T) {
	review := note(p.liar, "avis/1", "id", string(p.told), "inReplyTo", string(p.constat), "embraye:verdict", "confirms", "embraye:reason", "Menti")
	p.tells(t, "B's review, in its own name", 403, activity(p.liar, "Update", "updates/1", review))
	p.tells(t, "B's review, in B's name", 403, activity(p.liar, "Update", "updates/2", with(maps.Clone(review), "attributedTo", string(p.b.Site.ActorID("organisation")))))
	p.tells(t, "the end of B's review", 202, activity(p.liar, "Delete", "deletes/1", string(p.told)))
	p.tells(t, "an answer in A's stead", 202, activity(p.liar, "Create", "creates/1", note(p.liar, "answers/1", "inReplyTo", string(p.told), "embraye:answers", string(p.told))))
	p.tells(t, "a review of nothing", 202, activity(p.liar, "Create", "creates/2", with(maps.Clone(review), "id", p.liar.Server.Base+"/avis/2", "inReplyTo", p.a.Site.Base+"/constats/01jt0000000000000000000000")))
}

// pretends is an organisation that C gathers from: of its outbox of a million
// nothing is kept, and it reviews neither itself nor as a measure.
func (p *together) pretends(t *testing.T) {
	measure := p.liar.Server.Actor("water")
	with(measure.Doc, "type", "Group", "embraye:measure", p.a.App.Reference().MeasureIRI("water"), "embraye:organisation", p.liar.ID)
	measure.Publish()
	p.liar.Doc["embraye:measures"] = p.liar.Server.Base + "/measures"
	p.liar.Publish()
	p.liar.Server.PutJSON("/measures", map[string]any{"@context": asContext, "id": p.liar.Server.Base + "/measures", "type": "Collection", "items": []any{measure.ID}})
	outbox := measure.ID + "/outbox"
	p.liar.Server.PutJSON("/users/water/outbox", map[string]any{"@context": asContext, "id": outbox, "type": "OrderedCollection", "totalItems": 1_000_000, "first": outbox + "/1"})
	p.liar.Server.Put("/users/water/outbox/1", ActivityType, http.StatusOK, []byte(`{"id":"`+outbox+`/1","type":"OrderedCollectionPage","orderedItems":[`+strings.Repeat(`"a",`, 1_000_000)+`"a"]}`))
	peer, err := p.c.Peers.Add(t.Context(), embraye.Operator(), p.liar.ID, embraye.PeerChoices{Gather: true, TrustReviews: true})
	p.must(err)
	for due := true; due; {
		next, err := p.c.Gather.Peer(t.Context(), peer.ID)
		p.must(err)
		due = !next.IsZero() && !next.After(p.w.Clock.Now())
	}
	if all, err := p.c.Store.Tables().PeerUpdates.CountBy(t.Context(), []embraye.IRI{iri(p.liar.ID)}); err != nil || all[iri(p.liar.ID)] != 0 {
		t.Errorf("of its outbox C keeps %v, %v", all, err)
	}

	own := with(unsaid(object(p.said)), "id", measure.ID+"/1", "url", measure.ID+"/1", "attributedTo", measure.ID, "embraye:organisation", p.liar.ID, "published", p.w.Clock.Now().Format(time.RFC3339))
	if got := measure.Post(string(p.c.Site.SharedInbox()), activity(measure, "Create", "creates/own", own)); got != 202 {
		t.Errorf("its constat: %d", got)
	}
	review := func(by *Actor, of string) map[string]any {
		return note(by, "avis/own", "inReplyTo", of, "embraye:verdict", "confirms")
	}
	p.tells(t, "a review of itself", 403, activity(p.liar, "Create", "creates/3", review(p.liar, measure.ID+"/1")))
	before := sums(t, p.c.Store)["peer_reviews"]
	if got := measure.Post(string(p.c.Site.SharedInbox()), activity(measure, "Create", "creates/4", review(measure, string(p.constat)))); got != 403 || sums(t, p.c.Store)["peer_reviews"] != before {
		t.Errorf("a review by a measure: %d", got)
	}
}

// unsaid is a Note of A's as somebody else would write it.
func unsaid(note map[string]any) map[string]any {
	out := maps.Clone(note)
	for _, key := range []string{"proof", "conversation", "context", "audience", "interactionPolicy"} {
		delete(out, key)
	}
	return out
}
