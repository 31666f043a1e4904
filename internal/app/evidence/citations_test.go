package evidence_test

import (
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/evidence"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// A copy is of a page: it is public while any constat that stands names the page,
// whichever named it first, and nobody's when none does.
func TestACopyIsOfAPage(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		opened(h)
		ctx, tables, editor := h.Context(), h.Store.Tables(), h.Who["editor"]
		first, second := h.Linked(host+"/page", host+"/app"), h.Linked(host+"/page")
		_, err := h.Evidence.Do(ctx, embraye.CopyConstat+first.Update.ID, finish)
		h.Must(err)
		do(h)
		page, app := copies(h)["/page"], copies(h)["/app"]
		cited := func(c embraye.EvidenceCopy) (ids []string) {
			h.T.Helper()
			list, err := h.Evidence.CitedBy(ctx, h.Who["reader"], &c)
			h.Must(err)
			for _, one := range list {
				ids = append(ids, one.ID)
			}
			return ids
		}
		public := func(c embraye.EvidenceCopy, want ...string) {
			h.T.Helper()
			got, err := h.Evidence.Public(ctx, c.ID)
			if len(want) == 0 {
				h.WantErr(err, embraye.ErrNotFound)
				return
			}
			h.Must(err)
			slices.Sort(want)
			if len(got.CitedBy) != len(want) || !slices.Equal(cited(c), want) {
				t.Errorf("%s: named by %+v, want %v", c.Href, got.CitedBy, want)
			}
		}
		withdraw := func(out *constats.Published, erase bool) {
			h.T.Helper()
			h.Must(h.Constats.Withdraw(ctx, editor, out.Update.ID, constats.WithdrawInput{Reason: "Faux", Erase: erase}))
		}
		public(page, first.Update.ID, second.Update.ID)

		t.Log("a correction drops the link: the version before it stays, and so does what it names")
		content := first.Update.Content
		content.Evidence = []embraye.Evidence{{Href: host + "/page", Name: "Un appel", Consulted: "2026-01-01"}}
		_, err = h.Constats.Revise(ctx, editor, first.Update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Lien retiré", Content: content})
		h.Must(err)
		public(app, first.Update.ID)

		t.Log("the first is withdrawn: the other one still names the page")
		h.Must(h.Evidence.Show(ctx, editor, page.ID, evidence.Shown{Visibility: embraye.CopyPublic, Licence: "CC-BY-4.0"}))
		withdraw(first, false)
		public(page, second.Update.ID)
		public(app)
		f, _, err := h.Evidence.Open(ctx, embraye.Acting{}, page.ID)
		h.Must(err)
		h.Must(f.Close())

		t.Log("what was taken away says so after a withdrawal, and is forgotten with an erased constat")
		h.Must(h.Evidence.Drop(ctx, h.Who["reviewer"], page.ID, "Demande"))
		withdraw(second, true)
		gone, err := h.Evidence.Public(ctx, page.ID)
		h.Must(err)
		if gone.State != embraye.CopyDropped || len(gone.CitedBy) != 0 {
			t.Errorf("%+v", gone)
		}
		ever, stands, err := tables.Citations.Public(ctx, host+"/page")
		if h.Must(err); !ever || stands {
			t.Errorf("named %t, by one that stands %t", ever, stands)
		}
		third := h.Linked(host + "/long")
		withdraw(third, true)
		if ever, _, err = tables.Citations.Public(ctx, host+"/long"); err != nil || ever {
			t.Errorf("an erased constat names a page: %t, %v", ever, err)
		}
	})
}

