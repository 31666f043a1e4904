package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app/evidence"
	"embraye/internal/apptest"
	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

const host = "https://preuve.example"

// pages is a host with every kind of page.
type pages struct {
	asked []string // paths, in order
	agent string
	words string // what /page says
	moved bool   // all of it, elsewhere
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked, p.agent = append(p.asked, r.URL.Path), r.UserAgent()
	if p.moved {
		http.Redirect(w, r, "https://ailleurs.example/", http.StatusMovedPermanently)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.URL.Path {
	case "/page", "/final":
		w.Header().Set("Set-Cookie", "session=secret")
		fmt.Fprintf(w, "<html lang=fr><title>Un appel</title><p>%s</p>", p.words)
	case "/moved":
		http.Redirect(w, r, "/final", http.StatusFound)
	case "/circle":
		http.Redirect(w, r, "/circle", http.StatusFound)
	case "/inside":
		http.Redirect(w, r, "https://127.0.0.1/secret", http.StatusFound)
	case "/huge.pdf":
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Length", "104857600")
		fmt.Fprint(w, "%PDF-1.4")
	case "/long":
		fmt.Fprint(w, "<title>Longue</title>", p.words)
		for line := []byte(strings.Repeat("<i></i>", 4096)); ; {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	case "/lie":
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "<p>ce n'est pas du gzip")
	case "/app":
		fmt.Fprint(w, "<title>Application</title><div id=root></div>")
	case "/private":
		w.Header().Set("X-Robots-Tag", "noarchive")
		fmt.Fprint(w, p.words)
	case "/prive":
		fmt.Fprint(w, p.words)
	case "/robots.txt":
		fmt.Fprint(w, "User-agent: *\nDisallow: /\n\nUser-agent: embraye\nDisallow: /prive\n")
	default:
		http.NotFound(w, r)
	}
}

func words() string { return strings.Repeat("Un appel à communs est ouvert. ", 20) }

// opened is a house that copies, beside its pages.
func opened(h *apptest.House) *pages {
	h.App.Copies.On, h.App.Copies.Limit = true, 1<<30
	p := &pages{words: words()}
	h.World.Wire.Serve("preuve.example", p)
	return p
}

func finish(context.Context, store.Tables) error { return nil }

// do does the jobs of what waits until nothing does, as the queue would.
func do(h *apptest.House) {
	h.T.Helper()
	for range 100 {
		waiting, err := h.Evidence.List(h.Context(), h.Who["reader"], embraye.CopyFilter{State: embraye.CopyWaiting, Limit: 100})
		h.Must(err)
		if len(waiting) == 0 {
			return
		}
		first := waiting[0]
		for _, c := range waiting {
			if c.NextAt.Before(*first.NextAt) {
				first = c
			}
		}
		h.Clock.Advance(max(0, first.NextAt.Sub(h.Clock.Now())))
		_, err = h.Evidence.Do(h.Context(), embraye.CopyOne+first.ID, finish)
		h.Must(err)
	}
	h.T.Fatal("copies wait without end")
}

// copies are the copies of the host's pages by path, the newest of each.
func copies(h *apptest.House) map[string]embraye.EvidenceCopy {
	h.T.Helper()
	list, err := h.Evidence.List(h.Context(), h.Who["reader"], embraye.CopyFilter{Limit: 100})
	h.Must(err)
	by := map[string]embraye.EvidenceCopy{}
	for i := len(list) - 1; i >= 0; i-- {
		c, err := h.Evidence.One(h.Context(), h.Who["reader"], list[i].ID)
		h.Must(err)
		by[strings.TrimPrefix(c.Href, host)] = *c
	}
	return by
}

// A published constat's pages are copied, each as it is, and what cannot be copied
// says why. No address is asked that the guard forbids.
func TestEvidenceIsCopied(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		p := opened(h)
		out := h.Linked(host+"/page", host+"/moved", host+"/circle", host+"/inside", host+"/gone", host+"/huge.pdf", host+"/long", host+"/lie",
			host+"/app", host+"/private", host+"/prive", "https://nowhere.example/", "https://127.0.0.1/secret", "https://ours.example/")
		_, err := h.Evidence.Do(h.Context(), embraye.CopyConstat+out.Update.ID, finish)
		h.Must(err)
		before := h.Clock.Now()
		do(h)
		got := copies(h)
		for path, want := range map[string]string{"/page": "kept", "/moved": "kept", "/circle": "failed forbidden", "/inside": "failed forbidden", "/gone": "failed 404", "/huge.pdf": "failed too_large",
			"/long": "kept", "/lie": "kept", "/app": "kept", "/private": "kept", "/prive": "kept", "https://nowhere.example/": "failed unreachable", "https://127.0.0.1/secret": "failed forbidden"} {
			if c := got[path]; strings.TrimSpace(string(c.State)+" "+c.Failure) != want {
				t.Errorf("%s: %s %s, want %s", path, c.State, c.Failure, want)
			}
		}
		if len(got) != 13 {
			t.Errorf("%d copies: our own page was taken for evidence on the web", len(got))
		}
		page := got["/page"]
		if page.Title != "Un appel" || page.Language != "fr" || page.Text != strings.TrimSpace(p.words) || page.Cut != "" || page.Thin || page.NoArchive {
			t.Errorf("page: %+v", page)
		}
		if got["/moved"].URL != host+"/final" || got["/long"].Cut != archive.CutLength || !got["/app"].Thin || !got["/private"].NoArchive || !got["/prive"].NoArchive || got["/lie"].Text != "" {
			t.Errorf("moved to %s, cut %q, thin %t, no archive %t %t, lie %q", got["/moved"].URL, got["/long"].Cut, got["/app"].Thin, got["/private"].NoArchive, got["/prive"].NoArchive, got["/lie"].Text)
		}
		if want := "Embraye/test (+https://ours.example/archive)"; p.agent != want {
			t.Errorf("they see %q, not %q", p.agent, want)
		}
		if took := h.Clock.Now().Sub(before); took < 100*time.Second {
			t.Errorf("eleven pages of one host were asked for within %s", took)
		}
		for _, d := range h.World.Wire.Dials("ours.example") {
			if strings.HasPrefix(d.To, "127.") {
				t.Errorf("dialled %s", d.To)
			}
		}
		wholeFile(h, page)
	})
}

