package activitypub

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"embraye/internal/embraye"
)

// The tests of this file are named after the numbered rules that they hold:
// Interop for a decision of section 0 of the study of other servers, TopA
// (Mastodon, GoToSocial, Fedify) and TopB (PeerTube, Misskey, Pleroma, Lemmy…)
// for its two lists of what does most damage.

func emittedDoc(t *testing.T, name string) map[string]any {
	t.Helper()
	doc, ok := emitted(t)[name]
	if !ok {
		t.Fatalf("nothing emitted is called %s", name)
	}
	return decode(t, doc)
}

// want compares one property of a document.
func want(t *testing.T, doc map[string]any, property string, value any) {
	t.Helper()
	if diff := cmp.Diff(value, doc[property]); diff != "" {
		t.Errorf("%v %s: %s", doc["type"], property, diff)
	}
}

func list(values ...any) []any { return append([]any{}, values...) }

const public = "https://www.w3.org/ns/activitystreams#Public"

func TestInterop01_OrganisationIsAPerson(t *testing.T) {
	org := emittedDoc(t, "actor-organisation")
	want(t, org, "type", "Person")
	want(t, org, "embraye:measures", ourOrg+"/measures")
	want(t, org, "url", "https://us.example/@organisation")
}

func TestInterop02_TopB01_MeasureIsAGroupOwnedByAPerson(t *testing.T) {
	measure := emittedDoc(t, "actor-measure")
	want(t, measure, "type", "Group")
	want(t, measure, "attributedTo", list(map[string]any{"type": "Person", "id": ourOrg}))
	want(t, measure, "embraye:measure", "https://w3id.org/embraye/ref/essai/2020-04-29/m2")
	if _, has := measure["postingRestrictedToMods"]; has {
		t.Error("postingRestrictedToMods makes posts unanswerable on Friendica (B 25)")
	}
	first, _, _ := strings.Cut(measure["summary"].(string), "</p>")
	if !strings.Contains(first, "ne reçoit pas de publications") {
		t.Errorf("the summary does not say first that the account takes no posts: %s", first)
	}
	if len(measure["summary"].(string)) > 1000 {
		t.Error("PeerTube cuts the summary")
	}
}

func TestInterop04_InstanceIsAnApplication(t *testing.T) {
	instance := emittedDoc(t, "actor-instance")
	want(t, instance, "type", "Application")
	want(t, instance, "url", "https://us.example/")
}

// TopA 11 (lists and raster icons) and TopB 18 (SPKI, handles).
func TestInterop05_TopA11_TopB18_Profiles(t *testing.T) {
	for _, name := range []string{"actor-organisation", "actor-measure", "actor-instance"} {
		doc := emittedDoc(t, name)
		want(t, doc, "discoverable", true)
		want(t, doc, "indexable", true)
		want(t, doc, "manuallyApprovesFollowers", false)
		want(t, doc, "attributionDomains", list("us.example"))
		if _, isList := doc["attachment"].([]any); !isList {
			t.Errorf("%s: attachment is %T", name, doc["attachment"])
		}
		if icon := doc["icon"].(map[string]any); icon["mediaType"] != "image/png" || icon["type"] != "Image" {
			t.Errorf("%s: icon %v", name, icon)
		}
		id := doc["id"].(string)
		want(t, doc, "publicKey", map[string]any{"id": id + "#main-key", "owner": id, "publicKeyPem": testPEM})
		want(t, doc, "endpoints", map[string]any{"sharedInbox": "https://us.example/inbox"})
		if !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(doc["preferredUsername"].(string)) {
			t.Errorf("%s: handle %v", name, doc["preferredUsername"])
		}
		for _, absent := range []string{"suspended", "memorial"} {
			if _, has := doc[absent]; has {
				t.Errorf("%s carries %s", name, absent)
			}
		}
	}
	if _, err := testWire(t).Actor(measureActor, "-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\n", orgActor); err == nil {
		t.Error("a PKCS#1 key is written, which PeerTube cannot read")
	}
}

// A profile link is the only form that Mastodon verifies.
func TestInterop05_ProfileLinks(t *testing.T) {
	org := emittedDoc(t, "actor-organisation")
	attachment := org["attachment"].([]any)
	last := attachment[len(attachment)-1].(map[string]any)
	want(t, last, "value", `<a href="https://association.example/" rel="me nofollow noopener noreferrer">https://association.example/</a>`)
	a := orgActor
	a.Links = []embraye.ActorLink{{Name: "x", Href: `javascript:alert("1")`}}
	doc := decode(t, must(t)(testWire(t).Actor(a, testPEM, a)))
	attachment = doc["attachment"].([]any)
	want(t, attachment[len(attachment)-1].(map[string]any), "value", "javascript:alert(&#34;1&#34;)")
}

