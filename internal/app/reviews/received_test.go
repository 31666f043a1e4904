package reviews_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

// trust makes one instance show what another one says at once.
func (s *stage) trust(who, whom *fedtest.Instance) {
	s.Helper()
	s.must(who.Store.InTx(s.Context(), func(t store.Tables) error {
		peer, err := t.Peers.ByOrganisation(s.Context(), whom.Site.ActorID("organisation"))
		if err != nil {
			return err
		}
		peer.TrustReviews = true
		return t.Peers.Save(s.Context(), peer)
	}))
}

// row is a received review.
func (s *stage) row(in *fedtest.Instance, uri embraye.IRI) *embraye.PeerReview {
	s.Helper()
	r, err := in.Store.Tables().PeerReviews.ByURI(s.Context(), uri)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	s.must(err)
	return r
}

// about asks an instance what it knows of an object, and returns the ids.
func (s *stage) about(in *fedtest.Instance, object embraye.IRI) []any {
	s.Helper()
	status, body := s.read(embraye.IRI(strings.Replace(in.Site.ReviewsAbout(), "{sha256}", embraye.DigestOf(object), 1)), fedtest.ActivityType)
	var doc struct {
		Type         string `json:"type"`
		OrderedItems []any  `json:"orderedItems"`
	}
	s.must(json.Unmarshal([]byte(body), &doc))
	if status != http.StatusOK || doc.Type != "OrderedCollection" {
		s.Errorf("reviews about %s: %d %s", object, status, body)
	}
	for i, item := range doc.OrderedItems {
		if whole, ok := item.(map[string]any); ok {
			doc.OrderedItems[i] = whole["id"]
		}
	}
	return doc.OrderedItems
}

