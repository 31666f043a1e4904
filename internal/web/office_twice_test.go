package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// A press is a button of the office: the form that it sends, where.
type press struct {
	name  string
	by    *visitor
	path  string
	form  url.Values
	again func() // what happens between the two presses; nil: nothing
	told  string // what a form that comes back says; empty: none does
}

// pattern is the route of a press, as the router writes it.
func (p press) pattern() string {
	var parts []string
	for part := range strings.SplitSeq(p.path, "/") {
		if embraye.ValidID(part) {
			part = "{id}"
		} else if _, err := strconv.Atoi(part); err == nil {
			part = "{id}"
		} else if part == "PEER" {
			part = "{id}"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}

// A twice is a world in which each button of the office can do its work.
type twice struct {
	*conversation
	pair          *site
	admin, writer *visitor
	writes        *embraye.Person
	presses       []press
}

// Whoever presses a button twice, or goes back and presses it again, or comes
// after a colleague, is told that it is done and led on. Nothing happens twice.
func TestEveryButtonPressedTwice(t *testing.T) {
	w := newTwice(t)
	w.ofDrafts()
	w.ofConstats()
	w.ofReviews()
	w.ofTalk()
	w.ofDomains()
	w.ofPeople()
	w.ofOneself()
	w.ofTheHouse()
	pressed := map[string]bool{}
	for _, p := range w.presses {
		pressed[p.pattern()] = true
		t.Run(p.name, func(t *testing.T) { w.twice(t, p) })
	}
	for _, route := range w.routes() {
		if route.Method == http.MethodPost && strings.HasPrefix(route.Pattern, "/office") && !pressed[route.Pattern] && !slices.Contains(justLooks, route.Pattern) {
			t.Errorf("no button of POST %s is pressed", route.Pattern)
		}
	}
}

// justLooks are the routes whose buttons change nothing, or keep a file that is
// there once; a table is imported twice in TestImportIsOnce.
var justLooks = []string{"/office/files", "/office/health", "/office/preuves/new", "/office/import"}

// passing is what every request may write: who is there, and how often.
var passing = []string{"sessions", "attempts", "river_job", "river_queue", "audit_entries", "hosts", "deliveries", "public_revision"}

// anew are the buttons that are pressed a second time for something new: a link
// or a secret that is shown once, a title that is looked for again. A review that
// is begun twice is the same one, saved.
var anew = []string{"/people invite", "/people reset", "/account/second app", "/account/second codes", "draft titles", "a new review"}

// twice presses a button, and once more.
func (w *twice) twice(t *testing.T, p press) {
	t.Helper()
	if before, after, ok := strings.Cut(p.path, "PEER"); ok {
		list, err := w.Peers.List(t.Context())
		w.must(err)
		for _, peer := range list {
			if peer.Host == "pair.example" {
				p.path = before + strconv.FormatInt(peer.ID, 10) + after
			}
		}
	}
	first := p.send()
	if first.Code >= 400 {
		t.Fatalf("the first press: %d %s", first.Code, words(first.Body.String()))
	}
	if p.again != nil {
		p.again()
	}
	before := w.dump(passing...)
	second := p.send()
	if p.told != "" {
		want(t, second, http.StatusBadRequest, p.told)
	} else if second.Code >= 400 {
		t.Fatalf("the second press: %d %s", second.Code, words(second.Body.String()))
	}
	if to := second.Header().Get("Location"); to != "" {
		if page := p.by.get(strings.SplitN(to, "#", 2)[0]); page.Code != http.StatusOK && page.Code != http.StatusSeeOther {
			t.Errorf("the second press leads to %s: %d", to, page.Code)
		}
	}
	if after := w.dump(passing...); after != before && !slices.Contains(anew, p.name) {
		t.Errorf("the second press changed:\n%s", differences(before, after))
	}
}

func (p press) send() *httptest.ResponseRecorder {
	switch p.path {
	case "/office/blocks/list", "/office/peers/list", "/office/import":
		values := map[string]string{}
		for name := range p.form {
			values[name] = p.form.Get(name)
		}
		return p.by.sendForm(p.path, values, nil)
	}
	return p.by.post(p.path, p.form)
}

// words is what a page says, without its frame.
func words(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	return fmt.Sprintf("%.1500s", main)
}

func newTwice(t *testing.T) *twice {
	s, pair, admin := neighbours(t)
	c := &conversation{site: s}
	c.far = c.Server("far.example")
	c.ann = c.far.Actor("ann")
	c.id, c.page = c.publish("Un appel à communs est ouvert")
	c.moderator = s.as("mo", embraye.Reviewer)
	w := &twice{conversation: c, pair: pair, admin: admin, writes: s.person("lea", embraye.Editor)}
	w.writer = s.visitor().signIn(w.writes.Email)
	return w
}

// add is a button with the fields of its form.
func (w *twice) add(by *visitor, path, action string, fields ...string) {
	form := url.Values{}
	if action != "" {
		form.Set("action", action)
	}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	w.presses = append(w.presses, press{name: strings.TrimPrefix(path, "/office") + " " + action, by: by, path: path, form: form})
}

// draft is one that could be published, and the form of its page.
func (w *twice) draft(title string) (path string, form url.Values) {
	w.t.Helper()
	in := sampleInput(title)
	form = url.Values{"title": {title}, "summary": {in.Summary}, "measure": {in.Measure}, "subject": {string(in.Subject)}, "territory": {in.Territory}, "institution": {in.Institution.Name},
		"institution_kind": {string(in.Institution.Kind)}, "stage": {string(in.Stage)}, "observed_date": {"2026-04-30"}, "confidence": {"primary"}, "license": {"CC-BY-4.0"}, "lang": {"fr"},
		"evidence_href": {in.Evidence[0].Href}, "evidence_name": {in.Evidence[0].Name}, "action": {"save"}}
	path = w.writer.post("/office/constats/new", form).Header().Get("Location")
	return path, sentForm(w.t, w.writer.get(path).Body.String())
}

func (w *twice) ofDrafts() {
	at := w.Clock.Now().Add(48 * time.Hour).Format("2006-01-02T15:04")
	for _, action := range []string{"save", "keep", "proof", "titles", "review", "return", "schedule", "unschedule", "delete", "publish"} {
		path, form := w.draft("Brouillon " + action)
		form.Set("action", action)
		form.Set("review_note", "À relire")
		form.Set("scheduled_at", at)
		if action == "unschedule" {
			form.Set("action", "schedule")
			w.writer.post(path, form)
			form = sentForm(w.t, w.writer.get(path).Body.String())
			form.Set("action", action)
		}
		if action == "return" {
			form.Set("action", "review")
			w.writer.post(path, form)
			form = sentForm(w.t, w.moderator.get(path).Body.String())
			form.Set("action", action)
			form.Set("review_note", "À revoir")
			w.presses = append(w.presses, press{"draft " + action, w.moderator, path, form, nil, ""})
			continue
		}
		w.presses = append(w.presses, press{"draft " + action, w.writer, path, form, nil, ""})
	}
	path, form := w.draft("Brouillon à publier")
	w.presses = append(w.presses, press{"publish", w.writer, path + "/publish", url.Values{"version": form["version"]}, nil, ""})
	path, form = w.draft("Brouillon publié entre-temps")
	form.Set("action", "save")
	published := path
	w.presses = append(w.presses, press{"draft published meanwhile", w.writer, path, form, func() { w.moderator.post(published+"/publish", nil) }, ""})
	path, _ = w.draft("Les copies")
	w.App.Copies.On = true
	w.presses = append(w.presses, press{"copies of a draft", w.writer, path + "/preuves", nil, nil, ""})
	_, form = w.draft("Une page neuve")
	form.Del("version")
	form.Set("once", "1")
	form.Set("action", "save")
	w.presses = append(w.presses, press{"a new draft", w.writer, "/office/constats/new", form, nil, ""})
	w.add(w.writer, "/office/constats/last", "")
}

func (w *twice) ofConstats() {
	u := func(title string) string { id := w.publishOwn(w.writes, title); return "/office/constats/" + id }
	path := u("À corriger")
	form := sentForm(w.t, w.writer.get(path+"/correct").Body.String())
	form.Set("title", "Corrigé")
	form.Set("kind", "typo")
	form.Set("reason", "Une faute")
	form.Set("action", "send")
	w.presses = append(w.presses, press{"correct a typo", w.writer, path + "/correct", form, nil, ""})
	path = u("À corriger en substance")
	form = sentForm(w.t, w.writer.get(path+"/correct").Body.String())
	form.Set("stage", "done")
	form.Set("kind", "substance")
	form.Set("reason", "C’est fait")
	form.Set("action", "send")
	w.presses = append(w.presses, press{"correct substance", w.writer, path + "/correct", form, nil, ""})
	w.add(w.writer, u("À retirer")+"/withdraw", "", "reason", "Erreur")
	path = u("À reprendre")
	w.add(w.moderator, path+"/ask", "", "ask", "Une date manque")
	w.add(w.writer, path+"/ask", "close")
}

func (w *twice) ofReviews() {
	draft := func(n int, action string) press {
		u := w.hears(fmt.Sprintf("pair%d.example", n), fmt.Sprintf("Paire %d", n), embraye.NoSign, fmt.Sprintf("Rien de tel %d", n))
		w.knows(u)
		form := url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "reason": {"Nous y étions."}, "lang": {"fr"}, "action": {"save"}, "evidence_href": {"https://preuves.example/1"}, "evidence_name": {"Notre preuve"}}
		path := w.writer.post("/office/reviews/new", form).Header().Get("Location")
		form = sentForm(w.t, w.writer.get(path).Body.String())
		form.Set("action", action)
		form.Set("scheduled_at", w.Clock.Now().Add(48*time.Hour).Format("2006-01-02T15:04"))
		form.Set("review_note", "À relire")
		return press{"review " + action, w.writer, path, form, nil, ""}
	}
	for i, action := range []string{"save", "review", "schedule", "delete", "publish"} {
		w.presses = append(w.presses, draft(i, action))
	}
	p := draft(10, "schedule")
	w.writer.post(p.path, p.form)
	p.form = sentForm(w.t, w.writer.get(p.path).Body.String())
	p.form.Set("action", "unschedule")
	p.name = "review unschedule"
	w.presses = append(w.presses, p)
	p = draft(11, "review")
	w.writer.post(p.path, p.form)
	p.form = sentForm(w.t, w.moderator.get(p.path).Body.String())
	p.form.Set("action", "return")
	p.form.Set("review_note", "À revoir")
	p.name, p.by = "review return", w.moderator
	w.presses = append(w.presses, p)
	u := w.hears("pair20.example", "Paire 20", embraye.NoSign, "Rien de tel 20")
	w.knows(u)
	w.presses = append(w.presses, press{"a new review", w.writer, "/office/reviews/new", url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "reason": {"Non."}, "lang": {"fr"}, "action": {"save"}}, nil, ""})
	ours := func(n int) string {
		p := draft(n, "publish")
		return w.writer.post(p.path, p.form).Header().Get("Location")
	}
	path := ours(30)
	form := sentForm(w.t, w.writer.get(path+"/correct").Body.String())
	form.Set("kind", "typo")
	form.Set("reason", "Nous y étions !")
	form.Set("change", "Une faute")
	w.presses = append(w.presses, press{"correct a review", w.writer, path + "/correct", form, nil, ""})
	path = ours(32)
	form = sentForm(w.t, w.writer.get(path+"/correct").Body.String())
	form.Set("kind", "substance")
	form.Set("verdict", "qualifies")
	form.Set("change", "Vu de plus près")
	w.presses = append(w.presses, press{"correct a review in substance", w.writer, path + "/correct", form, nil, ""})
	w.add(w.writer, ours(31)+"/withdraw", "", "reason", "Erreur")
	for i, action := range []string{"show", "hide", "answer"} {
		r := w.judges(fmt.Sprintf("autre%d.example", i), w.Site.UpdateID(w.id), embraye.Contests, "Pas ouvert.")
		w.change(func(tx store.Tables) error {
			return tx.RemoteActors.Upsert(w.t.Context(), &embraye.RemoteActor{URI: r.Actor, Host: r.Host, Type: "Group", Username: "org", Name: "Autre", Inbox: r.Actor + "/inbox", FetchedAt: w.Clock.Now()})
		})
		path := "/office/reviews/received/" + strconv.FormatInt(r.ID, 10)
		form := sentForm(w.t, w.moderator.get(path).Body.String())
		w.add(w.moderator, path, action, "seen", form.Get("seen"), "reason", "Hors sujet", "answer", "Nous maintenons.", "maintained", "1")
	}
}

