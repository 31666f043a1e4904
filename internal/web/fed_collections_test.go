package web_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// INTEROP 0.10, B 22: the outbox is paged, embeds whole activities with the
// Announces, and ends.
func TestOutboxPages(t *testing.T) {
	s := newSite(t)
	const constats = 23
	for i := range constats {
		s.publish(fmt.Sprintf("Constat %d", i))
		s.Clock.Advance(time.Second)
	}
	for _, actor := range []struct{ handle, kind string }{{"mesure2", "Create"}, {"organisation", "Announce"}} {
		head := s.json("/actors/" + actor.handle + "/outbox")
		if head["totalItems"] != float64(constats) {
			t.Errorf("%s: %v items", actor.handle, head["totalItems"])
		}
		seen, pages := map[any]bool{}, 0
		for next, _ := head["first"].(string); next != ""; pages++ {
			page := s.json(strings.TrimPrefix(next, base))
			for _, item := range page["orderedItems"].([]any) {
				a := item.(map[string]any)
				// What is proved is embedded whole: its proof is over its context too.
				if a["type"] != actor.kind || (a["@context"] != nil) != (a["proof"] != nil) || seen[a["id"]] {
					t.Errorf("%s: item %v", actor.handle, a)
				}
				seen[a["id"]] = true
			}
			next, _ = page["next"].(string)
		}
		if len(seen) != constats || pages != 2 {
			t.Errorf("%s: %d activities on %d pages", actor.handle, len(seen), pages)
		}
	}
}

// INTEROP 0.6: featured has « où on en est » and the latest ten constats.
func TestFeatured(t *testing.T) {
	s := newSite(t)
	var newest string
	for i := range 12 {
		_, newest = s.publish(fmt.Sprintf("Constat %d", i))
		s.Clock.Advance(time.Second)
	}
	items := s.json("/actors/mesure2/featured")["orderedItems"].([]any)
	if len(items) != 11 || items[0] != base+pinnedPath(t, s) || items[1] != base+newest {
		t.Errorf("featured: %v", items)
	}
}

