// Package evidence keeps copies of the pages that constats name as evidence,
// shows them to whom it may, and looks whether the pages are still what they were.
//
// What always holds: a page is asked for like by any reader, through the guarded
// client, and its host no more often than every ten seconds; a copy is never
// written over; keeping a page and publishing it are two acts; nothing is shown of
// a copy that was dropped but its hash, its dates and the reason; what waits is in
// the database, so that a crash loses nothing.
//
// Start reading at Do (queue.go), then capture.go.
package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Evidence is the use cases of copies.
type Evidence struct {
	desk *app.App
	// Words are read and copies packed one at a time: each takes some megabytes, and
	// it is the servers that are waited for.
	reading sync.Mutex
	visits  chan struct{} // those that are under way
}

// atOnce is how many pages are visited at once: half of the jobs that a process does
// at once, so that nothing that people wait for waits for servers that do not answer.
const atOnce = 5

// New opens it over a desk.
func New(desk *app.App) *Evidence {
	return &Evidence{desk: desk, visits: make(chan struct{}, atOnce)}
}

// List is a page of copies for the office, newest first.
func (ev *Evidence) List(ctx context.Context, by embraye.Acting, f embraye.CopyFilter) ([]embraye.EvidenceCopy, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("evidence: list: %w", err)
	}
	return ev.desk.Store.Tables().EvidenceCopies.Page(ctx, f)
}

// One is a copy with its words.
func (ev *Evidence) One(ctx context.Context, by embraye.Acting, id string) (*embraye.EvidenceCopy, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("evidence: show: %w", err)
	}
	return ev.take(ctx, id)
}

func (ev *Evidence) take(ctx context.Context, id string) (*embraye.EvidenceCopy, error) {
	if !embraye.ValidID(id) {
		return nil, fmt.Errorf("evidence: copy %.40q: %w", id, embraye.ErrNotFound)
	}
	return ev.desk.Store.Tables().EvidenceCopies.Take(ctx, id)
}

// Usage is how much room copies take, and how much they may.
func (ev *Evidence) Usage(ctx context.Context, by embraye.Acting) (embraye.CopyUsage, error) {
	if err := by.May(embraye.Reader); err != nil {
		return embraye.CopyUsage{}, fmt.Errorf("evidence: usage: %w", err)
	}
	u, err := ev.desk.Store.Tables().EvidenceCopies.Usage(ctx)
	u.Limit = ev.desk.Copies.Limit
	return u, err
}

// On reports whether evidence is copied here.
func (ev *Evidence) On() bool { return ev.desk.Copies.On && ev.desk.Files != nil }

// needed is ErrUnavailable where nothing is copied.
func (ev *Evidence) needed() error {
	if !ev.On() {
		return fmt.Errorf("evidence: this instance keeps no copies (EMBRAYE_ARCHIVE): %w", embraye.ErrUnavailable)
	}
	return nil
}

// copyable are the pages of evidence, each once, but those of ours that say what is
// in the database, and our files.
func (ev *Evidence) copyable(list []embraye.Evidence) []string {
	return slices.DeleteFunc(embraye.Pages(list), func(page string) bool {
		return !ev.own(page) && strings.HasPrefix(page, ev.desk.Site.Base+"/")
	})
}

// named is the page that a person names, unless there is no copy to have of it.
func (ev *Evidence) named(href string) (page string, err error) {
	href = embraye.WithScheme(embraye.Address(href))
	if !embraye.WebAddress(href) {
		return "", app.OneProblem("href", "bad_url", href)
	}
	pages := ev.copyable([]embraye.Evidence{{Href: href}})
	if len(pages) == 0 {
		return "", app.OneProblem("href", "is_our_own_page", href)
	}
	return pages[0], nil
}

const apart = 10 // seconds between two pages of a host

// queue writes a copy that waits for its turn, and asks for its job.
func (ev *Evidence) queue(ctx context.Context, t store.Tables, c *embraye.EvidenceCopy, from time.Time) error {
	at, err := t.EvidenceCopies.Reserve(ctx, embraye.IRI(c.Href).Host(), from, apart)
	if err != nil {
		return err
	}
	c.State, c.NextAt = embraye.CopyWaiting, &at
	if err := t.EvidenceCopies.Due(ctx, c); err != nil {
		return err
	}
	return ev.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyOne + c.ID, At: at})
}

// begin adds a copy of a page.
func (ev *Evidence) begin(ctx context.Context, t store.Tables, page string, person int64) (*embraye.EvidenceCopy, error) {
	c, err := ev.newCopy(page, person)
	if err != nil {
		return nil, err
	}
	if err := t.EvidenceCopies.Insert(ctx, c); err != nil {
		return nil, err
	}
	return c, ev.queue(ctx, t, c, ev.desk.Now())
}

func (ev *Evidence) newCopy(page string, person int64) (*embraye.EvidenceCopy, error) {
	id, err := ev.desk.NewID()
	return &embraye.EvidenceCopy{ID: id, Href: page, PersonID: person, Origin: embraye.CopyOurs,
		State: embraye.CopyWaiting, AskedAt: ev.desk.Stamp(), Visibility: embraye.CopyEditors}, err
}
