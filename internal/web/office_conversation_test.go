package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

// everybody is how the public is addressed.
const everybody = "https://www.w3.org/ns/activitystreams#Public"

// A conversation is an instance with one constat, somebody elsewhere who speaks
// with it, and a moderator and a reader in its office.
type conversation struct {
	*site
	far       *fedtest.Server
	ann       *fedtest.Actor
	id        string // of the constat
	page      string // its path
	moderator *visitor
	reader    *visitor
	said      int
}

func newConversation(t *testing.T) *conversation {
	c := &conversation{site: newSite(t)}
	c.far = c.Server("far.example")
	c.ann = c.far.Actor("ann")
	c.id, c.page = c.publish("Un appel à communs est ouvert")
	c.moderator, c.reader = c.as("mo", embraye.Reviewer), c.as("lea", embraye.Reader)
	return c
}

// hear makes ann send an activity to the shared inbox.
func (c *conversation) hear(activity map[string]any) {
	c.t.Helper()
	c.Clock.Advance(time.Second)
	activity["@context"], activity["actor"] = "https://www.w3.org/ns/activitystreams", c.ann.ID
	if status := c.ann.Post(base+"/inbox", activity); status != http.StatusAccepted {
		c.t.Fatalf("%v answered %d", activity["type"], status)
	}
}

// reply makes ann reply to the constat; it returns the path of its page in the
// office.
func (c *conversation) reply(text string, public bool) string {
	c.t.Helper()
	c.said++
	id, to := fmt.Sprintf("%s/posts/%d", c.ann.ID, c.said), []string{base + "/actors/mesure2"}
	if public {
		to = append(to, everybody)
	}
	c.hear(map[string]any{"id": id + "#create", "type": "Create", "object": map[string]any{"id": id, "type": "Note", "attributedTo": c.ann.ID,
		"inReplyTo": base + c.page, "content": text, "to": to, "published": c.Clock.Now().Format(time.RFC3339)}})
	r, err := c.Store.Tables().Replies.ByURI(c.t.Context(), embraye.IRI(id))
	if err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprintf("/office/conversation/%d", r.ID)
}

// want checks status and texts of an answer: those after "!" must not be there.
// Spaces that do not break are plain ones here.
func want(t testing.TB, w *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("answered %d, want %d: %s", w.Code, status, w.Body)
	}
	body := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(html.UnescapeString(w.Body.String()))
	for _, part := range parts {
		if without, ok := strings.CutPrefix(part, "!"); ok {
			if strings.Contains(body, without) {
				t.Errorf("the page has %q", without)
			}
		} else if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q:\n%s", part, body)
		}
	}
}

