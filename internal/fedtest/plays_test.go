package fedtest

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// each runs a play on every database.
func each(t *testing.T, play func(t *testing.T, kind string)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { play(t, kind) })
	}
}

// sample is a constat as an editor would hand it in.
func sample() constats.PublishInput {
	return constats.PublishInput{
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un appel à communs est ouvert", Summary: "La région a ouvert un appel à communs.",
			Evidence: []embraye.Evidence{{Href: "https://preuves.example/appel", Name: "Délibération"}}},
	}
}

// follow is what Mastodon sends.
func follow(from *Actor, id, target string) map[string]any {
	return map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": from.Server.Base + "/" + id,
		"type": "Follow", "actor": from.ID, "object": target}
}

func types(messages []Message) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.Type())
	}
	return out
}

// TestPlayFollow is the first way through the house: a Follow arrives.
func TestPlayFollow(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		w := New(t, Config{Kind: kind}, "nous.example")
		in := w.Instances[0]
		masto := w.Server("masto.example")
		ann := masto.Actor("ann")
		measure := string(in.Site.ActorID("mesure2"))

		if got := ann.Post(string(in.Site.SharedInbox()), follow(ann, "follow-1", measure)); got != 202 {
			t.Fatalf("Follow answered %d", got)
		}
		w.Settle()
		got := masto.Take()
		if len(got) != 1 || got[0].Type() != "Accept" || got[0].Path != "/users/ann/inbox" {
			t.Fatalf("got %v at %v, want one Accept in the personal inbox", types(got), got)
		}
		object, _ := got[0].JSON["object"].(map[string]any)
		if object["id"] != masto.Base+"/follow-1" || object["type"] != "Follow" || object["actor"] != ann.ID || object["object"] != measure {
			t.Errorf("the Accept embeds %v", object)
		}
		if got[0].JSON["actor"] != measure || got[0].JSON["id"] == nil {
			t.Errorf("Accept by %v with id %v", got[0].JSON["actor"], got[0].JSON["id"])
		}
	})
}

// TestPlayPublish is the second way: an editor publishes, corrects, withdraws;
// somebody likes, boosts, replies and leaves.
func TestPlayPublish(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		ctx := context.Background()
		w := New(t, Config{Kind: kind}, "nous.example")
		in := w.Instances[0]
		masto := w.Server("masto.example")
		ann := masto.Actor("ann")
		inbox := string(in.Site.SharedInbox())
		measure := string(in.Site.ActorID("mesure2"))
		ann.Post(inbox, follow(ann, "follow-1", measure))
		w.Settle()
		masto.Take()

		published, err := in.Constats.Publish(ctx, embraye.Operator(), sample())
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		got := masto.Take()
		if want := []string{"Create"}; !slices.Equal(types(got), want) {
			t.Fatalf("publishing sent %v, want %v", types(got), want)
		}
		if got[0].Path != "/inbox" {
			t.Errorf("the Create went to %s, want the shared inbox", got[0].Path)
		}
		id := string(in.Site.UpdateID(published.Update.ID))

		for name, activity := range map[string]map[string]any{
			"like":  {"id": ann.ID + "#likes/1", "type": "Like", "actor": ann.ID, "object": id},
			"boost": {"id": ann.ID + "/statuses/9/activity", "type": "Announce", "actor": ann.ID, "object": id, "to": []string{"https://www.w3.org/ns/activitystreams#Public"}},
		} {
			activity["@context"] = "https://www.w3.org/ns/activitystreams"
			if got := ann.Post(inbox, activity); got != 202 {
				t.Fatalf("%s answered %d", name, got)
			}
		}
		note := w.document(t, id)
		for _, key := range []string{"likes", "shares"} {
			if c, _ := note[key].(map[string]any); c["totalItems"] != 1.0 {
				t.Errorf("%s of the served Note is %v, want one", key, note[key])
			}
		}

		content := published.Update.Content
		content.Stage = embraye.PartlyDone
		w.Clock.Advance(60e9)
		if _, err := in.Constats.Revise(ctx, embraye.Operator(), published.Update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Trois communs sont financés", Content: content}); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if got, want := types(masto.Take()), []string{"Update", "Create"}; !slices.Equal(got, want) {
			t.Fatalf("the correction sent %v, want %v", got, want)
		}

		w.Clock.Advance(60e9)
		if err := in.Constats.Withdraw(ctx, embraye.Operator(), published.Update.ID, constats.WithdrawInput{Reason: "Publié par erreur"}); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		sent := types(masto.Take())
		if !slices.Contains(sent, "Delete") || slices.Contains(sent, "Create") {
			t.Fatalf("the withdrawal sent %v", sent)
		}
		resp := w.Get(id, ActivityType)
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 410 || !strings.Contains(string(body), "Tombstone") {
			t.Errorf("the withdrawn constat answers %d %s", resp.StatusCode, body)
		}

		ann.Post(inbox, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "#follows/5/undo", "type": "Undo",
			"actor": ann.ID, "object": map[string]any{"id": masto.Base + "/follow-1", "type": "Follow", "actor": ann.ID, "object": measure}})
		if n, err := in.Store.Tables().Followers.Count(ctx, "mesure2"); err != nil || n != 0 {
			t.Errorf("%d followers after Undo, %v", n, err)
		}
	})
}

// TestPlayPeers: two instances follow each other's measures and keep each
// other's constat, its correction and its withdrawal.
func TestPlayPeers(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		ctx := context.Background()
		w := New(t, Config{Kind: kind}, "a.example", "b.example")
		a, b := w.Instances[0], w.Instances[1]
		for from, to := range map[*Instance]*Instance{a: b, b: a} {
			if _, err := from.Peers.Add(ctx, embraye.Operator(), "@organisation@"+to.Host, embraye.PeerChoices{Gather: true}); err != nil {
				t.Fatal(err)
			}
		}
		w.Settle()
		follows, err := b.Store.Tables().Follows.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range follows {
			if f.State != embraye.FollowAccepted {
				t.Errorf("Follow of %s is %s", f.Target, f.State)
			}
		}
		published, err := a.Constats.Publish(ctx, embraye.Operator(), sample())
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		uri := a.Site.UpdateID(published.Update.ID)
		kept, err := b.Store.Tables().PeerUpdates.ByURI(ctx, uri)
		if err != nil {
			t.Fatal(err)
		}
		if kept.Title != published.Update.Title || kept.Measure != "m2" || kept.Stage != embraye.UnderWay || kept.Territory != "FR-BRE" {
			t.Errorf("kept %+v", kept)
		}
		content := published.Update.Content
		content.Stage = embraye.Done
		w.Clock.Advance(60e9)
		if _, err := a.Constats.Revise(ctx, embraye.Operator(), published.Update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "C'est fait", Content: content}); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if kept, err = b.Store.Tables().PeerUpdates.ByURI(ctx, uri); err != nil || kept.Stage != embraye.Done || kept.Revision != 2 {
			t.Errorf("after the correction: %+v, %v", kept, err)
		}
		if err := a.Constats.Withdraw(ctx, embraye.Operator(), published.Update.ID, constats.WithdrawInput{Reason: "Doublon"}); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if kept, err = b.Store.Tables().PeerUpdates.ByURI(ctx, uri); err != nil || kept.WithdrawnAt == nil {
			t.Errorf("after the withdrawal: %+v, %v", kept, err)
		}
	})
}

// document reads an ActivityStreams document.
func (w *World) document(t *testing.T, url string) map[string]any {
	t.Helper()
	resp := w.Get(url, ActivityType)
	defer resp.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatalf("%s: %d, %v", url, resp.StatusCode, err)
	}
	return v
}
