package reviews_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// A wrote, B contested, A answered, D shows all of it. Then A and B are gone, and
// C, who asks D, has the review and the answer all the same; and can pass them on.
func TestAReviewIsBelievedByItsProofWhenItsHomeIsGone(t *testing.T) {
	each(t, []string{"a.example", "b.example", "c.example", "d.example"}, func(s *stage) {
		a, b, c, d := s.Instances[0], s.Instances[1], s.Instances[2], s.Instances[3]
		s.follow(b, a)
		s.follow(d, a)
		s.follow(d, b)
		s.trust(d, b)
		s.follow(c, a)
		_, constat := s.constat(a)
		review, id := s.review(b, constat)
		s.must(d.Reviews.AskPeers(s.Context()))
		answer, err := a.Reviews.Answer(s.Context(), embraye.Operator(), string(id), "L'appel est en ligne.", true)
		s.must(err)
		s.Settle()
		said := a.Site.NoteID(answer.ID)
		if got := s.about(d, constat); !slices.Equal(got, []any{string(id), string(said)}) {
			s.Fatalf("D knows %v", got)
		}
		_, list := s.read(embraye.IRI(strings.Replace(d.Site.ReviewsAbout(), "{sha256}", embraye.DigestOf(constat), 1)), fedtest.ActivityType)
		for name, wire := range map[string][]byte{"review": review.Wire, "answer": answer.Wire} {
			if !strings.Contains(list, string(wire)) || !bytes.Contains(wire, []byte(`"proof"`)) {
				s.Errorf("the %s is not there as it was written:\n%s\n%s", name, wire, list)
			}
		}

		s.follow(c, d)
		_, err = c.Directory.ReadActor(s.Context(), b.Site.ActorID("organisation"))
		s.must(err)
		s.Wire.Remove("a.example")
		s.Wire.Remove("b.example")
		s.Wire.Forget()
		s.must(c.Reviews.AskPeers(s.Context()))
		if r := s.row(c, id); r == nil || r.Verdict != embraye.Contests || r.Actor != b.Site.ActorID("organisation") || !bytes.Equal(r.Wire, review.Wire) {
			s.Fatalf("C did not believe the review: %+v", r)
		}
		if got, err := c.Store.Tables().ReviewResponses.Take(s.Context(), id, a.Site.ActorID("mesure2")); err != nil || got.Note != said || got.State() != embraye.ReviewMaintained {
			s.Errorf("C did not believe the answer: %+v %v", got, err)
		}
		r := s.row(c, id)
		s.must(c.Reviews.Show(s.Context(), embraye.Operator(), r.ID))
		if got := s.about(c, constat); !slices.Equal(got, []any{string(id), string(said)}) {
			s.Errorf("C passes on %v", got)
		}
	})
}

// What is passed on is proved by the key that its author has now: a review of
// before a rotation is named by its address, and its author vouches for it.
func TestAReviewOfAFormerKeyIsNamedByItsAddress(t *testing.T) {
	each(t, []string{"a.example", "b.example", "c.example"}, func(s *stage) {
		a, b, c := s.Instances[0], s.Instances[1], s.Instances[2]
		s.follow(b, a)
		s.follow(a, b)
		s.trust(a, b)
		s.follow(c, a)
		_, constat := s.constat(a)
		_, id := s.review(b, constat)
		s.Clock.Advance(time.Hour)
		s.must(b.Organisation.RotateKey(s.Context(), embraye.Operator(), "organisation"))
		s.Settle()
		_, list := s.read(constat+"/reviews", fedtest.ActivityType)
		if !strings.Contains(list, `"orderedItems":["`+string(id)+`"]`) {
			s.Errorf("A passes on what nobody proves any more: %s", list)
		}
		s.must(c.Reviews.AskPeers(s.Context()))
		if s.row(c, id) == nil {
			s.Error("C did not ask B")
		}
	})
}

// A third is a peer that lists reviews, and somebody on another server who wrote one.
type third struct {
	*apptest.Pair
	of       string // the constat
	reviewer *fedtest.Actor
	key      ed25519.PrivateKey
	turn     int
}

