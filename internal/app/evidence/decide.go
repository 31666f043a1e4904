package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Ask begins a copy of a page, of a draft's evidence say, unless one waits
// already. What is wrong with the address is a problem of the field href.
func (ev *Evidence) Ask(ctx context.Context, by embraye.Acting, href string) (*embraye.EvidenceCopy, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("evidence: copy: %w", err)
	}
	page, err := ev.named(href)
	if err != nil {
		return nil, err
	}
	if err := ev.needed(); err != nil {
		return nil, err
	}
	var c *embraye.EvidenceCopy
	err = ev.desk.InTx(ctx, func(t store.Tables) error {
		there, err := t.EvidenceCopies.Of(ctx, []string{page})
		if err != nil {
			return err
		}
		for i := range there {
			if there[i].State == embraye.CopyWaiting {
				c = &there[i]
				return nil
			}
		}
		if c, err = ev.begin(ctx, t, page, by.PersonID()); err != nil {
			return err
		}
		return ev.desk.Record(ctx, t, by, "evidence.ask", ev.address(c.ID), "", false)
	})
	return c, err
}

// Again tries a failed copy once more, or begins another of the page of one that
// is kept: the older one stays.
func (ev *Evidence) Again(ctx context.Context, by embraye.Acting, id string) (*embraye.EvidenceCopy, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("evidence: copy again: %w", err)
	}
	if err := ev.needed(); err != nil {
		return nil, err
	}
	c, err := ev.take(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.State != embraye.CopyFailed || c.Origin != embraye.CopyOurs {
		return ev.Ask(ctx, by, c.Href)
	}
	c.Tries, c.Failure = 0, ""
	return c, ev.desk.InTx(ctx, func(t store.Tables) error {
		if err := ev.queue(ctx, t, c, ev.desk.Now()); err != nil {
			return err
		}
		return ev.desk.Record(ctx, t, by, "evidence.ask", ev.address(c.ID), "", false)
	})
}

// Drop takes a copy away for good. The journal says why; its hash stays.
func (ev *Evidence) Drop(ctx context.Context, by embraye.Acting, id, reason string) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("evidence: drop: %w", err)
	}
	reason = embraye.OneLine(reason)
	if err := app.RequiredText("reason", reason, embraye.MaxReason); err != nil {
		return err
	}
	if _, err := ev.take(ctx, id); err != nil {
		return err
	}
	err := ev.desk.InTx(ctx, func(t store.Tables) error {
		if err := ev.empty(ctx, t, id, "", reason); err != nil {
			return err
		}
		return ev.desk.Record(ctx, t, by, "evidence.drop", ev.address(id), reason, true)
	})
	if err != nil {
		return err
	}
	return ev.Sweep(ctx)
}

// address is the page of a copy.
func (ev *Evidence) address(id string) string { return ev.desk.Site.Base + "/preuves/" + id }

// Shown is what an editor decides about who sees a copy.
type Shown struct {
	Visibility embraye.CopyVisibility
	Licence    string // for CopyPublic: which one, or that it is an official text
	Quotation  string // for CopyQuotation: words of the page
}

// Show decides who sees what of a copy.
func (ev *Evidence) Show(ctx context.Context, by embraye.Acting, id string, s Shown) error {
	if err := by.May(embraye.Editor); err != nil {
		return fmt.Errorf("evidence: show: %w", err)
	}
	s.Licence, s.Quotation = embraye.OneLine(s.Licence), strings.TrimSpace(embraye.Prose(s.Quotation))
	c, err := ev.take(ctx, id)
	if err != nil {
		return err
	}
	if err := s.check(c); err != nil {
		return err
	}
	return ev.desk.InTx(ctx, func(t store.Tables) error {
		c, err := t.EvidenceCopies.TakeToWrite(ctx, id)
		if err != nil {
			return err
		}
		if c.State != embraye.CopyKept {
			return fmt.Errorf("evidence: the copy %s is not kept: %w", id, embraye.ErrGone)
		}
		c.Visibility, c.Licence, c.Quotation = s.Visibility, s.Licence, s.Quotation
		t.Changed()
		return errors.Join(t.EvidenceCopies.Save(ctx, c), ev.desk.RecordDetail(ctx, t, by, "evidence.show", ev.address(id), s.Licence, string(s.Visibility), false))
	})
}

// check is the law of what may be shown: a page as a whole only by a licence that
// is named, and not against the wish of its author; otherwise a few lines of it,
// which are in it.
func (s *Shown) check(c *embraye.EvidenceCopy) error {
	if !slices.Contains(embraye.CopyVisibilities(), s.Visibility) {
		return app.OneProblem("visibility", "not_allowed", string(s.Visibility))
	}
	switch s.Visibility {
	case embraye.CopyEditors:
		s.Licence, s.Quotation = "", ""
		return nil
	case embraye.CopyQuotation:
		s.Licence = ""
		if err := app.RequiredText("quotation", s.Quotation, embraye.MaxQuotation); err != nil {
			return err
		}
	case embraye.CopyPublic:
		if c.NoArchive {
			return app.OneProblem("visibility", "no_archive", "")
		}
		if err := app.RequiredText("licence", s.Licence, embraye.MaxName); err != nil {
			return err
		}
		if err := app.CheckText("quotation", s.Quotation, embraye.MaxQuotation); err != nil {
			return err
		}
	}
	if c.Text != "" && !strings.Contains(spaced(c.Text), spaced(s.Quotation)) {
		return app.OneProblem("quotation", "not_in_page", "")
	}
	return nil
}

// spaced is a text without its lines: what is copied from a page has others.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }
