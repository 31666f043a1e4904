package inbox_test

import (
	"crypto/ed25519"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// proving is a followed organisation whose second measure has an Ed25519 key,
// and somebody on a third server.
type proving struct {
	*apptest.Pair
	key      ed25519.PrivateKey
	stranger *fedtest.Actor
	strange  ed25519.PrivateKey
	fetched  int // requests for the measure's document
}

func eachProving(t *testing.T, play func(p *proving)) {
	apptest.EachPair(t, func(pair *apptest.Pair) {
		p := &proving{Pair: pair, stranger: pair.W.Server("third.example").Actor("passer")}
		p.key, p.strange = p.author().Multikey("theirs"), p.stranger.Multikey("a stranger's")
		p.Follow()
		play(p)
	})
}

func (p *proving) author() *fedtest.Actor { return p.Measures[1] }

// shut makes their server answer nothing any more, and count who asks.
func (p *proving) shut() {
	p.Home.Handle(strings.TrimPrefix(p.author().ID, p.Home.Base), func(rw http.ResponseWriter, _ *http.Request) {
		p.fetched++
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
}

// wraps is an activity of theirs, without a proof of its own.
func (p *proving) wraps(kind string, object any) map[string]any {
	p.Said++
	p.W.Clock.Advance(time.Second)
	return map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/acts/%d", p.author().ID, p.Said),
		"type": kind, "actor": p.author().ID, "object": object}
}

func (p *proving) proved(doc map[string]any) map[string]any { return p.author().Proved(p.key, doc) }

func (p *proving) inbox() string { return string(p.In.Site.SharedInbox()) }

// with is a document with some properties changed.
func with(doc, changes map[string]any) map[string]any {
	out := maps.Clone(doc)
	maps.Copy(out, changes)
	return out
}

// inProof changes something of a document's proof, which is signed no more.
func inProof(doc, changes map[string]any) map[string]any {
	return with(doc, map[string]any{"proof": with(doc["proof"].(map[string]any), changes)})
}

// A proof that is wrong is refused, and nothing of the message is kept; one that
// cannot be judged is as good as none.
func TestProofsOfWhatArrives(t *testing.T) {
	eachProving(t, func(p *proving) {
		far := map[string]any{"created": p.W.Clock.Now().Add(24 * time.Hour).Format(time.RFC3339)}
		for name, c := range map[string]struct {
			change func(doc map[string]any) map[string]any
			status int
		}{
			"good":    {func(d map[string]any) map[string]any { return d }, 202},
			"none":    {func(d map[string]any) map[string]any { return with(d, map[string]any{"proof": nil}) }, 202},
			"altered": {func(d map[string]any) map[string]any { return with(d, map[string]any{"cc": []any{p.Org.ID}}) }, 401},
			"another purpose": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"proofPurpose": "authentication"})
			}, 401},
			"from the future": {func(d map[string]any) map[string]any { return inProof(d, far) }, 401},
			"two": {func(d map[string]any) map[string]any {
				return with(d, map[string]any{"proof": []any{d["proof"], d["proof"]}})
			}, 401},
			"huge": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"proofValue": "z" + strings.Repeat("2", 100_000)})
			}, 401},
			"by a neighbour": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"verificationMethod": p.Org.ID + "#ed25519-key"})
			}, 401},
			"by another server": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"verificationMethod": p.stranger.ID + "#ed25519-key"})
			}, 401},
			"by somebody else's key": {func(d map[string]any) map[string]any {
				return p.author().Proved(p.strange, without(d, "proof"))
			}, 401},
			"expired": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"expires": "2024-01-01T00:00:00Z"})
			}, 202},
			"of another kind": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"cryptosuite": "mldsa44-jcs-2024"})
			}, 202},
			"by an unlisted key": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"verificationMethod": p.author().ID + "#other"})
			}, 202},
			"by an unlisted key, and nonsense": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"verificationMethod": p.author().ID + "#other", "proofValue": "z2Proof"})
			}, 202},
			"nonsense": {func(d map[string]any) map[string]any { return inProof(d, map[string]any{"proofValue": "z2Proof"}) }, 401},
			"by a DID": {func(d map[string]any) map[string]any {
				return inProof(d, map[string]any{"verificationMethod": "did:key:z6Mk"})
			}, 202},
		} {
			for _, where := range []string{"activity", "object"} {
				title := strings.ReplaceAll(name+"-"+where, " ", "-")
				note := p.proved(p.Constat(title, nil))
				if where == "object" {
					note = c.change(note)
				}
				activity := p.proved(p.wraps("Create", note))
				if where == "activity" {
					activity = c.change(activity)
				}
				got := p.author().Post(p.inbox(), activity)
				if kept := p.Kept(title) != nil; got != c.status || kept != (got == 202) {
					p.Errorf("%s: %d, kept %v, want %d", title, got, kept, c.status)
				}
			}
		}
	})
}

func without(doc map[string]any, name string) map[string]any {
	out := maps.Clone(doc)
	delete(out, name)
	return out
}

