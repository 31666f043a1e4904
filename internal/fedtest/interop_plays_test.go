package fedtest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// Decisions about what we publish that need more than one message to show.

const publicIRI = "https://www.w3.org/ns/activitystreams#Public"

// followerOf is a stranger who follows one of our actors and was accepted.
func (s *scene) followerOf(handle, host, name string) *Actor {
	s.t.Helper()
	a := s.server(host).Actor(name)
	s.send(a, follow(a, "follow-"+handle, string(s.in.Site.ActorID(handle))))
	s.w.Settle()
	a.Server.Take()
	return a
}

// send posts an activity in our usual form; it has to be taken.
func (s *scene) send(a *Actor, activity map[string]any) {
	s.t.Helper()
	if activity["@context"] == nil {
		activity["@context"] = "https://www.w3.org/ns/activitystreams"
	}
	if status := a.Post(s.inbox(), activity); status != 202 {
		s.t.Fatalf("%v was answered %d", activity["type"], status)
	}
}

func (s *scene) like(a *Actor) map[string]any {
	return map[string]any{"id": a.ID + "#likes/1", "type": "Like", "actor": a.ID, "object": s.constat()}
}

// delivered is the one message of a type that arrived at a server since the
// last look.
func (s *scene) delivered(server *Server, kind string) Message {
	s.t.Helper()
	s.w.Settle()
	var found []Message
	all := server.Take()
	for _, m := range all {
		if m.Type() == kind {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		s.t.Fatalf("%s got %v, want one %s", server.Host, types(all), kind)
	}
	return found[0]
}

func object(m Message) map[string]any { o, _ := m.JSON["object"].(map[string]any); return o }

// video serves a PeerTube video and its channel.
func (s *scene) video(host string) (id string, channel *Actor) {
	server := s.server(host)
	channel = server.ActorAt(server.Base+"/video-channels/jardin", "jardin")
	channel.Doc["type"] = "Group"
	channel.Publish()
	id = server.Base + "/videos/watch/9c9d"
	server.PutJSON("/videos/watch/9c9d", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Video", "name": "Jardin",
		"attributedTo": channel.ID, "published": "2026-05-01T09:00:00Z", "to": []string{publicIRI}, "cc": []string{}})
	return id, channel
}

// The instance actor is followed by admins of PeerTube, for the videos alone.
func TestInterop04_TheInstanceRepeatsVideosAndNothingElse(t *testing.T) {
	s := newScene(t, "sqlite")
	admin := s.followerOf(embraye.InstanceHandle, "admin.example", "root")
	if _, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample()); err != nil {
		t.Fatal(err)
	}
	ann := s.server("masto.example").Actor("ann")
	note := ann.ID + "/statuses/1"
	ann.Server.PutJSON("/users/ann/statuses/1", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": note, "type": "Note",
		"attributedTo": ann.ID, "content": "<p>Bonjour</p>", "published": "2026-05-01T09:00:00Z", "to": []string{publicIRI}, "cc": []string{}})
	if _, err := s.in.Constats.Boost(t.Context(), embraye.Operator(), "m2", note); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	if got := admin.Server.Take(); len(got) != 0 {
		t.Fatalf("the instance repeated a constat or a Note: %v", types(got))
	}
	id, _ := s.video("pt.example")
	if _, err := s.in.Constats.Boost(t.Context(), embraye.Operator(), "m2", id); err != nil {
		t.Fatal(err)
	}
	m := s.delivered(admin.Server, "Announce")
	if m.JSON["actor"] != string(s.in.Site.ActorID(embraye.InstanceHandle)) || m.ObjectID() != id {
		t.Errorf("Announce by %v of %s", m.JSON["actor"], m.ObjectID())
	}
}

// GET and delivery differ in the three counts and nothing else but their proofs.
func TestInterop10_ServedAndDeliveredDifferInCountsAlone(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	published, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample())
	if err != nil {
		t.Fatal(err)
	}
	sent := object(s.delivered(ann.Server, "Create"))
	served := s.w.document(t, string(s.in.Site.UpdateID(published.Update.ID)))
	for _, counted := range []string{"likes", "shares", "replies"} {
		_, embedded := served[counted].(map[string]any)
		if bare, has := sent[counted]; !embedded || has {
			t.Errorf("%s: delivered %v, served %v", counted, bare, served[counted])
		}
		delete(served, counted)
	}
	delete(served, "proof") // each is proved as it is
	delete(sent, "proof")
	if diff := cmp.Diff(sent, served); diff != "" {
		t.Error(diff)
	}
}