// done checks that an action led back with a sentence about it.
func (c *conversation) done(w *httptest.ResponseRecorder, to, sentence string) {
	c.t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		c.t.Fatalf("answered %d to %s: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	want(c.t, c.moderator.get(to), 200, sentence)
}

// seen reads what the form of showing says about the text.
func (c *conversation) seen(path string) string {
	c.t.Helper()
	page := c.moderator.get(path)
	want(c.t, page, 200)
	for _, input := range elements(c.t, page.Body.String(), "input") {
		if attribute(input, "name") == "seen" {
			return attribute(input, "value")
		}
	}
	c.t.Fatalf("no form to show %s in %s", path, page.Body)
	return ""
}

func TestModerationByForms(t *testing.T) {
	c := newConversation(t)
	path := c.reply("<p>Bravo à la région</p>", true)
	want(t, c.get(c.page, browser), 200, "!Bravo à la région")
	want(t, c.moderator.get("/office/conversation"), 200, "Bravo à la région", "Un appel à communs est ouvert", "Décider", path)
	want(t, c.reader.get("/office/conversation"), 200, "Bravo à la région", "Lire", "!Décider")
	want(t, c.reader.get(path), 200, "Bravo à la région", "!Masquer la réponse")

	c.done(c.moderator.post(path, url.Values{"action": {"show"}, "seen": {c.seen(path)}}), "/office/conversation", "C’est fait.")
	want(t, c.get(c.page, browser), 200, "Bravo à la région")
	want(t, c.moderator.get("/office/conversation"), 200, "!Bravo à la région", "Rien n’attend de décision.")
	want(t, c.moderator.get("/office/conversation?state=shown"), 200, "Bravo à la région")
	want(t, c.moderator.get("/office/conversation?state=odd"), 404)
	want(t, c.moderator.get("/office/conversation?before=x"), 404)

	refused := c.moderator.post(path, url.Values{"action": {"hide"}, "reason": {"  "}})
	want(t, refused, 400, "À remplir.", "Bravo à la région")
	long := strings.Repeat("é", embraye.MaxReason+1)
	refused = c.moderator.post(path, url.Values{"action": {"hide"}, "reason": {long}})
	want(t, refused, 400, "C’est trop long")
	if reason := controlOf(t, refused.Body.String(), "reason"); reason.value != long || !reason.invalid || !strings.Contains(reason.described, "trop long") {
		t.Errorf("the refused reason came back as %+v", reason)
	}
	want(t, c.get(c.page, browser), 200, "Bravo à la région")
	c.done(c.moderator.post(path, url.Values{"action": {"hide"}, "reason": {"Hors sujet"}}), "/office/conversation", "C’est fait.")
	want(t, c.get(c.page, browser), 200, "!Bravo à la région")
	want(t, c.moderator.get(path), 200, "Motif : Hors sujet")
	want(t, c.get("/journal", browser), 200, "Réponse masquée", "Hors sujet", "!far.example", "!ann", "!mo@")
	want(t, c.moderator.post(path, url.Values{"action": {"odd"}}), 400)
	want(t, c.moderator.get("/office/conversation/99"), 404)
}

// What was changed after it was read is not shown unread.
func TestShowingWhatWasRead(t *testing.T) {
	c := newConversation(t)
	path := c.reply("<p>Bravo</p>", true)
	read := c.seen(path)
	c.hear(map[string]any{"id": c.ann.ID + "#update", "type": "Update", "object": map[string]any{"id": c.ann.ID + "/posts/1", "type": "Note", "attributedTo": c.ann.ID,
		"inReplyTo": base + c.page, "content": "<p>Achetez ceci</p>", "to": []string{everybody}, "published": c.Clock.Now().Format(time.RFC3339), "updated": c.Clock.Now().Format(time.RFC3339)}})
	want(t, c.moderator.post(path, url.Values{"action": {"show"}, "seen": {read}}), 400, "a changé pendant que vous le lisiez", "Achetez ceci")
	want(t, c.get(c.page, browser), 200, "!Achetez ceci")
}

func TestPrivateMessagesStayInTheOffice(t *testing.T) {
	c := newConversation(t)
	path := c.reply("<p>Entre nous</p>", false)
	want(t, c.moderator.get("/office/conversation"), 200, "Entre nous", "privée")
	want(t, c.moderator.get(path), 200, "Ce message est privé", "!Afficher la réponse", "Envoyer la réponse", "Classer le message")
	want(t, c.moderator.post(path, url.Values{"action": {"show"}}), 400, "pendant que vous le lisiez")
	c.done(c.moderator.post(path, url.Values{"action": {"answer"}, "answer": {"Entre nous aussi"}}), "/office/conversation", "La réponse est envoyée à cette personne.")
	c.Settle()
	got := c.far.Take()
	if len(got) != 1 || got[0].Type() != "Create" || got[0].Path != "/users/ann/inbox" || strings.Contains(string(got[0].Body), everybody) {
		t.Fatalf("ann got %+v", got)
	}
	want(t, c.get(strings.TrimPrefix(got[0].ObjectID(), base), browser), 404)
	want(t, c.get("/actors/mesure2/outbox?page=true", activity), 200, "!Entre nous")
	for _, path := range []string{c.page, "/@mesure2", "/", "/journal"} {
		want(t, c.get(path, browser), 200, "!Entre nous")
	}
	want(t, c.moderator.get(path), 200, "Entre nous aussi", "Classé")
}

func TestAnsweringByAForm(t *testing.T) {
	c := newConversation(t)
	path := c.reply("<p>D'où vient ce chiffre ?</p>", true)
	long := "Voici. " + strings.Repeat("x", 5000)
	refused := c.moderator.post(path, url.Values{"action": {"answer"}, "answer": {long}})
	want(t, refused, 400, "C’est trop long : 5 000 caractères au plus.")
	if answer := controlOf(t, refused.Body.String(), "answer"); answer.value != long || !answer.invalid {
		t.Error("what was typed is lost")
	}
	want(t, c.moderator.post(path, url.Values{"action": {"answer"}, "answer": {""}}), 400, "À remplir.")
	for range 2 {
		c.done(c.moderator.post(path, url.Values{"action": {"answer"}, "answer": {"De la *délibération*."}}), "/office/conversation", "La réponse est publiée.")
	}
	c.Settle()
	got := c.far.Take()
	if len(got) != 1 || got[0].Type() != "Create" || got[0].Path != "/inbox" {
		t.Fatalf("ann's server got %+v", got)
	}
	note := strings.TrimPrefix(got[0].ObjectID(), base)
	want(t, c.get(note, browser), 200, "<em>délibération</em>", "@<span>ann</span>")
	if doc := c.json(note); doc["inReplyTo"] != c.ann.ID+"/posts/1" {
		t.Errorf("the answer is %v", doc)
	}
	want(t, c.moderator.get(path), 200, "Notre réponse", "délibération")
}

func TestBlockingByForms(t *testing.T) {
	c := newConversation(t)
	admin := c.as("ada", embraye.Admin)
	path := c.reply("<p>Insulte</p>", true)
	want(t, c.moderator.get(path), 200, "Bloquer cette personne", "!Bloquer le serveur")
	want(t, admin.get(path), 200, "Bloquer le serveur far.example")
	want(t, admin.get("/office/blocks?domain=far.example"), 200, `value="far.example"`)
	long := strings.Repeat("x", embraye.MaxReason+1)
	refused := c.moderator.post(path, url.Values{"action": {"block"}, "block_reason": {long}})
	want(t, refused, 400, "C’est trop long")
	if reason := controlOf(t, refused.Body.String(), "block_reason"); reason.value != long || !reason.invalid {
		t.Errorf("the refused reason came back as %+v", reason)
	}
	c.done(c.moderator.post(path, url.Values{"action": {"block"}, "block_reason": {"Insultes"}}), "/office/conversation", c.ann.ID)
	want(t, c.get("/journal", browser), 200, "Compte bloqué", "Insultes", "!far.example")
	c.done(c.moderator.post("/office/conversation", url.Values{"action": {"unblock"}, "actor": {c.ann.ID}}), "/office/conversation", "Aucun compte n’est bloqué.")
	blockingDomains(c, admin)
	if blocked, err := c.Directory.Blocked(t.Context(), "far.example"); err != nil || !blocked {
		t.Errorf("far.example is blocked: %t, %v", blocked, err)
	}
}

// What a block does is told before; the form comes back as it was typed, and what
// is confirmed is what was told.
func blockingDomains(c *conversation, admin *visitor) {
	c.t.Helper()
	form := url.Values{"domain": {"FAR.example"}, "severity": {"suspend"}, "comment": {"Trop"}, "private_comment": {"Vu avec Bea"}, "obfuscate": {"1"}, "action": {"look"}}
	c.hear(map[string]any{"id": c.ann.ID + "#follow", "type": "Follow", "object": base + "/actors/mesure2"})
	want(c.t, admin.post("/office/blocks", form), 200, "Avant de bloquer far.example", "1 abonné est mis de côté.", "Bloquer far.example", "Aucun domaine n’est bloqué")
	want(c.t, admin.post("/office/blocks", url.Values{"domain": {"com"}, "severity": {"suspend"}, "action": {"look"}}), 400, "com", "trop de serveurs")
	want(c.t, admin.post("/office/blocks", url.Values{"domain": {"ours.example"}, "severity": {"silence"}, "action": {"block"}}), 400)
	form.Set("action", "block")
	for range 2 { // a double click
		if w := admin.post("/office/blocks", form); w.Code != http.StatusSeeOther {
			c.t.Fatalf("blocking the server: %d %s", w.Code, w.Body)
		}
	}
	want(c.t, admin.get("/office/blocks"), 200, "far.example", "motif interne", "Vu avec Bea", "far.*****le")
	want(c.t, c.get("/journal", browser), 200, "Serveur bloqué", "far.*****le", "Trop", "!far.example", "!Vu avec Bea")
	now := func(typed url.Values, sentence string) {
		c.t.Helper()
		if w := admin.post("/office/blocks", typed); w.Code != http.StatusSeeOther {
			c.t.Fatalf("%v: %d %s", typed, w.Code, w.Body)
		}
		want(c.t, admin.get("/office/blocks"), 200, sentence)
	}
	bare := url.Values{"domain": {"far.example"}, "severity": {"silence"}, "action": {"look"}} // what is left empty stays
	want(c.t, admin.post("/office/blocks", bare), 200, "déjà bloqué", `name="of" value="far.example"`, `name="comment" value="Trop"`, `name="private_comment" value="Vu avec Bea"`)
	want(c.t, admin.get("/office/blocks?domain=far.example"), 200, `name="of" value="far.example"`, `value="Trop"`)
	bare.Set("action", "block")
	now(bare, "Vu avec Bea")
	c.change(func(tx store.Tables) error { // as a list may say
		b, err := tx.DomainBlocks.Take(c.t.Context(), "far.example")
		if err == nil {
			b.RejectMedia = true
			err = tx.DomainBlocks.Save(c.t.Context(), b)
		}
		return err
	})
	bare.Set("of", "far.example") // but not what a form that was filled leaves empty
	now(bare, "!Vu avec Bea")
	if b, err := c.Store.Tables().DomainBlocks.Take(c.t.Context(), "far.example"); err != nil || !b.RejectMedia {
		c.t.Errorf("%+v, %v: what the form does not show is lost", b, err)
	}
	now(url.Values{"domain": {"far.example"}, "action": {"lift"}}, "Aucun domaine n’est bloqué")
	form.Set("severity", "silence")
	now(form, "motif interne")
	c.hear(map[string]any{"id": c.ann.ID + "#follow-2", "type": "Follow", "object": base + "/actors/mesure3"})
	want(c.t, c.moderator.get("/office/followers"), 200, "Demandes d’abonnement", "ann")
	for _, input := range elements(c.t, c.moderator.get("/office/followers").Body.String(), "input") {
		if attribute(input, "name") == "id" {
			asks := url.Values{"id": {attribute(input, "value")}, "action": {"accept"}}
			c.done(c.moderator.post("/office/followers", asks), "/office/followers", "!Demandes d’abonnement")
			c.done(c.moderator.post("/office/followers", asks), "/office/followers", "C’était déjà fait")
		}
	}
	importingDomains(c, admin)
	followingLists(c, admin)
	form.Set("severity", "suspend")
	form.Del("obfuscate")
	now(form, "<bdi>far.example</bdi></strong> · Bloqué")
}

// A list of others proposes; what is ticked is done, and the list is left again.
func followingLists(c *conversation, admin *visitor) {
	c.t.Helper()
	lists := c.World.Server("listes.example")
	lists.Put("/blocs.csv", "text/csv", http.StatusOK, []byte("#domain,#severity\nnoisy.example,suspend\n"))
	lists.Put("/page", "text/html", http.StatusOK, []byte("<!doctype html><p>Accueil"))
	subscribe := url.Values{"list_url": {"http://listes.example/blocs.csv"}, "list_name": {"Nos voisins"}, "action": {"subscribe"}}
	want(c.t, admin.post("/office/blocks", subscribe), 400, `value="http://listes.example/blocs.csv"`, `value="Nos voisins"`)
	subscribe.Set("list_url", lists.Base+"/page")
	want(c.t, admin.post("/office/blocks", subscribe), 400, "pas une liste")
	subscribe.Set("list_url", lists.Base+"/blocs.csv")
	want(c.t, admin.post("/office/blocks", subscribe), 303)
	want(c.t, admin.get("/office/blocks/drafts"), 200, "noisy.example", "Nos voisins", `value="noisy.example" checked`)
	want(c.t, admin.post("/office/blocks/drafts", url.Values{"action": {"accept"}, "chosen": {"noisy.example"}}), 303)
	want(c.t, admin.get("/office/blocks"), 200, "<bdi>noisy.example</bdi></strong> · Bloqué", "Nos voisins")
	want(c.t, admin.post("/office/blocks", url.Values{"list_url": {lists.Base + "/blocs.csv"}, "action": {"unsubscribe"}}), 303)
	want(c.t, admin.get("/office/blocks"), 200, "noisy.example", "!Ne plus suivre")
	want(c.t, admin.post("/office/blocks", url.Values{"domain": {"noisy.example"}, "action": {"lift"}}), 303)
}

// A list is shown line by line, and what is ticked is done.
func importingDomains(c *conversation, admin *visitor) {
	c.t.Helper()
	list := "#domain,#severity,#public_comment\nfar.example,suspend,<b>Trop</b>\nloud.example,silence,\nquiet.example,suspend,\nh*d.example,suspend,\nours.example,suspend,\n"
	send := func(action, text string, chosen string) *httptest.ResponseRecorder {
		c.t.Helper()
		return admin.sendForm("/office/blocks/list", map[string]string{"action": action, "list": text, "chosen": chosen}, nil)
	}
	want(c.t, send("look", list, ""), 200, "Changer le blocage de far.example", "1 abonné est mis de côté", `value="quiet.example" checked`, `!value="far.example" checked`,
		"La liste masque ce nom", "votre propre instance", "Appliquer les 2 lignes de toute la liste")
	want(c.t, send("add", list, ""), 400, "Cochez au moins une ligne")
	want(c.t, send("look", "", ""), 400)
	want(c.t, send("look", "<html>", ""), 400, "pas une liste de domaines")
	want(c.t, send("look", strings.Repeat("a.example\n", 120_000), ""), 400, "trop lourde")
	for _, act := range [][]string{{"add", "loud.example"}, {"calm", ""}} {
		if w := send(act[0], list, act[1]); w.Code != http.StatusSeeOther {
			c.t.Fatalf("%s: %d %s", act, w.Code, w.Body)
		}
	}
	want(c.t, admin.get("/office/blocks"), 200, "<bdi>loud.example</bdi></strong> · Limité", "<bdi>quiet.example</bdi></strong> · Bloqué", "<bdi>far.example</bdi></strong> · Limité")
	want(c.t, send("look", list, ""), 200, "Rien à changer")
}

// Names of reporters and what they wrote are in no answer to a lower role: not
// in the page, not in an error (W26). What remote servers say about
// themselves stands as text (W31).
func TestW26W31ReportsInTheOffice(t *testing.T) {
	c := newConversation(t)
	evil := `<script>alert("x")</script><img src=x onerror=alert(1)>`
	c.ann.Doc["name"], c.ann.Doc["preferredUsername"] = evil+"\u202egpj", "ann"
	c.ann.Publish()
	c.hear(map[string]any{"id": c.ann.ID + "#flag", "type": "Flag", "content": "Texte secret " + evil, "object": []string{base + c.page}})
	path := c.reply("<p>Bravo</p>", true)
	c.hear(map[string]any{"id": c.ann.ID + "#like", "type": "Like", "object": base + c.page})
	c.hear(map[string]any{"id": c.ann.ID + "#follow", "type": "Follow", "object": base + "/actors/mesure2"})
	c.hear(map[string]any{"id": c.ann.ID + "#quote", "type": "QuoteRequest", "object": base + c.page, "instrument": c.ann.ID + "/posts/q"})

	t.Run("W26", func(t *testing.T) {
		want(t, c.moderator.get("/office/conversation"), 200, "Texte secret", "far.example", base+c.page)
		for _, v := range []*visitor{c.reader, c.as("edi", embraye.Editor)} {
			page := v.get("/office/conversation?state=hidden")
			want(t, page, 200, "Qui l’envoie et ce qu’il contient est réservé", base+c.page, "!Texte secret", "!far.example", "!Clore", "!mo@ours.example")
			want(t, v.post("/office/reports/1", url.Values{"note": {"x"}}), 403, "!Texte secret", "!far.example")
			want(t, v.get("/office"), 200, "!Texte secret", "!far.example")
		}
	})
	t.Run("W31", func(t *testing.T) {
		c.far.Answer(func(*http.Request) int { return http.StatusServiceUnavailable })
		c.revise(c.id)
		c.Settle()
		if _, err := c.Store.Tables().Hosts.Take(t.Context(), "far.example"); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{"/office/conversation", path, "/office/interactions", "/office/followers", "/office/deliveries", "/office/constats/" + c.id} {
			w := c.moderator.get(page)
			want(t, w, 200, "far.example")
			body := w.Body.String()
			if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || strings.Contains(body, "\u202e") {
				t.Errorf("%s lets a stranger's name act: %s", page, body)
			}
			if page != "/office/deliveries" && !strings.Contains(body, "&lt;script&gt;") {
				t.Errorf("%s does not show the name: the test proves nothing", page)
			}
		}
	})
	t.Run("closing", func(t *testing.T) {
		long := strings.Repeat("n", embraye.MaxReason+1)
		refused := c.moderator.post("/office/reports/1", url.Values{"note": {long}})
		want(t, refused, 400, "C’est trop long", "Texte secret")
		if note := controlOf(t, refused.Body.String(), "note"); note.value != long || !note.invalid {
			t.Errorf("the refused note came back as %+v", note)
		}
		c.done(c.moderator.post("/office/reports/1", url.Values{"note": {"Rien à redire"}}), "/office/conversation", "Aucun signalement ouvert.")
		want(t, c.get("/journal", browser), 200, "Signalement traité", "!Rien à redire", "!far.example", "!Texte secret")
		want(t, c.moderator.post("/office/reports/77", url.Values{"note": {""}}), 404)
	})
}

func TestQuotesAndReportsElsewhereByForms(t *testing.T) {
	c := newConversation(t)
	c.hear(map[string]any{"id": c.ann.ID + "#quote", "type": "QuoteRequest", "object": base + c.page, "instrument": c.ann.ID + "/posts/q"})
	c.hear(map[string]any{"id": c.ann.ID + "#like", "type": "Like", "object": base + c.page})
	c.Settle()
	c.far.Take()
	page := c.moderator.get("/office/interactions")
	want(t, page, 200, c.ann.ID+"/posts/q", "a mis en favori", "Retirer l’autorisation")
	want(t, c.reader.get("/office/interactions"), 200, c.ann.ID+"/posts/q", "!Retirer l’autorisation")
	_, rest, _ := strings.Cut(page.Body.String(), `action="/office/quotes/`)
	id, _, _ := strings.Cut(rest, `"`)
	want(t, c.get("/citations/"+id, activity), 200)
	want(t, c.reader.post("/office/quotes/"+id, nil), 403)
	c.done(c.moderator.post("/office/quotes/"+id, nil), "/office/interactions", "autorisation retirée le")
	want(t, c.get("/citations/"+id, activity), 404)
	want(t, c.moderator.post("/office/quotes/odd", nil), 404)

	path := c.reply("<p>Insulte</p>", true)
	typed := url.Values{"action": {"flag"}, "url": {c.ann.ID + "/posts/1"}, "report": {""}}
	refused := c.moderator.post("/office/conversation", typed)
	want(t, refused, 400, "À remplir.", "Insulte", path)
	if address := controlOf(t, refused.Body.String(), "url"); address.value != typed.Get("url") {
		t.Errorf("the address came back as %+v", address)
	}
	typed.Set("report", "Insulte")
	c.done(c.moderator.post("/office/conversation", typed), "/office/conversation", "C’est fait.")
	c.Settle()
	sent := c.far.Take()
	if len(sent) == 0 || sent[len(sent)-1].Type() != "Flag" || sent[len(sent)-1].Path != "/users/ann/inbox" {
		t.Errorf("far.example got %+v", sent)
	}
	want(t, c.moderator.post("/office/conversation", typed), 400, "a déjà été signalé")
	want(t, c.reader.post("/office/conversation", typed), 403)
}

func TestFollowersAndDeliveriesByForms(t *testing.T) {
	c := newConversation(t)
	admin := c.as("ada", embraye.Admin)
	want(t, c.reader.get("/office/followers"), 200, "Personne ne suit encore.")
	want(t, c.reader.get("/office/deliveries"), 200, "Tous les serveurs prennent nos envois.")
	c.hear(map[string]any{"id": c.ann.ID + "#follow", "type": "Follow", "object": base + "/actors/mesure2"})
	c.Settle()
	want(t, c.reader.get("/office/followers"), 200, "@ann", "far.example", "1 abonné")
	want(t, c.reader.get("/office/followers?actor=mesure3"), 200, "0 abonné")
	want(t, c.reader.get("/office/followers?actor=nobody"), 404)

	c.far.Answer(func(*http.Request) int { return http.StatusServiceUnavailable })
	c.revise(c.id)
	c.Settle()
	want(t, c.reader.get("/office/deliveries"), 200, "far.example", "depuis le", "!Réessayer")
	want(t, c.reader.get("/office/constats/"+c.id), 200, "far.example", "503")
	want(t, c.moderator.post("/office/deliveries", url.Values{"action": {"retry"}, "host": {"far.example"}}), 403)
	want(t, admin.get("/office/deliveries"), 200, "Réessayer", "ne partira plus")
	want(t, admin.post("/office/deliveries", url.Values{"action": {"odd"}, "host": {"far.example"}}), 400)
	want(t, admin.post("/office/deliveries", url.Values{"action": {"drop"}}), 400)
	for range 4 { // then it is left alone for a long while
		c.Clock.Advance(time.Hour)
		c.Settle()
	}
	c.far.Answer(nil)
	c.far.Take()
	c.Clock.Advance(2 * time.Minute)
	if c.Settle(); len(c.far.Take()) != 0 {
		t.Fatal("far.example was tried again already: the test proves nothing")
	}
	if w := admin.post("/office/deliveries", url.Values{"action": {"retry"}, "host": {"far.example"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("retry: %d", w.Code)
	}
	c.Settle()
	if got := c.far.Take(); len(got) == 0 || got[0].Type() != "Update" {
		t.Errorf("after the retry far.example got %+v", got)
	}
	want(t, admin.get("/office/deliveries"), 200, "Tous les serveurs prennent nos envois.")
}

// The rules are one form: each box keeps its own.
func TestRulesByAForm(t *testing.T) {
	c := newConversation(t)
	admin := c.as("ada", embraye.Admin)
	for _, boxes := range []url.Values{{"replies_open": {"1"}}, {"replies_open": {"1"}, "review_required": {"1"}}, {"review_required": {"1"}}, {}} {
		form := url.Values{"action": {"rules"}}
		for name := range boxes {
			form.Set(name, "1")
		}
		if w := admin.post("/office/people", form); w.Code != http.StatusSeeOther {
			t.Fatalf("%v: %d", boxes, w.Code)
		}
		refused := admin.post("/office/people", url.Values{"action": {"invite"}, "email": {"nobody"}, "role": {"editor"}})
		for _, page := range []*httptest.ResponseRecorder{admin.get("/office/people"), refused} {
			for _, name := range []string{"replies_open", "review_required"} {
				if got := checked(t, page.Body.String(), name); got != boxes.Has(name) {
					t.Errorf("after %v the box %s is ticked: %t", boxes, name, got)
				}
			}
		}
		path := c.reply(fmt.Sprintf("<p>Réponse %d</p>", c.said+1), true)
		shown := "!" + fmt.Sprintf("Réponse %d", c.said)
		if boxes.Has("replies_open") {
			shown = shown[1:]
		}
		want(t, c.get(c.page, browser), 200, shown)
		want(t, c.moderator.get(path), 200)
	}
	want(t, c.moderator.post("/office/people", url.Values{"action": {"rules"}, "replies_open": {"1"}}), 403)
}

func checked(t testing.TB, page, name string) bool {
	t.Helper()
	for _, input := range elements(t, page, "input") {
		if attribute(input, "name") == name {
			for _, a := range input.Attr {
				if a.Key == "checked" {
					return true
				}
			}
			return false
		}
	}
	t.Fatalf("no box %s", name)
	return false
}
