package web_test

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// judges keeps a review by another organisation, shown.
func (s *site) judges(host string, of embraye.IRI, verdict embraye.Verdict, reason string) embraye.PeerReview {
	s.t.Helper()
	org, now := embraye.IRI("https://"+host+"/actors/org"), s.Clock.Now()
	r := embraye.PeerReview{URI: embraye.IRI(fmt.Sprintf("https://%s/avis/%d", host, now.UnixMicro())), Actor: org, Host: host, Object: of, Digest: embraye.DigestOf(of), ReviewedRevision: 1,
		ReviewContent: embraye.ReviewContent{Verdict: verdict, Reason: reason, Licence: "CC-BY-4.0", Language: "fr",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/" + host + "/avis", Name: "Preuve contraire"}}},
		Revision: 1, URL: "https://" + host + "/lire-avis", State: embraye.ReplyShown, Delivery: org + "/inbox", PublishedAt: now, ReceivedAt: now, Wire: []byte("{}")}
	s.change(func(t store.Tables) error {
		_, err := t.PeerReviews.Insert(s.t.Context(), &r)
		return err
	})
	kept, err := s.Store.Tables().PeerReviews.ByURI(s.t.Context(), r.URI)
	if err != nil {
		s.t.Fatal(err)
	}
	return *kept
}

// change writes, and lets pages know.
func (s *site) change(f func(store.Tables) error) {
	s.t.Helper()
	if err := s.Store.InTx(s.t.Context(), func(t store.Tables) error { t.Changed(); return f(t) }); err != nil {
		s.t.Fatal(err)
	}
}

// knows remembers the actors of a constat of a peer's.
func (s *site) knows(u embraye.PeerUpdate) {
	s.t.Helper()
	s.change(func(t store.Tables) error {
		return t.RemoteActors.Upsert(s.t.Context(), &embraye.RemoteActor{URI: u.Actor, Host: u.Actor.Host(), Type: "Group", Username: "mesure2", Name: "Une mesure",
			Inbox: u.Actor + "/inbox", FetchedAt: s.Clock.Now()})
	})
}

// review says something of a peer's constat.
func (s *site) review(u embraye.PeerUpdate, verdict embraye.Verdict, reason string) *embraye.Review {
	s.t.Helper()
	s.knows(u)
	p, err := s.Reviews.Publish(s.t.Context(), embraye.Operator(), reviews.Input{Of: string(u.URI), ReviewContent: embraye.ReviewContent{Verdict: verdict, Reason: reason}})
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Review
}

func TestReadersFindReviews(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs")
	s.page("/divergences", "Aucun constat n’est contesté")
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	s.page("/organisations/pair.example", "Aucun avis affiché")
	s.Clock.Advance(time.Hour)
	theirs := s.judges("pair.example", s.Site.UpdateID(id), embraye.Contests, "L'appel n'est <b>pas</b> ouvert.")
	s.Clock.Advance(time.Hour)
	own := s.review(u, embraye.Contests, "Nous l'avons vu.")
	s.judges("tiers.example", u.URI, embraye.Confirms, "")

	s.page("/copies/"+u.CopyID, "1 organisation confirme, 1 conteste", "Nous l&#39;avons vu.", "/avis/"+own.ID, "https://tiers.example/lire-avis")
	both := []string{"Constats contestés", "pas&lt;/b&gt; ouvert", "Preuve contraire", "https://pair.example/lire-avis", "/constats/" + id, "Un appel à communs",
		"Nous l&#39;avons vu.", "/avis/" + own.ID, "/copies/" + u.CopyID, "Sans réponse pour l’instant"}
	for _, path := range []string{"/divergences", "/divergences?mesure=m2"} {
		body := s.page(path, both...)
		if strings.Index(body, "avons vu") > strings.Index(body, "ouvert.") {
			t.Errorf("%s: the newest word does not come first", path)
		}
	}
	if b := s.page("/divergences?mesure=m1"); strings.Contains(b, "Preuve contraire") {
		t.Error("a contestation about another measure is listed")
	}
	s.page("/organisations/pair.example", "Conteste", "pas&lt;/b&gt; ouvert", "/constats/"+id)

	// An answer does not end it; that a version takes it up does, by the word of its author alone.
	responds := func(actor embraye.IRI, by embraye.IRI) {
		s.change(func(tx store.Tables) error {
			return tx.ReviewResponses.Put(t.Context(), &embraye.ReviewResponse{Review: theirs.URI, Actor: actor, Note: "https://ours.example/notes/1", HTML: "<p>Si.</p>",
				IntegratedBy: by, AnsweredAt: &own.PublishedAt})
		})
	}
	responds(s.Site.ActorID("mesure1"), "https://faux.example/1")
	responds(s.Site.ActorID("mesure2"), "")
	s.page("/divergences", "a répondu", "Preuve contraire")
	responds(s.Site.ActorID("mesure2"), s.Site.UpdateID(id)+"/versions/2")
	if b := s.page("/divergences"); strings.Contains(b, "Preuve contraire") {
		t.Error("what was taken up is open still")
	}
	if err := s.Reviews.Withdraw(t.Context(), embraye.Operator(), own.ID, "Une erreur.", false); err != nil {
		t.Fatal(err)
	}
	s.page("/divergences", "Aucun constat n’est contesté")
}

func TestContestationsAndReviewsComeInPages(t *testing.T) {
	s := newSite(t)
	const most = 25
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	id, _ := s.publish("Un appel à communs")
	s.review(u, embraye.Contests, "Raison 0.")
	for n := 1; n < most; n++ {
		if n%3 == 0 { // several at one moment
			s.Clock.Advance(time.Second)
		}
		s.judges(fmt.Sprintf("%c.example", 'a'+n), s.Site.UpdateID(id), embraye.Contests, fmt.Sprintf("Raison %d.", n))
	}
	s.Clock.Advance(time.Second)
	for first, want := range map[string]int{"/divergences": 3, "/organisations/b.example": 2} {
		if first != "/divergences" {
			s.change(func(tx store.Tables) error {
				return tx.Peers.Insert(t.Context(), &embraye.Peer{Organisation: "https://b.example/actors/org", Host: "b.example", Handle: "org@b.example", CreatedAt: s.Clock.Now()})
			})
			for range 12 {
				s.Clock.Advance(time.Second)
				s.judges("b.example", s.Site.UpdateID(id), embraye.Confirms, "")
			}
		}
		seen, pages := map[string]bool{}, 0
		for path := first; path != "" && pages < 9; pages++ {
			body := s.page(path)
			for n := range most {
				if reason := fmt.Sprintf("Raison %d.", n); strings.Contains(body, reason) {
					if seen[reason] {
						t.Errorf("%s is on two pages", reason)
					}
					seen[reason] = true
				}
			}
			path = ""
			if _, rest, more := strings.Cut(body, `<a rel="next" href="`); more {
				query, _, _ := strings.Cut(rest, `"`)
				query, _, _ = strings.Cut(html.UnescapeString(query), "#")
				path = first + query
			}
		}
		if all := map[bool]int{true: most, false: 1}[first == "/divergences"]; len(seen) != all || pages != want {
			t.Errorf("%s: %d of %d on %d pages", first, len(seen), all, pages)
		}
		if w := s.weigh(t, first, "fr"); w.Elements > mostElements || w.Kilobyte*1000 > mostBytes {
			t.Errorf("%s: %d elements, %d kB", first, w.Elements, w.Kilobyte)
		}
	}
	for _, path := range []string{"/divergences?avis=x", "/divergences?avis=1", "/divergences?avis=-1+x", "/divergences?avis=1+x&apres=1+m2+x", "/organisations/b.example?avis=0", "/organisations/b.example?avis=x"} {
		if w := s.get(path, browser); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestReviewsAreOpenData(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs")
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	own := s.review(u, embraye.Qualifies, "=NUANCE()")
	r := s.judges("pair.example", s.Site.UpdateID(id), embraye.Contests, "Non.")
	hidden := s.judges("tiers.example", s.Site.UpdateID(id), embraye.Contests, "Cachée.")
	s.change(func(tx store.Tables) error {
		kept, err := tx.PeerReviews.ByURI(t.Context(), hidden.URI)
		if err != nil {
			return err
		}
		_, err = tx.PeerReviews.Decide(t.Context(), kept, embraye.ReplyHidden, "Hors sujet")
		return cmp.Or(err, tx.ReviewResponses.Put(t.Context(), &embraye.ReviewResponse{Review: r.URI, Actor: s.Site.ActorID("mesure2"), Note: "https://ours.example/notes/1", Maintained: true, AnsweredAt: &r.PublishedAt}))
	})
	for range 450 { // more than two pieces
		s.Clock.Advance(time.Second)
		s.judges("pair.example", u.URI, embraye.Confirms, "")
	}
	s.Web.Invalidate()
	rows, err := csv.NewReader(s.get("/donnees/avis.csv", "").Body).ReadAll()
	if err != nil || len(rows) != 453 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var list []map[string]any
	if err := json.Unmarshal(s.get("/donnees/avis.json", "").Body.Bytes(), &list); err != nil || len(list) != 452 {
		t.Fatalf("%d objects, %v", len(list), err)
	}
	cell := func(row int, name string) string {
		for i, column := range rows[0] {
			if column == name {
				return rows[row][i]
			}
		}
		return "no such column"
	}
	for _, want := range []struct {
		row          int
		column, text string
	}{{1, "id", string(s.Site.ReviewID(own.ID))}, {1, "here", "true"}, {1, "reason", "'=NUANCE()"}, {1, "constat_page", s.Site.Base + "/copies/" + u.CopyID}, {1, "state", "open"},
		{1, "account", string(s.Site.ActorID("organisation"))}, {2, "id", string(r.URI)}, {2, "state", "maintained"}, {2, "verdict", "contests"},
		{2, "constat", string(s.Site.UpdateID(id))}, {2, "evidence", "https://preuves.example/pair.example/avis"}, {2, "answer", "https://ours.example/notes/1"}} {
		if got := cell(want.row, want.column); got != want.text {
			t.Errorf("row %d, %s: %q, want %q", want.row, want.column, got, want.text)
		}
	}
	page := s.page("/donnees", "/donnees/avis.csv", "/donnees/avis.json")
	for _, column := range rows[0] {
		if _, ok := list[0][column]; !ok || !strings.Contains(page, "<dt>"+column+"</dt>") {
			t.Errorf("the column %s is not explained, or not in the JSON", column)
		}
	}
	if len(rows[0]) != len(list[0]) {
		t.Errorf("%d columns, %d keys", len(rows[0]), len(list[0]))
	}
}

// What the author of a constat made of a review is known as long as the constat is
// here, whether readers still find it or not.
func TestAnAnswerOutlivesThePeer(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs")
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	own, r := s.review(u, embraye.Contests, "Nous l'avons vu."), s.judges("pair.example", s.Site.UpdateID(id), embraye.Contests, "Non.")
	s.change(func(tx store.Tables) error {
		at := s.Clock.Now()
		return cmp.Or(tx.ReviewResponses.Put(t.Context(), &embraye.ReviewResponse{Review: s.Site.ReviewID(own.ID), Actor: u.Actor, Note: "https://pair.example/notes/1", AnsweredAt: &at}),
			tx.ReviewResponses.Put(t.Context(), &embraye.ReviewResponse{Review: r.URI, Actor: s.Site.ActorID("mesure2"), Note: "https://ours.example/notes/1", Maintained: true, AnsweredAt: &at}))
	})
	states := func(page string, want ...string) {
		t.Helper()
		s.Web.Invalidate()
		var list []struct {
			State       string
			ConstatPage string `json:"constat_page"`
		}
		if err := json.Unmarshal(s.get("/donnees/avis.json", "").Body.Bytes(), &list); err != nil || len(list) != 2 {
			t.Fatalf("%v, %v", list, err)
		}
		if list[0].State != want[0] || list[1].State != want[1] || list[0].ConstatPage != page {
			t.Errorf("%+v, want %s and the page %q", list, want, page)
		}
	}
	states(s.Site.Base+"/copies/"+u.CopyID, "answered", "maintained")
	peers, err := s.Peers.List(t.Context())
	if err == nil {
		err = s.Peers.Remove(t.Context(), embraye.Operator(), peers[0].ID, false)
	}
	if err == nil {
		err = s.Constats.Withdraw(t.Context(), embraye.Operator(), id, constats.WithdrawInput{Reason: "Doublon."})
	}
	if err != nil {
		t.Fatal(err)
	}
	states("", "answered", "maintained")
}
