package activitypub

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/proof"
)

var update = flag.Bool("update", false, "write the golden files anew")

// emitted is one of everything that we emit.
func emitted(t testing.TB) map[string][]byte {
	w, ok := testWire(t), must(t)
	u := fullUpdate()
	proved := func(doc []byte) []byte {
		t.Helper()
		return ok(proof.Add(doc, proofKey, w.Site.Ed25519KeyID("mesure2"), firstOfMay))
	}
	note := proved(ok(w.Note(u, "")))
	corrected := proved(ok(w.Note(correctedUpdate(), "La convention n'a pas été signée.")))
	constat := w.Site.UpdateID(u.ID)
	measure, _ := w.Reference.Measure("m2")
	pinned := embraye.Note{ID: "01jtx0000000000000000000cc", Kind: embraye.PinnedNote, Actor: "mesure2", Language: "fr", PublishedAt: firstOfMay, UpdatedAt: &secondDay,
		HTML: w.Texts().Pinned(measure, "fr", []embraye.Update{u, smallUpdate()})}
	correction := embraye.Note{ID: "01jtx0000000000000000000dd", Kind: embraye.CorrectionNote, Actor: "mesure2", UpdateID: u.ID, InReplyTo: string(constat), Language: "fr",
		PublishedAt: secondDay, HTML: w.Texts().Correction(correctedUpdate(), fullUpdate().Stage, "La convention n'a pas été signée.")}
	answer := embraye.Note{ID: "01jtx0000000000000000000ee", Kind: embraye.AnswerNote, Actor: "mesure2", UpdateID: u.ID, InReplyTo: ann + "/statuses/10", Language: "fr",
		PublishedAt: secondDay, HTML: `<p><a href="https://m.example/@ann" class="u-url mention">@ann</a> Merci.</p>`}
	private := answer
	private.ID, private.UpdateID, private.Private = "01jtx0000000000000000000gg", "", true
	announce := ok(proof.Add(ok(w.Announce("01jtx00000000000000000000a", "organisation", constat, w.Site.ActorID("mesure2"), firstOfMay)), proofKey, w.Site.Ed25519KeyID("organisation"), firstOfMay))
	follow := ok(w.Follow("01jtx00000000000000000000b", "organisation", bo))
	theirFollow := Received{ID: "https://m.example/0f3c-5b2e", Type: "Follow", Actor: ann, Object: ourMeasure}
	quote := QuoteRequest{ID: ann + "/quote_requests/1", Actor: ann, Object: string(constat), Instrument: ann + "/statuses/11"}
	authorization := embraye.Quote{ID: "01jtx00000000000000000000q", Actor: ann, Object: constat, Quoting: ann + "/statuses/11"}
	reviewed := embraye.Review{ID: "01jtx0000000000000000000hh", Object: "https://pair.example/constats/01jtx0000000000000000000zz", ObjectTitle: "Un appel est ouvert", ReviewedRevision: 2,
		ReviewContent: embraye.ReviewContent{Verdict: embraye.Qualifies, Reason: "La date manque.", Evidence: u.Evidence, Licence: "CC-BY-4.0", Language: "fr"}, Revision: 2, PublishedAt: firstOfMay, UpdatedAt: &secondDay,
		IntegratedBy: "https://pair.example/constats/01jtx0000000000000000000zz/versions/3"}
	actor := ok(w.Actor(measureActor, testKey, orgActor))
	outbox := w.Site.Outbox("mesure2")
	create := proved(ok(w.Create("01jtx00000000000000000000c", note)))
	return map[string][]byte{
		"actor-measure": actor, "actor-organisation": ok(w.Actor(keeping(orgActor), testKey, orgActor)), "actor-instance": ok(w.Actor(instanceActor, testKey, orgActor)),
		"note-constat": note, "note-small": ok(w.Note(smallUpdate(), "")), "note-corrected": corrected,
		"note-pinned": ok(w.PostNote(pinned)), "note-correction": ok(w.PostNote(correction)), "note-answer": ok(w.PostNote(answer, Mention{Actor: ann, Name: "@ann@m.example"})),
		"note-answer-private": ok(w.PostNote(private, Mention{Actor: ann, Name: "@ann@m.example"})),
		"note-served":         WithCounts(note, constat, 12, 7, 2), "note-served-quiet": WithCounts(note, constat, 0, 0, 0),
		"create": create, "update-note": proved(ok(w.UpdateOf("01jtx00000000000000000000d", "mesure2", corrected, secondDay))),
		"update-actor": proved(ok(w.UpdateOf("01jtx00000000000000000000e", "mesure2", actor, secondDay))),
		"delete":       proved(ok(w.Delete("01jtx00000000000000000000f", "mesure2", constat, secondDay))),
		"announce":     announce, "announce-video": ok(w.Announce("01jtx00000000000000000000g", "mesure2", video, channel, firstOfMay)),
		"undo-announce": ok(w.Undo("01jtx00000000000000000000h", "organisation", announce, secondDay)),
		"undo-follow":   ok(w.Undo("01jtx00000000000000000000j", "organisation", follow, secondDay)),
		"move":          ok(Move(w, "01jtx00000000000000000000r", "mesure2", "https://new.example/actors/mesure2", secondDay)),
		"follow":        follow, "accept": ok(w.Accept("01jtx00000000000000000000k", "mesure2", theirFollow)), "reject": ok(w.Reject("01jtx00000000000000000000m", "mesure2", theirFollow)),
		"accept-quote":        ok(w.AcceptQuote("01jtx00000000000000000000n", "mesure2", quote, w.Site.QuoteID(authorization.ID))),
		"quote-authorization": ok(w.QuoteAuthorization(authorization, "mesure2")),
		"like":                ok(w.Like("01jtx00000000000000000000r", "organisation", boStatus, bo)),
		"flag":                ok(w.Flag("01jtx00000000000000000000s", "organisation", []embraye.IRI{boStatus}, "spam", firstOfMay)),
		"tombstone":           ok(w.Tombstone(constat, "Note", firstOfMay, secondDay)),
		"collection":          ok(w.Collection(w.Site.Followers("mesure2"), 42)), "items": ok(w.Items(w.Site.Measures("organisation"), []embraye.IRI{w.Site.ActorID("mesure2")})),
		"items-empty":        ok(w.Items(w.Site.Measures("organisation"), nil)),
		"ordered-collection": ok(w.OrderedCollection(outbox, 1, outbox+"?page=1")),
		"ordered-page":       ok(w.OrderedPage(outbox+"?page=1", outbox, outbox+"?page=2", []json.RawMessage{Bare(create)})),
		"ordered-page-empty": ok(w.OrderedPage(outbox+"?page=2", outbox, "", nil)),
		"featured":           ok(w.OrderedItems(w.Site.Featured("mesure2"), []json.RawMessage{Address(constat), Bare(note)})),
		"featured-measures":  ok(w.FeaturedMeasures(orgActor, []embraye.Actor{measureActor})),
		"featured-peers": ok(FeaturedPeers(w, measureActor, []embraye.Feature{{Object: "https://pair.example/actors/mesure2",
			Permission: "https://pair.example/mises-en-avant/01jtx00000000000000000000q", AnsweredAt: &secondDay}})),
		"feature-request":       ok(FeatureRequest(w, "01jtx00000000000000000000t", "mesure2", "https://pair.example/actors/mesure2", w.Site.Collection("mesure2", FollowedBy))),
		"note-review":           ok(w.Review(reviewed, embraye.RemoteActor{URI: "https://pair.example/actors/mesure2", Username: "mesure2", Host: "pair.example"}, "Une source a été ajoutée.")),
		"accept-feature":        ok(w.AcceptFeature("01jtx00000000000000000000u", "mesure2", bo, bo+"/requests/1", w.Site.FeatureID(authorization.ID))),
		"feature-authorization": ok(w.FeatureAuthorization(authorization)),
		"page":                  ok(w.Page(RepliesPage(constat, 1), constat+"/replies", "", []embraye.IRI{ann + "/statuses/10"})),
	}
}