func (w *twice) ofTalk() {
	for _, action := range []string{"show", "hide", "answer", "answer_show", "block"} {
		path := w.reply("<p>Bravo "+action+"</p>", true)
		w.add(w.moderator, path, action, "seen", w.seen(path), "reason", "Hors sujet", "answer", "Merci", "block_reason", "Insultes")
	}
	w.add(w.moderator, "/office/conversation", "unblock", "actor", w.ann.ID)
	w.add(w.moderator, "/office/conversation", "flag", "url", w.ann.ID+"/posts/1", "report", "Insulte")
	w.presses[len(w.presses)-1].told = "déjà été signalé"
	w.hear(map[string]any{"id": w.ann.ID + "#flag", "type": "Flag", "content": "Signalé", "object": []string{base + w.page}})
	w.add(w.moderator, "/office/reports/1", "", "note", "Rien à redire")
	w.hear(map[string]any{"id": w.ann.ID + "#quote", "type": "QuoteRequest", "object": base + w.page, "instrument": w.ann.ID + "/posts/q"})
	_, rest, _ := strings.Cut(w.moderator.get("/office/interactions").Body.String(), `action="/office/quotes/`)
	quote, _, _ := strings.Cut(rest, `"`)
	w.add(w.moderator, "/office/quotes/"+quote, "")
	id, page, _ := w.film("Les communs en film")
	w.add(w.moderator, "/office/elsewhere", "boost", "post_url", page, "measures", "m1")
	w.presses[len(w.presses)-1].told = "le partage déjà"
	w.add(w.moderator, "/office/elsewhere", "undo", "object", id, "measure", "mesure1")
	w.add(w.admin, "/office/deliveries", "retry", "host", "far.example")
	w.add(w.admin, "/office/deliveries", "drop", "host", "far.example")
}

