package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// neighbours are two instances, and the admin of the first.
func neighbours(t *testing.T) (s, pair *site, admin *visitor) {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "ours.example", "pair.example")
	s, pair = &site{w, w.Instances[0], t}, &site{w, w.Instances[1], t}
	return s, pair, s.as("ada", embraye.Admin)
}

// pressPeer posts a button of a page of peers with its fields.
func (v *visitor) pressPeer(path, action string, fields ...string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	form := url.Values{"action": {action}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.post("/office/peers"+path, form)
}

// readable is a page with its signs as people type them.
func readable(page string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2019", "'").Replace(html.UnescapeString(page))
}

func (s *site) onlyPeer() embraye.KeptPeer {
	s.t.Helper()
	list, err := s.Peers.List(s.t.Context())
	if err != nil || len(list) != 1 {
		s.t.Fatalf("%d peers, %v", len(list), err)
	}
	return list[0]
}

// An admin looks at an organisation, chooses, adds it, changes the choices and
// removes it; each step says what it does.
func TestAnAdminMakesAPeer(t *testing.T) {
	s, pair, admin := neighbours(t)
	pair.publish("Un constat de nos voisins")
	wantWords(t, "the empty room", admin.shows("/office/peers"), "Aucune instance paire", `name="peer"`, "Votre liste publique")

	w := admin.pressPeer("/new", "look", "peer", "@organisation@pair.example")
	if w.Code != http.StatusOK {
		t.Fatalf("looking: %d", w.Code)
	}
	wantWords(t, "the look", readable(w.Body.String()), "@organisation@pair.example", "embraye", "le même qu'ici", "7 mesures", "elle dit en avoir publié 1", "0 compte la suit", "accepte les demandes aussitôt",
		"Rassembler ses constats", "une fois, jamais ce qu'elle partage elle-même", "Faire confiance à ses avis")
	if peers, err := s.Peers.List(t.Context()); err != nil || len(peers) != 0 {
		t.Errorf("looking keeps %d peers, %v", len(peers), err)
	}

	w = admin.pressPeer("/new", "add", "peer", "@organisation@pair.example", "boost", "1")
	if w.Code != http.StatusBadRequest {
		t.Errorf("a boost of what is not gathered: %d", w.Code)
	}
	wantWords(t, "the refusal", readable(w.Body.String()), "il faut aussi les rassembler", "7 mesures", `value="@organisation@pair.example"`)
	for name, ticked := range map[string]bool{"boost": true, "gather": false} {
		if got := strings.Contains(w.Body.String(), `id="f-`+name+`" name="`+name+`" value="1" checked`); got != ticked {
			t.Errorf("%s is ticked: %t", name, got)
		}
	}

	w = admin.pressPeer("/new", "add", "peer", "@organisation@pair.example", "copies", "1")
	wantWords(t, "copies of what is not gathered", readable(w.Body.String()), "7 mesures", `id="f-copies" name="copies" value="1" checked`)

	page := admin.follow(admin.pressPeer("/new", "add", "peer", "@organisation@pair.example", "gather", "1"))
	wantWords(t, "the page of the peer", readable(page), "L'organisation est ajoutée", "En attente de sa réponse", "8 comptes demandés, acceptés : 0", "Lecture du passé en cours")
	s.Settle()
	if _, err := s.Gather.Peer(t.Context(), s.onlyPeer().ID); err != nil {
		t.Fatal(err)
	}
	wantWords(t, "the accepted peer", readable(admin.shows("/office/peers/1")), "Acceptée", "acceptés : 8", "Passé lu : 1 constat", "1 ici ; elle dit en avoir publié", "ses constats sont montrés")
	wantWords(t, "the list", readable(admin.shows("/office/peers")), "1 instance paire", "Acceptée", "Passé lu : 1 constat", `href="/office/peers/1"`)

	for action, said := range map[string]string{"gather": "Son passé va être relu", "read": "Elle vient d'être relue", "ask": "demandé de nouveau"} {
		wantWords(t, action, readable(admin.follow(admin.pressPeer("/1", action))), said)
	}
	admin.follow(admin.pressPeer("/1", "choose", "gather", "1", "boost", "1", "trust_reviews", "1"))
	if p := s.onlyPeer(); !p.Boost || !p.TrustReviews {
		t.Errorf("chosen: %+v", p.PeerChoices)
	}
	if w := admin.pressPeer("/1", "choose", "boost", "1"); w.Code != http.StatusBadRequest || !strings.Contains(readable(w.Body.String()), "il faut aussi les rassembler") || !s.onlyPeer().Gather {
		t.Errorf("an impossible choice: %d", w.Code)
	}

	if w := admin.pressPeer("/1", "remove"); w.Code != http.StatusBadRequest || !strings.Contains(readable(w.Body.String()), "Les oublier") {
		t.Errorf("removing without a fate: %d", w.Code)
	}
	admin.follow(admin.pressPeer("/1", "remove", "fate", "keep"))
	if n := len(s.peerUpdates()); n != 1 {
		t.Errorf("%d constats are kept", n)
	}
	if w := admin.get("/office/peers/1"); w.Code != http.StatusNotFound {
		t.Errorf("the page of nobody: %d", w.Code)
	}
	wantWords(t, "the audit", readable(admin.shows("/office/audit")), "Organisation suivie", "Choix pour une instance paire", "Organisation plus suivie")
}

// A peer's fate is chosen: forgotten is forgotten.
func TestAPeerIsForgotten(t *testing.T) {
	s, pair, admin := neighbours(t)
	s.befriend()
	pair.publish("Encore un")
	s.Settle()
	admin.follow(admin.pressPeer("/1", "remove", "fate", "forget"))
	if n := len(s.peerUpdates()); n != 0 {
		t.Errorf("%d constats are kept", n)
	}
}

// What a peer says otherwise of itself is shown; nothing is applied before, and
// an answer to what is not so any more is none.
func TestAnAdminDecidesAboutAChange(t *testing.T) {
	s, pair, admin := neighbours(t)
	s.befriend()
	if err := pair.Organisation.EnableMeasure(t.Context(), embraye.Operator(), "m0"); err != nil {
		t.Fatal(err)
	}
	admin.follow(admin.pressPeer("/1", "read"))
	const what = "Nouvelle mesure"
	wantWords(t, "the list", readable(admin.shows("/office/peers")), "Changements à regarder", "1 chose autrement qu'avant", "attend votre regard")
	wantWords(t, "the start page", readable(admin.shows("/office")), "1 instance paire dit autre chose d'elle-même")
	if strings.Contains(readable(s.as("lea", embraye.Editor).shows("/office")), "autre chose d'elle-même") {
		t.Error("an editor can do nothing about it")
	}
	wantWords(t, "the change", readable(admin.shows("/office/peers/1")), what, "fonds (pair.example)", "Accepter ce changement")

	w := admin.pressPeer("/1", "accept", "shown", "0000")
	if w.Code != http.StatusBadRequest || !strings.Contains(readable(w.Body.String()), "dit encore autre chose") || !s.onlyPeer().Waits() {
		t.Errorf("accepting what was not shown: %d", w.Code)
	}
	before := s.onlyPeer()
	admin.follow(admin.pressPeer("/1", "decline", "shown", before.Changed.Fingerprint()))
	if p := s.onlyPeer(); p.Waits() || len(p.Follows) != len(before.Follows) {
		t.Errorf("declined: waits %t, %d follows", p.Waits(), len(p.Follows))
	}
	if strings.Contains(admin.shows("/office/peers/1"), what) {
		t.Error("it is still proposed")
	}
}

func TestAnAdminAcceptsAChange(t *testing.T) {
	s, pair, admin := neighbours(t)
	s.befriend()
	if err := pair.Organisation.EnableMeasure(t.Context(), embraye.Operator(), "m0"); err != nil {
		t.Fatal(err)
	}
	admin.follow(admin.pressPeer("/1", "read"))
	before := s.onlyPeer()
	wantWords(t, "accepting", readable(admin.follow(admin.pressPeer("/1", "accept", "shown", before.Changed.Fingerprint()))), "Le changement est accepté")
	if p := s.onlyPeer(); p.Waits() || len(p.Follows) != len(before.Follows)+1 {
		t.Errorf("accepted: waits %t, %d follows", p.Waits(), len(p.Follows))
	}
}

// Who follows us and is no peer is asked back with one button.
func TestWhoFollowsIsAskedBack(t *testing.T) {
	s, pair, admin := neighbours(t)
	if _, err := pair.Peers.Add(t.Context(), embraye.Operator(), string(s.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true}); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	wantWords(t, "the start page", readable(admin.shows("/office")), "1 organisation vous suit et n'est pas encore un pair")
	wantWords(t, "the room", readable(admin.shows("/office/peers")), "Elles vous suivent", "Demander en retour")
	admin.follow(admin.pressPeer("/new", "add", "peer", string(pair.Site.ActorID("organisation")), "gather", "1"))
	s.Settle()
	if p := s.onlyPeer(); p.State() != embraye.FollowAccepted {
		t.Errorf("asked back: %s", p.State())
	}
	if strings.Contains(admin.shows("/office/peers"), "Elles vous suivent") {
		t.Error("who is a peer still asks")
	}
}

// An address that cannot be a peer's comes back with why, in one sentence, and
// nothing is kept.
func TestWhoCannotBeAPeerIsTold(t *testing.T) {
	s, _, admin := neighbours(t)
	plain := s.World.Server("plain.example").Actor("ana")
	plain.Publish()
	for address, why := range map[string]string{
		"":                                  "Écrivez un identifiant",
		"n'importe quoi":                    "Écrivez un identifiant",
		"http://pair.example/":              "est en http",
		base:                                "C'est votre propre instance",
		"@organisation@personne.example":    "personne.example ne répond pas",
		"@personne@pair.example":            "Ce compte n'existe pas : @personne@pair.example",
		plain.ID:                            "n'est pas celle d'une organisation sur Embraye",
		"https://pair.example/constats/xyz": "Ce compte n'existe pas : pair.example",
	} {
		for _, action := range []string{"look", "add"} {
			w := admin.pressPeer("/new", action, "peer", address, "gather", "1")
			page := readable(w.Body.String())
			if w.Code != http.StatusBadRequest || !strings.Contains(page, why) || strings.Count(page, `class="err"`) != 1 || !strings.Contains(page, `value="`+address+`"`) {
				t.Errorf("%s %q: %d, %s", action, address, w.Code, page)
			}
		}
	}
	if peers, err := s.Peers.List(t.Context()); err != nil || len(peers) != 0 {
		t.Errorf("%d peers, %v", len(peers), err)
	}
}

// The public list is there if an admin wants it, and has who accepted us.
func TestThePublicListOfPeers(t *testing.T) {
	s, _, admin := neighbours(t)
	s.befriend()
	list := func() (int, string) {
		s.Web.Invalidate()
		w := s.get("/organisations.txt", browser)
		return w.Code, w.Body.String()
	}
	if code, _ := list(); code != http.StatusNotFound || strings.Contains(s.page("/organisations"), "organisations.txt") {
		t.Errorf("before anybody wished it: %d", code)
	}
	wantWords(t, "the room", readable(admin.follow(admin.pressPeer("", "listed", "organisations_txt", "1"))), "https://ours.example/organisations.txt")
	if code, text := list(); code != http.StatusOK || text != "@organisation@pair.example\n" {
		t.Errorf("wished: %d %q", code, text)
	}
	w := s.get("/organisations.txt", browser)
	if h := w.Header(); h.Get("Content-Type") != "text/plain; charset=utf-8" || h.Get("ETag") == "" || h.Get("Cache-Control") != s.get("/donnees/organisations.csv", browser).Header().Get("Cache-Control") {
		t.Errorf("headers: %v", h)
	}
	s.page("/organisations", `href="/organisations.txt"`)
	peer := s.onlyPeer()
	for _, f := range peer.Follows {
		if f.Target == peer.Organisation {
			f.State = embraye.FollowPending
			if err := s.saveFollow(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if code, text := list(); code != http.StatusOK || text != "" {
		t.Errorf("who has not accepted is listed: %d %q", code, text)
	}
	admin.follow(admin.pressPeer("", "listed"))
	if code, _ := list(); code != http.StatusNotFound {
		t.Errorf("unwished: %d", code)
	}
	wantWords(t, "the audit", readable(admin.shows("/office/audit")), "Liste publique des instances paires")
}

func (s *site) saveFollow(f embraye.Follow) error {
	return s.Store.InTx(s.t.Context(), func(t store.Tables) error {
		t.Changed()
		return t.Follows.Save(s.t.Context(), &f)
	})
}

// A list is looked at before anybody is asked; who cannot be added stops nobody
// else, and what was given comes back.
func TestAnAdminAddsFromAList(t *testing.T) {
	s, pair, admin := neighbours(t)
	lists := s.World.Server("listes.example")
	lists.Put("/organisations.txt", "text/plain", http.StatusOK, []byte("@organisation@pair.example\n"))
	wantWords(t, "the empty form", readable(admin.shows("/office/peers/list")), "64 ko et 500 lignes au plus", `name="list_url"`, `type="file"`)
	const list = "# nos amies\n@organisation@pair.example\n@organisation@personne.example # absente\n" + base + "/\n@organisation@pair.example\n"
	sure := func(where string, w *httptest.ResponseRecorder, words ...string) {
		t.Helper()
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", where, w.Code)
		}
		wantWords(t, where, readable(w.Body.String()), words...)
	}
	report := []string{"1 organisation peut être ajoutée", `name="chosen" value="@organisation@pair.example" checked`, "Organisation de pair.example"}
	sure("a list that was pasted", admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list": list}, nil),
		append(report, "Lignes 1 à 4 sur 4", "personne.example ne répond pas", "C'est votre propre instance", "Déjà nommée plus haut", "# nos amies")...)
	sure("a file", admin.sendForm("/office/peers/list", map[string]string{"action": "look"}, []byte(list)), append(report, "# nos amies")...)
	sure("a list of the web", admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list_url": lists.Base + "/organisations.txt"}, nil), report...)
	if peers, err := s.Peers.List(t.Context()); err != nil || len(peers) != 0 {
		t.Fatalf("looking adds %d peers, %v", len(peers), err)
	}

	for where, c := range map[string]struct {
		values map[string]string
		file   string
		words  []string
	}{
		"an empty list":          {map[string]string{"action": "look", "list": "# rien"}, "", []string{"Aucune adresse n'a été trouvée", `id="f-list-e"`, "# rien"}},
		"a picture":              {map[string]string{"action": "look", "list": "x"}, "\xff\xd8", []string{"Ce n'est pas un fichier de texte", `id="f-file-e"`}},
		"a page":                 {map[string]string{"action": "look", "list_url": "https://pair.example/"}, "", []string{"n'est pas une liste", `id="f-list-url-e"`, `value="https://pair.example/"`}},
		"too heavy a list":       {map[string]string{"action": "look", "list": strings.Repeat("#", 64<<10+1)}, "", []string{"trop lourde : 64 ko au plus"}},
		"far too heavy":          {map[string]string{"action": "look", "list": strings.Repeat("#", 2<<20)}, "", []string{"trop lourde : 64 ko au plus"}},
		"nobody":                 {map[string]string{"action": "add", "list": list}, "", []string{"Cochez au moins une organisation", "# nos amies"}},
		"two impossible choices": {map[string]string{"action": "add", "list": list, "chosen": "@organisation@pair.example", "boost": "1", "copies": "1"}, "", append(report, "il faut aussi les rassembler")},
		"copies of nothing":      {map[string]string{"action": "add", "list": list, "chosen": "@organisation@pair.example", "copies": "1"}, "", report},
		"impossible choices":     {map[string]string{"action": "add", "list": list, "chosen": "@organisation@pair.example", "boost": "1"}, "", append(report, "il faut aussi les rassembler")},
	} {
		w := admin.sendForm("/office/peers/list", c.values, []byte(c.file))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", where, w.Code)
		}
		wantWords(t, where, readable(w.Body.String()), c.words...)
	}

	sure("the chosen one", admin.sendForm("/office/peers/list", map[string]string{"action": "add", "list": list, "chosen": "@organisation@pair.example", "gather": "1"}, nil), "1 organisation est ajoutée", "Ajoutée")
	if p := s.onlyPeer(); !p.Gather || p.Organisation != pair.Site.ActorID("organisation") {
		t.Errorf("added: %+v", p)
	}
	sure("once more", admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list": list}, nil), "Déjà une instance paire", "0 organisation peut être ajoutée")
}

// A long list is looked at piece by piece.
func TestALongListGoesOn(t *testing.T) {
	s, _, admin := neighbours(t)
	var list strings.Builder
	for n := range 50 {
		fmt.Fprintf(&list, "ceci n'est pas la %dième adresse\n", n)
	}
	list.WriteString("@organisation@pair.example\n")
	first := readable(admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list": list.String()}, nil).Body.String())
	wantWords(t, "the first piece", first, "Lignes 1 à 30 sur 51", `name="from" value="30"`, "Regarder la suite")
	next := readable(admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list": list.String(), "from": "30"}, nil).Body.String())
	wantWords(t, "the second piece", next, "Lignes 31 à 51 sur 51", "Organisation de pair.example")
	if strings.Contains(next, "Regarder la suite") {
		t.Error("there is no end")
	}
	for _, from := range []string{"51", "-1", "x"} {
		if w := admin.sendForm("/office/peers/list", map[string]string{"action": "look", "list": list.String(), "from": from}, nil); w.Code != http.StatusBadRequest {
			t.Errorf("from %s: %d", from, w.Code)
		}
	}
	if peers, err := s.Peers.List(t.Context()); err != nil || len(peers) != 0 {
		t.Errorf("%d peers, %v", len(peers), err)
	}
}
