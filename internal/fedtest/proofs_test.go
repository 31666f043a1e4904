package fedtest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/proof"
)

// multikey is the Ed25519 key that an actor of ours shows, as a receiver reads it.
func (s *scene) multikey(actor string) (id string, key ed25519.PublicKey) {
	s.t.Helper()
	list, _ := s.w.documentOf(actor)["assertionMethod"].([]any)
	if len(list) != 1 {
		s.t.Fatalf("%s lists %v", actor, list)
	}
	m := list[0].(map[string]any)
	key, err := proof.ParseMultikey(m["publicKeyMultibase"].(string))
	if err != nil || m["type"] != "Multikey" || m["controller"] != actor || m["id"] != actor+"#ed25519-key" {
		s.t.Fatalf("%v, %v", m, err)
	}
	return m["id"].(string), key
}

// documentOf reads a document of ours as another server does.
func (w *World) documentOf(address string) (doc map[string]any) {
	w.T.Helper()
	r := w.Get(address, ActivityType)
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&doc); err != nil || r.StatusCode != http.StatusOK {
		w.T.Fatalf("%s: %d, %v", address, r.StatusCode, err)
	}
	return doc
}

// provedBy holds that a document carries a proof of its author's own key.
func (s *scene) provedBy(author string, doc map[string]any) {
	s.t.Helper()
	id, key := s.multikey(author)
	p, err := proof.Read(doc, s.w.Clock.Now())
	if err != nil || p == nil || p.Method != id {
		s.t.Errorf("%v %v: %+v, %v", doc["type"], doc["id"], p, err)
		return
	}
	if err := p.Verify(doc, key); err != nil {
		s.t.Errorf("%v %v: %v", doc["type"], doc["id"], err)
	}
}

// Every Create, Update, Delete and Announce is proved by its actor, and the
// constats and Notes in them by their author: as they are delivered, listed and
// served.
func TestProofsOfWhatWeSay(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		org := string(s.in.Site.ActorID("organisation"))
		fan := s.followerOf("mesure2", "masto.example", "ann")
		other := s.followerOf("organisation", "masto.example", "bob")
		s.w.Settle()
		fan.Server.Take()
		s.publish()
		s.revise("Une troisième commune", func(c *embraye.Content) { c.Summary += " Trois." })
		if err := s.in.Constats.Withdraw(t.Context(), embraye.Operator(), s.update.ID, constats.WithdrawInput{Reason: "Une erreur."}); err != nil {
			t.Fatal(err)
		}
		s.w.Settle()
		seen := map[string]int{}
		for _, m := range other.Server.Take() {
			actor, _ := m.JSON["actor"].(string)
			if seen[m.Type()]++; m.Type() != "Undo" && m.Type() != "Accept" {
				s.provedBy(actor, m.JSON)
			}
			if inner := object(m); inner["type"] == "Note" || m.Type() == "Undo" && inner != nil {
				s.provedBy(actor, inner)
			}
		}
		if seen["Create"] < 2 || seen["Update"] != 1 || seen["Delete"] == 0 || seen["Announce"] != 1 {
			t.Errorf("delivered: %v", seen)
		}
		for _, actor := range []string{s.measure(), org} {
			for _, item := range s.w.documentOf(s.w.documentOf(actor + "/outbox")["first"].(string))["orderedItems"].([]any) {
				s.provedBy(actor, item.(map[string]any))
			}
		}
	})
}

