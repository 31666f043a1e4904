package activitypub

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

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
	for _, doc := range []map[string]any{note, correction} {
		want(t, doc, "conversation", note["id"])
		want(t, doc, "context", note["id"].(string)+"/fil")
	}
	want(t, correction, "inReplyTo", note["id"])
}

// TopA 20: the first line says stage and measure, the first link that is no
// hashtag or mention is the constat's own page, and only elements stand there
// that Mastodon, GoToSocial and Pleroma keep.
func TestInterop08_TopA20_HTML(t *testing.T) {
	w := testWire(t)
	for _, u := range []embraye.Update{fullUpdate(), smallUpdate(), correctedUpdate()} {
		content := w.Texts().Constat(u, "Raison")
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
			if !slices.Contains(strings.Fields("p br span a strong em ul ol li blockquote del"), e) {
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
// A draft may have anything where an address belongs; its preview links to none
// of that.
func TestPreviewLinksToAddressesAlone(t *testing.T) {
	u := smallUpdate()
	u.Evidence = []embraye.Evidence{{Href: "javascript:alert(1)", Name: "Preuve"}, {Href: "bientôt", Name: "Preuve"}}
	u.RelatedTo = []embraye.Relation{{Rel: embraye.SameFact, Href: "javascript:alert(1)"}}
	content := testWire(t).Texts().Constat(u, "")
	if links, _ := linksAndElements(content); slices.Contains(links, "javascript:alert(1)") || slices.Contains(links, "bientôt") || !strings.Contains(content, "<li>Preuve") {
		t.Errorf("links %v of %s", links, content)
	}
}

func TestInterop08_EvidenceIsNoAttachment(t *testing.T) {
	note := emittedDoc(t, "note-constat")
	want(t, note, "attachment", list())
	if len(note["embraye:evidence"].([]any)) != 1 {
		t.Error("no evidence")
	}
}

// But a picture that the editor chose is in it, with its text for who does not
// see it.
func TestInterop08_TopB25_ChosenPictures(t *testing.T) {
	u := fullUpdate()
	u.Evidence = append(u.Evidence, embraye.Evidence{Type: "Document", Href: "https://ours.example/fichiers/a.png", Name: "L'affiche", MediaType: "image/png", Attached: true})
	body, err := testWire(t).Note(u, "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, decode(t, body), "attachment", list(map[string]any{"type": "Image", "mediaType": "image/png", "url": "https://ours.example/fichiers/a.png", "name": "L'affiche"}))
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
		if bare, has := delivered[property]; has {
			t.Errorf("N05: the delivered Note has %s: %v", property, bare)
		}
		c := served[property].(map[string]any)
		if c["id"] != id+"/"+property || c["type"] != "Collection" || c["totalItems"] != total {
			t.Errorf("%s: %v", property, c)
		}
		delete(served, property)
	}
	// The served Note is proved when it is served: its counts are in it.
	for _, property := range []string{"@context", "proof"} {
		delete(served, property)
		delete(delivered, property)
	}
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
	text := markup.Text(w.Texts().Correction(correctedUpdate(), fullUpdate().Stage, "La convention n'a pas été signée."))
	old := w.Catalogue.T("fr", "stage."+string(fullUpdate().Stage))
	for _, part := range []string{"Correction", "n'a pas été signée", old + " → À l’arrêt", "Version 3"} {
		if !strings.Contains(text, part) {
			t.Errorf("the correction does not say %q: %s", part, text)
		}
	}
	u := correctedUpdate()
	if !strings.Contains(w.Texts().Constat(u, "Raison donnée"), "Raison donnée") {
		t.Error("the corrected text does not give the reason")
	}
	u.Revision = 4 // a typo after it: the reason of the correction stays
	if !strings.Contains(w.Texts().Constat(u, "Raison donnée"), "Raison donnée") {
		t.Error("a typo takes the correction before it away")
	}
	u.Substance = 1 // a typo, and no correction before it
	if strings.Contains(w.Texts().Constat(u, "coquille"), "coquille") {
		t.Error("a typo is announced as a correction")
	}
	before := fullUpdate()
	after := before
	after.Stage = embraye.Reversed
	if w.Texts().Constat(before, "") == w.Texts().Constat(after, "") {
		t.Error("a stage change makes no visible edit")
	}
}
