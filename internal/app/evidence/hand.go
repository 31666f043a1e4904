package evidence

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/store"
)

// How many copies one person may hand in.
const (
	handWindow    = 10 * time.Minute
	handPerPerson = 60
)

// HandIn keeps a file as a copy of a page: a WACZ of another program, a page as
// SingleFile saves it, a PDF, a PNG. It is checked as far as it can be, and always
// said to have been handed in.
func (ev *Evidence) HandIn(ctx context.Context, by embraye.Acting, href string, r io.Reader, name string) (*embraye.EvidenceCopy, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("evidence: hand in: %w", err)
	}
	if err := ev.needed(); err != nil {
		return nil, err
	}
	href, err := ev.named(href)
	if err != nil {
		return nil, err
	}
	if err := ev.desk.Pace(ctx, handWindow, app.LimitOf("uploads of", by, handPerPerson)...); err != nil {
		return nil, err
	}
	full, err := ev.makeRoom(ctx)
	if err != nil {
		return nil, err
	}
	if full {
		return nil, fmt.Errorf("evidence: hand in: %w", embraye.ErrNoRoom)
	}
	spool, kind, err := ev.desk.Files.Receive(ctx, r)
	if err != nil {
		return nil, err
	}
	defer spool.Discard()
	c, err := ev.newCopy(href, by.PersonID())
	if err != nil {
		return nil, err
	}
	c.Origin = embraye.CopyHandedIn
	return c, ev.takeIn(ctx, by, c, spool, kind, files.CleanName(name))
}

// takeIn checks what was handed in, and keeps it.
func (ev *Evidence) takeIn(ctx context.Context, by embraye.Acting, c *embraye.EvidenceCopy, spool *files.Spool, kind, name string) (err error) {
	w := work{ev, func(ctx context.Context, t store.Tables) error {
		return ev.desk.Record(ctx, t, by, "evidence.hand_in", ev.address(c.ID), "", false)
	}}
	payload, err := spool.SumOf(0, spool.Size())
	if err != nil {
		return err
	}
	c.PayloadHash, c.URL = payload, c.Href
	switch kind {
	case ext:
		words, err := archive.Check(spool, spool.Size(), c.Href)
		if err != nil {
			return err
		}
		describe(c, *words)
		c.URL = words.URL
		if err := insert(ctx, ev, c); err != nil {
			return err
		}
		return w.keep(ctx, c, spool)
	case "pdf", "png":
		describe(c, archive.Words{MediaType: map[string]string{"pdf": "application/pdf", "png": "image/png"}[kind], Title: name})
	default:
		if err := page(c, spool); err != nil {
			return err
		}
	}
	if err := insert(ctx, ev, c); err != nil {
		return err
	}
	return w.pack(ctx, c, archive.Capture{URL: c.Href, At: ev.desk.Stamp(), File: &archive.File{MediaType: c.MediaType, Body: spool, Size: spool.Size()}})
}

// singleFile is what SingleFile writes about the page that it saved.
var singleFile = regexp.MustCompile(`Page saved with SingleFile\s+url:\s*(\S+)`)

// page reads a saved page. One that says of which page it is has to be of this one.
func page(c *embraye.EvidenceCopy, spool *files.Spool) error {
	start := make([]byte, 4<<10)
	n, err := spool.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return err
	}
	start = start[:n]
	if !strings.HasPrefix(http.DetectContentType(start), "text/html") {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "copy_type"}}}
	}
	if said := singleFile.FindSubmatch(start); said != nil && !archive.SamePage(string(said[1]), c.Href) {
		return app.OneProblem("file", archive.CodeOtherPage, string(said[1]))
	}
	describe(c, archive.Extract(io.NewSectionReader(spool, 0, spool.Size()), "text/html", ""))
	return nil
}

// insert adds the row of a copy that is about to be kept.
func insert(ctx context.Context, ev *Evidence, c *embraye.EvidenceCopy) error {
	return ev.desk.Store.InTx(ctx, func(t store.Tables) error { return t.EvidenceCopies.Insert(ctx, c) })
}
