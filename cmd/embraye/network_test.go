package main

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// Three programs, two on SQLite and one on PostgreSQL, do what the network is
// for, and print what each of their pages shows:
//
//	go test ./cmd/embraye -run TestThreeOrganisations -v
//
// All add each other. Amont says that a measure is done, Brume says that there
// is no sign of it and contests; Amont hides the review, and Cime shows it all
// the same; Amont shows it again, answers, corrects; Brume erases its review; Amont is
// away, comes back and withdraws.
func TestThreeOrganisations(t *testing.T) {
	amont := newSignatory(t, "Amont", "")
	brume := newSignatory(t, "Brume", "")
	cime := newSignatory(t, "Cime", storetest.EmptyURL(t, storetest.Postgres))
	all := []*signatory{amont, brume, cime}
	for _, o := range all {
		for _, other := range all {
			if other != o {
				o.command(nil, "peer", "add", "@organisation@"+other.address, "--trust-reviews")
			}
		}
	}
	for _, o := range all {
		eventually(t, "every follow of "+o.name+" is accepted", func() bool {
			var peers []peer
			o.command(&peers, "peer", "list", "--json")
			return len(peers) == 2 && peers[0].accepted() == 8 && peers[1].accepted() == 8
		})
	}

	var said, doubted published
	amont.command(&said, constat("--territory", "FR-BRE", "--stage", "done", "--title", "Un lieu commun est ouvert")...)
	brume.command(&doubted, constat("--territory", "FR-BRE", "--stage", "no_sign", "--title", "Aucun lieu commun trouvé", "--searched", "Le site de la Région")...)
	copyOf := "/copies/" + embraye.CopyID(embraye.IRI(said.URL))
	for _, o := range []*signatory{brume, cime} {
		o.shows(copyOf, "Un lieu commun est ouvert", "Publié par Amont")
	}
	for _, o := range all {
		o.shows("/divergences", "Amont", "Brume", "Réalisé", "Aucun signe trouvé")
		o.shows("/@mesure2/FR-BRE", "1 avis divergent ici", "Un lieu commun est ouvert", "Aucun lieu commun trouvé")
	}

	var contested reviewed
	brume.command(&contested, "review", "--of", said.URL, "--verdict", "contests", "--reason", "Le lieu est fermé depuis mars.", "--json")
	amont.shows("/constats/"+said.ID, "1 organisation conteste", "Le lieu est fermé depuis mars.")
	cime.shows(copyOf, "1 organisation conteste", "Le lieu est fermé depuis mars.")
	amont.command(nil, "review", "hide", contested.URL, "--reason", "Hors sujet.")
	amont.hides("/constats/"+said.ID, "Le lieu est fermé depuis mars.")
	cime.shows(copyOf, "Le lieu est fermé depuis mars.")

	amont.command(nil, "review", "show", contested.URL)
	amont.command(nil, "answer", contested.URL, "--text", "Il a rouvert en avril.")
	for _, o := range []*signatory{brume, cime} {
		o.shows(copyOf, "Il a rouvert en avril.")
	}
	amont.command(nil, "revise", said.URL, "--kind", "substance", "--reason", "Le lieu ferme.", "--stage", "stalled", "--title", "Le lieu commun ferme", "--integrates", contested.URL)
	for _, o := range []*signatory{brume, cime} {
		o.shows(copyOf, "Le lieu commun ferme", "À l’arrêt", "Le lieu ferme.")
		o.shows("/organisations/"+amont.address, "Amont", "Le lieu commun ferme")
	}

	brume.command(nil, "withdraw", contested.URL, "--reason", "Le lieu a fermé.", "--erase")
	for _, path := range []string{"", "/versions/1"} {
		if status, words := brume.page(strings.TrimPrefix(contested.URL, "http://"+brume.address) + path); status != http.StatusGone || strings.Contains(words, "depuis mars") {
			t.Errorf("%s%s, erased, answers %d:\n%s", contested.URL, path, status, words)
		}
	}
	amont.hides("/constats/"+said.ID, "Le lieu est fermé depuis mars.")
	cime.hides(copyOf, "Le lieu est fermé depuis mars.")

	amont.stop()
	for _, o := range []*signatory{brume, cime} {
		o.shows(copyOf, "Le lieu commun ferme")
	}
	amont.server = serveProcess(t, amont.settings...)
	amont.command(nil, "withdraw", said.ID, "--reason", "Doublon.")
	for _, o := range []*signatory{brume, cime} {
		eventually(t, o.name+" withdraws its copy", func() bool {
			status, _ := o.page(copyOf)
			return status == http.StatusGone
		})
		o.hides("/divergences", "Le lieu commun ferme")
	}
	for _, o := range all {
		o.stop()
	}
}

// signatory is one program with its own settings and database.
type signatory struct {
	*server
	name     string
	settings []string
}

func newSignatory(t *testing.T, name, database string) *signatory {
	t.Helper()
	address := freeAddress(t)
	o := &signatory{name: name, settings: loopback(filepath.Join(t.TempDir(), "data"), "EMBRAYE_LISTEN="+address, "EMBRAYE_BASE_URL=http://"+address,
		"EMBRAYE_ORG_NAME="+name)}
	if database != "" {
		o.settings = append(o.settings, "EMBRAYE_DATABASE_URL="+database)
	}
	o.server = serveProcess(t, o.settings...)
	return o
}

// page is what a reader sees of a page: its words.
func (o *signatory) page(path string) (status int, words string) {
	o.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+o.address+path, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "fr")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return w.StatusCode, wordsOf(o.t, string(body))
}

// wordsOf are the words of the main part of a page, one line for each element
// that has some.
func wordsOf(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			for text := range n.Descendants() {
				if line := strings.Join(strings.Fields(text.Data), " "); text.Type == html.TextNode && line != "" {
					lines = append(lines, line)
				}
			}
		}
	}
	return strings.Join(lines, "\n")
}

// shows waits until a page says all that is wanted, and prints the lines that do.
func (o *signatory) shows(path string, wanted ...string) {
	o.t.Helper()
	words := o.waitFor(path, func(words string) string {
		for _, want := range wanted {
			if !strings.Contains(words, want) {
				return "does not say " + want
			}
		}
		return ""
	})
	for line := range strings.Lines(words) {
		if slices.ContainsFunc(wanted, func(want string) bool { return strings.Contains(line, want) }) {
			o.t.Logf("%s %s: %s", o.name, path, strings.TrimSpace(line))
		}
	}
}

// hides waits until a page says something no more.
func (o *signatory) hides(path, unwanted string) {
	o.t.Helper()
	o.waitFor(path, func(words string) string {
		if strings.Contains(words, unwanted) {
			return "still says " + unwanted
		}
		return ""
	})
	o.t.Logf("%s %s: not any more: %s", o.name, path, unwanted)
}

// waitFor reads a page until nothing is wrong with it.
func (o *signatory) waitFor(path string, wrong func(words string) string) (words string) {
	o.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		status, text := o.page(path)
		what := wrong(text)
		if status == http.StatusOK && what == "" {
			return text
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("%s %s (%d) %s:\n%s", o.name, path, status, what, text)
		}
	}
}
