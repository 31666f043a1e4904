package fedtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// A rule is one decision of INTEROP section 0 ("Interop03"), or one demand of
// its two lists of what other programs really want ("TopA02", "TopB03"). It is
// tested here, or elsewhere by a test that names it or is named in the row, or
// belongs to a later part for a reason.
type rule struct {
	number, name string
	run          func(t *testing.T, w *World, in *Instance)
	elsewhere    string // "internal/httpsig TestPeersCavage"
	later        string
}

// rules are those that no test of the documents in internal/activitypub has in
// its name.
func rules() []rule {
	return []rule{
		{number: "Interop03", name: "the organisation boosts each constat once, and our boost is not counted", run: organisationBoosts},
		{number: "Interop06", name: "featured is the pinned note and the latest ten, and is not delivered", run: featuredIsTheBackfill},
		{number: "Interop07", name: "a port in the base URL is warned about", elsewhere: "internal/settings TestDangerousSettingsAreWarnedAbout"},
		{number: "Interop14", name: "reviews are boosted by the organisation", run: reviewsAreBoosted},
		{number: "Interop16", name: "Accept to the personal inbox, constats to the shared one", run: inboxesByAudience},
		{number: "Interop18", name: "a repetition is the same id and body; of a Follow, the same signature", run: repetitions},
		{number: "Interop19", name: "draft-cavage first, to who signed by RFC 9421 that", run: schemeOfTheHost},
		{number: "Interop20", name: "spellings of keyId", run: spellingsOfKeys},
		{number: "Interop22", name: "answers of the inbox", elsewhere: "internal/web TestInboxAnswers"},
		{number: "Interop23", name: "how answers are read", elsewhere: "internal/delivery TestFT23Refusals"},
		{number: "Interop24", name: "nothing is forwarded to our followers", run: nothingIsForwarded},
		{number: "Interop25", name: "ids byte-equal to their address, exact media types", elsewhere: "internal/web TestIDsAreTheirAddresses"},
		{number: "Interop26", name: "followers synchronisation", later: "with the network part (FEP-8fcf)"},
		{number: "Interop27", name: "PeerTube's announcements, views and updates are answered 202 and kept nowhere", elsewhere: "internal/fedtest TestExamples"},

		{number: "TopA02", name: "WebFinger leads to the id byte for byte, in lower case", run: webFingerLoop},
		{number: "TopA03", name: "media type, and id equal to the address", elsewhere: "internal/web TestIDsAreTheirAddresses"},
		{number: "TopA04", name: "every attempt is signed anew", elsewhere: "internal/delivery TestFT21FourTries"},
		{number: "TopA06", name: "no 410 for the living", run: noGoneForTheLiving},
		{number: "TopA08", name: "every GET is signed by the instance actor", run: fetchesAreSigned},
		{number: "TopA09", name: "Update and Accept are not dropped by id alone", run: updatesWithOneID},
		{number: "TopA13", name: "Update and Delete also to who liked, boosted, replied", run: interactorsAreTold},
		{number: "TopA16", name: "202 to a Delete of an unknown actor, without a fetch", elsewhere: "internal/fedtest TestHostile"},
		{number: "TopA17", name: "401 is tried again, 400 and 403 not", elsewhere: "internal/delivery TestFT23Refusals"},
		{number: "TopA18", name: "who knocks twice is counted once", run: repetitions},
		{number: "TopA21", name: "the latest constats are in featured", run: featuredIsTheBackfill},
		{number: "TopA22", name: "own reviews are boosted", run: reviewsAreBoosted},
		{number: "TopA25", name: "nothing is forwarded; one activity at a time per host", run: nothingIsForwarded},

		{number: "TopB03", name: "draft-cavage everywhere, RFC 9421 only to who speaks it", run: schemeOfTheHost},
		{number: "TopB04", name: "an inbox never says 410, a living actor neither", run: noGoneForTheLiving},
		{number: "TopB05", name: "exact media types, no redirect on ids", elsewhere: "internal/web TestFacesOfAddresses"},
		{number: "TopB08", name: "a fresh Date for every attempt", elsewhere: "internal/delivery TestFT21FourTries"},
		{number: "TopB09", name: "the algorithm is named, no space after commas", elsewhere: "internal/httpsig TestSignForm"},
		{number: "TopB10", name: "spellings of keyId", run: spellingsOfKeys},
		{number: "TopB11", name: "(request-target) of a GET with or without its query", elsewhere: "internal/httpsig TestCavageFetch"},
		{number: "TopB12", name: "actor documents can be read unsigned", run: actorsAreReadable},
		{number: "TopB13", name: "only the organisation follows", run: onlyTheOrganisationFollows},
		{number: "TopB15", name: "WordPress signs by RFC 9421", elsewhere: "internal/httpsig TestPeers9421"},
		{number: "TopB17", name: "NodeInfo links the Application; WebFinger in any case", run: webFingerLoop},
		{number: "TopB23", name: "202; 4xx final but 408 and 429", elsewhere: "internal/delivery TestFT23Refusals"},
		{number: "TopB24", name: "PeerTube's repeated announcements", elsewhere: "internal/fedtest TestExamples"},
		{number: "TopB25", name: "no postingRestrictedToMods", run: noRestrictedPosting},
	}
}