// wholeFile reads the file of a copy back.
func wholeFile(h *apptest.House, c embraye.EvidenceCopy) {
	h.T.Helper()
	f, info, err := h.App.Files.Get(h.Context(), c.File)
	h.Must(err)
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil || int64(b.Len()) != c.Size || info.SHA256 != c.SHA256() || info.Inline {
		h.T.Errorf("%d bytes of %d, %+v, %v", b.Len(), c.Size, info, err)
	}
	words, err := archive.Check(bytes.NewReader(b.Bytes()), int64(b.Len()), c.Href)
	if err != nil || words.Text != c.Text {
		h.T.Errorf("the file says %+v, %v", words, err)
	}
}

// A copy is never written over: asking again makes another if the page has
// changed, and notes that it has not if it is the same.
func TestAskingAgainNeverWritesOver(t *testing.T) {
	house(t, func(h *apptest.House) {
		p := opened(h)
		first, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		twice, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		if twice.ID != first.ID {
			t.Error("a page that waits is asked for twice")
		}
		do(h)
		h.Clock.Advance(time.Hour)
		_, err = h.Evidence.Again(h.Context(), h.Who["editor"], first.ID)
		h.Must(err)
		do(h)
		if one := copies(h)["/page"]; one.ID != first.ID || one.Look != embraye.PageSame || !one.LookedAt.After(*one.MadeAt) {
			t.Errorf("the same page: %+v", one)
		}
		p.words = "Tout a changé."
		_, err = h.Evidence.Again(h.Context(), h.Who["editor"], first.ID)
		h.Must(err)
		do(h)
		second := copies(h)["/page"]
		old, err := h.Evidence.One(h.Context(), h.Who["reader"], first.ID)
		h.Must(err)
		if second.ID == first.ID || second.Text != "Tout a changé." || old.State != embraye.CopyKept || !strings.HasPrefix(old.Text, "Un appel") {
			t.Errorf("old %+v\nnew %+v", old, second)
		}
		_, err = h.Evidence.Ask(h.Context(), h.Who["reader"], host+"/page")
		h.WantErr(err, embraye.ErrForbidden)
		for _, bad := range []string{"", "ftp://a.example/", "https://ours.example/constats/x", "javascript:alert(1)"} {
			_, err = h.Evidence.Ask(h.Context(), h.Who["editor"], bad)
			h.WantErr(err, embraye.ErrInvalid)
		}
		h.App.Copies.On = false
		_, err = h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.WantErr(err, embraye.ErrUnavailable)
	})
}