func eachThird(t *testing.T, play func(p *third)) {
	apptest.EachPair(t, func(pair *apptest.Pair) {
		p := &third{Pair: pair, reviewer: pair.W.Server("reviewer.example").Actor("organisation")}
		p.key = p.reviewer.Multikey("the reviewer's")
		p.Org.Doc["embraye:reviewsAbout"] = p.Home.Base + "/avis/sur/{sha256}"
		p.Org.Publish()
		p.Follow()
		p.of = p.Measures[1].ID + "/un"
		p.Says("Create", p.Constat("un", nil))
		play(p)
	})
}

// review is one by an actor; each has an id of its own, which its server serves.
func (p *third) review(by *fedtest.Actor, name string) map[string]any {
	note := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": by.ID + "/" + name, "type": "Note", "attributedTo": by.ID, "inReplyTo": p.of,
		"to": []any{apptest.Public}, "content": "<p>Non.</p>", "published": p.W.Clock.Now().Format(time.RFC3339),
		"embraye:verdict": "contests", "embraye:reason": "Non.", "embraye:reviewedRevision": 1}
	return note
}

// lists makes the peer name some reviews, and us ask for them once more. What was
// asked of the reviewer's server is returned.
func (p *third) lists(items ...any) (asked []string) {
	p.Helper()
	path := "/avis/sur/" + embraye.DigestOf(embraye.IRI(p.of))
	p.Home.PutJSON(path, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": p.Home.Base + path, "type": "OrderedCollection",
		"totalItems": len(items), "orderedItems": items})
	p.W.Wire.Forget()
	p.turn++
	p.Says("Update", p.Constat("un", map[string]any{"embraye:revision": p.turn + 1, "updated": p.W.Clock.Now().Format(time.RFC3339)}))
	p.W.Wire.Forget()
	p.Must(p.In.Reviews.AskPeers(p.Context()))
	for _, r := range p.W.Wire.Requests("reviewer.example") {
		asked = append(asked, r.Path)
	}
	return asked
}

func (p *third) kept(id any) *embraye.PeerReview {
	p.Helper()
	r, err := p.In.Store.Tables().PeerReviews.ByURI(p.Context(), embraye.IRI(id.(string)))
	if err != nil {
		return nil
	}
	return r
}

func with(doc map[string]any, changes map[string]any) map[string]any {
	out := maps.Clone(doc)
	maps.Copy(out, changes)
	return out
}

func TestReviewsThatAThirdInstanceLists(t *testing.T) {
	eachThird(t, func(p *third) {
		liar := p.W.Server("liar.example").Actor("organisation")
		strange := liar.Multikey("a liar's")
		proved := func(name string) map[string]any { return p.reviewer.Proved(p.key, p.review(p.reviewer, name)) }
		expired := func(doc map[string]any) map[string]any {
			return with(doc, map[string]any{"proof": with(doc["proof"].(map[string]any), map[string]any{"expires": "2024-01-01T00:00:00Z"})})
		}
		at := func(doc map[string]any, method string) map[string]any {
			return with(doc, map[string]any{"proof": with(doc["proof"].(map[string]any), map[string]any{"verificationMethod": method})})
		}
		stolen := p.review(liar, "elsewhere")
		stolen["id"] = p.reviewer.ID + "/stolen"
		impostor := p.review(p.reviewer, "impostor")
		for _, c := range []struct {
			name        string
			item        any
			served      bool // its author's server has it
			kept, asked bool // asked for the review itself, not for who wrote it
		}{
			{"proved, by who was unknown", proved("good"), false, true, false},
			{"proved, by who is known", proved("better"), false, true, false},
			{"with another text than the proved one", with(proved("forged"), map[string]any{"embraye:reason": "Si."}), true, false, false},
			{"under another address", with(proved("moved"), map[string]any{"id": p.reviewer.ID + "/elsewhere"}), true, false, false},
			{"by somebody else's key", at(liar.Proved(strange, impostor), p.reviewer.ID+"#ed25519-key"), true, false, false},
			{"by somebody else, who says so", liar.Proved(strange, p.review(p.reviewer, "foreign")), true, false, false},
			{"by an actor of another server", liar.Proved(strange, stolen), true, false, false},
			{"about something else", p.reviewer.Proved(p.key, with(p.review(p.reviewer, "other"), map[string]any{"inReplyTo": p.of + "/x"})), true, false, false},
			{"by its id alone", p.review(p.reviewer, "named")["id"], true, true, true},
			{"whole, without a proof", p.review(p.reviewer, "plain"), true, true, true},
			{"whole, with a proof that has expired", expired(proved("late")), true, true, true},
			{"whole, by a key that is not listed", at(proved("unlisted"), p.reviewer.ID+"#other"), true, true, true},
			{"whole, without a proof, and not at home", p.review(p.reviewer, "lost"), false, false, true},
		} {
			id, named := c.item.(string)
			if !named {
				id = c.item.(map[string]any)["id"].(string)
			}
			path := strings.TrimPrefix(id, "https://reviewer.example")
			if c.served {
				p.reviewer.Server.PutJSON(path, with(p.review(p.reviewer, ""), map[string]any{"id": id}))
			}
			asked := p.lists(c.item)
			if (p.kept(id) != nil) != c.kept || slices.Contains(asked, path) != c.asked {
				p.Errorf("%s: kept %v, asked for %v", c.name, p.kept(id) != nil, asked)
			}
		}
	})
}