// TestInterop runs the rules that are tested here, each in a world of its own.
func TestInterop(t *testing.T) {
	for _, r := range rules() {
		if r.run != nil {
			t.Run(r.number+" "+r.name, func(t *testing.T) {
				w := New(t, Config{Kind: "sqlite"}, "us.example")
				r.run(t, w, w.Instances[0])
			})
		}
	}
}

func publish(t *testing.T, in *Instance, title string) embraye.IRI {
	t.Helper()
	input := sample()
	input.Title = title
	p, err := in.Constats.Publish(t.Context(), embraye.Operator(), input)
	if err != nil {
		t.Fatal(err)
	}
	return in.Site.UpdateID(p.Update.ID)
}

// greet makes an actor of another server follow measure 2.
func greet(t *testing.T, w *World, in *Instance, host, name string) *Actor {
	t.Helper()
	a := w.Server(host).Actor(name)
	if got := a.Post(string(in.Site.SharedInbox()), follow(a, "follow-1", string(in.Site.ActorID("mesure2")))); got != 202 {
		t.Fatalf("Follow answered %d", got)
	}
	w.Settle()
	a.Server.Take()
	return a
}

func organisationBoosts(t *testing.T, w *World, in *Instance) {
	id := publish(t, in, "Un constat")
	said, err := in.Store.Tables().Activities.OfObject(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var boosts []string
	for _, a := range said {
		if a.Type == "Announce" {
			boosts = append(boosts, a.Actor)
		}
	}
	if !slices.Equal(boosts, []string{"organisation"}) {
		t.Errorf("boosted by %v", boosts)
	}
	shares, _ := w.document(t, string(id))["shares"].(map[string]any)
	if shares["totalItems"] != 0.0 {
		t.Errorf("shares %v, want none", shares)
	}
	if _, err := in.Constats.Boost(t.Context(), embraye.Operator(), "m3", string(id)); err == nil {
		t.Error("a measure boosted a constat of ours")
	}
}

func featuredIsTheBackfill(t *testing.T, w *World, in *Instance) {
	ann := greet(t, w, in, "masto.example", "ann")
	var ids []string
	for n := range 12 {
		w.Clock.Advance(60e9)
		ids = append(ids, string(publish(t, in, fmt.Sprintf("Constat %d", n))))
	}
	w.Settle()
	for _, m := range ann.Server.Take() {
		if object, _ := m.JSON["object"].(map[string]any); m.Type() != "Create" || !slices.Contains(ids, m.ObjectID()) {
			t.Errorf("delivered %s of %v", m.Type(), object["id"])
		}
	}
	featured := w.document(t, string(in.Site.Featured("mesure2")))
	items, _ := featured["orderedItems"].([]any)
	if len(items) != 11 {
		t.Fatalf("featured has %d items, want the pinned note and ten", len(items))
	}
	for _, id := range ids[2:] {
		if !slices.Contains(items, any(id)) {
			t.Errorf("%s is not in featured", id)
		}
	}
}

func inboxesByAudience(t *testing.T, w *World, in *Instance) {
	a := w.Server("masto.example").Actor("ann")
	a.Post(string(in.Site.SharedInbox()), follow(a, "follow-1", string(in.Site.ActorID("mesure2"))))
	publish(t, in, "Un constat")
	w.Settle()
	paths := map[string]string{}
	for _, m := range a.Server.Take() {
		paths[m.Type()] = m.Path
	}
	if paths["Accept"] != "/users/ann/inbox" || paths["Create"] != "/inbox" {
		t.Errorf("delivered to %v", paths)
	}
}

func repetitions(t *testing.T, w *World, in *Instance) {
	a := w.Server("mk.example").Actor("9a")
	inbox := string(in.Site.SharedInbox())
	body := Body(t, follow(a, "follow-1", string(in.Site.ActorID("mesure2"))))
	undo := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.Server.Base + "/follow-1/undo", "type": "Undo", "actor": a.ID,
		"object": map[string]any{"id": a.Server.Base + "/follow-1", "type": "Follow", "actor": a.ID, "object": string(in.Site.ActorID("mesure2"))}}
	follows := func(want bool, when string) {
		t.Helper()
		got, err := in.Store.Tables().Followers.Exists(t.Context(), "mesure2", embraye.IRI(a.ID))
		if err != nil || got != want {
			t.Errorf("%s: follows %v, %v", when, got, err)
		}
	}
	replay := a.RequestAs(inbox, body, httpsig.Cavage).Header
	send := func(header http.Header) {
		t.Helper()
		r, err := http.NewRequest("POST", inbox, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		if got := w.Do(r); got != 202 {
			t.Errorf("answered %d", got)
		}
	}
	send(replay)
	follows(true, "after the Follow")
	a.Post(inbox, undo)
	follows(false, "after the Undo")
	send(replay)
	follows(false, "after the replay of the first request")
	w.Clock.Advance(60e9)
	a.Post(inbox, body) // Misskey: the same id and body, and it is meant
	follows(true, "after the same Follow, signed anew")

	id := publish(t, in, "Un constat")
	like := Body(t, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.ID + "#likes/1", "type": "Like", "actor": a.ID, "object": string(id)})
	for range 2 { // Fedify knocks twice
		a.Post(inbox, like)
	}
	likes, _ := w.document(t, string(id))["likes"].(map[string]any)
	if likes["totalItems"] != 1.0 {
		t.Errorf("likes: %v, want one", likes)
	}
}