// Each month the page is compared with its copy, and nothing is copied again.
func TestPagesAreComparedEachMonth(t *testing.T) {
	house(t, func(h *apptest.House) {
		p := opened(h)
		out := h.Linked(host+"/page", host+"/app")
		_, err := h.Evidence.Do(h.Context(), embraye.CopyConstat+out.Update.ID, finish)
		h.Must(err)
		do(h)
		asked := len(p.asked)
		turn := func() {
			h.T.Helper()
			_, err := h.Evidence.Do(h.Context(), "", finish)
			h.Must(err)
		}
		turn()
		if len(p.asked) != asked {
			t.Error("a turn asks for pages itself")
		}
		look := func(path string, want embraye.CopyLook, changed int) {
			h.T.Helper()
			h.Clock.Advance(31 * 24 * time.Hour)
			turn()
			c := copies(h)[path]
			if !c.LookedAt.Equal(h.Clock.Now()) {
				t.Errorf("%s: not looked at since %s", path, c.LookedAt)
			}
			_, err := h.Evidence.Do(h.Context(), embraye.CopyCompare+c.ID, finish)
			h.Must(err)
			if got := copies(h)[path]; got.Look != want || got.Changed != changed || got.Text != c.Text || got.ID != c.ID {
				t.Errorf("%s: %q by %d %%, want %q by %d %%", path, got.Look, got.Changed, want, changed)
			}
		}
		look("/page", embraye.PageSame, 0)
		p.words = "Autre chose."
		look("/page", embraye.PageChanged, 100)
		p.moved = true
		status := http.StatusNotFound
		h.World.Wire.Serve("ailleurs.example", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		look("/page", embraye.PageChanged, 100) // what cannot be read says nothing
		status = http.StatusOK
		look("/page", embraye.PageMoved, 0)
		if to := copies(h)["/page"].MovedTo; to != "https://ailleurs.example/" {
			t.Errorf("moved to %q", to)
		}
	})
}

// A page that says the same among other dates and counters is the same; words that
// were quoted have to be there. A page that has changed or moved is a task of whoever
// writes, until it was copied again.
func TestAPageThatChangedIsATask(t *testing.T) {
	house(t, func(h *apptest.House) {
		p := opened(h)
		said := func(day, mayor string) string {
			return words() + "</p><p>La région y consacre deux millions " + mayor + "</p><p>Vue le " + day
		}
		p.words = said("3 mars", "par an.")
		h.Linked(host + "/page")
		first, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		do(h)
		h.Must(h.Evidence.Show(h.Context(), h.Who["editor"], first.ID, evidence.Shown{Visibility: embraye.CopyQuotation, Quotation: "deux millions par an"}))
		look := func(id string, changed, moved int) {
			h.T.Helper()
			_, err := h.Evidence.Do(h.Context(), embraye.CopyCompare+id, finish)
			h.Must(err)
			start, err := h.Drafts.Start(h.Context(), h.Who["editor"])
			h.Must(err)
			if start.Changed != changed || start.Moved != moved {
				t.Errorf("%d changed and %d moved, want %d and %d", start.Changed, start.Moved, changed, moved)
			}
			listed, err := h.Evidence.List(h.Context(), h.Who["reader"], embraye.CopyFilter{Look: embraye.PageChanged, Limit: 10})
			h.Must(err)
			if len(listed) != changed {
				t.Errorf("the list has %d that changed, the task %d", len(listed), changed)
			}
		}
		again := func() string {
			h.T.Helper()
			h.Clock.Advance(time.Hour)
			c, err := h.Evidence.Again(h.Context(), h.Who["editor"], first.ID)
			h.Must(err)
			do(h)
			return c.ID
		}
		look(first.ID, 0, 0)
		p.words = said("4 avril", "par an.")
		look(first.ID, 0, 0)
		p.words = said("4 avril", "en tout.") // little, but it is what was quoted
		look(first.ID, 1, 0)
		if c := copies(h)["/page"]; c.Changed < 1 || c.Changed > 10 {
			t.Errorf("%d %% have changed", c.Changed)
		}
		look(again(), 0, 0)
		start, err := h.Drafts.Start(h.Context(), h.Who["reader"])
		h.Must(err)
		if start.Changed != 0 {
			t.Error("a reader, who cannot copy, is told")
		}
		h.World.Wire.Serve("ailleurs.example", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, p.words) }))
		p.moved = true
		newest := copies(h)["/page"]
		look(newest.ID, 0, 1)
		look(again(), 0, 0)
	})
}