// Of one list a bounded number of reviews is looked at, and a broken one does not
// hide the same review where it is whole.
func TestReviewsThatAreListedAreBounded(t *testing.T) {
	eachThird(t, func(p *third) {
		good := p.reviewer.Proved(p.key, p.review(p.reviewer, "good"))
		p.lists(with(good, map[string]any{"embraye:reason": "Si."}), good)
		if r := p.kept(good["id"]); r == nil || r.Reason != "Non." {
			p.Errorf("a broken copy hides the good one: %+v", r)
		}
		var many []any
		for i := range 300 {
			many = append(many, fmt.Sprintf("%s/many/%d", p.reviewer.ID, i))
		}
		if asked := p.lists(many...); len(asked) != 100 {
			p.Errorf("%d were asked for", len(asked))
		}
	})
}

// What is listed whole is bounded, in number and in size, so that every instance
// can read the list; the rest is named.
func TestWhatIsListedWholeIsBounded(t *testing.T) {
	eachThird(t, func(p *third) {
		long := strings.Repeat("n", 2000)
		var names []string
		for i := range 30 {
			by := p.W.Server(fmt.Sprintf("r%d.example", i)).Actor("organisation")
			key := by.Multikey(by.ID)
			note := with(p.review(by, "1"), map[string]any{"embraye:reason": long})
			if i == 29 {
				note["content"] = strings.Repeat("x", 40<<10)
			}
			create := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": by.ID + "/acts/1", "type": "Create", "actor": by.ID, "object": by.Proved(key, note)}
			if status := by.Post(string(p.In.Site.SharedInbox()), create); status != http.StatusAccepted {
				p.Fatalf("review %d: %d", i, status)
			}
			names = append(names, note["id"].(string))
			r := p.kept(note["id"])
			p.Must(p.In.Reviews.Show(p.Context(), embraye.Operator(), r.ID))
		}
		items, err := p.In.Reviews.About(p.Context(), embraye.DigestOf(embraye.IRI(p.of)))
		p.Must(err)
		whole := 0
		for i, item := range items {
			var id string
			if json.Unmarshal(item, &id) != nil {
				var note struct{ ID string }
				p.Must(json.Unmarshal(item, &note))
				id = note.ID
				whole++
			}
			if want := names[len(names)-1-i]; id != want || i == 0 && item[0] != '"' {
				p.Errorf("item %d is %.60s, want %s", i, item, want)
			}
		}
		if len(items) != 30 || whole != 20 {
			p.Errorf("%d items, %d of them whole", len(items), whole)
		}
	})
}