var ourNotes = []string{"note-constat", "note-small", "note-corrected", "note-pinned", "note-correction", "note-answer"}

// TopA 10, TopB 20: name is a title or a warning elsewhere, summary a warning,
// source replaces the text.
func TestInterop08_TopA10_TopB20_NoteWithoutNameSummarySource(t *testing.T) {
	for _, name := range ourNotes {
		doc := emittedDoc(t, name)
		for _, absent := range []string{"name", "summary", "source"} {
			if _, has := doc[absent]; has {
				t.Errorf("%s has %s", name, absent)
			}
		}
	}
}

func TestInterop08_TopA19_OneLanguage(t *testing.T) {
	for _, name := range ourNotes {
		doc := emittedDoc(t, name)
		languages := doc["contentMap"].(map[string]any)
		if len(languages) != 1 {
			t.Errorf("%s: %d languages", name, len(languages))
		}
		for lang, text := range languages {
			if text != doc["content"] || len(lang) != 2 {
				t.Errorf("%s: contentMap[%s] is not the content", name, lang)
			}
		}
	}
}

// TopA 5: published frozen, updated only when it goes out, and later.
func TestInterop08_TopA05_Times(t *testing.T) {
	first, corrected := emittedDoc(t, "note-constat"), emittedDoc(t, "note-corrected")
	want(t, first, "published", "2026-05-01T08:30:00Z")
	want(t, corrected, "published", first["published"])
	if _, has := first["updated"]; has {
		t.Error("the first version has updated")
	}
	want(t, corrected, "updated", "2026-05-02T07:00:00Z")
	if corrected["updated"].(string) <= corrected["published"].(string) {
		t.Error("updated is not later than published")
	}
}

func TestInterop08_Conversation(t *testing.T) {
	note, correction := emittedDoc(t, "note-constat"), emittedDoc(t, "note-correction")
	want(t, note, "url", note["id"])
	for _, property := range []string{"context", "conversation"} {
		want(t, note, property, note["id"])
		want(t, correction, property, note["id"])
	}
	want(t, correction, "inReplyTo", note["id"])
}

// TopA 20: the first line says stage and measure, the first link that is no
// hashtag or mention is the constat's own page, and only elements stand there
// that every program keeps.
func TestInterop08_TopA20_HTML(t *testing.T) {
	w := testWire(t)
	for _, u := range []embraye.Update{fullUpdate(), smallUpdate(), correctedUpdate()} {
		content := w.ConstatHTML(u, "Raison")
		first, _, _ := strings.Cut(content, "</p>")
		stage, title := w.Catalogue.T(u.Language, "stage."+string(u.Stage)), w.measureTitle("m2", u.Language)
		if first != "<p><strong>"+stage+" · "+title+"</strong>" {
			t.Errorf("first line %s", first)
		}
		links, elements := linksAndElements(content)
		if len(links) == 0 || links[0] != string(w.Site.UpdateID(u.ID)) {
			t.Errorf("first link of %v", links)
		}
		for _, e := range elements {
			if !slices.Contains(strings.Fields("p br span a strong em ul li"), e) {
				t.Errorf("element %s", e)
			}
		}
		for _, text := range []string{u.Title, u.Summary, u.Licence} {
			if !strings.Contains(strings.ReplaceAll(content, "<br>", "\n"), html.EscapeString(text)) {
				t.Errorf("the text does not say %q", text)
			}
		}
	}
}

// linksAndElements are the links that servers may preview, and all elements.
func linksAndElements(content string) (links, elements []string) {
	z := html.NewTokenizer(strings.NewReader(content))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type == html.StartTagToken {
			elements = append(elements, token.Data)
		}
		href, skip := "", false
		for _, a := range token.Attr {
			switch a.Key {
			case "href":
				href = a.Val
			case "rel", "class":
				skip = skip || slices.Contains(strings.Fields(a.Val), "tag") || slices.Contains(strings.Fields(a.Val), "mention")
			}
		}
		if href != "" && !skip {
			links = append(links, href)
		}
	}
	return links, elements
}

// Evidence stays out of attachment: any medium suppresses the preview card.
func TestInterop08_EvidenceIsNoAttachment(t *testing.T) {
	note := emittedDoc(t, "note-constat")
	want(t, note, "attachment", list())
	if len(note["embraye:evidence"].([]any)) != 1 {
		t.Error("no evidence")
	}
}