// What a third party passes on is believed if its author proves it, though the
// author's own server is gone; nothing else is.
func TestProofsOfWhatIsPassedOn(t *testing.T) {
	eachProving(t, func(p *proving) {
		p.shut()
		pass := func(name string, activity map[string]any, want int) {
			p.Helper()
			if got := p.stranger.Post(p.inbox(), activity); got != want {
				p.Errorf("%s: %d, want %d", name, got, want)
			}
		}
		note := p.Constat("one", nil)
		pass("unproved", p.wraps("Create", note), 403)
		pass("proved by who passes it", p.stranger.Proved(p.strange, p.wraps("Create", note)), 401)
		pass("altered", with(p.proved(p.wraps("Create", note)), map[string]any{"object": with(note, map[string]any{"embraye:title": "Autre"})}), 401)
		pass("expired", inProof(p.proved(p.wraps("Create", note)), map[string]any{"expires": "2024-01-01T00:00:00Z"}), 403)
		if p.Kept("one") != nil {
			p.Fatal("it was kept all the same")
		}
		pass("proved", p.proved(p.wraps("Create", note)), 202)
		pass("proved inside", p.wraps("Create", p.proved(p.Constat("two", nil))), 202)
		found := p.wraps("Create", p.proved(p.Constat("three", nil)))
		found["id"], found["actor"] = p.stranger.ID+"/acts/1", p.stranger.ID
		pass("found and told in another's name", found, 202)
		found["object"] = p.Constat("four", nil)
		pass("the same without a proof", found, 403)
		for name, want := range map[string]bool{"one": true, "two": true, "three": true, "four": false} {
			if kept := p.Kept(name); (kept != nil) != want || want && string(kept.Actor) != p.author().ID {
				p.Errorf("%s: %+v", name, kept)
			}
		}
		second := p.Constat("one", map[string]any{"embraye:revision": 2, "embraye:title": "Corrigé", "updated": p.W.Clock.Now().Format(time.RFC3339)})
		pass("a correction", p.proved(p.wraps("Update", second)), 202)
		if kept := p.Kept("one"); kept == nil || kept.Revision != 2 {
			p.Errorf("after the correction: %+v", kept)
		}
		pass("the first again", p.proved(p.wraps("Update", note)), 202)
		if kept := p.Kept("one"); kept == nil || kept.Revision != 2 {
			p.Errorf("after the first again: %+v", kept)
		}
		pass("a withdrawal", p.proved(p.wraps("Delete", map[string]any{"id": note["id"], "type": "Tombstone"})), 202)
		if kept := p.Kept("one"); kept == nil || kept.WithdrawnAt == nil {
			p.Errorf("after the withdrawal: %+v", kept)
		}
		pass("a follow", p.proved(p.wraps("Follow", string(p.In.Site.ActorID("mesure2")))), 403)
		pass("a like", p.proved(p.wraps("Like", note["id"])), 403)
		pass("an account", p.proved(p.wraps("Update", p.author().Doc)), 403)
		pass("the end of an account", p.proved(p.wraps("Delete", p.author().ID)), 403)
		if p.fetched > 1 { // for the altered one: its author may have had a new key
			p.Errorf("their server was asked %d times", p.fetched)
		}
	})
}

// Nobody makes us fetch an actor by passing on what it is said to have written,
// and what a blocked server wrote is not believed from others either.
func TestProofsOfStrangersAndTheBlocked(t *testing.T) {
	eachProving(t, func(p *proving) {
		other := p.W.Server("fourth.example").Actor("unknown")
		key, asked := other.Multikey("unknown"), false
		other.Server.Handle("/users/unknown", func(rw http.ResponseWriter, _ *http.Request) { asked = true; rw.WriteHeader(http.StatusNotFound) })
		note := map[string]any{"id": other.ID + "/1", "type": "Note", "attributedTo": other.ID, "content": "<p>x</p>", "to": []string{apptest.Public}}
		activity := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": other.ID + "/acts/1", "type": "Create", "actor": other.ID, "object": note}
		if got := p.stranger.Post(p.inbox(), other.Proved(key, activity)); got != 403 || asked {
			p.Errorf("of an unknown actor: %d, asked %v", got, asked)
		}
		p.Must(p.In.Talk.Block(p.Context(), embraye.Operator(), embraye.DomainBlock{Domain: p.Home.Host, Severity: embraye.Suspend}))
		found := p.wraps("Create", p.proved(p.Constat("five", nil)))
		found["id"], found["actor"] = p.stranger.ID+"/acts/2", p.stranger.ID
		if got := p.stranger.Post(p.inbox(), found); got != 403 || p.Kept("five") != nil {
			p.Errorf("of a blocked server: %d", got)
		}
	})
}

// A key that was rotated is looked up once, and what the new one proves is taken.
func TestProofsByARotatedKey(t *testing.T) {
	eachProving(t, func(p *proving) {
		old := p.key
		p.key = p.author().Multikey("their next")
		if got := p.author().Post(p.inbox(), p.proved(p.wraps("Create", p.proved(p.Constat("new", nil))))); got != 202 || p.Kept("new") == nil {
			p.Errorf("by the new key: %d", got)
		}
		p.key = old
		if got := p.author().Post(p.inbox(), p.proved(p.wraps("Create", p.Constat("old", nil)))); got != 401 || p.Kept("old") != nil {
			p.Errorf("by the former key: %d", got)
		}
	})
}

// RFC 9421 with an Ed25519 key that the actor lists; who signs so is answered so.
func TestProofsAndEd25519Requests(t *testing.T) {
	eachProving(t, func(p *proving) {
		if got := p.author().PostEd25519(p.key, p.inbox(), p.wraps("Create", p.Constat("signed", nil))); got != 202 || p.Kept("signed") == nil {
			p.Errorf("with the listed key: %d", got)
		}
		host, err := p.In.Store.Tables().Hosts.Take(p.Context(), p.Home.Host)
		if err != nil || host.Ed25519From == 0 {
			p.Errorf("%+v, %v", host, err)
		}
		for name, key := range map[string]ed25519.PrivateKey{"another's": p.strange, "none listed": nil} {
			by := *p.author()
			if key == nil {
				by, key = *p.Org, p.strange
			}
			if got := by.PostEd25519(key, p.inbox(), p.wraps("Create", p.Constat("forged", nil))); got != 401 || p.Kept("forged") != nil {
				p.Errorf("with %s key: %d", name, got)
			}
		}
	})
}
