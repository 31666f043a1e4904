package activitypub

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/embraye"
)

func decode(t testing.TB, doc []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(doc, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// A peer that reads our Note by its terms knows all that we said, without the
// HTML (FEDERATION.md).
func TestConstatSurvivesTheWire(t *testing.T) {
	w := testWire(t)
	for name, u := range map[string]embraye.Update{"full": fullUpdate(), "small": smallUpdate(), "corrected": correctedUpdate()} {
		reason := ""
		if u.Revision > 1 {
			reason = "La convention n'a pas été signée."
		}
		doc := decode(t, must(t)(w.Note(u, reason)))
		p, err := ReadPost(doc)
		if err != nil || p.EmbrayeErr != nil || p.Embraye == nil {
			t.Fatalf("%s: %v, %v", name, err, p.EmbrayeErr)
		}
		if p.Embraye.MeasureIRI != w.Reference.MeasureIRI(u.Measure) || !cmp.Equal(p.Embraye.Territories, []string{u.Territory}) {
			t.Errorf("%s: measure %s, territories %v", name, p.Embraye.MeasureIRI, p.Embraye.Territories)
		}
		scope := u.Scope
		scope.Measure = "" // the reader's own text decides
		want := &Constat{Scope: scope, MeasureIRI: p.Embraye.MeasureIRI, Territories: p.Embraye.Territories, Content: u.Content,
			Organisation: w.Site.ActorID("organisation"), Revision: u.Revision, RevisionReason: reason, SignedBy: u.SignedBy}
		if diff := cmp.Diff(want, p.Embraye); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if p.ID != w.Site.UpdateID(u.ID) || p.AttributedTo != w.Site.ActorID("mesure2") || !p.Public() || p.Language != u.Language || p.HTML != w.Texts().Constat(u, reason) {
			t.Errorf("%s: post %+v", name, p)
		}
		if (p.Updated != nil) != (u.UpdatedAt != nil) || !p.Published.Equal(wireTime(u.PublishedAt)) || p.URL != string(p.ID) {
			t.Errorf("%s: published %v, updated %v, url %s", name, p.Published, p.Updated, p.URL)
		}
	}
}

// The same from a Create, as an inbox sees it, and with the terms spelled out
// or single values out of their lists, as other processors write them.
func TestConstatInOtherSpellings(t *testing.T) {
	w := testWire(t)
	create := must(t)(w.Create("01jtx00000000000000000000c", must(t)(w.Note(fullUpdate(), ""))))
	in, err := Read(create)
	if err != nil || in.Post == nil || in.Post.Embraye == nil {
		t.Fatalf("Read(Create) = %+v, %v", in, err)
	}
	want := in.Post.Embraye
	doc := decode(t, create)["object"].(map[string]any)
	spelled := map[string]any{}
	for key, value := range doc {
		if name, ok := strings.CutPrefix(key, "embraye:"); ok {
			key = namespace + name
		}
		if list, ok := value.([]any); ok && len(list) == 1 {
			value = list[0]
		}
		spelled[key] = value
	}
	spelled[namespace+"territory"] = []any{"FR-BRE", "FR-NOR"}
	p, err := ReadPost(spelled)
	if err != nil || p.Embraye == nil {
		t.Fatalf("%v, %v", err, p.EmbrayeErr)
	}
	if !cmp.Equal(p.Embraye.Territories, []string{"FR-BRE", "FR-NOR"}) || p.Embraye.Territory != "FR-BRE" {
		t.Errorf("territories %v", p.Embraye.Territories)
	}
	p.Embraye.Territories = want.Territories
	if diff := cmp.Diff(want, p.Embraye); diff != "" {
		t.Error(diff)
	}
}

// Terms that cannot be believed leave a post that is only a post.
func TestConstatRefused(t *testing.T) {
	w := testWire(t)
	for name, change := range map[string]func(map[string]any){
		"stage":          func(m map[string]any) { m["embraye:stage"] = "not_assessed" },
		"scale":          func(m map[string]any) { m["embraye:scale"] = "2" },
		"subject":        func(m map[string]any) { m["embraye:subject"] = "both" },
		"organisation":   func(m map[string]any) { m["embraye:organisation"] = "https://other.example/actors/organisation" },
		"no institution": func(m map[string]any) { delete(m, "embraye:institution") },
		"no evidence":    func(m map[string]any) { m["embraye:evidence"] = []any{} },
		"evidence":       func(m map[string]any) { m["embraye:evidence"] = map[string]any{"href": "javascript:alert(1)"} },
		"relation":       func(m map[string]any) { m["embraye:relatedTo"] = map[string]any{"rel": "follows", "href": "data:x"} },
		"revision":       func(m map[string]any) { m["embraye:revision"] = 1.5 },
		"title":          func(m map[string]any) { m["embraye:title"] = strings.Repeat("é", 121) },
		"title type":     func(m map[string]any) { m["embraye:title"] = []any{"x"} },
		"date":           func(m map[string]any) { m["embraye:effectiveDate"] = "hier" },
		"language":       func(m map[string]any) { delete(m, "contentMap") },
		"lists":          func(m map[string]any) { m["embraye:searched"] = strings.Split(strings.Repeat("x", 51), "") },
	} {
		doc := decode(t, must(t)(w.Note(fullUpdate(), "")))
		change(doc)
		if name == "lists" {
			doc["embraye:searched"] = texts(doc["embraye:searched"].([]string))
		}
		p, err := ReadPost(doc)
		if err != nil || p.Embraye != nil || !errors.Is(p.EmbrayeErr, embraye.ErrInvalid) {
			t.Errorf("%s: %v; EmbrayeErr %v", name, err, p.EmbrayeErr)
		}
	}
	plain, err := ReadPost(map[string]any{"type": "Note", "id": ann + "/1", "attributedTo": ann})
	if err != nil || plain.Embraye != nil || plain.EmbrayeErr != nil {
		t.Errorf("a Note without terms: %+v, %v", plain, err)
	}
}

// Our own documents of every kind are read back by the other side.
func TestReadOwn(t *testing.T) {
	docs := emitted(t)
	for name, want := range map[string]seen{
		"follow":        {Type: "Follow", Actor: ourOrg, Object: bo},
		"accept":        {Type: "Accept", Actor: ourMeasure, Object: "https://m.example/0f3c-5b2e", ObjectType: "Follow", Inner: ourMeasure},
		"reject":        {Type: "Reject", Actor: ourMeasure, Object: "https://m.example/0f3c-5b2e", ObjectType: "Follow", Inner: ourMeasure},
		"accept-quote":  {Type: "Accept", Actor: ourMeasure, Object: ann + "/quote_requests/1", ObjectType: "QuoteRequest", Inner: "https://us.example/constats/01jtx0000000000000000000aa"},
		"delete":        {Type: "Delete", Actor: ourMeasure, Object: "https://us.example/constats/01jtx0000000000000000000aa", ObjectType: "Tombstone"},
		"announce":      {Type: "Announce", Actor: ourOrg, Object: "https://us.example/constats/01jtx0000000000000000000aa"},
		"undo-announce": {Type: "Undo", Actor: ourOrg, Object: "https://us.example/activities/01jtx00000000000000000000a", ObjectType: "Announce", Inner: "https://us.example/constats/01jtx0000000000000000000aa"},
		"update-actor":  {Type: "Update", Actor: ourMeasure, Object: ourMeasure, ObjectType: "Group"},
		"like":          {Type: "Like", Actor: ourOrg, Object: boStatus},
		"flag":          {Type: "Flag", Actor: ourOrg, Object: boStatus, Content: "spam"},
	} {
		in, err := Read(docs[name])
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, summary(in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	in, err := Read(docs["update-note"])
	if err != nil || in.Post.Embraye.Stage != embraye.Stalled || in.Post.Updated == nil {
		t.Errorf("update-note: %+v, %v", in, err)
	}
}

func TestReadOwnActors(t *testing.T) {
	docs := emitted(t)
	got, err := ReadActor(decode(t, docs["actor-measure"]))
	if err != nil {
		t.Fatal(err)
	}
	want := &embraye.RemoteActor{URI: ourMeasure, Host: "us.example", Type: "Group", Username: "mesure2", Name: "Des partenariats dans chaque région",
		Summary: got.Summary, URL: "https://us.example/@mesure2", IconURL: ourMeasure + "/icon.png", Inbox: ourMeasure + "/inbox", SharedInbox: "https://us.example/inbox",
		Followers: ourMeasure + "/followers", Outbox: ourMeasure + "/outbox", KeyID: ourMeasure + "#main-key", KeyPEM: testPEM,
		Multikeys: []embraye.Multikey{{ID: ourMeasure + "#ed25519-key", Key: got.Multikeys[0].Key}}, TakesEd25519: true,
		Organisation: ourOrg, Measure: "https://w3id.org/embraye/ref/essai/2020-04-29/m2"}
	if diff := cmp.Diff(want, got); diff != "" || got.Summary == "" {
		t.Error(diff)
	}
	if org, err := ReadActor(decode(t, docs["actor-organisation"])); err != nil || org.Type != "Person" || org.Measures != ourOrg+"/measures" {
		t.Errorf("organisation: %+v, %v", org, err)
	}
	if instance, err := ReadActor(decode(t, docs["actor-instance"])); err != nil || instance.MovedTo == "" || len(instance.AlsoKnownAs) != 1 || instance.Type != "Application" {
		t.Errorf("instance: %+v, %v", instance, err)
	}
}

func TestReadOwnCollections(t *testing.T) {
	docs := emitted(t)
	for name, want := range map[string]struct {
		items       int
		first, next string
		total       int
	}{
		"collection":         {0, "", "", 42},
		"items":              {1, "", "", 1},
		"ordered-collection": {0, ourMeasure + "/outbox?page=1", "", 1},
		"ordered-page":       {1, "", ourMeasure + "/outbox?page=2", 0},
		"ordered-page-empty": {0, "", "", 0},
		"featured":           {2, "", "", 2},
		"page":               {1, "", "", 0},
	} {
		items, first, next, total, err := ReadCollection(decode(t, docs[name]))
		if err != nil || len(items) != want.items || first != want.first || next != want.next || total != want.total {
			t.Errorf("%s: %d items, first %q, next %q, total %d, %v", name, len(items), first, next, total, err)
		}
	}
	served := decode(t, docs["note-served"])
	if _, _, next, total, err := ReadCollection(served["replies"].(map[string]any)); err != nil || total != 2 || !strings.HasSuffix(next, "/replies?page=1") {
		t.Errorf("replies of a served note: next %q, total %d, %v", next, total, err)
	}
	if _, _, _, _, err := ReadCollection(map[string]any{"type": "Note"}); !errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("a Note read as a collection: %v", err)
	}
}
