package activitypub

import (
	"encoding/json"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/markup"
	"embraye/internal/proof"
)

func TestInterop11_UpdateKeepsAudience(t *testing.T) {
	create, update := emittedDoc(t, "create"), emittedDoc(t, "update-note")
	want(t, update, "to", create["to"])
	want(t, update, "cc", create["cc"])
	if update["id"] == create["id"] {
		t.Error("one id for two activities")
	}
}

func TestInterop12_TopA14_DeleteCarriesATombstone(t *testing.T) {
	object := emittedDoc(t, "delete")["object"].(map[string]any)
	want(t, object, "type", "Tombstone")
	tombstone := emittedDoc(t, "tombstone")
	want(t, tombstone, "id", object["id"])
	want(t, tombstone, "formerType", "Note")
	want(t, tombstone, "deleted", object["deleted"])
	if _, has := tombstone["content"]; has {
		t.Error("the tombstone still speaks")
	}
}

func TestInterop13_TopA23_Quotes(t *testing.T) {
	for _, name := range ourNotes {
		want(t, emittedDoc(t, name), "interactionPolicy", map[string]any{"canQuote": map[string]any{"automaticApproval": list(public)}})
	}
	accept, authorization := emittedDoc(t, "accept-quote"), emittedDoc(t, "quote-authorization")
	want(t, accept, "result", authorization["id"])
	request := accept["object"].(map[string]any)
	want(t, authorization, "type", "QuoteAuthorization")
	want(t, authorization, "interactingObject", request["instrument"])
	want(t, authorization, "interactionTarget", request["object"])
	want(t, authorization, "attributedTo", accept["actor"])
}

func TestInterop15_TopA12_TopB19_Announce(t *testing.T) {
	note := emittedDoc(t, "note-constat")
	for name, object := range map[string]any{"announce": note["id"], "announce-video": video} {
		doc := emittedDoc(t, name)
		want(t, doc, "object", object)
		want(t, doc, "to", list(public))
		if doc["published"].(string) < note["published"].(string) || !strings.HasPrefix(doc["id"].(string), "https://us.example/activities/") {
			t.Errorf("%s: published %v, id %v", name, doc["published"], doc["id"])
		}
	}
	want(t, emittedDoc(t, "announce"), "cc", list(ourOrg+"/followers", ourMeasure))
}

// TopA 1, TopB 2: the Follow is embedded as it came, the followed actor answers.
func TestInterop17_TopA01_TopB02_AcceptEmbedsTheFollow(t *testing.T) {
	for _, name := range []string{"accept", "reject"} {
		doc := emittedDoc(t, name)
		want(t, doc, "object", map[string]any{"id": "https://m.example/0f3c-5b2e", "type": "Follow", "actor": ann, "object": ourMeasure})
		want(t, doc, "actor", ourMeasure)
		want(t, doc, "to", list(ann))
		if doc["id"] == nil {
			t.Errorf("%s has no id", name)
		}
	}
}

// TopA 12: Undo embeds what it undoes, whole, and goes where that went.
func TestInterop17_TopA12_UndoEmbeds(t *testing.T) {
	for name, undone := range map[string]string{"undo-announce": "announce", "undo-follow": "follow"} {
		doc, former := emittedDoc(t, name), emittedDoc(t, undone)
		if former["proof"] == nil { // what is proved stays whole
			delete(former, "@context")
		}
		want(t, doc, "object", former)
		want(t, doc, "to", former["to"])
		want(t, doc, "cc", former["cc"])
		want(t, doc, "actor", former["actor"])
	}
}

// TopA 15 and TopB 16: what an Undo names can be found by pair or by id.
func TestTopA15_TopB16_UndoIsReadBothWays(t *testing.T) {
	in, err := Read([]byte(`{"id":"https://good.example/u/1","type":"Undo","actor":"https://good.example/users/pat","object":{"type":"Follow","actor":"https://good.example/users/pat","object":"` + ourMeasure + `"}}`))
	if err != nil || in.Object.ID != "" || in.Object.Actor != "https://good.example/users/pat" || in.Object.Object != ourMeasure {
		t.Errorf("an Undo without id of what it undoes: %+v, %v", in, err)
	}
}

