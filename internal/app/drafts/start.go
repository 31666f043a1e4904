package drafts

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/organisation"
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
func (ds *Drafts) Start(ctx context.Context, by embraye.Acting) (*embraye.OfficeStart, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("drafts: start: %w", err)
	}
	t, s := ds.desk.Store.Tables(), &embraye.OfficeStart{}
	demo, _, err := t.Settings.Get(ctx, store.DemoSetting)
	if err != nil {
		return nil, err
	}
	s.Demo = demo != ""
	for _, part := range []struct {
		role embraye.Role
		add  func(context.Context, store.Tables, embraye.Acting, *embraye.OfficeStart) error
	}{{embraye.Editor, ds.startDrafts}, {embraye.Reviewer, startDecisions}, {embraye.Admin, ds.startAdmin}} {
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
func (ds *Drafts) startDrafts(ctx context.Context, t store.Tables, by embraye.Acting, s *embraye.OfficeStart) (err error) {
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
func (ds *Drafts) startAdmin(ctx context.Context, t store.Tables, _ embraye.Acting, s *embraye.OfficeStart) (err error) {
	if s.Reset, err = ds.resetsAsked(ctx, t); err != nil {
		return err
	}
	if s.NotMailed, err = ds.invitesNotMailed(ctx, t); err != nil {
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
	texts, err := ds.organisation.Legal(ctx)
	s.LegalMissing = organisation.LegalMissing(texts)
	return err
}

// resetsAsked lists who lately asked for a new password and has neither got a
// link nor a password since.
func (ds *Drafts) resetsAsked(ctx context.Context, t store.Tables) ([]embraye.AuditEntry, error) {
	return ds.unsettled(ctx, t, app.ActionResetAsked, "person.reset_link", "person.password", app.ActionMailed(embraye.ResetLink))
}

// invitesNotMailed lists whose invitation lately could not be sent, unless
// something has become of it since.
func (ds *Drafts) invitesNotMailed(ctx context.Context, t store.Tables) ([]embraye.AuditEntry, error) {
	return ds.unsettled(ctx, t, app.ActionNotMailed(embraye.InviteLink), "person.invite", "person.uninvite", "person.join", "person.add")
}

// unsettled lists whom an action was lately about and none of those that help
// since, once each, the last first.
func (ds *Drafts) unsettled(ctx context.Context, t store.Tables, what string, help ...string) ([]embraye.AuditEntry, error) {
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
		if e.ID > helped[e.Object] && ds.desk.Stamp().Sub(e.At) < resetsMatter {
			waiting, helped[e.Object] = append(waiting, e), e.ID // earlier ones are the same wish
		}
	}
	return waiting, nil
}
