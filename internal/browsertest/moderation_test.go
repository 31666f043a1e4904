package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// Replies wait for a person: one is answered and shown, one is hidden with a
// reason, an author is blocked, a report is closed.
func TestModeration(t *testing.T) {
	eachWay(t, func(t *testing.T, in *Instance, sit func() *Person) {
		in.AddPerson(adminEmail, embraye.Admin, password)
		out, err := in.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
			Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR"},
			Content: embraye.Content{Stage: embraye.UnderWay, Title: "Un appel à communs", Summary: "Un appel est ouvert.",
				Evidence: []embraye.Evidence{{Href: "https://preuve.example/appel"}}}})
		check(t, err)
		constat := "/constats/" + out.Update.ID
		server := fedtest.Loopback(t, in.Clock)
		fan, pest := server.Actor("fan"), server.Actor("pest")
		reply(t, in, fan, constat, "Bravo pour ce suivi")
		reply(t, in, pest, constat, "Achetez mes montres")

		admin, reader := sit(), sit()
		admin.SignIn(adminEmail, password)
		admin.Sees("2\u00a0réponses à lire")
		open := func(words string) {
			t.Helper()
			admin.Open("/office/conversation?state=pending")
			admin.Press(fmt.Sprintf(`main .item:nth-child(%d) a[href^="/office/conversation/"]`, admin.number("main .todo:first-of-type > .item", words)))
			admin.Sees(words)
		}
		open("Achetez mes montres")
		hide := `main form:has([name="action"][value="hide"]) button`
		admin.Write("reason", " ")
		if status := admin.PressFor(hide); status != 400 {
			t.Errorf("hiding without a reason answers %d", status)
		}
		if p := admin.Text(`main .field:has([name="reason"]) .err`); p == "" {
			t.Error("no sentence says that a reason is needed")
		}
		admin.Write("reason", "Publicité")
		admin.Press(hide)

		open("Bravo pour ce suivi")
		admin.Write("answer", "Merci, la suite arrive.")
		admin.Press(`main form:has([name="answer"]) button`)
		in.Settle()
		received(t, server, "Create", "Merci, la suite arrive.")
		reader.Open(constat)
		reader.Sees("Bravo pour ce suivi")
		reader.Sees("Merci, la suite arrive.")
		if strings.Contains(reader.Text("body"), "montres") {
			t.Error("a hidden reply is on the page")
		}

		admin.Open("/office/conversation?state=hidden")
		admin.Press(`main a[href^="/office/conversation/"]`)
		admin.Press(`main button[value="block"]`)
		reply(t, in, pest, constat, "Encore des montres")
		admin.Open("/office/conversation?state=pending")
		if strings.Contains(admin.Text("main"), "Encore des montres") {
			t.Error("a blocked account still reaches the conversation")
		}

		post(t, in, fan, map[string]any{"type": "Flag", "id": server.Base + "/flags/1", "object": []string{in.URL + constat}, "content": "Ce constat se trompe de région"})
		admin.Open("/office/conversation")
		admin.Sees("Ce constat se trompe de région")
		admin.Write("note", "Vérifié : la région est la bonne.")
		admin.Press(`main form[action^="/office/reports/"] button`)
		admin.Open("/office/conversation")
		if strings.Contains(admin.Text("main"), "se trompe de région") {
			t.Error("a closed report is still open")
		}
		reader.Open("/journal")
		if text := reader.Text("main"); strings.Contains(text, "pest") || strings.Contains(text, server.Host) {
			t.Errorf("the public journal names a person: %s", text)
		}
	})
}

// number tells which of some elements says something, from 1.
func (p *Person) number(selector, words string) int {
	p.t.Helper()
	n := Read(p.t, p.Tab, chromedp.Evaluate[int](fmt.Sprintf("[...document.querySelectorAll(%q)].findIndex(e => e.textContent.includes(%q)) + 1", selector, words)))
	if n == 0 {
		p.t.Fatalf("%s: no %s says %q", p.Path(), selector, words)
	}
	return n
}

// reply sends a signed public reply to a constat.
func reply(t *testing.T, in *Instance, from *fedtest.Actor, constat, text string) {
	t.Helper()
	id := fmt.Sprintf("%s/posts/%x", from.ID, text)
	post(t, in, from, map[string]any{"type": "Create", "id": id + "/activity", "to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "cc": []string{in.URL + "/actors/mesure2"},
		"object": map[string]any{"type": "Note", "id": id, "attributedTo": from.ID, "inReplyTo": in.URL + constat, "content": "<p>" + text + "</p>",
			"published": in.Clock.Now().Format("2006-01-02T15:04:05Z"), "to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "cc": []string{in.URL + "/actors/mesure2"}}})
}

func post(t *testing.T, in *Instance, from *fedtest.Actor, activity map[string]any) {
	t.Helper()
	activity["@context"], activity["actor"] = "https://www.w3.org/ns/activitystreams", from.ID
	if status := from.Post(in.URL+"/inbox", activity); status != 202 {
		t.Fatalf("the inbox answers %d to %s", status, activity["type"])
	}
}

// received wants a server to have got a message of a type, with words in it,
// since the last look.
func received(t *testing.T, server *fedtest.Server, kind, words string) {
	t.Helper()
	var types []string
	for _, m := range server.Take() {
		if m.Type() == kind && strings.Contains(string(m.Body), words) {
			return
		}
		types = append(types, m.Type())
	}
	t.Errorf("no %s with %q among %q", kind, words, types)
}