func TestGolden(t *testing.T) {
	if *update {
		if err := os.MkdirAll("testdata/golden", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, doc := range emitted(t) {
		path := filepath.Join("testdata/golden", name+".json")
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, doc, "", "  "); err != nil {
			t.Errorf("%s is not JSON: %v", name, err)
			continue
		}
		pretty.WriteByte('\n')
		if *update {
			if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pretty.Bytes(), want) {
			t.Errorf("%s has changed; run with -update and look at the difference:\n%s", name, pretty.Bytes())
		}
	}
}

// The same values must give the same bytes: what was delivered is what is
// served and hashed.
func TestBytesAreStable(t *testing.T) {
	first, second := emitted(t), emitted(t)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs from one run to the next", name)
		}
		if !bytes.HasPrefix(first[name], []byte(contextPrefix)) {
			t.Errorf("%s does not begin with the context", name)
		}
		// What is proved is embedded whole: its proof is over its context too.
		contexts, proofs := bytes.Count(first[name], []byte(`"@context"`)), bytes.Count(first[name], []byte(`"proof":{`))
		if _, proved := proof.Cut(first[name]); proved {
			proofs--
		}
		if contexts != 1+proofs {
			t.Errorf("%s has %d contexts and %d proofs inside", name, contexts-1, proofs)
		}
		if bytes.Contains(first[name], []byte(`\u003c`)) {
			t.Errorf("%s is escaped for HTML", name)
		}
	}
}

// definedElsewhere are the terms that the three remote contexts of ours define,
// as far as we use them; JSON-LD's own keywords besides.
var definedElsewhere = strings.Fields(`@context id type
	actor alsoKnownAs attachment attributedTo audience cc content contentMap context deleted endpoints first followers following formerType href icon
	inReplyTo inbox instrument items likes mediaType name next object orderedItems outbox partOf preferredUsername published rel replies result
	sharedInbox shares summary summaryMap tag target to totalItems updated url
	owner publicKey publicKeyPem generator
	proof`)