// What is served carries live counts, and a proof that is over them; the same
// counts give the same bytes. A version keeps the proof that it was made with.
func TestProofsOfWhatWeServe(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		served := s.w.documentOf(s.constat())
		s.provedBy(s.measure(), served)
		first := served["proof"]
		ann := s.server("masto.example").Actor("ann")
		s.send(ann, s.like(ann))
		served = s.w.documentOf(s.constat())
		if likes := served["likes"].(map[string]any); likes["totalItems"] != 1.0 {
			t.Errorf("%v", likes)
		}
		s.provedBy(s.measure(), served)
		if string(Body(t, served["proof"])) == string(Body(t, first)) {
			t.Error("the proof is not over the counts")
		}
		s.provedBy(s.measure(), s.w.documentOf(s.constat()+"/versions/1"))
		notes, err := s.in.Store.Tables().Notes.OfUpdate(t.Context(), s.update.ID)
		if err != nil || len(notes) != 1 {
			t.Fatal(notes, err)
		}
		s.provedBy(s.measure(), s.w.documentOf(string(s.in.Site.NoteID(notes[0].ID))))
	})
}

// A rotation changes both halves; the Update that tells so is proved by the
// former key, and what is served from then on by the new one.
func TestProofsAfterARotation(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		ann := s.followerOf("mesure2", "masto.example", "ann")
		_, old := s.multikey(s.measure())
		pem := s.pem(s.measure())
		s.rotate("mesure2")
		_, present := s.multikey(s.measure())
		if slices.Equal(old, present) || s.pem(s.measure()) == pem {
			t.Error("half of the key is the former one")
		}
		s.w.Settle()
		told := s.delivered(ann.Server, "Update")
		p, err := proof.Read(told.JSON, s.w.Clock.Now())
		if err != nil || p == nil || p.Verify(told.JSON, old) != nil {
			t.Errorf("the Update: %+v, %v", p, err)
		}
		if list, _ := object(told)["assertionMethod"].([]any); len(list) != 1 || object(told)["publicKey"] == nil {
			t.Errorf("the Update has %v and %v", list, object(told)["publicKey"])
		}
		s.provedBy(s.measure(), s.w.documentOf(s.constat()))
		u, err := s.in.Store.Tables().Updates.Take(t.Context(), s.update.ID)
		if err != nil {
			t.Fatal(err)
		}
		var stored map[string]any
		if err := json.Unmarshal(u.Wire, &stored); err != nil {
			t.Fatal(err)
		}
		s.provedBy(s.measure(), stored)
	})
}

// A database of an earlier version has keys of one half: each actor gets its
// second at the next start, tells its followers once, and proves what it serves.
// What was said, hashed and signed stays as it was.
func TestProofsComeWithTheUpgrade(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		ann := s.followerOf("mesure2", "masto.example", "ann")
		s.w.Settle()
		pem := s.pem(s.measure())
		old, _ := proof.Cut(s.update.Wire)
		for _, q := range []string{"UPDATE actor_keys SET ed25519_public = '', ed25519_enc = NULL", "UPDATE updates SET wire_version = 2"} {
			if _, err := s.in.Store.Pool().Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		revisions := kept(t, s.in, "SELECT id, wire FROM revisions ORDER BY id")
		ann.Server.Take()
		for range 2 {
			s.w.Clock.Advance(time.Hour)
			s.w.Restart(s.in)
			s.w.Settle()
		}
		said := ann.Server.Take()
		if len(said) != 1 || said[0].Type() != "Update" || said[0].ObjectID() != s.measure() {
			t.Fatalf("they heard %v", types(said))
		}
		if list, _ := object(said[0])["assertionMethod"].([]any); len(list) != 1 || object(said[0])["publicKey"] == nil {
			t.Errorf("the Update has %v and %v", list, object(said[0])["publicKey"])
		}
		s.provedBy(s.measure(), said[0].JSON)
		for _, handle := range []string{"organisation", embraye.InstanceHandle, "mesure1"} {
			s.multikey(string(s.in.Site.ActorID(handle)))
		}
		if s.pem(s.measure()) != pem {
			t.Error("the first half is another one")
		}
		u, err := s.in.Store.Tables().Updates.Take(t.Context(), s.update.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now, proved := proof.Cut(u.Wire); !proved || !bytes.Equal(now, old) {
			t.Errorf("the constat is now\n%s", u.Wire)
		}
		if !bytes.Equal(revisions, kept(t, s.in, "SELECT id, wire FROM revisions ORDER BY id")) {
			t.Error("revisions have changed")
		}
	})
}

