package browsertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	netmail "net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/app/drafts"
	"embraye/internal/app/letters"
	"embraye/internal/app/reviews"
	"embraye/internal/chatons"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/mail"
	"embraye/internal/store"
)

// Every page of the router's own list, empty and filled, in both languages, as a
// stranger and as an admin, is one that axe-core and html-validate find nothing wrong
// with, and has what judge.js asks for. Colours are judged in French, in both themes:
// no style depends on a language.
func TestEveryPage(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at every page in a browser")
	}
	judge, validator, seen := NewJudge(t), NewValidator(t), map[string]bool{}
	for _, state := range []string{"empty", "filled"} {
		in := New(t)
		var f Filled
		if state == "filled" {
			f = in.Fill(t, 300)
		}
		admin := in.AddPerson(adminEmail, embraye.Admin, password)
		paths := in.paths(t, f, admin)
		for _, role := range []string{"anonymous", "admin"} {
			t.Run(state+" "+role, func(t *testing.T) {
				v := &visitor{t: t, in: in, judge: judge, validator: validator, seen: seen, name: state + " " + role, client: client(t)}
				first := Browser(t)
				if role == "admin" {
					in.SignIn(first, adminEmail, password)
					v.signIn()
				}
				v.look([]context.Context{first, Tab(t, first)}, v.pages(paths, role == "admin"))
			})
		}
	}
	validator.Check(t)
}

// paths fills the patterns of all GET routes in.
func (in *Instance) paths(t *testing.T, f Filled, admin *embraye.Person) []string {
	t.Helper()
	values := in.parameters(t, f, admin)
	var paths []string
	routes, err := in.Web.Routes()
	check(t, err)
	for _, r := range routes {
		if r.Method == http.MethodGet {
			paths = append(paths, fill(t, r.Pattern, values)...)
		}
	}
	if len(paths) < 80 {
		t.Fatalf("only %d paths", len(paths))
	}
	return append(paths, "/nowhere", "/chronologie?mesure=m2&etape=done&q=essai", "/chronologie?q=introuvable", "/@mesure2/FR", "/@mesure2/COG-D35",
		"/suivre?mesure=m1", "/chronologie?de=*")
}

// parameters are the values of a pattern's variables, by the path before them;
// of each route's variables the first and then each of the others is tried.
func (in *Instance) parameters(t *testing.T, f Filled, admin *embraye.Person) map[string][]string {
	t.Helper()
	values := map[string][]string{"handle": {"mesure2", "organisation"}, "territory": {"FR-BRE", "EU"}, "n": {"1", "2"}, "file": {"style.css"}, "width": {"800"},
		"name": {strings.Repeat("0", 64) + ".png"}, "token": {"inconnu"}, "id": {"01jz0000000000000000000000"},
		"digest": {strings.Repeat("0", 64)}, "host": {"personne.example"}, "epoch": {"2"}, "hash": {strings.Repeat("0", 64)}, "/office/drafts/{id}": {"1"},
		"/office/conversation/{id}": {"1"}, "/office/peers/{id}": {"1"}, "/office/reviews/drafts/{id}": {"1"}, "/office/reviews/received/{id}": {"1"}}
	pinned, err := in.Store.Tables().Notes.Pinned(t.Context(), "mesure2")
	check(t, err)
	values["/notes/{id}"] = []string{pinned.ID}
	if len(f.IDs) == 0 {
		return values
	}
	english := slices.IndexFunc(f.IDs, func(id string) bool {
		u, err := in.Store.Tables().Updates.Take(t.Context(), id)
		check(t, err)
		return u.Language == "en"
	})
	constats := []string{f.Newest(), f.Withdrawn[0], f.IDs[english], f.IDs[0]}
	values["/constats/{id}"], values["/office/constats/{id}"] = constats, constats[:2]
	notes, err := in.Store.Tables().Notes.OfUpdate(t.Context(), f.Newest())
	check(t, err)
	values["/notes/{id}"] = append(values["/notes/{id}"], notes[0].ID)
	draft, err := in.Drafts.Begin(t.Context(), embraye.Acting{Person: admin}, drafts.Input{})
	check(t, err)
	values["/office/drafts/{id}"] = []string{strconv.FormatInt(draft.ID, 10)}
	values["/copies/{id}"], values["/organisations/{host}"] = []string{in.hear(t, f.IDs[0])}, []string{"pair.example"}
	values["/office/reviews/drafts/{id}"], values["/office/reviews/ours/{id}"], values["/office/reviews/received/{id}"] = in.judge(t, admin)
	values["/avis/{id}"] = values["/office/reviews/ours/{id}"]
	values["/office/preuves/{id}"] = in.copied(t, f.Newest())
	values["/preuves/{id}"] = values["/office/preuves/{id}"]
	values["/suivre/courriel/{token}"] = []string{in.offer(t, embraye.Acting{Person: admin})}
	return values
}