// Whoever looks at the organisation finds the accounts of its measures (FEP-7aa9):
// every item names a permission that is served, by the same server, for that
// collection and that account.
func TestMeasuresAreAFeaturedCollection(t *testing.T) {
	s := newSite(t)
	list := s.json(strings.TrimPrefix(s.json("/actors/organisation")["featuredCollections"].(string), base))
	if items := list["items"].([]any); len(items) != 1 || items[0] != base+"/actors/organisation/collections/mesures" {
		t.Fatalf("the collections: %v", items)
	}
	named := func() (actors []string) {
		c := s.json("/actors/organisation/collections/mesures")
		if c["type"] != "FeaturedCollection" || c["name"] != "Les mesures du mémoire" || c["attributedTo"] != base+"/actors/organisation" {
			t.Errorf("the collection is %v", c)
		}
		items := c["orderedItems"].([]any)
		if c["totalItems"] != float64(len(items)) {
			t.Errorf("%v of %d", c["totalItems"], len(items))
		}
		for _, i := range items {
			item := i.(map[string]any)
			permission := s.json(strings.TrimPrefix(item["featureAuthorization"].(string), base))
			if permission["type"] != "FeatureAuthorization" || permission["interactingObject"] != c["id"] || permission["interactionTarget"] != item["featuredObject"] ||
				permission["id"] != item["featureAuthorization"] || item["type"] != "FeaturedItem" || !strings.HasPrefix(item["id"].(string), base+"/") {
				t.Errorf("%v is permitted by %v", item, permission)
			}
			actors = append(actors, strings.TrimPrefix(item["featuredObject"].(string), base+"/actors/"))
		}
		return actors
	}
	measures := []string{"mesure1", "mesure2", "mesure3", "mesure4", "mesure5", "mesure6", "mesure7"}
	if got := named(); !slices.Equal(got, measures) {
		t.Errorf("it names %v", got)
	}
	if w := s.request("GET", "/actors/organisation/collections/mesures", "Accept: "+activity,
		"If-None-Match: "+s.get("/actors/organisation/collections/mesures", activity).Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("the same once more: %d", w.Code)
	}
	off := s.Site.OwnFeature(embraye.IRI(base+"/actors/organisation/collections/mesures"), "fonds")
	if c := s.json("/actors/mesure2/collections/qui-suit"); c["name"] != "Qui suit la mesure 2" || c["type"] != "FeaturedCollection" || c["totalItems"] != 0.0 {
		t.Errorf("who follows a measure: %v", c)
	}
	for _, path := range []string{"/actors/mesure2/collections/mesures", "/actors/organisation/collections/qui-suit", "/actors/instance/collections", "/actors/fonds/collections", "/actors/organisation/collections/autres",
		"/actors/nobody/collections/mesures", "/mises-en-avant/" + off.ID} {
		if w := s.get(path, activity); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if err := s.Organisation.EnableMeasure(t.Context(), embraye.Operator(), "m0"); err != nil {
		t.Fatal(err)
	}
	if got := named(); len(got) != 8 || !slices.Contains(got, "fonds") {
		t.Errorf("after a measure was switched on it names %v", got)
	}
}

// How many, never who; and first is there, or Mastodon says hidden.
func TestFollowersAreCountedOnly(t *testing.T) {
	s := newSite(t)
	err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		return tx.Followers.Upsert(t.Context(), &embraye.Follower{Actor: "mesure2", Follower: "https://peer.example/users/ann",
			Host: "peer.example", Inbox: "https://peer.example/users/ann/inbox", Delivery: "https://peer.example/inbox",
			FollowID: "https://peer.example/1", CreatedAt: s.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	w := s.get("/actors/mesure2/followers", activity)
	doc := decode(t, w)
	if doc["totalItems"] != 1.0 || doc["first"] == nil || strings.Contains(w.Body.String(), "ann") {
		t.Errorf("%s", w.Body)
	}
}

// INTEROP 0.10: replies lists what the moderation shows, and only what was
// addressed to everybody.
func TestRepliesAreModerated(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		for i := range 60 {
			r := embraye.Reply{URI: embraye.IRI(fmt.Sprintf("https://peer.example/shown/%d", i)), Actor: "https://peer.example/users/ann",
				Object: s.Site.UpdateID(id), InReplyTo: base + constat, Public: true, State: embraye.ReplyShown,
				PublishedAt: s.Clock.Now(), ReceivedAt: s.Clock.Now()}
			switch i {
			case 5:
				r.State, r.URI = embraye.ReplyPending, "https://peer.example/hidden/pending"
			case 6:
				r.Public, r.URI = false, "https://peer.example/hidden/private"
			}
			if _, err := tx.Replies.Insert(t.Context(), &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	head := s.json(constat + "/replies")
	if head["totalItems"] != 58.0 {
		t.Errorf("%v replies", head["totalItems"])
	}
	found := 0
	for next, _ := head["first"].(string); next != ""; {
		page := s.json(strings.TrimPrefix(next, base))
		for _, item := range page["orderedItems"].([]any) {
			if strings.Contains(item.(string), "hidden") {
				t.Errorf("%v is listed", item)
			}
			found++
		}
		next, _ = page["next"].(string)
	}
	if found != 58 {
		t.Errorf("%d replies listed", found)
	}
}

// FEP-f228: the context of a constat and of what we say below it is the whole
// public conversation, oldest first from the constat on, page by page.
func TestThreadIsOneCollection(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	s.Clock.Advance(time.Hour)
	s.revise(id)
	notes, err := s.Store.Tables().Notes.OfUpdate(t.Context(), id)
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	note, from := "/notes/"+notes[0].ID, s.Clock.Now().Add(-time.Hour)
	err = s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		for i := range 120 { // every other one answers the correction
			object := s.Site.UpdateID(id)
			if i%2 == 1 {
				object = s.Site.NoteID(notes[0].ID)
			}
			r := embraye.Reply{URI: embraye.IRI(fmt.Sprintf("https://peer.example/%d", 1000-i)), Actor: "https://peer.example/users/ann", Object: object, InReplyTo: string(object),
				Public: i%10 != 7, State: embraye.ReplyShown, PublishedAt: from.Add(time.Duration(i) * time.Minute), ReceivedAt: s.Clock.Now()}
			if i%10 == 8 {
				r.State = embraye.ReplyHidden
			}
			if _, err := tx.Replies.Insert(t.Context(), &r); err != nil {
				return err
			}
		}
		private := embraye.Note{ID: "01jt0000000000000000000000", Kind: embraye.AnswerNote, Actor: "mesure2", UpdateID: id, Private: true, PublishedAt: from}
		return tx.Notes.Insert(t.Context(), &private)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{constat, note} {
		if doc := s.json(path); doc["context"] != base+constat+"/fil" || doc["conversation"] != base+constat {
			t.Errorf("%s: context %v, conversation %v", path, doc["context"], doc["conversation"])
		}
	}
	head, items := s.json(constat+"/fil"), []any{}
	for next, _ := head["first"].(string); next != ""; {
		page := s.json(strings.TrimPrefix(next, base))
		items = append(items, page["orderedItems"].([]any)...)
		next, _ = page["next"].(string)
	}
	if head["type"] != "OrderedCollection" || head["totalItems"] != 98.0 || len(items) != 98 || items[0] != base+constat {
		t.Fatalf("%v of %v, %d listed from %v on", head["totalItems"], head["type"], len(items), items[0])
	}
	last, seen := 1001, 0
	for n, item := range items[1:] {
		var number int
		if item == base+note {
			seen++
			continue
		}
		if _, err := fmt.Sscanf(item.(string), "https://peer.example/%d", &number); err != nil || number >= last {
			t.Errorf("item %d is %v, after %d", n, item, last)
		}
		last = number
	}
	if seen != 1 {
		t.Errorf("the correction is listed %d times", seen)
	}
	for path, want := range map[string]int{"/fil?page=3": 200, "/fil?page=1000": 200, "/fil?page=true": 400, "/fil?page=0": 400} {
		if got := s.get(constat+path, activity).Code; got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	s.withdraw(id)
	if got := s.get(constat+"/fil", activity).Code; got != http.StatusGone {
		t.Errorf("of a withdrawn constat: %d", got)
	}
}

// A24 and 0.10: counts are live on GET, whatever was cached before.
func TestCountsAreLive(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	likes := func() any { return s.json(constat)["likes"].(map[string]any)["totalItems"] }
	if got := likes(); got != 0.0 {
		t.Errorf("%v likes", got)
	}
	err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		tx.AddCounts(store.UpdateCounter(id), 3, 2, 0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Web.Invalidate()
	if got := likes(); got != 3.0 {
		t.Errorf("%v likes", got)
	}
	if got := s.json(constat + "/shares")["totalItems"]; got != 2.0 {
		t.Errorf("%v shares", got)
	}
}

// A change by another process shows when the revision is read again.
func TestChangesOfOthersShow(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	s.get(constat, activity)
	err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		tx.AddCounts(store.UpdateCounter(strings.TrimPrefix(constat, "/constats/")), 1, 0, 0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Second)
	if got := s.json(constat + "/likes")["totalItems"]; got != 1.0 {
		t.Errorf("%v likes", got)
	}
}

// F177: parameters are understood or refused, never passed on.
func TestF177HostileParameters(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	const outbox = "/actors/mesure2/outbox"
	for path, want := range map[string]int{
		outbox + "?page=-1":                                     400,
		outbox + "?page=2":                                      400,
		outbox + "?page=true&before=%27%20OR%201=1--":           400,
		outbox + "?before=01jdzzzzzzzzzzzzzzzzzzzzzz":           400,
		outbox + "?page=true&limit=1000000000":                  200,
		outbox + "?page=true&min_id=%27%20OR%201=1--":           200,
		outbox + "?page=true&before=00000000000000000000000000": 200,
		constat + "/replies?page=-1":                            400,
		constat + "/replies?page=0":                             400,
		constat + "/replies?page=1000000000":                    400,
		constat + "/replies?page=true":                          400,
		constat + "/replies?page=1000":                          200,
		constat + "?page=-1":                                    200,
		"/?page=%27":                                            200,
	} {
		if w := s.get(path, activity); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// INTEROP 0.5: icons are PNG, each measure has its own, the same every time.
func TestIcons(t *testing.T) {
	s := newSite(t)
	drawn := map[string]string{}
	for _, handle := range []string{"organisation", "instance", "mesure1", "mesure2", "mesure7"} {
		w := s.get("/actors/"+handle+"/icon.png", "image/*")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %d %s", handle, w.Code, w.Header().Get("Content-Type"))
		}
		picture := w.Body.String()
		config, err := png.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
		if err != nil || config.Width != 400 || config.Height != 400 {
			t.Errorf("%s: %dx%d %v", handle, config.Width, config.Height, err)
		}
		for other, same := range drawn {
			if same == picture {
				t.Errorf("%s looks like %s", handle, other)
			}
		}
		drawn[handle] = picture
		if again := s.get("/actors/"+handle+"/icon.png", ""); again.Body.String() != picture {
			t.Errorf("%s is drawn differently each time", handle)
		}
	}
	if got := drawn["mesure2"]; len(got) > 20<<10 {
		t.Errorf("%d bytes for an icon", len(got))
	}
}
