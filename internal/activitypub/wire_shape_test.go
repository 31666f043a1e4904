package activitypub

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// NodeBB looks for the category of a post in to, cc and audience.
func TestN01AudienceIsTheMeasure(t *testing.T) {
	for _, name := range []string{"note-constat", "note-corrected", "note-correction", "note-answer", "note-pinned", "create", "update-note"} {
		want(t, emittedDoc(t, name), "audience", ourMeasure)
	}
	want(t, emittedDoc(t, "create")["object"].(map[string]any), "audience", ourMeasure)
	for _, name := range []string{"note-answer-private", "announce", "delete", "update-actor", "undo-announce", "like"} {
		if audience, has := emittedDoc(t, name)["audience"]; has {
			t.Errorf("%s has the audience %v", name, audience)
		}
	}
}

// WordPress 4 refuses a Create whose Note has no such key.
func TestN02InReplyToIsAlwaysThere(t *testing.T) {
	for name, answers := range map[string]bool{"note-constat": false, "note-small": false, "note-pinned": false, "note-correction": true, "note-answer": true, "note-answer-private": true} {
		value, has := emittedDoc(t, name)["inReplyTo"]
		if !has || answers != (value != nil) {
			t.Errorf("%s: inReplyTo %v, %v", name, value, has)
		}
	}
}

func TestN05NoCountsInDeliveries(t *testing.T) {
	for name, doc := range emitted(t) {
		if name == "note-served" || name == "note-served-quiet" {
			continue
		}
		for _, key := range []string{`"likes":`, `"shares":`, `"replies":`} {
			if bytes.Contains(doc, []byte(key)) {
				t.Errorf("%s has %s", name, key)
			}
		}
	}
}

// A document of version 1, as databases have it, becomes what this version
// writes, and a second time changes nothing.
func TestN01N02N05DocumentsOfVersionOneAreRewritten(t *testing.T) {
	w := testWire(t)
	now := must(t)(w.Note(fullUpdate(), ""))
	var old map[string]json.RawMessage
	if err := json.Unmarshal(now, &old); err != nil {
		t.Fatal(err)
	}
	delete(old, "audience")
	delete(old, "inReplyTo")
	for _, key := range []string{"likes", "shares", "replies"} {
		old[key] = json.RawMessage(`"` + string(w.Site.UpdateID(fullUpdate().ID)) + "/" + key + `"`)
	}
	first := must(t)(encode(old))
	for _, doc := range [][]byte{first, now} {
		if got := must(t)(w.Rewire(doc, "mesure2")); !bytes.Equal(got, now) {
			t.Errorf("rewritten: %s", cmp.Diff(decode(t, now), decode(t, got)))
		}
	}
	ofTheOrganisation := decode(t, must(t)(w.Rewire(first, "organisation")))
	if _, has := ofTheOrganisation["audience"]; has {
		t.Error("the organisation is no measure")
	}
}