// copied has copies of evidence in three states, as if they had been made.
func (in *Instance) copied(t *testing.T, constat string) (ids []string) {
	u, err := in.Store.Tables().Updates.Take(t.Context(), constat)
	check(t, err)
	made := in.Clock.Now()
	for i, c := range []embraye.EvidenceCopy{{State: embraye.CopyKept, Visibility: embraye.CopyPublic, Licence: "CC-BY-4.0", Quotation: "Un appel à communs", Text: strings.Repeat("Un appel à communs est ouvert. ", 40), Look: embraye.PageChanged, Changed: 34},
		{State: embraye.CopyKept, Visibility: embraye.CopyEditors, Origin: embraye.CopyHandedIn, Thin: true}, {State: embraye.CopyDropped, Visibility: embraye.CopyEditors, Reason: "Demande de l'autrice"}} {
		c.ID, err = in.App.NewID()
		check(t, err)
		c.Href, c.AskedAt, c.MadeAt, c.LookedAt, c.Origin = u.Evidence[0].Href, made, &made, &made, cmp.Or(c.Origin, embraye.CopyOurs)
		c.File, c.Size, c.MediaType, c.Title, c.Language = strings.Repeat(strconv.Itoa(i), 64)+".wacz", 4000, "text/html", "Un appel à communs", "fr"
		check(t, in.Store.InTx(t.Context(), func(tx store.Tables) error { tx.Changed(); return tx.EvidenceCopies.Insert(t.Context(), &c) }))
		ids = append(ids, c.ID)
	}
	return ids
}

// offer switches on what stands on no page at first: following by mail, and the
// file for CHATONS. It returns the token of a reader who has just asked.
func (in *Instance) offer(t *testing.T, admin embraye.Acting) (token string) {
	t.Helper()
	s := fedtest.NewMailServer(t, nil)
	server, err := mail.ParseServer("smtp://" + s.Address)
	check(t, err)
	in.App.Mail = mail.New(mail.Options{Server: server, From: netmail.Address{Address: "suivi@ours.example"}, Host: "ours.example", Now: in.Clock.Now})
	check(t, in.Letters.Ask(t.Context(), letters.Asked{Address: "ana@asso.example", Measure: "m2", Territory: "FR-BRE", Often: embraye.Weekly, Language: "fr", Client: "192.0.2.1"}))
	check(t, in.Letters.Send(t.Context()))
	check(t, in.Organisation.SetChatons(t.Context(), admin, chatons.Info{On: true, Separator: ",", Values: map[string]string{"host.name": "petit-chaton", "host.server.type": "NANO"}}))
	_, token, _ = strings.Cut(s.Letters()[0].Text(), "/suivre/courriel/")
	return token[:43]
}