// The passages of a page are one page: it is asked for once, kept once, and whoever
// names any of them has the copy. An application whose fragment is its page has several.
func TestPassagesOfAPageAreOnePage(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		p := opened(h)
		ctx, editor := h.Context(), h.Who["editor"]
		first, second := h.Linked(host+"/page#a", host+"/page#:~:text=communs", host+"/app#/un", host+"/app#!deux"), h.Linked(host+"/page#b", host+"/page")
		for _, out := range []*constats.Published{first, second} {
			_, err := h.Evidence.Do(ctx, embraye.CopyConstat+out.Update.ID, finish)
			h.Must(err)
		}
		_, err := h.Evidence.Do(ctx, "", finish)
		h.Must(err)
		asked, err := h.Evidence.Ask(ctx, editor, host+"/page#c")
		h.Must(err)
		do(h)
		got := copies(h)
		page, visits := got["/page"], 0
		for _, path := range p.asked {
			if path == "/page" {
				visits++
			}
		}
		if page.ID != asked.ID || page.State != embraye.CopyKept || visits != 1 || len(got) != 3 || got["/app#/un"].ID == "" || got["/app#!deux"].ID == "" {
			t.Errorf("asked for %d times, kept %+v", visits, got)
		}
		public, err := h.Evidence.Public(ctx, page.ID)
		h.Must(err)
		if len(public.CitedBy) != 2 {
			t.Errorf("named by %+v", public.CitedBy)
		}
		shown, err := h.Store.Pages().ConstatPage(ctx, second.Update.ID)
		h.Must(err)
		if e := shown.Update.Evidence; len(shown.Copies) != 1 || shown.Copies[0].ID != page.ID || e[0].Href != host+"/page#b" {
			t.Errorf("%+v of %+v", shown.Copies, e)
		}
		data, err := h.Store.Pages().DataPage(ctx, "", 10)
		h.Must(err)
		for _, r := range data.Revisions {
			if e := r.Evidence[0]; e.SHA256 != page.SHA256() || !strings.Contains(e.Href, "#") {
				t.Errorf("the open data say %+v", e)
			}
		}
		of, err := h.Evidence.Pages(ctx, editor, []embraye.Evidence{{Href: host + "/page#d"}, {Href: host + "/page#e"}})
		h.Must(err)
		if len(of) != 1 || of[0].Href != host+"/page#d" || of[0].Copy == nil || of[0].Copy.ID != page.ID {
			t.Errorf("a draft that names two passages: %+v", of)
		}
		in := apptest.Complete()
		in.Evidence = []embraye.Evidence{{Href: host + "/long#d"}}
		h.Draft("editor", in)
		drafted, err := h.Store.Tables().EvidenceCopies.Drafted(ctx)
		if h.Must(err); !drafted[host+"/long"] {
			t.Errorf("drafts name %v", drafted)
		}
	})
}

// A page that no constat names any more is compared no more, and is nobody's task.
func TestAPageThatNothingNamesIsNoTask(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		p := opened(h)
		ctx, editor := h.Context(), h.Who["editor"]
		out := h.Linked(host + "/page")
		_, err := h.Evidence.Do(ctx, embraye.CopyConstat+out.Update.ID, finish)
		h.Must(err)
		do(h)
		p.words = "Autre chose."
		_, err = h.Evidence.Do(ctx, embraye.CopyCompare+copies(h)["/page"].ID, finish)
		h.Must(err)
		tasks := func(want int) {
			h.T.Helper()
			start, err := h.Drafts.Start(ctx, editor)
			h.Must(err)
			listed, err := h.Evidence.List(ctx, h.Who["reader"], embraye.CopyFilter{Look: embraye.PageChanged, Limit: 10})
			h.Must(err)
			later, err := h.Store.Tables().EvidenceCopies.ToLook(ctx, h.Clock.Now().AddDate(1, 0, 0), 10)
			h.Must(err)
			if start.Changed != want || len(listed) != want || len(later) != want {
				t.Errorf("%d tasks, %d listed, %d to look at, want %d", start.Changed, len(listed), len(later), want)
			}
		}
		tasks(1)
		h.Must(h.Constats.Withdraw(ctx, editor, out.Update.ID, constats.WithdrawInput{Reason: "Faux"}))
		tasks(0)
	})
}

// What only a draft names is nobody else's, and is not dropped; what nothing names
// goes, and is copied again when something does.
func TestWhatNothingNamesGoesAndComesBack(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		ctx, editor := h.Context(), h.Who["editor"]
		in := apptest.Complete()
		in.Evidence = []embraye.Evidence{{Href: host + "/page"}}
		h.Draft("editor", in)
		for _, path := range []string{"/page", "/app"} {
			_, err := h.Evidence.Ask(ctx, editor, host+path)
			h.Must(err)
		}
		do(h)
		_, err := h.Evidence.Public(ctx, copies(h)["/page"].ID)
		h.WantErr(err, embraye.ErrNotFound)
		limit := h.App.Copies.Limit
		h.App.Copies.Limit = 100
		_, err = h.Evidence.Ask(ctx, editor, host+"/long")
		h.Must(err)
		long := copies(h)["/long"]
		h.Clock.Advance(max(0, long.NextAt.Sub(h.Clock.Now())))
		_, err = h.Evidence.Do(ctx, embraye.CopyOne+long.ID, finish)
		h.Must(err)
		if got := copies(h); got["/page"].State != embraye.CopyKept || got["/app"].Failure != "no_room" {
			t.Errorf("page %+v\napp %+v", got["/page"], got["/app"])
		}
		h.App.Copies.Limit = limit
		h.Linked(host+"/app", host+"/private", "https://ours.example/")
		_, err = h.Evidence.Do(ctx, "", finish) // the job of the constat was lost
		h.Must(err)
		do(h)
		if got := copies(h); got["/app"].State != embraye.CopyKept || got["/private"].State != embraye.CopyKept || len(got) != 4 { // page, app, long, private
			t.Errorf("%+v", got)
		}
		h.Must(h.Evidence.Drop(ctx, h.Who["reviewer"], copies(h)["/private"].ID, "Demande"))
		_, err = h.Evidence.Do(ctx, "", finish)
		h.Must(err)
		if got := copies(h)["/private"]; got.State != embraye.CopyDropped {
			t.Errorf("what a person took away is copied again: %+v", got)
		}
	})
}