// The constats of the demonstration name passages of one page, the mémoire's own, and
// each has its copy: what a reader gets at that address, with the words that the constat quotes.
func TestTheDemonstrationHasItsCopies(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		list, err := configs.Demo()
		h.Must(err)
		_, err = h.Constats.LoadDemo(h.Context(), embraye.Operator(), list)
		h.Must(err)
		_, err = h.Evidence.Do(h.Context(), "", finish) // as after an upgrade
		h.Must(err)
		do(h)
		standing, err := h.Store.Tables().Updates.Page(h.Context(), embraye.ConstatFilter{State: "published", Limit: 200})
		h.Must(err)
		got := copies(h)
		const memoire = "https://ours.example/comprendre/memoire"
		c := got[memoire]
		if len(standing) < 15 || len(got) != 1 || c.State != embraye.CopyKept || c.Title == "" || c.Thin || c.URL != memoire || c.Language != "fr" {
			t.Fatalf("%d constats, %d copies: %s %s %q at %s in %s", len(standing), len(got), c.State, c.Failure, c.Title, c.URL, c.Language)
		}
		wholeFile(h, c)
		for _, u := range standing {
			page, err := h.Store.Pages().ConstatPage(h.Context(), u.ID)
			h.Must(err)
			if len(page.Copies) != 1 || page.Copies[0].ID != c.ID || !strings.HasPrefix(u.Evidence[0].Href, memoire+"#p") {
				t.Errorf("%s, of %s: %+v", u.Title, u.Evidence[0].Href, page.Copies)
			}
		}
		for _, d := range list {
			if d.Withdrawal == "" && !strings.Contains(strings.Join(strings.Fields(c.Text), " "), strings.Join(strings.Fields(d.Quote), " ")) {
				t.Errorf("%s: the copy does not say %q", d.Key, d.Quote)
			}
		}
		for _, d := range h.World.Wire.Dials("ours.example") {
			t.Errorf("dialled %s for a page of ours", d.To)
		}
		goes(h, memoire)
	})
}

