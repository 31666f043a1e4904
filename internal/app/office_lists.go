package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How much the start page shows of each list, and how old a cry for help may be.
const (
	startPage    = 20
	resetsMatter = 7 * 24 * time.Hour
)

// Start gathers what waits for one person: what they could do something about,
// and nothing that is not theirs to see (SECURITY W26).
func (a *App) Start(ctx context.Context, by embraye.Acting) (*embraye.OfficeStart, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("app: start: %w", err)
	}
	t, s := a.Store.Tables(), &embraye.OfficeStart{}
	demo, _, err := t.Settings.Get(ctx, store.DemoSetting)
	if err != nil {
		return nil, err
	}
	s.Demo = demo != ""
	for _, part := range []struct {
		role embraye.Role
		add  func(context.Context, store.Tables, embraye.Acting, *embraye.OfficeStart) error
	}{{embraye.Editor, a.startDrafts}, {embraye.Reviewer, startDecisions}, {embraye.Admin, a.startAdmin}} {
		if by.May(part.role) != nil {
			break
		}
		if err := part.add(ctx, t, by, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// startDrafts: an editor's own; a reviewer also sees whatever is to leave or
// could not, for it is to them that others turn.
func (a *App) startDrafts(ctx context.Context, t store.Tables, by embraye.Acting, s *embraye.OfficeStart) (err error) {
	me, owner := by.PersonID(), by.PersonID()
	if by.May(embraye.Reviewer) == nil {
		owner = 0
	}
	if s.Failed, err = t.Drafts.Failed(ctx, owner, startPage); err != nil {
		return err
	}
	if s.Scheduled, err = t.Drafts.List(ctx, embraye.DraftFilter{State: embraye.DraftScheduled, Mine: owner != 0, Limit: startPage}, me); err != nil {
		return err
	}
	own, err := t.Drafts.List(ctx, embraye.DraftFilter{State: embraye.DraftWriting, Mine: true, Limit: startPage}, me)
	for _, d := range own {
		if d.Failure == "" { // those are listed already
			s.Drafts = append(s.Drafts, d)
		}
	}
	return err
}

// startDecisions: what only a reviewer can settle.
func startDecisions(ctx context.Context, t store.Tables, by embraye.Acting, s *embraye.OfficeStart) (err error) {
	if s.ForReview, err = t.Drafts.List(ctx, embraye.DraftFilter{ForReview: true, Limit: startPage}, by.PersonID()); err != nil {
		return err
	}
	if s.Replies, err = t.Replies.CountPending(ctx); err != nil {
		return err
	}
	if s.Reports, err = t.Reports.CountOpen(ctx); err != nil {
		return err
	}
	s.DeadLinks, err = t.LinkChecks.Dead(ctx, startPage)
	return err
}

// startAdmin: who lost a password, servers that do not answer, peers that were
// not understood, and what the legal pages lack.
func (a *App) startAdmin(ctx context.Context, t store.Tables, _ embraye.Acting, s *embraye.OfficeStart) (err error) {
	if s.Reset, err = a.resetsAsked(ctx, t); err != nil {
		return err
	}
	if s.NotMailed, err = a.invitesNotMailed(ctx, t); err != nil {
		return err
	}
	loads, err := t.Deliveries.Loads(ctx)
	if err != nil {
		return err
	}
	s.FailingHosts = len(loads)
	for _, l := range loads {
		s.GivenUp += l.GivenUp
	}
	if s.Unread, err = t.UnreadUpdates.Latest(ctx, startPage); err != nil {
		return err
	}
	texts, err := a.Legal(ctx)
	s.LegalMissing = legalMissing(texts)
	return err
}

// resetsAsked lists who lately asked for a new password and has neither got a
// link nor a password since.
func (a *App) resetsAsked(ctx context.Context, t store.Tables) ([]embraye.AuditEntry, error) {
	return a.unsettled(ctx, t, actionResetAsked, "person.reset_link", "person.password", actionMailed(embraye.ResetLink))
}

// invitesNotMailed lists whose invitation lately could not be sent, unless
// something has become of it since.
func (a *App) invitesNotMailed(ctx context.Context, t store.Tables) ([]embraye.AuditEntry, error) {
	return a.unsettled(ctx, t, actionNotMailed(embraye.InviteLink), "person.invite", "person.uninvite", "person.join", "person.add")
}

// unsettled lists whom an action was lately about and none of those that help
// since, once each, the last first.
func (a *App) unsettled(ctx context.Context, t store.Tables, what string, help ...string) ([]embraye.AuditEntry, error) {
	asked, err := t.Audit.Recent(ctx, what, startPage)
	if err != nil {
		return nil, err
	}
	helped := map[string]int64{}
	for _, action := range help {
		done, err := t.Audit.Recent(ctx, action, 5*startPage)
		if err != nil {
			return nil, err
		}
		for _, e := range done {
			helped[e.Object] = max(helped[e.Object], e.ID)
		}
	}
	var waiting []embraye.AuditEntry
	for _, e := range asked {
		if e.ID > helped[e.Object] && a.now().Sub(e.At) < resetsMatter {
			waiting, helped[e.Object] = append(waiting, e), e.ID // earlier ones are the same wish
		}
	}
	return waiting, nil
}

// Constats lists published and withdrawn constats, newest first.
func (a *App) Constats(ctx context.Context, by embraye.Acting, f embraye.ConstatFilter) ([]embraye.Update, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("app: constats: %w", err)
	}
	for field, value := range map[string]string{"q": f.Search, "measure": f.Measure, "territory": f.Territory, "subject": string(f.Subject), "stage": string(f.Stage)} {
		if err := checkText(field, value, embraye.MaxSummary); err != nil {
			return nil, err
		}
	}
	return a.Store.Tables().Updates.Page(ctx, f)
}

// Constat is one constat with everything that the office knows of it.
func (a *App) Constat(ctx context.Context, by embraye.Acting, id string) (*embraye.OfficeConstat, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("app: constat: %w", err)
	}
	t := a.Store.Tables()
	u, err := t.Updates.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &embraye.OfficeConstat{Update: *u, Likes: u.LikeCount, Boosts: u.BoostCount,
		MayCorrect: by.May(embraye.Reviewer) == nil && !u.Withdrawn()}
	if c.Revisions, err = t.Revisions.List(ctx, id); err != nil {
		return nil, err
	}
	if c.Notes, err = standingNotes(ctx, t, id); err != nil {
		return nil, err
	}
	if c.Replies, err = a.Replies(ctx, by, embraye.ReplyFilter{Object: a.Site.UpdateID(id)}); err != nil {
		return nil, err
	}
	c.Delivery, err = a.DeliveryState(ctx, id)
	return c, err
}