// definedInside are those that hold in one place only, by the context that is part of
// the term of that place.
var definedInside = map[string][]string{"proof": strings.Fields(`created cryptosuite proofPurpose proofValue verificationMethod`)}

var knownTypes = strings.Fields(`Accept Announce Application Collection CollectionPage Create Delete Document Flag Follow Group Hashtag Image Like Link Mention Move Note
	OrderedCollection OrderedCollectionPage Person PropertyValue QuoteAuthorization QuoteRequest Reject Tombstone Undo Update
	DataIntegrityProof Multikey FeatureAuthorization FeatureRequest FeaturedCollection FeaturedItem`)

// TestGoldenAgainstContext walks everything emitted: a strict JSON-LD processor
// must drop no key of ours, and no list may have become a single value
// (TopA11, TopB21).
func TestGoldenAgainstContext(t *testing.T) {
	var context []any
	if err := json.Unmarshal([]byte(contextJSON), &context); err != nil {
		t.Fatal(err)
	}
	if len(context) != 4 || context[0] != "https://www.w3.org/ns/activitystreams" || context[1] != "https://w3id.org/security/v1" || context[2] != "https://w3id.org/security/data-integrity/v2" {
		t.Fatal("the context does not begin with the three that are known")
	}
	own := context[3].(map[string]any)
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("only %d golden files, %v", len(files), err)
	}
	for _, path := range files {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		if got, want := compact(t, doc["@context"]), compact(t, context); got != want {
			t.Errorf("%s: context differs from the contract's", path)
		}
		delete(doc, "@context")
		(&walker{t: t, path: path, own: own}).walk(doc, 1, "")
	}
}

func compact(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type walker struct {
	t    *testing.T
	path string
	own  map[string]any
}

// lists are those of FEDERATION.md; written anew here, so that a gap in the code shows.
var lists = strings.Fields(`to cc tag attachment items orderedItems alsoKnownAs automaticApproval
	embraye:evidence embraye:searched embraye:lessons embraye:relatedTo attributionDomains`)

func (w *walker) walk(m map[string]any, depth int, within string) {
	if depth > 8 {
		w.t.Errorf("%s: deeper than the eight levels that Pixelfed reads", w.path)
	}
	for key, value := range m {
		w.key(m, key, within)
		if _, isList := value.([]any); !isList && slices.Contains(lists, key) {
			w.t.Errorf("%s: %s is a list that became %T", w.path, key, value)
		}
		if value == nil && key != "inReplyTo" {
			w.t.Errorf("%s: %s is null", w.path, key)
		}
		for _, v := range many(value) {
			if inner, ok := v.(map[string]any); ok && key != "contentMap" && key != "summaryMap" && key != "@context" {
				w.walk(inner, depth+1, key)
			}
		}
		if key == "type" && !slices.Contains(knownTypes, value.(string)) {
			w.t.Errorf("%s: type %v is not defined", w.path, value)
		}
	}
}

func (w *walker) key(m map[string]any, key, within string) {
	if slices.Contains(definedInside[within], key) {
		return
	}
	if _, ok := w.own[key]; ok || slices.Contains(definedElsewhere, key) {
		return
	}
	if prefix, _, ok := strings.Cut(key, ":"); ok && prefix == "embraye" {
		return
	}
	w.t.Errorf("%s: the context defines no %q (in %s of a %v)", w.path, key, within, m["type"])
}

// A text that looks like the properties is not touched by the counts.
func TestWithCountsSplicesOnlyProperties(t *testing.T) {
	w, u := testWire(t), smallUpdate()
	id := w.Site.UpdateID(u.ID)
	u.Summary = `"likes":"` + string(id) + `/likes","replies":"` + string(id) + `/replies"`
	served := decode(t, WithCounts(must(t)(w.Note(u, "")), id, 5, 6, 7))
	if served["embraye:summary"] != u.Summary {
		t.Errorf("the summary changed: %v", served["embraye:summary"])
	}
	for property, want := range map[string]float64{"likes": 5, "shares": 6, "replies": 7} {
		if c, ok := served[property].(map[string]any); !ok || c["totalItems"] != want || c["id"] != string(id)+"/"+property {
			t.Errorf("%s = %v", property, served[property])
		}
	}
}

// keeping is the organisation with its log and its witness.
func keeping(a embraye.Actor) embraye.Actor {
	host, base := "suivi.example.org", "https://suivi.example.org"
	a.Log = &embraye.PeerLog{Origin: host + "/journal", VKey: "suivi.example.org/journal+00000000+AQ==", Prefix: base + "/journal/"}
	a.Witness = &embraye.PeerWitness{Name: host + "/temoin", VKey: "suivi.example.org/temoin+00000000+BA==", Submission: base + "/temoin/", Monitoring: base + "/temoin/"}
	return a
}