// A correction goes to every inbox that got the Create, even of who left.
func TestInterop11_TopA13_CorrectionReachesWhoGotTheCreate(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	published, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample())
	if err != nil {
		t.Fatal(err)
	}
	s.update = published.Update
	create := s.delivered(ann.Server, "Create")
	s.send(ann, map[string]any{"id": ann.ID + "#undo", "type": "Undo", "actor": ann.ID,
		"object": map[string]any{"id": masto(ann), "type": "Follow", "actor": ann.ID, "object": s.measure()}})
	s.revise("Trois communs sont financés", func(c *embraye.Content) { c.Stage = embraye.PartlyDone })
	s.w.Settle()
	got := ann.Server.Take()
	if want := []string{"Update", "Create"}; !slices.Equal(types(got), want) {
		t.Fatalf("got %v, want %v", types(got), want)
	}
	for _, audience := range []string{"to", "cc"} {
		if diff := cmp.Diff(create.JSON[audience], got[0].JSON[audience]); diff != "" {
			t.Errorf("%s of the Update: %s", audience, diff)
		}
	}
	note, _ := object(got[1])["content"].(string)
	text, _ := object(got[0])["content"].(string)
	for _, part := range []string{"Correction", "Engagé → Réalisé en partie", "/versions"} {
		if !strings.Contains(note, part) {
			t.Errorf("the correction does not say %q: %s", part, note)
		}
	}
	if !strings.Contains(text, "<strong>Réalisé en partie") || object(got[1])["inReplyTo"] != s.constat() {
		t.Errorf("the Update says %s; the Note answers %v", text, object(got[1])["inReplyTo"])
	}
}

func masto(a *Actor) string { return a.Server.Base + "/follow-mesure2" }

// The editor may leave the Note out; a typo is not sent, and keeps what the
// last correction said.
func TestInterop11_TopB14_QuietCorrectionsAndTypos(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	content := s.update.Content
	content.Stage = embraye.Done
	s.w.Clock.Advance(time.Minute)
	out, err := s.in.Constats.Revise(t.Context(), embraye.Operator(), s.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Tout est financé", Quiet: true, Content: content})
	if err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	if got, want := types(ann.Server.Take()), []string{"Update"}; !slices.Equal(got, want) {
		t.Errorf("a quiet correction sent %v", got)
	}
	content = out.Update.Content
	content.Summary = strings.Replace(content.Summary, "ouvert", "bien ouvert", 1)
	if _, err := s.in.Constats.Revise(t.Context(), embraye.Operator(), s.update.ID, constats.ReviseInput{Kind: embraye.Typo, Reason: "Une coquille", Content: content}); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	if got := types(ann.Server.Take()); len(got) != 0 {
		t.Errorf("a typo sent %v", got)
	}
	text, _ := s.w.document(t, s.constat())["content"].(string)
	if !strings.Contains(text, "Tout est financé") || strings.Contains(text, "coquille") || !strings.Contains(text, "bien ouvert") {
		t.Errorf("after the typo the constat says %s", text)
	}
}

// A withdrawn id answers 410 for ever; what takes its place has one of its own.
func TestInterop12_TopA14_WithdrawnNeverComesBack(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.server("masto.example").Actor("ann")
	s.send(ann, s.like(ann))
	if err := s.in.Constats.Withdraw(t.Context(), embraye.Operator(), s.update.ID, constats.WithdrawInput{Reason: "Doublon"}); err != nil {
		t.Fatal(err)
	}
	if m := s.delivered(ann.Server, "Delete"); m.ObjectID() != s.constat() || object(m)["type"] != "Tombstone" {
		t.Errorf("Delete of %v", m.JSON["object"])
	}
	resp := s.w.Get(s.constat(), ActivityType)
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusGone || !strings.Contains(string(body), `"Tombstone"`) {
		t.Errorf("answers %d %s", resp.StatusCode, body)
	}
	_, err := s.in.Constats.Revise(t.Context(), embraye.Operator(), s.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Retour", Content: s.update.Content})
	if !errors.Is(err, embraye.ErrGone) {
		t.Errorf("a withdrawn constat was revised: %v", err)
	}
	again := sample()
	again.RelatedTo = []embraye.Relation{{Rel: "replaces", Href: s.constat()}}
	published, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), again)
	if err != nil || published.Update.ID == s.update.ID {
		t.Errorf("publishing anew: %v", err)
	}
}

