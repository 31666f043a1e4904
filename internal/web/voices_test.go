package web_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// hears keeps a peer and a constat of its about the scope of sampleInput.
func (s *site) hears(host, name string, stage embraye.Stage, title string) embraye.PeerUpdate {
	s.t.Helper()
	org := embraye.IRI("https://" + host + "/actors/org")
	sample := sampleInput(title)
	u := embraye.PeerUpdate{URI: embraye.IRI("https://" + host + "/constats/" + string(stage)), Actor: org, Organisation: org,
		MeasureIRI: "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m2", Scope: sample.Scope, Content: sample.Content, Revision: 1, URL: "https://" + host + "/lire",
		PublishedAt: s.Clock.Now(), ReceivedAt: s.Clock.Now(), Wire: []byte("{}")}
	u.Stage, u.Language, u.Licence, u.Confidence = stage, "fr", "CC-BY-4.0", "secondary"
	u.ObservedDate, u.Text = embraye.MakeDate(s.Clock.Now()), "Une **preuve** <script>alert(1)</script> [ici](javascript:alert(1))"
	u.Evidence = []embraye.Evidence{{Href: "https://preuves.example/" + host, Name: "Preuve de " + name, ArchivedAt: "https://web.archive.org/web/1/x", SHA256: strings.Repeat("ab", 32)},
		{Href: "javascript:alert(1)", Name: "Autre", ArchivedAt: "javascript:alert(1)", SHA256: "mille"}}
	err := s.Store.InTx(s.t.Context(), func(t store.Tables) error {
		ctx := s.t.Context()
		if _, err := t.Peers.ByOrganisation(ctx, org); err != nil {
			peer := &embraye.Peer{Organisation: org, Host: host, Handle: "org@" + host, Name: name, CreatedAt: s.Clock.Now(),
				PeerChoices: embraye.PeerChoices{Gather: true}}
			if err := t.Peers.Insert(ctx, peer); err != nil {
				return err
			}
		}
		t.Changed()
		return t.PeerUpdates.Upsert(ctx, &u)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func (s *site) page(path string, wanted ...string) string {
	s.t.Helper()
	s.Web.Invalidate()
	w := s.get(path, browser)
	body := w.Body.String()
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d", path, w.Code)
	}
	for _, want := range wanted {
		if !says(body, want) {
			s.t.Errorf("%s says nothing of %q", path, want)
		}
	}
	return body
}

func TestReadersHearAllOrganisations(t *testing.T) {
	s := newSite(t)
	_, ours := s.publish("Un appel à communs")
	lone := s.page("/divergences", "Aucune divergence")
	if strings.Contains(lone, "Un appel à communs") {
		t.Error("one voice is no divergence")
	}
	u := s.hears("pair.example", "La Paire <b>", embraye.NoSign, "Rien de tel")
	href := "/copies/" + u.CopyID
	said := []string{"Avis divergents", "La Paire &lt;b&gt;", "Rien de tel", href, ours, "Un appel à communs", "Preuve de La Paire", "Région Bretagne · Bretagne"}
	if b := s.page(href, `href="https://web.archive.org/web/1/x"`, "<code>"+strings.Repeat("ab", 32)); strings.Contains(b, "mille") || strings.Contains(b, "javascript:") {
		t.Error("what is no hash and no address is shown")
	}
	s.page("/divergences", said...)
	s.page("/divergences?mesure=m2", said...)
	if b := s.page("/divergences?mesure=m1"); strings.Contains(b, "Rien de tel") {
		t.Error("a divergence of another measure is listed")
	}
	s.page("/", "Sur 1 périmètre, les organisations ne donnent pas la même réponse", `href="/organisations/pair.example"`)
	s.page("/@mesure2", "Ce que disent les organisations", "1 avis divergent", "Région Bretagne · Bretagne", "La Paire")
	s.page("/@mesure2/FR-BRE", "Ce que disent d’autres organisations", href, "1 avis divergent ici", `href="/divergences?mesure=m2"`)
	if b := s.page("/@mesure2/FR-OCC"); strings.Contains(b, "divergent") || strings.Contains(b, "Rien de tel") {
		t.Error("a divergence of another place is shown")
	}
	s.page("/territoires/FR-BRE", "Ce que disent d’autres organisations", href)
	s.page("/organisations", `href="/organisations/pair.example"`)
	s.page("/organisations/pair.example", "La Paire &lt;b&gt;", href, "Rien de tel", "1 constat")
	s.page("/chronologie", `<option value="*">Toutes les organisations`, `<option value="pair.example">La Paire`)
	s.page("/chronologie?de=*", "Un appel à communs", ours, "Rien de tel", href)
	s.page("/chronologie?de=pair.example&mesure=m2&territoire=FR-BRE&du=2026-01-01&au=2026-12-31", "Rien de tel", href)
	for query, shown := range map[string][2]string{"du=2026&au=2026": {"2026-01-01", "2026-12-31"}, "du=2026-02&au=2026-02": {"2026-02-01", "2026-02-28"}} {
		s.page("/chronologie?de=pair.example&"+query, `name="du" type="date" value="`+shown[0]+`"`, `name="au" type="date" value="`+shown[1]+`"`)
	}
	s.page("/chronologie?de=pair.example&du=2026&au=2026", "Rien de tel", href)
	s.page("/chronologie?de=*&q=tel", "Rien de tel")
	for _, path := range []string{"/chronologie?de=pair.example&q=absent", "/chronologie?de=*&etape=done"} {
		if b := s.page(path); strings.Contains(b, "Rien de tel") {
			t.Errorf("%s lists what it does not ask for", path)
		}
	}
	for _, path := range []string{"/organisations/nobody.example", "/organisations/PAIR.example", "/copies/" + strings.Repeat("0", 26), "/copies/x",
		"/chronologie?de=nobody.example", "/chronologie?de=nobody.example&q=tel"} { // an empty list would say that it says nothing, under our name
		if w := s.get(path, browser); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/divergences?mesure=m99", "/divergences?apres=x", "/divergences?apres=-1+m2+x", "/divergences?apres=1+m2", "/divergences?apres=1+m2+%00",
		"/chronologie?de=*&apres=x", "/chronologie?de=*&apres=1+-1+x+y", "/chronologie?de=PAIR.example"} {
		if w := s.get(path, browser); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestACopyNamesItsHome(t *testing.T) {
	s := newSite(t)
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	path := "/copies/" + u.CopyID
	body := s.page(path, "Publié par La Paire", "copie du", `<meta name="robots" content="noindex">`, `<link rel="canonical" href="https://pair.example/lire">`,
		"<strong>preuve</strong>", "Version 1", "Preuve de La Paire", "Autre")
	for _, bad := range []string{"<script>alert", "javascript:", "ne répond plus", `og:url`} {
		if strings.Contains(body, bad) {
			t.Errorf("the copy has %q", bad)
		}
	}
	since := s.Clock.Now()
	s.silent(u.Organisation, &since)
	s.Clock.Advance(6 * 24 * time.Hour)
	s.silent(u.Organisation, &since)
	if strings.Contains(s.page(path), "ne répond plus") {
		t.Error("a peer is called silent after six days")
	}
	s.Clock.Advance(24 * time.Hour)
	s.page(path, "ne répond plus depuis le", "la copie reste ici")
	s.page("/organisations/pair.example", "nos copies restent ici")

	u.Revision, u.RevisionReason, u.Title = 2, "Une date était fausse", "Rien encore"
	if err := s.Store.InTx(t.Context(), func(tx store.Tables) error { tx.Changed(); return tx.PeerUpdates.Upsert(t.Context(), &u) }); err != nil {
		t.Fatal(err)
	}
	s.page(path, "Version 2", "Version 1", "Une date était fausse", "Rien encore", "Rien de tel")
	if err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		_, err := tx.PeerUpdates.Withdraw(t.Context(), u.URI, s.Clock.Now())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.Web.Invalidate()
	w := s.get(path, browser)
	if body := w.Body.String(); w.Code != http.StatusGone || strings.Contains(body, "Rien") {
		t.Errorf("withdrawn: %d %s", w.Code, body)
	}
	if left, err := s.Store.Tables().PeerRevisions.Of(t.Context(), u.URI); err != nil || len(left) != 0 {
		t.Errorf("%d versions of what its author took back are kept, %v", len(left), err)
	}
}

func (s *site) silent(organisation embraye.IRI, since *time.Time) {
	s.t.Helper()
	err := s.Store.InTx(s.t.Context(), func(t store.Tables) error {
		p, err := t.Peers.ByOrganisation(s.t.Context(), organisation)
		if err != nil {
			return err
		}
		p.SilentSince = since
		t.Changed()
		return t.Peers.Save(s.t.Context(), p)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestDivergencesComeInPages(t *testing.T) {
	s := newSite(t)
	const scopes = 30
	err := s.Store.InTx(t.Context(), func(tx store.Tables) error { return s.disagree(t.Context(), tx, scopes) })
	if err != nil {
		t.Fatal(err)
	}
	seen, pages := map[string]bool{}, 0
	for path := "/divergences"; path != ""; pages++ {
		body := s.page(path)
		for n := range scopes {
			name := fmt.Sprintf("Institution %d ·", n)
			if strings.Contains(body, name) {
				if seen[name] {
					t.Errorf("%s is on two pages", name)
				}
				seen[name] = true
			}
		}
		_, rest, more := strings.Cut(body, `<a rel="next" href="`)
		path = ""
		if more {
			query, _, _ := strings.Cut(rest, `"`)
			path = "/divergences" + html.UnescapeString(query)
		}
	}
	if len(seen) != scopes || pages != 5 {
		t.Errorf("%d of %d scopes on %d pages", len(seen), scopes, pages)
	}
	lines := 0
	for path := "/chronologie?de=*"; path != ""; {
		body := s.page(path)
		lines += strings.Count(body, ">Constat ")
		path = ""
		if _, rest, more := strings.Cut(body, `<a rel="next" href="`); more {
			query, _, _ := strings.Cut(rest, `"`)
			path = "/chronologie" + html.UnescapeString(query)
		}
	}
	if want := len(disagreeing()) * scopes; lines != want {
		t.Errorf("%d of %d lines in the chronology", lines, want)
	}
	for _, path := range []string{"/divergences", "/chronologie?de=*", "/organisations", "/organisations/a.example", "/@mesure2", "/@mesure2/FR-BRE", "/territoires/FR-BRE", "/"} {
		if w := s.weigh(t, path, "fr"); w.Elements > mostElements || w.Kilobyte*1000 > mostBytes {
			t.Errorf("%s: %d elements, %d kB", path, w.Elements, w.Kilobyte)
		}
	}
}

func disagreeing() []string {
	return []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"}
}

// disagree makes scopes about which peers give different answers, all at the
// same moment.
func (s *site) disagree(ctx context.Context, t store.Tables, scopes int) error {
	for i, host := range disagreeing() {
		org := embraye.IRI("https://" + host + "/actors/org")
		if err := t.Peers.Insert(ctx, &embraye.Peer{Organisation: org, Host: host, Handle: "org@" + host, Name: host, CreatedAt: s.Clock.Now(),
			PeerChoices: embraye.PeerChoices{Gather: true}}); err != nil {
			return err
		}
		for n := range scopes {
			sample := sampleInput(fmt.Sprint("Constat ", n))
			sample.Scope.Institution = embraye.Institution{Name: fmt.Sprint("Institution ", n), Kind: "region"}
			u := embraye.PeerUpdate{URI: org + embraye.IRI(fmt.Sprint("/", n)), Actor: org, Organisation: org, MeasureIRI: "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m2",
				Scope: sample.Scope, Content: sample.Content, Revision: 1, PublishedAt: s.Clock.Now(), ReceivedAt: s.Clock.Now()}
			u.Stage, u.ObservedDate = []embraye.Stage{embraye.Done, embraye.NoSign}[i%2], embraye.MakeDate(s.Clock.Now())
			if err := t.PeerUpdates.Upsert(ctx, &u); err != nil {
				return err
			}
		}
	}
	t.Changed()
	return nil
}

func TestOrganisationsAreOpenData(t *testing.T) {
	s := newSite(t)
	s.hears("pair.example", "=LIEN()", embraye.NoSign, "Rien de tel")
	s.Web.Invalidate()
	rows, err := csv.NewReader(s.get("/donnees/organisations.csv", "").Body).ReadAll()
	if err != nil || len(rows) != 3 || rows[2][1] != "'=LIEN()" || rows[1][4] != "true" || rows[2][5] != "1" || rows[1][9] != "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29" {
		t.Fatalf("%q, %v", rows, err)
	}
	var list []map[string]any
	if err := json.Unmarshal(s.get("/donnees/organisations.json", "").Body.Bytes(), &list); err != nil || len(list) != 2 || list[1]["name"] != "=LIEN()" {
		t.Fatalf("%v, %v", list, err)
	}
	page := s.page("/donnees")
	for _, column := range rows[0] {
		if _, ok := list[0][column]; !ok || !strings.Contains(page, "<dt>"+column+"</dt>") {
			t.Errorf("the column %s is not explained, or not in the JSON", column)
		}
	}
	if len(rows[0]) != len(list[0]) {
		t.Errorf("%d columns and %d members", len(rows[0]), len(list[0]))
	}
}

// Feeds and open data carry what peers say, by their name and with their
// address, where somebody asks for it.
func TestPeersInFeedsAndData(t *testing.T) {
	s := newSite(t)
	_, ours := s.publish("Ce que nous disons")
	theirs := s.hears("pair.example", "Le Pair", embraye.Done, "=Ce que dit le pair")
	s.hears("autre.example", "L'Autre", embraye.NoSign, "Ce que dit l'autre")
	s.page("/feed.atom?de=*", "Ce que nous disons", "Ce que dit le pair", "Ce que dit l&#39;autre", string(theirs.URI), "<name>Le Pair</name>", "/feed.atom?de=%2A")
	if own := s.page("/chronologie?de=ours.example", "Ce que nous disons"); strings.Contains(own, "Ce que dit le pair") {
		t.Error("our chronology speaks of peers")
	}
	if own := s.page("/feed.atom", "Ce que nous disons"); strings.Contains(own, "pair") {
		t.Error("our feed speaks of peers")
	}
	one := s.page("/@mesure2/feed.json?de=pair.example", "Ce que dit le pair", `"authors":[{"name":"Le Pair"`)
	if strings.Contains(one, "nous disons") || strings.Contains(one, "javascript:") || strings.Contains(one, "<script") {
		t.Errorf("the feed of a peer: %s", one)
	}

	rows, err := csv.NewReader(strings.NewReader(s.page("/donnees/constats.csv?de=*"))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	cell := func(row int, name string) string {
		for i, column := range rows[0] {
			if column == name {
				return rows[row][i]
			}
		}
		t.Fatalf("no column %s", name)
		return ""
	}
	if !strings.HasSuffix(cell(1, "id"), ours) || cell(1, "copy") != "" || cell(1, "host") != "ours.example" || cell(1, "organisation") == "" {
		t.Errorf("our row: %q", rows[1])
	}
	if cell(2, "id") != string(theirs.URI) || cell(2, "organisation") != "Le Pair" || cell(2, "host") != "pair.example" || cell(2, "title") != "'=Ce que dit le pair" ||
		!strings.HasSuffix(cell(2, "copy"), "/copies/"+embraye.CopyID(theirs.URI)) || cell(2, "received") == "" || cell(2, "sha256") == "" || cell(2, "stage") != "done" {
		t.Errorf("a peer's row: %q", rows[2])
	}
	if own := s.page("/donnees/constats.csv"); strings.Contains(own, "pair.example") {
		t.Error("our data speak of peers")
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(s.page("/donnees/constats.json?de=autre.example")), &list); err != nil || len(list) != 1 || list[0]["host"] != "autre.example" {
		t.Errorf("%v, %v", list, err)
	}
	for path, code := range map[string]int{"/feed.atom?de=personne.example": http.StatusNotFound, "/donnees/constats.csv?de=personne.example": http.StatusNotFound,
		"/feed.atom?de=PAIR.example": http.StatusBadRequest, "/donnees/constats.csv?de=a%00": http.StatusBadRequest, "/feed.atom?de=*&page=true&before=x": http.StatusBadRequest,
		"/feed.atom?de=ours.example": http.StatusOK, "/feed.atom?de=%ff": http.StatusBadRequest, "/donnees/constats.json?de=%ff": http.StatusBadRequest,
		"/chronologie?de=%ff": http.StatusBadRequest, "/chronologie?de=" + strings.Repeat("a", 300): http.StatusBadRequest} {
		if w := s.get(path, browser); w.Code != code {
			t.Errorf("%s: %d, want %d", path, w.Code, code)
		}
	}
}

// The form has who was chosen, even where it cannot list everybody.
func TestWhoIsChosenIsListed(t *testing.T) {
	s := newSite(t)
	s.publish("Ce que nous disons")
	for n := range 62 {
		s.hears(fmt.Sprintf("pair%02d.example", n), fmt.Sprintf("Pair %02d", n), embraye.Done, "Ce que dit le pair")
	}
	s.page("/chronologie?de=pair61.example", `<option value="pair61.example" selected>Pair 61`)
	if body := s.page("/chronologie?de=pair01.example", `<option value="pair01.example" selected>Pair 01`); strings.Contains(body, "pair61.example") {
		t.Error("the form lists everybody")
	}
}