func (w *twice) ofDomains() {
	block := []string{"domain", "loud.example", "severity", "silence"}
	w.add(w.admin, "/office/blocks", "block", block...)
	loud := w.Server("loud.example").Actor("max")
	asks := func(n int) string {
		w.Clock.Advance(time.Second)
		loud.Post(base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "actor": loud.ID, "id": fmt.Sprintf("%s#follow-%d", loud.ID, n), "type": "Follow", "object": fmt.Sprintf("%s/actors/mesure%d", base, n)})
		return ""
	}
	w.admin.post("/office/blocks", url.Values{"action": {"block"}, "domain": {"loud.example"}, "severity": {"silence"}})
	asks(3)
	asks(4)
	for i, input := range elements(w.t, w.moderator.get("/office/followers").Body.String(), "input") {
		if attribute(input, "name") == "id" {
			w.add(w.moderator, "/office/followers", []string{"accept", "refuse"}[i%2], "id", attribute(input, "value"))
		}
	}
	w.add(w.admin, "/office/blocks", "lift", block...)
	w.add(w.admin, "/office/blocks", "allow", "domain", "ami.example", "comment", "Amis")
	w.add(w.admin, "/office/blocks", "leave", "domain", "ami.example")
	lists := w.World.Server("listes.example")
	lists.Put("/blocs.csv", "text/csv", http.StatusOK, []byte("#domain,#severity\nnoisy.example,suspend\nother.example,suspend\nthird.example,suspend\n"))
	w.add(w.admin, "/office/blocks", "subscribe", "list_url", lists.Base+"/blocs.csv", "list_name", "Nos voisins")
	w.add(w.admin, "/office/blocks/drafts", "accept", "chosen", "noisy.example")
	w.add(w.admin, "/office/blocks/drafts", "refuse", "chosen", "other.example")
	w.add(w.admin, "/office/blocks/drafts", "calm")
	w.add(w.admin, "/office/blocks", "unsubscribe", "list_url", lists.Base+"/blocs.csv")
	w.add(w.admin, "/office/blocks/list", "add", "list", "#domain,#severity\nquiet.example,suspend\n", "chosen", "quiet.example")
	w.add(w.admin, "/office/blocks/list", "calm", "list", "#domain,#severity\ncalm.example,suspend\n")
}