// What was said about a withdrawn constat goes with it: nobody reads its correction
// on.
func TestInterop12_CorrectionsGoWithTheirConstat(t *testing.T) {
	s := newScene(t, "sqlite")
	ann := s.followerOf("mesure2", "masto.example", "ann")
	content := s.update.Content
	content.Stage = embraye.Done
	if _, err := s.in.Constats.Revise(t.Context(), embraye.Operator(), s.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Fait", Content: content}); err != nil {
		t.Fatal(err)
	}
	correction := s.delivered(ann.Server, "Create").ObjectID()
	if err := s.in.Constats.Withdraw(t.Context(), embraye.Operator(), s.update.ID, constats.WithdrawInput{Reason: "Doublon"}); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	var gone []string
	for _, m := range ann.Server.Take() {
		if m.Type() == "Delete" {
			gone = append(gone, m.ObjectID())
		}
	}
	if !slices.Contains(gone, s.constat()) || !slices.Contains(gone, correction) {
		t.Errorf("deleted %v, want %s and %s", gone, s.constat(), correction)
	}
	resp := s.w.Get(correction, ActivityType)
	resp.Body.Close()
	if resp.StatusCode != http.StatusGone {
		t.Errorf("the correction answers %d", resp.StatusCode)
	}
}

// The Accept of a quote names an authorization that everybody can read, and
// asking again brings the same one.
func TestInterop13_TopA23_QuotesAreAuthorized(t *testing.T) {
	s := newScene(t, "sqlite")
	var results []any
	for range 2 {
		body := s.example("mastodon/quote-request", true)
		if status := s.post("mastodon", body); status != 202 {
			t.Fatalf("answered %d", status)
		}
		s.w.Settle()
		for _, m := range s.server("m.example").Take() {
			results = append(results, m.JSON["result"])
			if o := object(m); m.Path != "/of/ann/inbox" || m.JSON["actor"] != s.measure() || o["type"] != "QuoteRequest" || o["instrument"] != annID+"/statuses/11" {
				t.Errorf("%s to %s by %v of %v", m.Type(), m.Path, m.JSON["actor"], o)
			}
		}
		s.w.Clock.Advance(time.Minute)
	}
	if len(results) == 0 || slices.ContainsFunc(results, func(r any) bool { return r != results[0] }) {
		t.Fatalf("authorizations %v", results)
	}
	got := s.w.document(t, results[0].(string))
	for property, want := range map[string]any{"id": results[0], "type": "QuoteAuthorization", "attributedTo": s.measure(),
		"interactingObject": annID + "/statuses/11", "interactionTarget": s.constat()} {
		if got[property] != want {
			t.Errorf("%s is %v, want %v", property, got[property], want)
		}
	}
	mal := s.server("evil.example").Actor("mal")
	s.send(mal, map[string]any{"id": mal.ID + "/quotes/1", "type": "QuoteRequest", "actor": mal.ID, "object": s.constat(), "instrument": annID + "/statuses/12"})
	s.w.Settle()
	if got := mal.Server.Take(); len(got) != 0 {
		t.Errorf("who asks for somebody else's post is answered %v", got[0].JSON)
	}
}

// A boost: once, at an address, in the outbox, not older than its post, and
// told to the video's own server.
func TestInterop15_TopB19_BoostOfAVideo(t *testing.T) {
	s := newScene(t, "sqlite")
	id, channel := s.video("pt.example")
	if _, err := s.in.Constats.Boost(t.Context(), embraye.Operator(), "m2", id); err != nil {
		t.Fatal(err)
	}
	s.w.Settle()
	var boost map[string]any
	for _, m := range channel.Server.Take() {
		if m.Type() == "Announce" && m.JSON["actor"] == s.measure() {
			boost = m.JSON
		}
	}
	if boost == nil || boost["object"] != id || boost["published"].(string) < "2026-05-01T09:00:00Z" {
		t.Fatalf("the video's server got %v", boost)
	}
	if got := s.w.document(t, boost["id"].(string)); got["id"] != boost["id"] || got["object"] != id {
		t.Errorf("at its address: %v", got)
	}
	first, _ := s.w.document(t, string(s.in.Site.Outbox("mesure2")))["first"].(string)
	page, err := json.Marshal(s.w.document(t, first)["orderedItems"])
	if err != nil || !strings.Contains(string(page), boost["id"].(string)) {
		t.Errorf("the outbox lacks the boost: %s, %v", page, err)
	}
	if _, err := s.in.Constats.Boost(t.Context(), embraye.Operator(), "m2", id); !errors.Is(err, embraye.ErrConflict) {
		t.Errorf("boosted twice: %v", err)
	}

	// Another clock is ahead of ours: Misskey passes over a boost older than its post.
	later := channel.Server.Base + "/videos/watch/later"
	ahead := s.w.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	channel.Server.PutJSON("/videos/watch/later", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": later, "type": "Note", "content": "<p>Bonjour</p>",
		"attributedTo": channel.ID, "published": ahead, "to": []string{publicIRI}, "cc": []string{}})
	if _, err := s.in.Constats.Boost(t.Context(), embraye.Operator(), "m2", later); err != nil {
		t.Fatal(err)
	}
	if m := s.delivered(channel.Server, "Announce"); m.JSON["object"] != later || m.JSON["published"] != ahead {
		t.Errorf("of a post of %s: %v", ahead, m.JSON)
	}
}
