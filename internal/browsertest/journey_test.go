package browsertest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/fedtest"
)

const editorEmail = "redaction@essai.example"

// The whole life of a constat, by the people who make it, with scripts and
// without: an instance is set up, an editor is invited and writes, the admin
// reads it again and publishes it, another server receives it, anybody sees it,
// it is corrected, it is withdrawn.
func TestJourney(t *testing.T) {
	for name, javascript := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			in := New(t)
			browser := Browser(t)
			j := &journey{Instance: in, T: t, admin: in.Sit(browser, javascript), editor: in.Sit(browser, javascript), reader: in.Sit(browser, javascript),
				server: fedtest.Loopback(t, in.Clock)}
			j.setUp()
			j.invite()
			j.follow()
			j.write()
			j.publish()
			j.correct()
			j.withdraw()
		})
	}
}

type journey struct {
	*Instance
	*testing.T
	admin, editor, reader *Person
	server                *fedtest.Server
	constat               string // path of the constat's page
}

func (j *journey) setUp() {
	j.admin.SetUp(adminEmail, password)
	if at := j.admin.Path(); at != "/office/constats/new" {
		j.Errorf("the setup ends on %s", at)
	}
	j.admin.Open("/office/people")
	j.admin.Tick("review_required", "1")
	j.admin.Press(`main form:has([name="review_required"]) button`)
}

func (j *journey) invite() {
	j.admin.Open("/office/people")
	j.admin.Write("email", editorEmail)
	j.admin.Tick("role", "editor")
	j.admin.Press(`main form:has([name="action"][value="invite"]) button`)
	j.editor.Open(j.admin.Text(".said code"))
	j.editor.Write("name", "Une rédactrice")
	j.editor.Write("password", password)
	j.editor.Press("main form button[type=submit]")
	j.editor.SignOut()
	j.editor.Open("/office")
	j.editor.Write("email", editorEmail)
	j.editor.Write("password", password)
	j.editor.Press("main form button[type=submit]")
	if at := j.editor.Path(); at != "/office" {
		j.Errorf("signing in leads to %s", at)
	}
}

// SignOut ends the session with the button of every page.
func (p *Person) SignOut() {
	p.t.Helper()
	p.Press(`form[action="/logout"] button`)
}

func (j *journey) follow() {
	fan := j.server.Actor("fan")
	if status := fan.Post(j.URL+"/actors/mesure2/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
		"id": j.server.Base + "/follows/1", "type": "Follow", "actor": fan.ID, "object": j.URL + "/actors/mesure2"}); status != 202 {
		j.Fatalf("the Follow was answered %d", status)
	}
	j.Settle()
	j.received("Accept", "")
}

func (j *journey) received(kind, words string) {
	j.Helper()
	received(j.T, j.server, kind, words)
}

func (j *journey) write() {
	p := j.editor
	p.Press(`main a[href="/office/constats/new"]`)
	p.Choose("measure", "m2")
	p.Write("title", "La région ouvre un appel à communs")
	p.Write("summary", "Un appel public de la région finance des communs numériques.")
	p.Choose("territory", "FR-BRE")
	p.Choose("subject", "institution")
	p.Write("institution", "Région Bretagne")
	p.Choose("institution_kind", "region")
	p.Choose("stage", "under_way")
	p.Attach("affiche.png", poster(j.T))
	p.Write("file_alt", "Affiche de l'appel")
	p.Press(`main button[value="save"]`)
	p.Sees("Région Bretagne", "Affiche de l'appel")
	p.Unfold(`button[value="review"]`)
	p.Write("review_note", "Peux-tu relire ?")
	p.Press(`main button[value="review"]`)
	if at := p.Path(); at != "/office" {
		j.Errorf("sending for review leads to %s", at)
	}
}

func poster(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictureOf is the width of the picture of the evidence. It is loaded when it
// comes into sight.
const pictureOf = `(async () => {
  const picture = [...document.images].find((i) => i.alt === "Affiche de l'appel");
  if (!picture) return 0;
  picture.scrollIntoView();
  await picture.decode();
  return picture.naturalWidth;
})()`

// publish is done by the second person; then another server has it, and
// everybody sees it.
func (j *journey) publish() {
	p := j.admin
	p.Open("/office")
	p.Sees("La région ouvre un appel à communs", "Peux-tu relire ?")
	p.Press(`main .todo a[href^="/office/drafts/"]`)
	p.Press(`main button[value="publish"]`)
	p.Sees("Un appel public de la région finance des communs numériques.", "1\u00a0personne abonnée le recevra, sur 1\u00a0serveur")
	p.Press("main form button[type=submit]")
	j.constat = strings.TrimPrefix(p.Path(), "/office")
	if !strings.HasPrefix(j.constat, "/constats/") {
		j.Fatalf("publishing leads to %s", p.Path())
	}
	j.Settle()
	j.received("Create", "Un appel public de la région finance")
	p.Open("/office" + j.constat)
	p.Sees("Sur 1\u00a0serveur, 1\u00a0l’a reçu")

	r := j.reader
	r.Open("/?lang=fr")
	r.Sees("Les Communs d'essai", "Est-ce que ça embraye")
	r.Open("/@mesure2")
	r.Sees("La région ouvre un appel à communs", "Engagé")
	r.Press(`main a[href$="` + j.constat + `"]`)
	r.Sees("Région Bretagne", "Engagé", "Les Communs d'essai")
	if width := Read(j.T, r.Tab, chromedp.Evaluate[int](pictureOf, chromedp.EvalAwaitPromise)); width != 320 {
		j.Errorf("the picture of the evidence is %d px wide", width)
	}
}

func (j *journey) correct() {
	p := j.admin
	p.Open("/office" + j.constat)
	p.Press(`main a[href$="/correct"]`)
	p.Choose("kind", "substance")
	p.Write("reason", "Le financement est voté.")
	p.Choose("stage", "done")
	p.Press("main form button[type=submit]")
	p.Sees("Le financement est voté.", "La région ouvre un appel à communs")
	p.Press(`main form button[value="send"]`)
	j.Settle()
	j.received("Update", "Le financement est voté.")
	j.reader.Open(j.constat)
	j.reader.Sees("Réalisé", "Le financement est voté.")
	j.reader.Open(j.constat + "/versions/1")
	j.reader.Sees("Engagé")
}

func (j *journey) withdraw() {
	p := j.admin
	p.Open("/office" + j.constat)
	p.Press(`main a[href$="/withdraw"]`)
	p.Write("reason", "L'appel a été annulé.")
	p.Press("main form button[type=submit]")
	j.Settle()
	j.received("Delete", j.constat)
	if status := j.reader.Status(j.constat); status != 410 {
		j.Errorf("a withdrawn constat answers %d", status)
	}
	j.reader.Sees("L'appel a été annulé.")
	j.reader.Open("/@mesure2")
	if text := j.reader.Text("main"); strings.Contains(text, "La région ouvre un appel") {
		j.Error("a withdrawn constat is still listed")
	}
}
