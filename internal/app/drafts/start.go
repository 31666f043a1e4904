package drafts

import (
	"context"
	"encoding/json"
	"errors"
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
// and nothing that is not theirs to see (W26).
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
	}{{embraye.Reader, ds.startNews}, {embraye.Editor, ds.startDrafts}, {embraye.Reviewer, ds.startDecisions}, {embraye.Admin, ds.startAdmin}} {
		if by.May(part.role) != nil {
			break
		}
		if err := part.add(ctx, t, by, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// How many constats the start page shows, and what "this week" is.
const (
	recentConstats = 5
	thisWeek       = 7 * 24 * time.Hour
)

// startNews: how far the last constats have come, and who reads them.
func (ds *Drafts) startNews(ctx context.Context, t store.Tables, _ embraye.Acting, s *embraye.OfficeStart) (err error) {
	recent, err := t.Updates.Page(ctx, embraye.ConstatFilter{Limit: recentConstats})
	if err != nil {
		return err
	}
	for _, u := range recent {
		line := embraye.OfficeRecent{Update: u}
		if line.Delivery, err = ds.directory.Delivered(ctx, t, &u); err != nil {
			return err
		}
		s.Recent = append(s.Recent, line)
	}
	if s.Followers, err = t.Followers.Total(ctx); err != nil {
		return err
	}
	if s.FollowersNew, err = t.Followers.TotalSince(ctx, ds.desk.Stamp().Add(-thisWeek)); err != nil {
		return err
	}
	s.Servers, err = t.Followers.CountHosts(ctx)
	return err
}

// startDrafts: an editor's own; a reviewer also sees whatever is to leave or
// could not, for it is to them that others turn.
func (ds *Drafts) startDrafts(ctx context.Context, t store.Tables, by embraye.Acting, s *embraye.OfficeStart) (err error) {
	me, owner := by.PersonID(), by.PersonID()
	if by.May(embraye.Reviewer) == nil {
		owner = 0
	}
	if s.Failed, err = app.FailedPlans(ctx, t, by.Person, startPage); err != nil {
		return err
	}
	if s.Scheduled, err = t.Drafts.List(ctx, embraye.DraftFilter{State: embraye.DraftScheduled, Mine: owner != 0, Limit: startPage}, me); err != nil {
		return err
	}
	if s.InReview, err = t.Drafts.List(ctx, embraye.DraftFilter{State: embraye.DraftInReview, Mine: true, Limit: startPage}, me); err != nil {
		return err
	}
	if s.Asked, err = correctionsAsked(ctx, ds, t, by); err != nil {
		return err
	}
	looks, err := t.EvidenceCopies.CountLooks(ctx)
	if err != nil {
		return err
	}
	s.Changed, s.Moved = looks[embraye.PageChanged], looks[embraye.PageMoved]
	own, err := t.Drafts.List(ctx, embraye.DraftFilter{State: embraye.DraftWriting, Mine: true, Limit: startPage}, me)
	for _, d := range own {
		if d.Failure == "" { // those are listed already
			s.Drafts = append(s.Drafts, d)
		}
	}
	return err
}

// correctionsAsked: those of constats that the person may correct.
func correctionsAsked(ctx context.Context, ds *Drafts, t store.Tables, by embraye.Acting) (list []embraye.OfficeAsked, err error) {
	asked, err := ds.desk.CorrectionsAsked(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, e := range asked {
		id, _ := ds.desk.Site.LocalUpdate(embraye.IRI(e.Object))
		u, err := t.Updates.Take(ctx, id)
		if err != nil {
			return nil, err
		}
		switch err := ds.desk.MayCorrect(ctx, t, by, u); {
		case err == nil:
			list = append(list, embraye.OfficeAsked{Update: *u, Who: e.Who, Why: e.Reason, At: e.At})
		case !errors.Is(err, embraye.ErrForbidden):
			return nil, err
		}
	}
	return list, nil
}

// startDecisions: what only a reviewer can settle.
func (ds *Drafts) startDecisions(ctx context.Context, t store.Tables, by embraye.Acting, s *embraye.OfficeStart) (err error) {
	if s.ForReview, err = t.Drafts.List(ctx, embraye.DraftFilter{ForReview: true, Limit: startPage}, by.PersonID()); err != nil {
		return err
	}
	if s.Replies, err = t.Replies.CountPending(ctx); err != nil {
		return err
	}
	if s.Reviews, err = t.PeerReviews.CountPending(ctx); err != nil {
		return err
	}
	if s.Reports, err = t.Reports.CountOpen(ctx); err != nil {
		return err
	}
	s.DeadLinks, err = t.LinkChecks.Dead(ctx, startPage)
	return err
}

// startAdmin: who lost a password, servers that do not answer, peers that were
// not understood or have changed, who asks to be one, and what the legal pages lack.
func (ds *Drafts) startAdmin(ctx context.Context, t store.Tables, _ embraye.Acting, s *embraye.OfficeStart) (err error) {
	if s.Reset, err = resetsAsked(ctx, ds.desk, t); err != nil {
		return err
	}
	if s.NotMailed, err = app.InvitesNotMailed(ctx, ds.desk, t); err != nil {
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
	if s.Clock, err = wrongClock(ctx, t); err != nil {
		return err
	}
	if s.PeersChanged, s.PeersAsking, err = peersWait(ctx, t, ds.desk.Organisation()); err != nil {
		return err
	}
	texts, err := ds.organisation.Legal(ctx)
	s.LegalMissing = organisation.LegalMissing(texts)
	return err
}

// peersWait counts the peers that say something else of themselves, and the
// organisations that follow ours and are no peers.
func peersWait(ctx context.Context, t store.Tables, organisation string) (changed, asking int, err error) {
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, p := range peers {
		if p.Waits() {
			changed++
		}
	}
	list, err := t.Peers.Asking(ctx, organisation, startPage)
	return changed, len(list), err
}

// wrongClock is what servers say of this machine's clock, while they do.
func wrongClock(ctx context.Context, t store.Tables) (*embraye.WrongClock, error) {
	text, found, err := t.Settings.Get(ctx, store.ClockSetting)
	if err != nil || !found {
		return nil, err
	}
	wrong := &embraye.WrongClock{}
	if err := json.Unmarshal([]byte(text), wrong); err != nil {
		return nil, fmt.Errorf("drafts: what is known of the clock: %w", err)
	}
	return wrong, nil
}

// resetsAsked lists who lately asked for a new password and has neither got a
// link nor a password since.
func resetsAsked(ctx context.Context, desk *app.App, t store.Tables) ([]embraye.AuditEntry, error) {
	return desk.Unsettled(ctx, t, resetsMatter, app.ActionResetAsked, "person.reset_link", "person.password", app.ActionMailed(embraye.ResetLink))
}