// TopA 7: a key is told by an Update of the whole actor.
func TestInterop21_TopA07_UpdateOfActorIsWhole(t *testing.T) {
	update, actor := emittedDoc(t, "update-actor"), emittedDoc(t, "actor-measure")
	delete(actor, "@context")
	want(t, update, "object", actor)
	want(t, update, "to", list(public))
	want(t, update, "cc", list(ourMeasure+"/followers"))
}

// TopB 21: contexts inline, the address of ActivityStreams a string in them.
func TestTopB21_InlineContext(t *testing.T) {
	for name, doc := range emitted(t) {
		var head struct {
			Context []json.RawMessage `json:"@context"`
		}
		if err := json.Unmarshal(doc, &head); err != nil || len(head.Context) != 4 || string(head.Context[0]) != `"https://www.w3.org/ns/activitystreams"` {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A collection without first is "hidden" for Mastodon.
func TestCollectionsAreNotHidden(t *testing.T) {
	for _, name := range []string{"collection", "ordered-collection"} {
		if emittedDoc(t, name)["first"] == nil {
			t.Errorf("%s has no first", name)
		}
	}
}

func TestPinned(t *testing.T) {
	w := testWire(t)
	measure, _ := w.Reference.Measure("m2")
	empty := w.Texts().Pinned(measure, "fr", nil)
	if !strings.Contains(markup.Text(empty), "Pas encore évaluée") {
		t.Errorf("empty: %s", empty)
	}
	withdrawn := fullUpdate()
	withdrawn.WithdrawnAt = &secondDay
	many := []embraye.Update{withdrawn}
	for range PinnedScopes + 1 {
		many = append(many, fullUpdate())
	}
	html := w.Texts().Pinned(measure, "fr", many)
	if n := strings.Count(html, "<li>"); n != PinnedScopes || !strings.Contains(html, "et d’autres périmètres") {
		t.Errorf("%d scopes of %d", n, len(many))
	}
	if !strings.Contains(html, "Société civile\u00a0: pas encore évalué") {
		t.Errorf("civil society is not said to be unknown: %s", html)
	}
	links, _ := linksAndElements(html)
	if links[0] != w.Site.ActorPage("mesure2") {
		t.Errorf("first link %s", links[0])
	}
}

// A language that has no catalogue keeps its tag and borrows the default's words.
func TestOtherLanguages(t *testing.T) {
	u := smallUpdate()
	u.Language = "br"
	doc := decode(t, must(t)(testWire(t).Note(u, "")))
	content, ok := doc["contentMap"].(map[string]any)["br"].(string)
	if !ok || !strings.Contains(content, "Aucun signe trouvé") {
		t.Errorf("contentMap %v", doc["contentMap"])
	}
}

func TestBare(t *testing.T) {
	if got := string(Bare([]byte(`{"type":"Follow","@context":"x","id":"<1>"}`))); got != `{"id":"<1>","type":"Follow"}` {
		t.Errorf("a foreign document: %s", got)
	}
	if got := string(Bare([]byte(`[`))); got != "null" {
		t.Errorf("no document: %s", got)
	}
	for name, doc := range emitted(t) {
		bare, length := Bare(doc), len(doc)-len(contextPrefix)+1
		if _, proved := proof.Cut(doc); proved { // it stays whole, or nobody could check the proof
			length = len(doc)
		}
		if !json.Valid(bare) || len(bare) != length {
			t.Errorf("%s: %.80s", name, bare)
		}
	}
}

func TestBadOwnInput(t *testing.T) {
	w := testWire(t)
	for name, f := range map[string]func() ([]byte, error){
		"create of nothing": func() ([]byte, error) { return w.Create("01j", []byte("x")) },
		"create of actor":   func() ([]byte, error) { return w.Create("01j", []byte(`{"attributedTo":[{}]}`)) },
		"update of nothing": func() ([]byte, error) { return w.UpdateOf("01j", "mesure2", nil, firstOfMay) },
		"undo of nothing":   func() ([]byte, error) { return w.Undo("01j", "mesure2", []byte("{"), firstOfMay) },
		"bad target":        func() ([]byte, error) { return w.Follow("01j", "organisation", "https://a.example/%zz") },
		"unknown kind":      func() ([]byte, error) { return w.Actor(embraye.Actor{Handle: "x"}, testKey, orgActor) },
	} {
		if doc, err := f(); err == nil {
			t.Errorf("%s: %s", name, doc)
		}
	}
}