// goes checks that nothing of the demonstration's copies stays but what a constat
// names that was published since, and what somebody asked for; the log keeps its leaf.
func goes(h *apptest.House, memoire string) {
	h.T.Helper()
	ctx, tables := h.Context(), h.Store.Tables()
	remove := func(copies, looks int) {
		h.T.Helper()
		_, err := h.Constats.RemoveDemo(ctx, embraye.Operator())
		h.Must(err)
		h.Must(h.Evidence.Sweep(ctx))
		all, err := tables.EvidenceCopies.Of(ctx, []string{memoire})
		h.Must(err)
		seen, err := tables.LinkChecks.All(ctx)
		h.Must(err)
		if len(all) != copies || len(stored(h)) != copies || len(seen) != looks {
			h.T.Errorf("%d copies, %v, %d looks, want %d and %d", len(all), stored(h), len(seen), copies, looks)
		}
	}
	looked := func() {
		h.T.Helper()
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
			return t.LinkChecks.Put(ctx, &embraye.LinkCheck{Href: memoire, CheckedAt: h.Clock.Now()})
		}))
	}
	one := copies(h)[memoire]
	looked()
	log, err := tables.Log.State(ctx)
	h.Must(err)
	remove(0, 0)
	if now, err := tables.Log.State(ctx); err != nil || now.Size < log.Size {
		h.T.Errorf("the log of %d leaves has %d, %v", log.Size, now.Size, err)
	}
	_, err = h.Evidence.Do(ctx, embraye.CopyOne+one.ID, finish)
	h.Must(err)
	again := func() {
		h.T.Helper()
		list, err := configs.Demo()
		h.Must(err)
		_, err = h.Constats.LoadDemo(ctx, embraye.Operator(), list)
		h.Must(err)
		_, err = h.Evidence.Do(ctx, "", finish)
		h.Must(err)
		do(h)
		looked()
	}
	again()
	in := apptest.Complete()
	in.Evidence = []embraye.Evidence{{Href: memoire + "#p1"}}
	h.Draft("editor", in)
	remove(1, 0)
	again()
	h.Linked(memoire + "#p2")
	remove(1, 1)
}

// Whoever may not see a copy does not; what is shown obeys its author and its
// licence; what is dropped leaves its hash and the reason.
// A copy that another process takes away meanwhile does not come back with its words.
func TestACopyThatIsTakenAwayMeanwhileStaysAway(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		opened(h)
		c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		do(h)
		err = h.Meanwhile(func(ctx context.Context) error {
			return h.Evidence.Show(ctx, h.Who["editor"], c.ID, evidence.Shown{Visibility: embraye.CopyPublic, Licence: "CC-BY-4.0"})
		}, "UPDATE evidence_copies SET state = 'dropped', text = '' WHERE id = $1", c.ID)
		now, bad := h.Store.Tables().EvidenceCopies.Take(h.Context(), c.ID)
		if h.Must(bad); !errors.Is(err, embraye.ErrGone) || now.State != embraye.CopyDropped || now.Text != "" {
			h.T.Errorf("%v: the copy is %s, its text %.20q", err, now.State, now.Text)
		}
	})
}

func TestWhoSeesACopy(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		ctx, editor := h.Context(), h.Who["editor"]
		for _, path := range []string{"/page", "/private"} {
			_, err := h.Evidence.Ask(ctx, editor, host+path)
			h.Must(err)
		}
		do(h)
		page, private := copies(h)["/page"], copies(h)["/private"]
		show := func(c embraye.EvidenceCopy, s evidence.Shown, want string) {
			h.T.Helper()
			err := h.Evidence.Show(ctx, editor, c.ID, s)
			var invalid *embraye.InvalidError
			if got := ""; errors.As(err, &invalid) {
				if got = invalid.Problems[0].Field + " " + invalid.Problems[0].Code; got != want {
					t.Errorf("%+v: %s, want %s", s, got, want)
				}
			} else if err != nil || want != "" {
				t.Errorf("%+v: %v, want %q", s, err, want)
			}
		}
		show(page, evidence.Shown{Visibility: embraye.CopyPublic}, "licence required")
		show(private, evidence.Shown{Visibility: embraye.CopyPublic, Licence: "CC-BY-4.0"}, "visibility no_archive")
		show(page, evidence.Shown{Visibility: embraye.CopyQuotation}, "quotation required")
		show(page, evidence.Shown{Visibility: embraye.CopyQuotation, Quotation: "Ce que la page ne dit pas"}, "quotation not_in_page")
		show(page, evidence.Shown{Visibility: embraye.CopyQuotation, Quotation: strings.Repeat("x", 501)}, "quotation too_long")
		show(page, evidence.Shown{Visibility: "all"}, "visibility not_allowed")
		show(page, evidence.Shown{Visibility: embraye.CopyQuotation, Quotation: "appel à\r\ncommuns"}, "")
		show(page, evidence.Shown{Visibility: embraye.CopyPublic, Licence: "CC-BY-4.0"}, "")

		h.WantErr(h.Evidence.Drop(ctx, editor, page.ID, "Demande"), embraye.ErrForbidden)
		h.WantErr(h.Evidence.Drop(ctx, h.Who["reviewer"], page.ID, " "), embraye.ErrInvalid)
		h.Must(h.Evidence.Drop(ctx, h.Who["reviewer"], page.ID, "Demande de l'auteur"))
		h.WantErr(h.Evidence.Drop(ctx, h.Who["reviewer"], page.ID, "Encore"), embraye.ErrGone)
		gone := copies(h)["/page"]
		if gone.State != embraye.CopyDropped || gone.SHA256() != page.SHA256() || gone.Text+gone.Title+gone.Quotation != "" || gone.Reason != "Demande de l'auteur" || gone.Size != 0 {
			t.Errorf("dropped: %+v", gone)
		}
		_, _, err := h.App.Files.Get(ctx, page.File)
		h.WantErr(err, embraye.ErrNotFound)
		journal, err := h.Store.Pages().JournalPage(ctx, 0, 10)
		h.Must(err)
		if e := journal.Entries[0]; e.Action != "evidence.drop" || e.Reason != "Demande de l'auteur" {
			t.Errorf("the journal says %+v", e)
		}
	})
}

