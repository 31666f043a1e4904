package instance_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/jobs"
	"embraye/internal/store"
)

// work does the chores of a house until the test ends.
func work(h *apptest.House) {
	h.T.Helper()
	ctx, stop := context.WithCancel(h.T.Context())
	ended := make(chan error, 1)
	q := h.App.Jobs.(*jobs.Queue)
	go func() { ended <- q.Run(ctx, h.Chores()) }()
	h.T.Cleanup(func() {
		stop()
		h.Must(<-ended)
	})
}

// asked is what waits in the queue for one chore beside its own turn.
func asked(h *apptest.House, c embraye.Chore) int {
	h.T.Helper()
	list, err := h.Store.Tables().Chores.List(h.T.Context())
	h.Must(err)
	for _, s := range list {
		if s.Chore == c {
			return s.Waiting
		}
	}
	return 0
}

func eventually(h *apptest.House, what string, is func() bool) {
	h.T.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for tick := time.NewTicker(20 * time.Millisecond); !is(); {
		select {
		case <-tick.C:
		case <-deadline.C:
			h.T.Fatalf("%s: never", what)
		}
	}
}

// A mail is asked for with its cause, and goes at once; a refused act leaves
// none behind.
func TestMailsAreJobsOfTheirCause(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		s := h.WithMail(nil)
		if _, err := h.People.Invite(ctx, h.Who["editor"], "new@asso.example", embraye.Editor); !errors.Is(err, embraye.ErrForbidden) || asked(h, embraye.ChoreMail) != 0 {
			t.Errorf("%v, %d jobs", err, asked(h, embraye.ChoreMail))
		}
		_, err := h.People.Invite(ctx, h.Who["admin"], "new@asso.example", embraye.Editor)
		h.Must(err)
		if n := asked(h, embraye.ChoreMail); n != 1 {
			t.Errorf("%d jobs", n)
		}
		work(h)
		eventually(h, "the letter is sent", func() bool { return len(s.Letters()) == 1 })
		eventually(h, "nothing is left", func() bool { return len(h.Waiting()) == 0 })
	})
}

// A planned draft goes out at its hour and not before; one that is planned no
// more stays.
func TestPlannedPublicationsAreJobs(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, editor := h.Context(), h.Who["editor"]
		at := fedtest.Start.Add(time.Hour)
		d := h.Draft("editor", apptest.Complete())
		_, err := h.Drafts.Schedule(ctx, editor, d.ID, d.Version, at)
		h.Must(err)
		mine := errors.New("mine")
		err = h.Store.InTx(ctx, func(in store.Tables) error {
			h.Must(h.App.Later(ctx, in, embraye.Job{Chore: embraye.ChorePublish, Subject: "1"}))
			return mine
		})
		if !errors.Is(err, mine) || asked(h, embraye.ChorePublish) != 1 {
			t.Errorf("%v, %d jobs", err, asked(h, embraye.ChorePublish))
		}
		if next, err := h.Drafts.PublishPlanned(ctx, d.ID); err != nil || !next.Equal(at) || h.Count() != 0 {
			t.Errorf("before its hour: next %s, %v, %d constats", next, err, h.Count())
		}
		off := h.Draft("editor", apptest.Complete())
		_, err = h.Drafts.Schedule(ctx, editor, off.ID, off.Version, at)
		h.Must(err)
		_, err = h.Drafts.Unschedule(ctx, editor, off.ID)
		h.Must(err)
		h.Clock.Advance(2 * time.Hour)
		work(h)
		eventually(h, "it is published", func() bool { return h.Count() == 1 })
		eventually(h, "both jobs are over", func() bool { return asked(h, embraye.ChorePublish) == 1 })
		if kept, err := h.Drafts.Take(ctx, editor, off.ID); err != nil || kept.State != embraye.DraftWriting {
			t.Errorf("%v, %v", kept, err)
		}
		for _, id := range []int64{off.ID, 4711} {
			if next, err := h.Drafts.PublishPlanned(ctx, id); err != nil || !next.IsZero() {
				t.Errorf("%d: next %s, %v", id, next, err)
			}
		}
	})
}

// A new link is looked at, and no other; a constat of files alone asks nobody.
func TestNewLinksAreLookedAt(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		var pages atomic.Value
		pages.Store("")
		h.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pages.Store(pages.Load().(string) + r.URL.Path)
			w.Header().Set("Content-Type", "text/html")
		}))
		publish := func(href string) string {
			in := apptest.Complete()
			in.Evidence = []embraye.Evidence{{Href: href}}
			d := h.Draft("editor", in)
			out, err := h.Drafts.Publish(h.Context(), h.Who["editor"], d.ID, d.Version)
			h.Must(err)
			return out.Update.ID
		}
		publish("https://preuve.example/old")
		id := publish("https://preuve.example/new")
		if n := asked(h, embraye.ChoreLinks); n != 2 {
			t.Errorf("%d jobs", n)
		}
		for range 2 {
			h.Must(h.Constats.CheckNewLinks(h.Context(), id))
		}
		if got := pages.Load(); got != "/new" {
			t.Errorf("asked for %q", got)
		}
		_, err := h.Constats.Revise(h.Context(), h.Who["editor"], id, constats.ReviseInput{})
		if err == nil || asked(h, embraye.ChoreLinks) != 2 {
			t.Errorf("%v, %d jobs", err, asked(h, embraye.ChoreLinks))
		}
	})
}

// What comes round has words for the log and for people, once each.
func TestChoresHaveNamesAndTimes(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		var names []string
		for _, c := range h.Chores() {
			names = append(names, string(c.Name))
			if c.What == "" || c.Every == 0 || c.Do == nil {
				t.Errorf("%+v", c)
			}
		}
		var want []string
		for _, c := range embraye.Chores() {
			want = append(want, string(c))
			if !h.App.Catalogue.Has("chore." + string(c)) {
				t.Errorf("%s has no words", c)
			}
		}
		if strings.Join(names, " ") != strings.Join(want, " ") {
			t.Errorf("%q, want %q", names, want)
		}
	})
}
