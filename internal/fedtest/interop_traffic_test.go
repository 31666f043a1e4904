package fedtest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// Decisions about traffic: inboxes, repetitions, signatures, keys, answers.

// Follow, and Undo of a Follow, concern one: they go to its own inbox.
func TestInterop16_TopB13_FollowAndItsUndoArePersonal(t *testing.T) {
	s := newScene(t, "sqlite")
	s.follow("mastodon", annID)
	if m := s.delivered(s.server("m.example"), "Follow"); m.Path != "/of/ann/inbox" || m.JSON["actor"] != ourOrg {
		t.Errorf("Follow to %s by %v", m.Path, m.JSON["actor"])
	}
	ann, err := s.in.Peers.Find(t.Context(), annID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.in.Peers.Remove(t.Context(), embraye.Operator(), ann.ID, false); err != nil {
		t.Fatal(err)
	}
	m := s.delivered(s.server("m.example"), "Undo")
	if m.Path != "/of/ann/inbox" || object(m)["type"] != "Follow" || object(m)["object"] != annID {
		t.Errorf("Undo to %s of %v", m.Path, m.JSON["object"])
	}
}

// A repeated Follow is answered again; Undo finds it by the pair of actors,
// whatever id it names; while an Accept waits there is no second one.
func TestInterop17_Interop18_TopA15_RepeatedFollows(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	s.send(ann, follow(ann, "another", s.measure()))
	if m := s.delivered(ann.Server, "Accept"); object(m)["id"] != ann.Server.Base+"/another" || m.Path != "/users/ann/inbox" {
		t.Errorf("Accept of %v to %s", m.JSON["object"], m.Path)
	}
	list, err := s.in.Store.Tables().Followers.List(t.Context(), "mesure2", 0, 10)
	if err != nil || len(list) != 1 || list[0].FollowID != ann.Server.Base+"/another" {
		t.Errorf("followers %+v, %v", list, err)
	}
	s.send(ann, follow(ann, "third", s.measure()))
	s.w.Clock.Advance(time.Second)
	s.send(ann, follow(ann, "fourth", s.measure())) // Accept of the third still waits
	s.delivered(ann.Server, "Accept")
	s.send(ann, map[string]any{"id": ann.ID + "#undo", "type": "Undo", "actor": ann.ID,
		"object": map[string]any{"id": ann.ID + "#follows/", "type": "Follow", "actor": ann.ID, "object": s.measure()}})
	if n, err := s.in.Store.Tables().Followers.Count(t.Context(), "mesure2"); err != nil || n != 0 {
		t.Errorf("%d followers after the Undo, %v", n, err)
	}
}

// Fedify sends RFC 9421 first, and the same by the draft after any error.
func TestInterop18_TopA18_FedifyKnocksTwice(t *testing.T) {
	s := newScene(t, "sqlite")
	for _, name := range []string{"hollo/follow", "hollo/emoji-react"} {
		body := s.example(name, true)
		if status := s.post("hollo", body); status != 202 {
			t.Fatalf("%s: first knock %d", name, status)
		}
		a := s.actor("hollo", cyID)
		if status := s.w.Do(styles["hollo"].cavage(t, s.w.Clock.Now(), a, s.inbox(), body)); status != 202 {
			t.Fatalf("%s: second knock %d", name, status)
		}
	}
	if got, want := s.answers(), []string{"Accept /of/cy/inbox"}; !slices.Equal(got, want) {
		t.Errorf("answered %v, want %v", got, want)
	}
	if got, want := s.state(), followedAndLiked(); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func followedAndLiked() []string {
	return []string{"like of " + exampleConstat + " by " + cyID + " X", "likes: 1", "mesure2 is followed by " + cyID}
}

// Every spelling of keyId, in the form in which its program signs.
func TestInterop20_TopB10_TopB15_EveryStyle(t *testing.T) {
	s := newScene(t, "sqlite")
	for name := range styles {
		a := s.actor(name, "https://"+name+".test/users/ann")
		body := Body(t, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.ID + "#likes/1", "type": "Like", "actor": a.ID, "object": s.constat()})
		if status := s.post(name, body); status != 202 {
			t.Errorf("%s, keyId %s: %d", name, a.KeyID, status)
		}
	}
	likes, err := s.in.Store.Tables().Interactions.CountOf(t.Context(), embraye.IRI(s.constat()), embraye.Like)
	if err != nil || likes != len(styles) {
		t.Errorf("%d likes of %d, %v", likes, len(styles), err)
	}
}

// The Update with the new key is signed by the old one, later ones by the new.
func TestInterop21_TopA07_KeysRotateInOrder(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	pem := func() string {
		key, _ := s.w.document(t, s.measure())["publicKey"].(map[string]any)
		return key["publicKeyPem"].(string)
	}
	old := pem()
	if err := s.in.Organisation.RotateKey(t.Context(), embraye.Operator(), "mesure2"); err != nil {
		t.Fatal(err)
	}
	if pem() == old {
		t.Fatal("the actor document still shows the old key")
	}
	if _, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample()); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	got := ann.Server.Take()
	if want := []string{"Update", "Create"}; !slices.Equal(types(got), want) {
		t.Fatalf("got %v, want %v", types(got), want)
	}
	for i, key := range []string{old, pem()} {
		if err := s.verify(got[i], "https://masto.example", key); err != nil {
			t.Errorf("%s: %v", got[i].Type(), err)
		}
	}
}

// verify checks a message of ours with a key, as its receiver does.
func (s *scene) verify(m Message, base, pem string) error {
	r, err := http.NewRequest(http.MethodPost, base+m.Path, strings.NewReader(string(m.Body)))
	if err != nil {
		return err
	}
	r.Header = m.Header
	origin := *r.URL
	origin.Path = ""
	sig, err := httpsig.Parse(r, m.Body, httpsig.Policy{Now: s.w.Clock.Now(), BaseURL: &origin})
	if err != nil {
		return err
	}
	key, err := httpsig.ParsePublicKey(pem)
	if err != nil {
		return err
	}
	return sig.Verify(key)
}

// 410 of an inbox: the actor is looked at, and dropped only if it is gone too.
func TestInterop23_GoneInboxes(t *testing.T) {
	s := newScene(t, "sqlite")
	gone, there := s.followerOf("mesure2", "gone.example", "g"), s.followerOf("mesure2", "there.example", "t")
	gone.Server.Put("/users/g", ActivityType, http.StatusGone, nil)
	for _, a := range []*Actor{gone, there} {
		a.Server.Answer(func(*http.Request) int { return http.StatusGone })
	}
	if _, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample()); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	for a, want := range map[*Actor]bool{gone: false, there: true} {
		got, err := s.in.Store.Tables().Followers.Exists(t.Context(), "mesure2", embraye.IRI(a.ID))
		if err != nil || got != want {
			t.Errorf("%s follows: %v, %v, want %v", a.ID, got, err, want)
		}
		if n := len(a.Server.Take()); n != 1 {
			t.Errorf("%s was tried %d times", a.ID, n)
		}
	}
}