// When there is no room left, the oldest copies that nothing names go, and what
// constats name stays: then new ones wait.
func TestTheRoomOfCopies(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		_, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/private")
		h.Must(err)
		do(h)
		out := h.Linked(host + "/page")
		_, err = h.Evidence.Do(h.Context(), embraye.CopyConstat+out.Update.ID, finish)
		h.Must(err)
		h.App.Copies.Limit = 100
		do(h)
		got := copies(h)
		if got["/private"].State != embraye.CopyDropped || got["/private"].Failure != "no_room" || got["/page"].State != embraye.CopyKept {
			t.Errorf("%+v", got)
		}
		more, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/app")
		h.Must(err)
		h.Clock.Advance(10 * time.Second)
		next, err := h.Evidence.Do(h.Context(), embraye.CopyOne+more.ID, finish)
		h.Must(err)
		c := copies(h)["/app"]
		if c.State != embraye.CopyWaiting || c.Failure != "no_room" || !next.After(h.Clock.Now()) || copies(h)["/page"].State != embraye.CopyKept {
			t.Errorf("%+v, next %s", c, next)
		}
		usage, err := h.Evidence.Usage(h.Context(), h.Who["reader"])
		h.Must(err)
		if usage.Kept != 1 || usage.Waiting != 1 || usage.Percent() < 100 {
			t.Errorf("%+v, %d %%", usage, usage.Percent())
		}
	})
}

// errKilled is the end of a process.
var errKilled = errors.New("killed")

// Whatever moment a process is killed at, the next one makes the copy, one file of
// it is left, and a damaged one is told.
func TestACrashLosesNoCopy(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		h.Clock.Advance(time.Second)
		// Killed before the commit: the file has its name already.
		_, err = h.Evidence.Do(h.Context(), embraye.CopyOne+c.ID, func(context.Context, store.Tables) error { return errKilled })
		h.WantErr(err, errKilled)
		if one := copies(h)["/page"]; one.State != embraye.CopyWaiting || one.File == "" || len(stored(h)) != 1 {
			t.Fatalf("%+v, %v", one, stored(h))
		}
		h.Clock.Advance(time.Hour)
		_, err = h.Evidence.Do(h.Context(), "", finish) // its job was lost too
		h.Must(err)
		do(h)
		one := copies(h)["/page"]
		if left := stored(h); one.State != embraye.CopyKept || len(left) != 1 || left[0] != one.File {
			t.Errorf("%+v, files %v", one, left)
		}
		h.Must(os.WriteFile(h.FilesDir+"/"+one.File, []byte("autre chose"), 0o600))
		h.Must(h.Evidence.CheckFiles(h.Context()))
		if !copies(h)["/page"].Damaged {
			t.Error("other bytes are taken for the copy")
		}
	})
}