// judge reviews what the peer said, has it reviewed by others and begins another
// review; it returns the numbers and the name of the three.
func (in *Instance) judge(t *testing.T, admin *embraye.Person) (draft, ours, received []string) {
	t.Helper()
	ctx, org := t.Context(), embraye.IRI("https://pair.example/actors/organisation")
	check(t, in.Store.InTx(ctx, func(tx store.Tables) error {
		tx.Changed()
		_, err := tx.PeerReviews.Insert(ctx, &embraye.PeerReview{URI: "https://pair.example/avis/1", Actor: org, Host: "pair.example", Object: in.Site.UpdateID(in.newest(t)), Digest: "0",
			ReviewedRevision: 1, ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests, Reason: "L'appel n'est pas ouvert.", Language: "fr"}, Revision: 1,
			URL: "https://pair.example/avis/1", State: embraye.ReplyShown, PublishedAt: in.Clock.Now(), ReceivedAt: in.Clock.Now()})
		return errors.Join(err, tx.RemoteActors.Upsert(ctx, &embraye.RemoteActor{URI: org, Host: "pair.example", Type: "Group", Username: "organisation", Name: "Organisation paire",
			Inbox: org + "/inbox", FetchedAt: in.Clock.Now()}))
	}))
	by := embraye.Acting{Person: admin}
	said := embraye.ReviewContent{Verdict: embraye.Contests, Reason: "Nous y étions.", Language: "fr", Evidence: []embraye.Evidence{{Href: "https://preuves.example/1", Name: "Preuve"}}}
	d, err := in.Drafts.BeginReview(ctx, by, drafts.ReviewInput{Of: "https://pair.example/constats/2", ReviewContent: said})
	check(t, err)
	p, err := in.Reviews.Publish(ctx, by, reviews.Input{Of: "https://pair.example/constats/1", ReviewContent: said})
	check(t, err)
	r, err := in.Store.Tables().PeerReviews.ByURI(ctx, "https://pair.example/avis/1")
	check(t, err)
	in.Web.Invalidate()
	return []string{strconv.FormatInt(d.ID, 10)}, []string{p.Review.ID}, []string{strconv.FormatInt(r.ID, 10)}
}

func (in *Instance) newest(t *testing.T) string {
	t.Helper()
	all, err := in.Store.Tables().Updates.Page(t.Context(), embraye.ConstatFilter{State: "published", Limit: 1})
	check(t, err)
	return all[0].ID
}

// hear keeps a peer that answers otherwise about the scope of a constat, and
// returns the name of our copy of what it says.
func (in *Instance) hear(t *testing.T, constat string) string {
	t.Helper()
	ours, err := in.Store.Tables().Updates.Take(t.Context(), constat)
	check(t, err)
	org := embraye.IRI("https://pair.example/actors/organisation")
	u := &embraye.PeerUpdate{URI: "https://pair.example/constats/1", URL: "https://pair.example/constats/1", Actor: org, Organisation: org, Scope: ours.Scope, Content: ours.Content,
		Revision: 1, PublishedAt: in.Clock.Now(), ReceivedAt: in.Clock.Now(), Wire: []byte("{}")}
	if u.Stage = embraye.Done; ours.Stage.Answer() == embraye.Yes {
		u.Stage = embraye.NoSign
	}
	second := *u
	second.URI, second.Scope.Territory = "https://pair.example/constats/2", "EU"
	check(t, in.Store.InTx(t.Context(), func(tx store.Tables) error {
		tx.Changed()
		return errors.Join(tx.Peers.Insert(t.Context(), &embraye.Peer{Organisation: org, Host: "pair.example", Handle: "organisation@pair.example", Name: "Organisation paire",
			CreatedAt: in.Clock.Now(), PeerChoices: embraye.PeerChoices{Gather: true}}), tx.PeerUpdates.Upsert(t.Context(), u), tx.PeerUpdates.Upsert(t.Context(), &second))
	}))
	in.Web.Invalidate()
	return u.CopyID
}

// fill makes the paths of a pattern.
func fill(t *testing.T, pattern string, values map[string][]string) []string {
	t.Helper()
	before, rest, found := strings.Cut(pattern, "{")
	if !found {
		return []string{pattern}
	}
	name, after, _ := strings.Cut(rest, "}")
	list, ok := values[before+"{"+name+"}"]
	if !ok {
		list, ok = values[name]
	}
	if !ok {
		t.Fatalf("no value for {%s} of %s", name, pattern)
	}
	var paths []string
	for _, value := range list {
		paths = append(paths, fill(t, before+value+after, values)...)
	}
	return paths
}