// A says something, B contests it, A answers and takes it up; C, who gathers
// from A alone and is B's peer, learns of the review though A never speaks of it.
func TestAContestedOrganisationCannotHideAReview(t *testing.T) {
	each(t, []string{"a.example", "b.example", "c.example"}, func(s *stage) {
		a, b, c := s.Instances[0], s.Instances[1], s.Instances[2]
		s.follow(b, a)
		s.follow(c, a)
		update, constat := s.constat(a)
		review, id := s.review(b, constat)

		if r := s.row(a, id); r == nil || r.State != embraye.ReplyPending || r.Verdict != embraye.Contests {
			s.Fatal("A does not keep what B says, for an editor to read: ", r)
		}
		if _, page := s.read(constat, "text/html"); strings.Contains(page, "Contre-preuve") || len(s.about(a, constat)) != 0 {
			s.Error("A shows what nobody has read")
		}
		if s.row(c, id) != nil {
			s.Fatal("C was told, though it follows nothing of B's")
		}
		if got := s.about(b, constat); !slices.Equal(got, []any{string(id)}) {
			s.Errorf("B knows %v", got)
		}

		s.follow(c, b)
		s.trust(c, b)
		s.must(c.Reviews.AskPeers(s.Context()))
		if r := s.row(c, id); r == nil || r.State != embraye.ReplyShown {
			s.Fatal("C did not find the review: ", r)
		}
		if got := s.about(c, constat); !slices.Equal(got, []any{string(id)}) {
			s.Errorf("C knows %v", got)
		}
		s.Wire.Forget()
		s.must(c.Reviews.AskPeers(s.Context()))
		if asked := s.Wire.Requests(""); len(asked) != 0 {
			s.Errorf("asked once more: %v", asked)
		}

		note, err := a.Reviews.Answer(s.Context(), embraye.Operator(), string(id), "L'appel est **en ligne**.", true)
		s.must(err)
		s.Settle()
		for name, in := range map[string]*fedtest.Instance{"A": a, "B": b, "C": c} {
			got, err := in.Store.Tables().ReviewResponses.Take(s.Context(), id, a.Site.ActorID("mesure2"))
			if err != nil || got.State() != embraye.ReviewMaintained || got.Note != a.Site.NoteID(note.ID) || !strings.Contains(got.HTML, "en ligne") {
				s.Errorf("%s: %+v %v", name, got, err)
			}
		}
		if again, err := a.Reviews.Answer(s.Context(), embraye.Operator(), string(id), "L'appel est **en ligne**.", true); err != nil || again.ID != note.ID {
			s.Errorf("the same answer twice: %v %v", again, err)
		}
		if _, err := a.Reviews.Answer(s.Context(), embraye.Operator(), string(id), "Autre chose.", false); strings.Join(codes(err), "") != "answer already_answered" {
			s.Errorf("a second answer: %v", err)
		}
		if _, page := s.read(constat, "text/html"); !strings.Contains(page, "1 organisation conteste") || !strings.Contains(page, "en ligne") || !strings.Contains(page, "le maintient") {
			s.Error("A's page lacks the review, its tally or the answer")
		}
		if _, page := s.read(id, "text/html"); !strings.Contains(page, "en ligne") {
			s.Error("B's page lacks A's answer")
		}

		content := update.Content
		content.Summary, content.RelatedTo = "L'appel a ouvert tard.", []embraye.Relation{{Rel: embraye.Integrates, Href: string(id)}}
		s.Clock.Advance(time.Hour)
		_, err = a.Constats.Revise(s.Context(), embraye.Operator(), update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Avis de B.", Content: content})
		s.must(err)
		s.Settle()
		for name, in := range map[string]*fedtest.Instance{"A": a, "B": b, "C": c} {
			got, err := in.Store.Tables().ReviewResponses.Take(s.Context(), id, a.Site.ActorID("mesure2"))
			if err != nil || got.State() != embraye.ReviewIntegrated || got.IntegratedBy != constat+"/versions/2" {
				s.Errorf("%s: %+v %v", name, got, err)
			}
		}
		if _, body := s.read(id, fedtest.ActivityType); !strings.Contains(body, `"embraye:integratedBy":"`+string(constat)+`/versions/2"`) {
			s.Error("B's review does not say what took it up")
		}
		if _, page := s.read(constat, "text/html"); !strings.Contains(page, "porte sur la version 1") {
			s.Error("A's page does not say that the review is about an older version")
		}

		s.must(b.Reviews.Withdraw(s.Context(), embraye.Operator(), review.ID, "C'est corrigé.", false))
		s.Settle()
		for name, in := range map[string]*fedtest.Instance{"A": a, "C": c} {
			if r := s.row(in, id); r.WithdrawnAt == nil || r.Reason != "" || len(s.about(in, constat)) != 0 {
				s.Errorf("%s goes on showing what B withdrew: %+v", name, r)
			}
		}
		content.Title = "Un appel est ouvert."
		if _, err := a.Constats.Revise(s.Context(), embraye.Operator(), update.ID, constats.ReviseInput{Kind: embraye.Typo, Reason: "Point.", Content: content}); err != nil {
			s.Errorf("A cannot correct a constat since B withdrew what it took up: %v", err)
		}
	})
}

// Who reads the version that took up their review and still contests it is not
// taken up by it: the review is open anew everywhere, until a later version names
// it.
func TestAReviewOfTheVersionThatTookItUpIsOpenAnew(t *testing.T) {
	each(t, []string{"a.example", "b.example"}, func(s *stage) {
		a, b := s.Instances[0], s.Instances[1]
		s.follow(b, a)
		s.follow(a, b)
		s.trust(a, b)
		update, constat := s.constat(a)
		review, id := s.review(b, constat)
		want := func(when string, integratedBy embraye.IRI, open bool) {
			s.Helper()
			s.Settle()
			for name, in := range map[string]*fedtest.Instance{"A": a, "B": b} {
				got, err := in.Store.Tables().ReviewResponses.Take(s.Context(), id, a.Site.ActorID("mesure2"))
				if err != nil || got.IntegratedBy != integratedBy {
					s.Errorf("%s, at %s: %+v %v", when, name, got, err)
				}
				page, err := in.Store.Pages().ContestedPage(s.Context(), "", nil, 10)
				if err != nil || len(page.Lines) == 1 != open {
					s.Errorf("%s, at %s: %d open contestations, %v", when, name, len(page.Lines), err)
				}
			}
			if _, body := s.read(id, fedtest.ActivityType); strings.Contains(body, `"embraye:integratedBy":"`) == open {
				s.Errorf("%s: B's review says wrongly whether it was taken up", when)
			}
		}
		correct := func(kind embraye.RevisionKind, summary string, takes ...string) {
			s.Helper()
			s.Clock.Advance(time.Hour)
			u, err := a.Store.Tables().Updates.Take(s.Context(), update.ID)
			s.must(err)
			before, err := a.Constats.TakenUp(s.Context(), u, kind)
			s.must(err)
			content := u.Content.WithIntegrated(before, takes)
			content.Summary = summary
			_, err = a.Constats.Revise(s.Context(), embraye.Operator(), update.ID, constats.ReviseInput{Kind: kind, Reason: "Avis de B.", Content: content})
			s.must(err)
		}
		correct(embraye.Substance, "L'appel a ouvert tard.", string(id))
		want("taken up", constat+"/versions/2", false)

		s.Clock.Advance(time.Hour)
		said := review.ReviewContent
		said.Reason = "Non, il est toujours fermé."
		_, err := b.Reviews.Revise(s.Context(), embraye.Operator(), review.ID, reviews.ReviseInput{Kind: embraye.Substance, Change: "Relu.", ReviewContent: said})
		s.must(err)
		want("contested again", "", true)
		correct(embraye.Typo, "L'appel a ouvert tard !")
		want("after a typo", "", true)
		correct(embraye.Substance, "L'appel ouvrira.")
		want("after a correction that says nothing of it", "", true)
		correct(embraye.Substance, "L'appel est fermé.", string(id))
		want("taken up again", constat+"/versions/5", false)
	})
}

func TestAPeerThatIsTrustedIsShownAtOnceAndReadAgainOtherwise(t *testing.T) {
	each(t, []string{"a.example", "b.example"}, func(s *stage) {
		a, b := s.Instances[0], s.Instances[1]
		s.follow(b, a)
		s.follow(a, b)
		s.trust(a, b)
		_, constat := s.constat(a)
		_, id := s.review(b, constat)
		r := s.row(a, id)
		if r == nil || r.State != embraye.ReplyShown {
			s.Fatal("a trusted peer waits: ", r)
		}
		if err := a.Reviews.Hide(s.Context(), embraye.Operator(), r.ID, " "); strings.Join(codes(err), "") != "reason required" {
			s.Errorf("hidden without a reason: %v", err)
		}
		s.must(a.Reviews.Hide(s.Context(), embraye.Operator(), r.ID, "Insultant."))
		if status, page := s.read(embraye.IRI(a.Site.Base+"/journal"), "text/html"); status != http.StatusOK || !strings.Contains(page, "Insultant.") || !strings.Contains(page, "Avis reçu masqué") {
			s.Errorf("the public journal does not say why: %d", status)
		}
		if _, page := s.read(constat, "text/html"); strings.Contains(page, "1 organisation conteste") {
			s.Error("what is hidden is shown")
		}
		if _, err := a.Reviews.Answer(s.Context(), embraye.Operator(), string(id), "Non.", false); strings.Join(codes(err), "") != "review is_hidden" {
			s.Errorf("an answer to what is hidden: %v", err)
		}
		s.must(a.Reviews.Show(s.Context(), embraye.Operator(), r.ID))
	})
}

// A liar says what it may not, and nothing of it is kept.
func TestF083LiarsReviewNothing(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("un", nil))
		theirs := p.Measures[1].ID + "/un"
		liar := p.W.Server("liar.example")
		mallory, friend, measure := liar.Actor("mallory"), liar.Actor("friend"), liar.Actor("mesure2")
		measure.Doc["type"], measure.Doc["embraye:measure"], measure.Doc["embraye:organisation"] = "Group", apptest.MeasureIRI(2), mallory.ID
		measure.Publish()
		inbox := string(p.In.Site.SharedInbox())
		said := 0
		note := func(id, by, of string) map[string]any {
			return map[string]any{"id": id, "type": "Note", "attributedTo": by, "inReplyTo": of, "to": []string{apptest.Public}, "content": "<p>Non.</p>",
				"contentMap": map[string]any{"fr": "<p>Non.</p>"}, "published": p.W.Clock.Now().Format(time.RFC3339), "embraye:verdict": "contests",
				"embraye:reason": "Non.", "embraye:reviewedRevision": 1}
		}
		send := func(who *fedtest.Actor, kind string, object any) int {
			said++
			return who.Post(inbox, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/acts/%d", who.ID, said),
				"type": kind, "actor": who.ID, "object": object})
		}
		kept := func() int {
			all, err := p.In.Store.Tables().PeerReviews.Page(p.Context(), "", 0, 100)
			p.Must(err)
			return len(all)
		}
		for name, c := range map[string]struct {
			who    *fedtest.Actor
			note   map[string]any
			status int
		}{
			"in another actor's name":      {mallory, note(friend.ID+"/1", friend.ID, theirs), http.StatusForbidden},
			"in another host's name":       {mallory, note(p.Org.ID+"/1", p.Org.ID, theirs), http.StatusForbidden},
			"under another host's address": {mallory, note(p.Org.ID+"/2", mallory.ID, theirs), http.StatusForbidden},
			"of its own organisation":      {p.Org, note(p.Org.ID+"/3", p.Org.ID, theirs), http.StatusForbidden},
			"by its own measure":           {p.Measures[0], note(p.Measures[0].ID+"/4", p.Measures[0].ID, theirs), http.StatusForbidden},
			"by a measure of another's":    {measure, note(measure.ID+"/11", measure.ID, theirs), http.StatusForbidden},
			"of nothing that we know":      {mallory, note(mallory.ID+"/5", mallory.ID, "https://nowhere.example/1"), http.StatusAccepted},
			"without a reason": {mallory, func() map[string]any {
				n := note(mallory.ID+"/6", mallory.ID, theirs)
				delete(n, "embraye:reason")
				return n
			}(), http.StatusAccepted},
			"with a verdict of its own": {mallory, func() map[string]any {
				n := note(mallory.ID+"/7", mallory.ID, theirs)
				n["embraye:verdict"] = "likes"
				return n
			}(), http.StatusAccepted},
			"to some only": {mallory, func() map[string]any {
				n := note(mallory.ID+"/8", mallory.ID, theirs)
				n["to"] = []string{mallory.ID + "/followers"}
				return n
			}(), http.StatusAccepted},
		} {
			if status := send(c.who, "Create", c.note); status != c.status || kept() != 0 {
				p.Errorf("a review %s: %d, %d kept", name, status, kept())
			}
		}
		own := friend.ID + "/9"
		if status := send(friend, "Create", note(own, friend.ID, theirs)); status != http.StatusAccepted || kept() != 1 {
			p.Fatalf("an honest review: %d, %d kept", status, kept())
		}
		before, err := p.In.Store.Tables().PeerReviews.ByURI(p.Context(), embraye.IRI(own))
		p.Must(err)
		stolen := note(own, mallory.ID, theirs)
		stolen["embraye:verdict"] = "confirms"
		for _, kind := range []string{"Create", "Update", "Delete"} {
			var object any = stolen
			if kind == "Delete" {
				object = own
			}
			send(mallory, kind, object)
		}
		moved := note(own, friend.ID, string(p.In.Site.UpdateID("01jzzzzzzzzzzzzzzzzzzzzzzz")))
		send(friend, "Update", moved)
		after, err := p.In.Store.Tables().PeerReviews.ByURI(p.Context(), embraye.IRI(own))
		p.Must(err)
		if after.Verdict != before.Verdict || after.WithdrawnAt != nil || after.Object != before.Object || after.Actor != before.Actor {
			p.Errorf("somebody else's row changed: %+v", after)
		}
		answer := map[string]any{"id": mallory.ID + "/10", "type": "Note", "attributedTo": mallory.ID, "inReplyTo": own, "to": []string{apptest.Public}, "content": "<p>Si.</p>",
			"embraye:answers": own}
		send(mallory, "Create", answer)
		if _, err := p.In.Store.Tables().ReviewResponses.Take(p.Context(), embraye.IRI(own), embraye.IRI(mallory.ID)); !errors.Is(err, embraye.ErrNotFound) {
			p.Errorf("an answer by who did not write the constat: %v", err)
		}
	})
}