// schemeOfTheHost: nobody is asked to understand RFC 9421 who has not used it.
func schemeOfTheHost(t *testing.T, w *World, in *Instance) {
	old := greet(t, w, in, "pt.example", "ana")
	wp := w.Server("wp.example").Actor("blog")
	r := wp.RequestAs(string(in.Site.SharedInbox()), Body(t, follow(wp, "f", string(in.Site.ActorID("mesure2")))), httpsig.RFC9421)
	if got := w.Do(r); got != 202 {
		t.Fatalf("answered %d", got)
	}
	publish(t, in, "Un constat")
	w.Settle()
	for actor, want := range map[*Actor]string{old: "Signature", wp: "Signature-Input"} {
		for _, m := range actor.Server.Take() {
			if cavage := m.Header.Get("Signature-Input") == ""; cavage != (want == "Signature") {
				t.Errorf("%s got %s signed with %v", actor.ID, m.Type(), m.Header)
			}
		}
	}
}

func spellingsOfKeys(t *testing.T, w *World, in *Instance) {
	for n, suffix := range []string{"", "#main-key", "/#main-key", "/main-key"} {
		a := w.Server(fmt.Sprintf("s%d.example", n)).Actor("ann")
		a.KeyID = a.ID + suffix
		if got := a.Post(string(in.Site.SharedInbox()), follow(a, "f", string(in.Site.ActorID("mesure2")))); got != 202 {
			t.Errorf("keyId %s: %d", a.KeyID, got)
		}
	}
}