// A visitor looks at pages, as a stranger or signed in.
type visitor struct {
	t         *testing.T
	in        *Instance
	judge     *Judge
	validator *Validator
	seen      map[string]bool // sources that were looked at: many an address has the same page
	name      string
	client    *http.Client
}

func client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	check(t, err)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (v *visitor) signIn() {
	v.t.Helper()
	r, err := v.client.PostForm(v.in.URL+"/login", url.Values{"email": {adminEmail}, "password": {password}})
	check(v.t, err)
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("signing in: %d", r.StatusCode)
	}
}

// pages asks for every path in both languages and keeps what is a page. A
// stranger sees what is public; the office is looked at from inside.
func (v *visitor) pages(paths []string, office bool) []string {
	v.t.Helper()
	var pages []string
	for _, path := range paths {
		if strings.HasPrefix(path, "/office") != office {
			continue
		}
		for _, lang := range []string{"fr", "en"} {
			address := path + "?lang=" + lang
			if strings.Contains(path, "?") {
				address = path + "&lang=" + lang
			}
			status, source, ok := v.get(address, lang)
			if status >= http.StatusInternalServerError {
				v.t.Errorf("%s: %d", address, status)
			}
			same := strings.ReplaceAll(strings.ReplaceAll(string(source), strings.TrimPrefix(v.in.URL, "http://"), "host"), path, "path")
			if ok && !v.seen[same] {
				v.seen[same] = true
				v.validator.Add(v.t, v.name+" "+address, source)
				pages = append(pages, address)
			}
		}
	}
	return pages
}

// get asks as a browser does; ok is whether the answer is a page.
func (v *visitor) get(address, lang string) (status int, body []byte, ok bool) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.in.URL+address, nil)
	check(v.t, err)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	response, err := v.client.Do(r)
	check(v.t, err)
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	check(v.t, err)
	ok = strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && response.StatusCode/100 != 3
	if ok && !strings.Contains(string(body), `<html lang="`+lang+`"`) {
		v.t.Errorf("%s is not in %s", address, lang)
	}
	return response.StatusCode, body, ok
}

// look shows the pages in the tabs, each of which takes the next one that
// nobody has looked at.
func (v *visitor) look(tabs []context.Context, pages []string) {
	v.t.Helper()
	queue := make(chan string)
	var tasks sync.WaitGroup
	for _, tab := range tabs {
		tasks.Go(func() {
			for address := range queue {
				if err := v.lookAt(tab, address); err != nil {
					v.t.Errorf("%s: %v", address, err)
				}
			}
		})
	}
	for _, address := range pages {
		queue <- address
	}
	close(queue)
	tasks.Wait()
	v.t.Logf("%d pages", len(pages))
}

func (v *visitor) lookAt(tab context.Context, address string) error {
	if err := chromedp.Do(tab, chromedp.Navigate(v.in.URL+address)); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	faults, err := v.judge.Look(tab, strings.HasSuffix(address, "lang=fr"))
	for _, f := range faults {
		v.t.Errorf("%s: %s", address, f)
	}
	if err != nil {
		return err
	}
	return v.narrow(tab, address)
}

// narrow is P05: nothing scrolls sideways on the smallest phones, is cut or lies
// over another thing, with letters of twice the size neither.
func (v *visitor) narrow(tab context.Context, address string) error {
	for _, w := range []struct{ wide, letters int64 }{{320, 16}, {360, 32}} {
		if err := chromedp.Do(tab, wordsAt(w.letters), chromedp.EmulateViewport(w.wide, 800)); err != nil {
			return fmt.Errorf("at %d px: %w", w.wide, err)
		}
		faults, err := chromedp.Run(tab, chromedp.Evaluate[[]string](fit))
		if err != nil {
			return fmt.Errorf("at %d px: %w", w.wide, err)
		}
		for _, f := range faults {
			v.t.Errorf("P05 %s at %d px with letters of %d: %s", address, w.wide, w.letters, f)
		}
	}
	return chromedp.Do(tab, wordsAt(16), chromedp.EmulateViewport(1280, 800))
}