func (w *twice) ofPeople() {
	w.add(w.admin, "/office/people", "invite", "email", "bea@ours.example", "role", "editor")
	w.add(w.admin, "/office/people", "revoke", "email", "bea@ours.example")
	w.person("otto", embraye.Editor)
	for _, action := range []string{"role", "disable", "enable", "reset"} {
		w.add(w.admin, "/office/people", action, "email", "otto@ours.example", "role", "reader")
	}
	w.add(w.admin, "/office/people", "rules", "replies_open", "1")
	w.add(w.admin, "/office/peers/new", "add", "peer", "@organisation@pair.example", "gather", "1")
	w.add(w.admin, "/office/peers/list", "add", "list", "@organisation@pair.example", "chosen", "@organisation@pair.example", "gather", "1")
	w.add(w.admin, "/office/peers", "listed", "organisations_txt", "1")
	for _, action := range []string{"choose", "gather", "read", "ask", "signatory", "remove"} {
		w.add(w.admin, "/office/peers/PEER", action, "gather", "1", "fate", "keep", "signatory", "signatory", "signatory_proof", "https://memoire.example/")
	}
}

func (w *twice) ofOneself() {
	own := w.as("ana", embraye.Editor)
	w.add(own, "/office/account", "language", "language", "fr")
	w.add(own, "/office/account", "end", "session", strings.Repeat("0", 64))
	own.twoSteps("ana@ours.example")
	w.add(own, secondPath, "app")
	w.add(own, secondPath, "codes")
	w.add(own, secondPath, "app_remove")
	w.add(own, "/office/account", "password", "old_password", password, "password", "une autre phrase de passe")
}