// nothingIsForwarded: Mastodon puts our followers into cc of every answer.
func nothingIsForwarded(t *testing.T, w *World, in *Instance) {
	greet(t, w, in, "g.example", "bo")
	a := greet(t, w, in, "masto.example", "ann")
	id := publish(t, in, "Un constat")
	w.Settle()
	a.Server.Take()
	w.Wire.Forget()
	note := map[string]any{"id": a.ID + "/statuses/1", "type": "Note", "attributedTo": a.ID, "inReplyTo": string(id), "content": "<p>Bravo</p>",
		"published": "2026-05-01T10:00:00Z", "to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "cc": []string{string(in.Site.Followers("mesure2"))}}
	if got := a.Post(string(in.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.ID + "/statuses/1/activity",
		"type": "Create", "actor": a.ID, "to": note["to"], "cc": note["cc"], "object": note}); got != 202 {
		t.Fatalf("answered %d", got)
	}
	w.Settle()
	if got := w.Wire.Requests("g.example"); len(got) != 0 {
		t.Errorf("forwarded: %v", got)
	}
}

func webFingerLoop(t *testing.T, w *World, in *Instance) {
	for _, resource := range []string{"acct:mesure2@us.example", "acct:Mesure2@US.example", "https://us.example/actors/mesure2"} {
		resp := w.Get("https://us.example/.well-known/webfinger?resource="+resource, "")
		var jrd struct {
			Subject string
			Links   []struct{ Rel, Type, Href string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&jrd); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(jrd.Links) == 0 {
			t.Fatalf("%s: %+v", resource, jrd)
		}
		first := jrd.Links[0]
		if jrd.Subject != "acct:mesure2@us.example" || first.Rel != "self" || first.Type != ActivityType || w.document(t, first.Href)["id"] != first.Href {
			t.Errorf("%s: %+v", resource, jrd)
		}
	}
	links := w.document(t, "https://us.example/.well-known/nodeinfo")
	if !strings.Contains(fmt.Sprint(links), "https://www.w3.org/ns/activitystreams#Application") {
		t.Errorf("NodeInfo links %v", links)
	}
}

// noGoneForTheLiving: some servers forget us for good after one 410.
func noGoneForTheLiving(t *testing.T, w *World, in *Instance) {
	a := greet(t, w, in, "masto.example", "ann")
	id := publish(t, in, "Un constat")
	if err := in.Constats.Withdraw(t.Context(), embraye.Operator(), strings.TrimPrefix(string(id), "https://us.example/constats/"),
		constats.WithdrawInput{Reason: "Erreur"}); err != nil {
		t.Fatal(err)
	}
	like := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.ID + "#likes/1", "type": "Like", "actor": a.ID, "object": string(id)}
	if got := a.Post(string(in.Site.SharedInbox()), like); got != 202 {
		t.Errorf("a Like of what is withdrawn: %d", got)
	}
	for _, address := range []string{"https://us.example/actors/mesure2", "https://us.example/nodeinfo/2.1", "https://us.example/.well-known/webfinger?resource=acct:mesure2@us.example"} {
		resp := w.Get(address, ActivityType)
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", address, resp.StatusCode)
		}
	}
}

func fetchesAreSigned(t *testing.T, w *World, in *Instance) {
	a := greet(t, w, in, "g.example", "bo")
	found := false
	for _, r := range w.Wire.Requests(a.Server.Host) {
		if r.Method == http.MethodGet {
			found = true
			if !strings.Contains(r.Header.Get("Signature"), string(in.Site.KeyID(embraye.InstanceHandle))) {
				t.Errorf("GET %s is signed with %q", r.Path, r.Header.Get("Signature"))
			}
		}
	}
	if !found {
		t.Error("nothing was fetched")
	}
}

// updatesWithOneID: GoToSocial's Update ids are constant.
func updatesWithOneID(t *testing.T, w *World, in *Instance) {
	a := greet(t, w, in, "g.example", "bo")
	id := publish(t, in, "Un constat")
	note := func(content, updated string) map[string]any {
		n := map[string]any{"id": a.ID + "/statuses/1", "type": "Note", "attributedTo": a.ID, "inReplyTo": string(id), "content": content,
			"published": "2026-05-01T10:00:00Z", "to": "https://www.w3.org/ns/activitystreams#Public"}
		if updated != "" {
			n["updated"] = updated
		}
		return n
	}
	send := func(kind, suffix string, object map[string]any) {
		t.Helper()
		w.Clock.Advance(60e9)
		if got := a.Post(string(in.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": a.ID + "/statuses/1/activity#" + suffix,
			"type": kind, "actor": a.ID, "to": "https://www.w3.org/ns/activitystreams#Public", "object": object}); got != 202 {
			t.Fatalf("%s answered %d", kind, got)
		}
	}
	send("Create", "Create", note("<p>un</p>", ""))
	send("Update", "Update", note("<p>deux</p>", "2026-05-01T10:01:00Z"))
	send("Update", "Update", note("<p>trois</p>", "2026-05-01T10:02:00Z"))
	r, err := in.Store.Tables().Replies.ByURI(t.Context(), embraye.IRI(a.ID+"/statuses/1"))
	if err != nil || !strings.Contains(r.HTML, "trois") {
		t.Errorf("kept %+v, %v", r, err)
	}
}