// While as many pages are visited as may be at once, the next one is asked for later.
func TestSlowServersHoldOnlySomeJobs(t *testing.T) {
	house(t, func(h *apptest.House) {
		p := opened(h)
		c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
		h.Must(err)
		free := h.Evidence.Occupy()
		next, err := h.Evidence.Do(h.Context(), embraye.CopyOne+c.ID, finish)
		if h.Must(err); !next.After(h.Clock.Now()) || len(p.asked) > 0 {
			t.Errorf("one page more was asked for (%v), the next time %s", p.asked, next)
		}
		free()
		do(h)
		if c := copies(h)["/page"]; c.State != embraye.CopyKept || c.Tries != 1 {
			t.Errorf("the page after them: %s %s after %d tries", c.State, c.Failure, c.Tries)
		}
	})
}

// What cannot be copied on demand is told by what it is: no address, or a page of ours.
func TestWhatHasNoCopyToAskFor(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		h.App.Copies.Own = nil // as for a command
		for href, want := range map[string]string{"ftp://preuve.example/": "bad_url", "https://ours.example/@mesure2": "is_our_own_page", "https://ours.example/comprendre/memoire": "is_our_own_page"} {
			_, asked := h.Evidence.Ask(h.Context(), h.Who["editor"], href)
			_, handedIn := h.Evidence.HandIn(h.Context(), h.Who["editor"], href, strings.NewReader("%PDF-1.4"), "page.pdf")
			for _, err := range []error{asked, handedIn} {
				var wrong *embraye.InvalidError
				if !errors.As(err, &wrong) || wrong.Problems[0].Code != want {
					t.Errorf("%s: %v, want %s", href, err, want)
				}
			}
		}
	})
}

// Of two tries at one page, as there are when a process was frozen for longer than
// its lease, the later one is kept, whichever ends first.
func TestATryThatIsOvertakenKeepsNothing(t *testing.T) {
	for _, laterEndsFirst := range []bool{true, false} {
		t.Run(fmt.Sprintf("the later ends first: %t", laterEndsFirst), func(t *testing.T) {
			house(t, func(h *apptest.House) {
				p := opened(h)
				c, err := h.Evidence.Ask(h.Context(), h.Who["editor"], host+"/page")
				h.Must(err)
				subject := embraye.CopyOne + c.ID
				later, begun, go1 := make(chan error, 1), make(chan bool), make(chan bool)
				var asked atomic.Int32
				h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.URL.Path != "/page":
					case asked.Add(1) == 1: // frozen
						h.Clock.Advance(time.Hour)
						_, err := h.Evidence.Do(h.Context(), subject, finish) // its turn is over
						if err == nil {
							go func() { _, err := h.Evidence.Do(h.Context(), subject, finish); later <- err }()
							<-begun
						}
						if laterEndsFirst {
							close(go1)
							later <- <-later
						}
					default:
						close(begun)
						<-go1
					}
					p.ServeHTTP(w, r)
				}))
				_, err = h.Evidence.Do(h.Context(), subject, finish)
				h.Must(err)
				if !laterEndsFirst {
					close(go1)
				}
				h.Must(<-later)
				one := copies(h)["/page"]
				if left := stored(h); one.State != embraye.CopyKept || one.Tries != 2 || len(left) != 1 || left[0] != one.File {
					t.Errorf("%+v, files %v", one, left)
				}
			})
		})
	}
}

// stored are the files there are.
func stored(h *apptest.House) (names []string) {
	entries, err := os.ReadDir(h.FilesDir)
	h.Must(err)
	for _, e := range entries {
		if files.ValidName(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// house is a house on SQLite: what the databases do differently is in
// TestEvidenceIsCopied.
func house(t *testing.T, test func(*apptest.House)) {
	apptest.OneHouse(t, "sqlite", test)
}

// A database that cannot tell how much is kept is no full disk.
func TestATroubledDatabaseIsNoFullDisk(t *testing.T) {
	house(t, func(h *apptest.House) {
		opened(h)
		h.App.Copies.Limit = 1 << 30
		h.Away("evidence_copies")
		_, err := h.Evidence.HandIn(h.Context(), h.Who["editor"], host+"/page", strings.NewReader("%PDF-1.4"), "page.pdf")
		if err == nil || errors.Is(err, embraye.ErrNoRoom) {
			t.Errorf("told as %v", err)
		}
	})
}