func (w *twice) ofTheHouse() {
	w.add(w.admin, "/office/organisation", "profile", "org_name", "Les Communs", "org_summary", "Un collectif")
	w.add(w.admin, "/office/organisation", "enable", "measure", "m1")
	w.add(w.admin, "/office/legal", "", "legal_notice", "Un texte")
	w.add(w.admin, "/office/chatons", "", "chatons_separator", ",")
	c := w.copied(w.publishOwn(w.writes, "Avec une copie"))
	w.add(w.writer, "/office/preuves", "", "href", "https://preuves.example/page")
	for _, action := range []string{"show", "again", "drop"} {
		w.add(w.moderator, "/office/preuves/"+c.ID, action, "visibility", "editors", "reason", "Demande de l’autrice")
	}
}

// Two people correct the same constat, or the same review: whoever comes second is
// told, keeps what they wrote, and undoes nothing without knowing.
func TestTwoCorrectOneThing(t *testing.T) {
	w := newTwice(t)
	constat := "/office/constats/" + w.publishOwn(w.writes, "Un appel")
	u := w.hears("autre.example", "Autre", embraye.NoSign, "Rien de tel")
	review := "/office/reviews/ours/" + w.review(u, embraye.Contests, "Nous y étions.").ID
	for path, c := range map[string]struct{ title, why, button string }{constat: {"title", "reason", "send"}, review: {"reason", "change", ""}} {
		open := func(v *visitor, text string) url.Values {
			form := sentForm(t, v.get(path+"/correct").Body.String())
			form.Set(c.title, text)
			form.Set(c.why, "Une faute")
			form.Set("kind", "typo")
			form.Set("action", c.button)
			return form
		}
		first, second := open(w.admin, "Du premier"), open(w.moderator, "De la seconde")
		want(t, w.admin.post(path+"/correct", first), http.StatusSeeOther)
		if page := w.follow(path, w.admin.post(path+"/correct", first)); !strings.Contains(page, "Du premier") || !strings.Contains(page, "C’était déjà fait") {
			t.Errorf("%s, pressed twice: %s", path, words(page))
		}
		back := w.moderator.post(path+"/correct", second)
		want(t, back, http.StatusBadRequest, "publié une correction pendant que vous écriviez", "De la seconde")
		if page := w.moderator.get(path).Body.String(); !strings.Contains(page, "Du premier") {
			t.Errorf("%s: what the first one said is undone", path)
		}
		second.Set("version", sentForm(t, back.Body.String()).Get("version"))
		want(t, w.moderator.post(path+"/correct", second), http.StatusSeeOther)
		if page := w.moderator.get(path).Body.String(); !strings.Contains(page, "De la seconde") {
			t.Errorf("%s: what was meant is refused", path)
		}
	}
	form := sentForm(t, w.writer.get(constat+"/correct").Body.String())
	for name, text := range map[string]string{"stage": "done", "kind": "substance", "reason": "C’est fait", "action": "look"} {
		form.Set(name, text)
	}
	form.Set("version", "1")
	want(t, w.writer.post(constat+"/correct", form), http.StatusBadRequest, "publié une correction pendant que vous écriviez", "!Ce qui change")
}