// TopB 6 and 7: attributedTo and actor one equal string; to and cc arrays of
// full addresses, the same inside and outside.
func TestInterop09_TopB06_TopB07_Audience(t *testing.T) {
	for _, name := range ourNotes {
		doc := emittedDoc(t, name)
		want(t, doc, "to", list(public))
		want(t, doc, "attributedTo", ourMeasure)
		if cc := doc["cc"].([]any); cc[0] != ourMeasure+"/followers" {
			t.Errorf("%s: cc %v", name, cc)
		}
	}
	for _, name := range []string{"create", "update-note"} {
		activity := emittedDoc(t, name)
		note := activity["object"].(map[string]any)
		want(t, activity, "actor", note["attributedTo"])
		for _, property := range []string{"to", "cc", "context"} {
			want(t, activity, property, note[property])
		}
	}
	want(t, emittedDoc(t, "note-answer"), "cc", list(ourMeasure+"/followers", ann))
	want(t, emittedDoc(t, "note-answer"), "tag", list(map[string]any{"type": "Mention", "href": ann, "name": "@ann@m.example"}))
}

// TopA 24: counts only where they are live.
func TestInterop10_TopA24_Counts(t *testing.T) {
	delivered, served := emittedDoc(t, "create")["object"].(map[string]any), emittedDoc(t, "note-served")
	id := delivered["id"].(string)
	for property, total := range map[string]float64{"likes": 12, "shares": 7, "replies": 2} {
		want(t, delivered, property, id+"/"+property)
		c := served[property].(map[string]any)
		if c["id"] != id+"/"+property || c["type"] != "Collection" || c["totalItems"] != total {
			t.Errorf("%s: %v", property, c)
		}
		delete(delivered, property)
		delete(served, property)
	}
	delete(served, "@context")
	if diff := cmp.Diff(delivered, served); diff != "" {
		t.Errorf("served and delivered differ in more: %s", diff)
	}
	first := emittedDoc(t, "note-served")["replies"].(map[string]any)["first"].(map[string]any)
	want(t, first, "next", id+"/replies?page=1")
	first = emittedDoc(t, "note-served-quiet")["replies"].(map[string]any)["first"].(map[string]any)
	if _, has := first["next"]; has {
		t.Error("no replies, but a next page")
	}
}

func TestInterop10_TopB22_OutboxPagesEmbedAndEnd(t *testing.T) {
	page := emittedDoc(t, "ordered-page")
	create := page["orderedItems"].([]any)[0].(map[string]any)
	want(t, create, "type", "Create")
	want(t, create["object"].(map[string]any), "type", "Note")
	last := emittedDoc(t, "ordered-page-empty")
	if _, has := last["next"]; has || len(last["orderedItems"].([]any)) != 0 {
		t.Error("the last page goes on")
	}
}

// TopB 14: a correction of substance is also a reply, and says what changed.
func TestInterop11_TopB14_CorrectionIsSaid(t *testing.T) {
	w := testWire(t)
	text := stripTags(w.CorrectionHTML(correctedUpdate(), "La convention n'a pas été signée."))
	for _, part := range []string{"Correction", "n'a pas été signée", "À l’arrêt", "Version 3"} {
		if !strings.Contains(text, part) {
			t.Errorf("the correction does not say %q: %s", part, text)
		}
	}
	u := correctedUpdate()
	if !strings.Contains(w.ConstatHTML(u, "Raison donnée"), "Raison donnée") {
		t.Error("the corrected text does not give the reason")
	}
	u.Revision = 4 // a typo after it
	if strings.Contains(w.ConstatHTML(u, "coquille"), "coquille") {
		t.Error("a typo is announced as a correction")
	}
	before := fullUpdate()
	after := before
	after.Stage = embraye.Reversed
	if w.ConstatHTML(before, "") == w.ConstatHTML(after, "") {
		t.Error("a stage change makes no visible edit")
	}
}

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
		delete(former, "@context")
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
		if err := json.Unmarshal(doc, &head); err != nil || len(head.Context) != 3 || string(head.Context[0]) != `"https://www.w3.org/ns/activitystreams"` {
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
	empty := w.PinnedHTML(measure, "fr", nil)
	if !strings.Contains(stripTags(empty), "Pas encore évaluée") {
		t.Errorf("empty: %s", empty)
	}
	withdrawn := fullUpdate()
	withdrawn.WithdrawnAt = &secondDay
	many := []embraye.Update{withdrawn}
	for range pinnedScopes + 1 {
		many = append(many, fullUpdate())
	}
	html := w.PinnedHTML(measure, "fr", many)
	if n := strings.Count(html, "<li>"); n != pinnedScopes || !strings.Contains(html, "et d’autres périmètres") {
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
		if bare := Bare(doc); !json.Valid(bare) || len(bare) != len(doc)-len(contextPrefix)+1 {
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
		"unknown kind":      func() ([]byte, error) { return w.Actor(embraye.Actor{Handle: "x"}, testPEM, orgActor) },
	} {
		if doc, err := f(); err == nil {
			t.Errorf("%s: %s", name, doc)
		}
	}
}