// standingNotes lists the corrections and answers under a constat that were not
// deleted.
func standingNotes(ctx context.Context, t store.Tables, id string) ([]embraye.Note, error) {
	all, err := t.Notes.OfUpdate(ctx, id)
	var notes []embraye.Note
	for _, n := range all {
		if n.DeletedAt == nil {
			notes = append(notes, n)
		}
	}
	return notes, err
}

// auditPage is how many decisions one page shows.
const auditPage = 50

// Audit lists decisions, newest first. Addresses of people are for those who
// look after people (SECURITY W26).
func (a *App) Audit(ctx context.Context, by embraye.Acting, before int64) (*embraye.AuditPage, error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return nil, fmt.Errorf("app: audit: %w", err)
	}
	entries, err := a.Store.Tables().Audit.Page(ctx, before, auditPage+1)
	if err != nil {
		return nil, err
	}
	page := &embraye.AuditPage{Entries: entries}
	if len(entries) > auditPage {
		page.Entries = entries[:auditPage]
		page.Next = page.Entries[auditPage-1].ID
	}
	if by.May(embraye.Admin) == nil {
		return page, nil
	}
	for i := range page.Entries {
		if e := &page.Entries[i]; e.Action == "setup" || strings.HasPrefix(e.Action, "person.") {
			e.Object, e.Detail = "", ""
		}
	}
	return page, nil
}