func (w *twice) follow(path string, r *httptest.ResponseRecorder) string {
	w.t.Helper()
	if to := r.Header().Get("Location"); r.Code != http.StatusSeeOther || to != path {
		w.t.Fatalf("%d to %q", r.Code, to)
	}
	return w.admin.get(path).Body.String()
}

// Of what was published while somebody wrote, what they wrote stays, beside what
// stands; saving it over is not offered, correcting is.
func TestPublishedWhileSomebodyWrites(t *testing.T) {
	w := newTwice(t)
	path, form := w.draft("Un appel")
	u := w.hears("autre.example", "Autre", embraye.NoSign, "Rien de tel")
	w.knows(u)
	review := w.writer.post("/office/reviews/new", url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "reason": {"Non."}, "lang": {"fr"}, "action": {"save"}}).Header().Get("Location")
	said := sentForm(t, w.writer.get(review).Body.String())
	published := w.moderator.post(path+"/publish", nil).Header().Get("Location")
	form.Set("title", "Un appel à communs, mieux dit")
	form.Set("action", "save")
	want(t, w.writer.post(path, form), http.StatusConflict, "Un appel à communs, mieux dit", "ce brouillon a été publié", `href="`+published+`/correct"`, "!Enregistrer mon texte")
	form.Set("action", "delete")
	want(t, w.writer.get(w.writer.post(path, form).Header().Get("Location")), http.StatusOK, "Il est déjà publié")

	w.moderator.press(review, "publish", nil)
	said.Set("reason", "Nous y étions toute la journée, et nous avons vu autre chose.")
	want(t, w.writer.post(review, said), http.StatusConflict, "Nous y étions toute la journée", "Revenir au bureau")
}