// A page that a peer names is copied only if an admin chose so for that peer; it is
// named while the constat stands here.
func TestPagesOfPeersAreCopiedByChoice(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		opened(h)
		ctx := h.Context()
		org := embraye.IRI("https://pair.example/actors/organisation")
		peer := &embraye.Peer{Organisation: org, Host: "pair.example", Handle: "organisation@pair.example", Name: "Pair", CreatedAt: h.Clock.Now(), PeerChoices: embraye.PeerChoices{Gather: true}}
		u := &embraye.PeerUpdate{URI: "https://pair.example/constats/1", Actor: org, Organisation: org, PublishedAt: h.Clock.Now(), ReceivedAt: h.Clock.Now()}
		u.Title, u.Evidence = "Galv", []embraye.Evidence{{Href: host + "/page"}, {Href: "https://ours.example/constats/1"}, {Href: "preuve"}}
		in := func(do func(store.Tables) error) { h.T.Helper(); h.Must(h.Store.InTx(ctx, do)) }
		uncopied := func(want ...string) {
			h.T.Helper()
			got, err := h.Store.Tables().Citations.Uncopied(ctx, "https://ours.example", "", 10)
			if h.Must(err); !slices.Equal(got, want) {
				t.Errorf("to copy: %v, want %v", got, want)
			}
		}
		in(func(t store.Tables) error { return t.Peers.Insert(ctx, peer) })
		in(func(t store.Tables) error { return t.PeerUpdates.Upsert(ctx, u) })
		uncopied()
		ask := func(subject string) {
			h.T.Helper()
			_, err := h.Evidence.Do(ctx, subject, finish)
			h.Must(err)
		}
		ask(embraye.CopyPeer + string(u.URI))
		peer.Copies = true
		in(func(t store.Tables) error { return t.Peers.Save(ctx, peer) })
		uncopied(host + "/page")
		ask(embraye.CopyPeer + "https://pair.example/constats/unknown")
		uncopied(host + "/page")
		ask(embraye.CopyPeer + string(u.URI))
		uncopied()
		u2 := *u
		u2.ID, u2.URI, u2.Evidence = 0, u.URI+"/2", []embraye.Evidence{{Href: host + "/long"}}
		in(func(t store.Tables) error { return t.PeerUpdates.Upsert(ctx, &u2) })
		ask(embraye.CopyPeers)
		do(h)
		uncopied()
		page := copies(h)["/page"]
		if page.State != embraye.CopyKept || copies(h)["/long"].State != embraye.CopyKept || page.Visibility != embraye.CopyEditors {
			t.Errorf("%+v", page)
		}
		_, err := h.Evidence.Public(ctx, page.ID)
		h.WantErr(err, embraye.ErrNotFound)
		cited, err := h.Evidence.CitedBy(ctx, h.Who["reader"], &page)
		if h.Must(err); len(cited) != 1 || cited[0].Organisation != org || cited[0].ID != u.CopyID || cited[0].Title != "Galv" {
			t.Errorf("named by %+v", cited)
		}
		uncited := func(want int) {
			h.T.Helper()
			old, err := h.Store.Tables().EvidenceCopies.OldestUncited(ctx, "", 10)
			if h.Must(err); len(old) != want {
				t.Errorf("%d copies of pages that nothing names, want %d", len(old), want)
			}
		}
		uncited(0)
		u.Evidence = []embraye.Evidence{{Href: host + "/app"}}
		in(func(t store.Tables) error { return t.PeerUpdates.Upsert(ctx, u) })
		uncited(1)
		uncopied(host + "/app")
		u.Evidence = []embraye.Evidence{{Href: host + "/page"}}
		in(func(t store.Tables) error { return t.PeerUpdates.Upsert(ctx, u) })
		uncited(0)
		in(func(t store.Tables) error {
			_, err := t.PeerUpdates.Withdraw(ctx, u.URI, h.Clock.Now())
			return err
		})
		uncited(1)
		in(func(t store.Tables) error { return t.PeerUpdates.ForgetAllOf(ctx, org) })
		uncited(2)
	})
}