// interactorsAreTold: who liked, boosted or replied hears of corrections and
// withdrawals without following.
func interactorsAreTold(t *testing.T, w *World, in *Instance) {
	id := publish(t, in, "Un constat")
	inbox := string(in.Site.SharedInbox())
	liker, booster, replier := w.Server("l.example").Actor("li"), w.Server("b.example").Actor("bo"), w.Server("r.example").Actor("re")
	public := []string{"https://www.w3.org/ns/activitystreams#Public"}
	liker.Post(inbox, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": liker.ID + "#l", "type": "Like", "actor": liker.ID, "object": string(id)})
	booster.Post(inbox, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": booster.ID + "/b", "type": "Announce", "actor": booster.ID, "object": string(id), "to": public})
	replier.Post(inbox, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": replier.ID + "/r/activity", "type": "Create", "actor": replier.ID, "to": public,
		"object": map[string]any{"id": replier.ID + "/r", "type": "Note", "attributedTo": replier.ID, "inReplyTo": string(id), "content": "<p>Ah</p>", "published": "2026-05-01T10:00:00Z", "to": public}})
	ulid := strings.TrimPrefix(string(id), "https://us.example/constats/")
	u, err := in.Store.Tables().Updates.Take(t.Context(), ulid)
	if err != nil {
		t.Fatal(err)
	}
	content := u.Content
	content.Stage = embraye.Done
	w.Clock.Advance(60e9)
	if _, err := in.Constats.Revise(t.Context(), embraye.Operator(), ulid, constats.ReviseInput{Kind: embraye.Substance, Reason: "Fait", Content: content, Quiet: true}); err != nil {
		t.Fatal(err)
	}
	if err := in.Constats.Withdraw(t.Context(), embraye.Operator(), ulid, constats.WithdrawInput{Reason: "Erreur"}); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	for _, a := range []*Actor{liker, booster, replier} {
		got := types(a.Server.Take())
		if !slices.Contains(got, "Update") || !slices.Contains(got, "Delete") {
			t.Errorf("%s was told %v", a.ID, got)
		}
	}
}

// reviewsAreBoosted: a reply reaches those who follow its author only if they follow
// whom it answers, too; a boost always does.
func reviewsAreBoosted(t *testing.T, w *World, in *Instance) {
	other := w.instance(Config{Kind: "sqlite"}, "b.example")
	w.Instances = append(w.Instances, other)
	if _, err := in.Peers.Add(t.Context(), embraye.Operator(), string(other.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true}); err != nil {
		t.Fatal(err)
	}
	ann := w.Server("masto.example").Actor("ann")
	organisation := string(in.Site.ActorID("organisation"))
	ann.Post(string(in.Site.SharedInbox()), follow(ann, "follow-1", organisation))
	w.Settle()
	theirs := publish(t, other, "Un constat")
	w.Settle()
	ann.Server.Take()
	p, err := in.Reviews.Publish(t.Context(), embraye.Operator(), reviews.Input{Of: string(theirs), ReviewContent: embraye.ReviewContent{Verdict: embraye.Confirms}})
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	told := func(want ...string) {
		t.Helper()
		var got []string
		for _, m := range ann.Server.Take() {
			if m.JSON["actor"] != organisation {
				t.Errorf("%s by %v", m.Type(), m.JSON["actor"])
			}
			got = append(got, m.Type())
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	}
	told("Announce", "Create")
	if err := in.Reviews.Withdraw(t.Context(), embraye.Operator(), p.Review.ID, "Erreur", false); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	told("Delete", "Undo")
}

func actorsAreReadable(t *testing.T, w *World, in *Instance) {
	for _, handle := range []string{"mesure2", "organisation", "instance"} {
		if id := string(in.Site.ActorID(handle)); w.document(t, id)["id"] != id {
			t.Errorf("%s cannot be read without a signature", id)
		}
	}
}

func onlyTheOrganisationFollows(t *testing.T, w *World, in *Instance) {
	other := w.instance(Config{Kind: "sqlite"}, "b.example")
	w.Instances = append(w.Instances, other)
	if _, err := in.Peers.Add(t.Context(), embraye.Operator(), "@organisation@b.example", embraye.PeerChoices{Gather: true}); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	list, err := other.Store.Tables().Followers.List(t.Context(), "mesure2", 0, 10)
	if err != nil || len(list) != 1 || list[0].Follower != in.Site.ActorID("organisation") {
		t.Errorf("followed by %+v, %v", list, err)
	}
}

func noRestrictedPosting(t *testing.T, w *World, in *Instance) {
	if _, there := w.document(t, string(in.Site.ActorID("mesure2")))["postingRestrictedToMods"]; there {
		t.Error("postingRestrictedToMods makes posts of a Group unanswerable on Friendica")
	}
}