// Actors say what we understand (FEP-844e).
func TestActorsSayWhatWeUnderstand(t *testing.T) {
	s := newScene(t, "sqlite")
	for _, handle := range []string{"mesure2", "organisation", embraye.InstanceHandle} {
		generator, _ := s.w.documentOf(string(s.in.Site.ActorID(handle)))["generator"].(map[string]any)
		implements, _ := generator["implements"].([]any)
		var hrefs []string
		for _, i := range implements {
			hrefs = append(hrefs, i.(map[string]any)["href"].(string))
		}
		want := []string{"https://datatracker.ietf.org/doc/html/rfc9421", "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"}
		if !slices.Equal(hrefs, want) || generator["type"] != "Application" {
			t.Errorf("%s: %v", handle, generator)
		}
	}
}

// Who says that it understands Ed25519 gets it; who refuses it gets what every
// server knows, at once, and is not asked again for a week.
func TestEd25519WhereItIsUnderstood(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		ann := s.server("new.example").Actor("ann")
		ann.Doc["generator"] = map[string]any{"type": "Application", "implements": []any{
			map[string]any{"href": "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"}}}
		ann.Publish()
		s.followerOf("mesure2", "old.example", "bob")
		s.send(ann, follow(ann, "follow", s.measure()))
		s.w.Settle()
		ann.Server.Take()
		schemes := func(server *Server) (got []string) {
			for _, m := range server.Take() {
				scheme := "cavage"
				if m.Header.Get("Signature-Input") != "" {
					scheme = "ed25519"
					s.verifiedEd25519(m, server)
				}
				got = append(got, scheme)
			}
			return got
		}
		publish := func(wantNew, wantOld []string) {
			t.Helper()
			s.publish()
			s.w.Settle()
			if got := schemes(ann.Server); !slices.Equal(got, wantNew) {
				t.Errorf("new.example got %v, want %v", got, wantNew)
			}
			if got := schemes(s.server("old.example")); !slices.Equal(got, wantOld) {
				t.Errorf("old.example got %v, want %v", got, wantOld)
			}
		}
		cavage, ed25519 := []string{"cavage"}, []string{"ed25519"}
		publish(ed25519, cavage)
		s.rotate("mesure2")
		s.w.Settle()
		ann.Server.Take()
		s.server("old.example").Take()
		publish(ed25519, cavage)
		ann.Server.Answer(func(r *http.Request) int {
			if r.Header.Get("Signature-Input") != "" {
				return http.StatusUnauthorized
			}
			return http.StatusAccepted
		})
		publish([]string{"ed25519", "cavage"}, cavage)
		publish(cavage, cavage)
		ann.Server.Answer(nil)
		s.w.Clock.Advance(7*24*time.Hour + time.Second)
		publish(ed25519, cavage)
	})
}

// verifiedEd25519 checks a request of ours with the Multikey that its actor shows,
// or showed when it was made.
func (s *scene) verifiedEd25519(m Message, server *Server) {
	s.t.Helper()
	actor, _ := m.JSON["actor"].(string)
	_, key := s.multikey(actor)
	r, err := http.NewRequest(http.MethodPost, server.Base+m.Path, bytes.NewReader(m.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header = m.Header
	origin := *r.URL
	origin.Path = ""
	sig, err := httpsig.Parse(r, m.Body, httpsig.Policy{Now: s.w.Clock.Now(), BaseURL: &origin})
	if err == nil {
		err = sig.Verify(key)
	}
	if err != nil || sig.KeyID != actor+"#ed25519-key" || sig.Scheme != httpsig.Ed25519 {
		s.t.Errorf("%+v, %v", sig, err)
	}
}