// Two versions of one second come in any order: the one that calls itself older
// replaces nothing.
func TestAnOlderVersionOfOneMomentReplacesNothing(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("un", nil))
		ann := p.W.Server("third.example").Actor("ann")
		at := p.W.Clock.Now().Format(time.RFC3339)
		version := func(n int, verdict string) map[string]any {
			return map[string]any{"id": ann.ID + "/avis", "type": "Note", "attributedTo": ann.ID, "inReplyTo": p.Measures[1].ID + "/un", "to": []string{apptest.Public},
				"content": "<p>Non.</p>", "published": at, "updated": at, "embraye:verdict": verdict, "embraye:reason": "Non.", "embraye:revision": n}
		}
		for _, v := range []struct {
			n              int
			verdict, stays string
		}{{1, "contests", "contests"}, {3, "outdated", "outdated"}, {2, "qualifies", "outdated"}, {3, "contests", "contests"}, {4, "qualifies", "qualifies"}} {
			kind := "Update"
			if v.n == 1 {
				kind = "Create"
			}
			status := ann.Post(string(p.In.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/acts/%d-%s", ann.ID, v.n, v.verdict),
				"type": kind, "actor": ann.ID, "object": version(v.n, v.verdict)})
			r, err := p.In.Store.Tables().PeerReviews.ByURI(p.Context(), embraye.IRI(ann.ID+"/avis"))
			if err != nil || status != http.StatusAccepted || string(r.Verdict) != v.stays {
				p.Fatalf("version %d: %d, %+v, %v", v.n, status, r, err)
			}
		}
	})
}

// Two reviews by one organisation count once, by its last word; the first stays.
func TestATallyCountsOrganisations(t *testing.T) {
	at := func(h int) time.Time { return fedtest.Start.Add(time.Duration(h) * time.Hour) }
	reviews := []embraye.ShownReview{
		{Actor: "https://b.example/o", ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests}, PublishedAt: at(1)},
		{Actor: "https://b.example/o", ReviewContent: embraye.ReviewContent{Verdict: embraye.Confirms}, PublishedAt: at(3)},
		{Actor: "https://c.example/o", ReviewContent: embraye.ReviewContent{Verdict: embraye.Confirms}, PublishedAt: at(2)},
		{Actor: "https://d.example/o", ReviewContent: embraye.ReviewContent{Verdict: embraye.Outdated}, PublishedAt: at(4)},
	}
	embraye.ByTime(reviews)
	if got := embraye.Tally(reviews); !slices.Equal(got, []embraye.ReviewTally{{Verdict: embraye.Confirms, N: 2}, {Verdict: embraye.Outdated, N: 1}}) {
		t.Errorf("%v", got)
	}
}
