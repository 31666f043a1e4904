package store

import (
	"context"

	"embraye/internal/embraye"
)

// HomePage reads every measure with its states.
func (s *Store) HomePage(ctx context.Context) (*embraye.HomePage, error) {
	t := s.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	measures, err := t.enabledMeasures(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.HomePage{Organisation: *org}
	for _, m := range measures {
		states, err := t.Updates.ScopeStates(ctx, m.Measure)
		if err != nil {
			return nil, err
		}
		page.Measures = append(page.Measures, embraye.MeasureCard{Actor: m, States: states})
	}
	page.Latest, err = t.Updates.Latest(ctx, latestOnPage)
	return page, err
}

// MeasurePage reads one measure for people.
func (s *Store) MeasurePage(ctx context.Context, handle string) (*embraye.MeasurePage, error) {
	t := s.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.MeasurePage{Actor: *actor, Organisation: *org}
	if page.States, err = t.Updates.ScopeStates(ctx, actor.Measure); err != nil {
		return nil, err
	}
	if page.Latest, err = t.Updates.ByMeasure(ctx, actor.Measure, latestOnPage); err != nil {
		return nil, err
	}
	page.Followers, err = t.Followers.Count(ctx, handle)
	return page, err
}

// OrganisationPage reads the organisation for people.
func (s *Store) OrganisationPage(ctx context.Context, handle string) (*embraye.OrganisationPage, error) {
	t := s.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	page := &embraye.OrganisationPage{Actor: *actor}
	if page.Measures, err = t.enabledMeasures(ctx); err != nil {
		return nil, err
	}
	if page.Latest, err = t.Updates.Latest(ctx, latestOnPage); err != nil {
		return nil, err
	}
	page.Followers, err = t.Followers.Count(ctx, handle)
	return page, err
}

// CensusPage counts for NodeInfo.
func (s *Store) CensusPage(ctx context.Context) (*embraye.CensusPage, error) {
	t := s.Tables()
	page := &embraye.CensusPage{}
	var err error
	if page.Accounts, err = count[embraye.Actor](ctx, t.table, "enabled AND kind <> ?", embraye.InstanceActor); err != nil {
		return nil, wrap(err, "counting accounts")
	}
	constats, err := t.Updates.Count(ctx)
	if err != nil {
		return nil, err
	}
	notes, err := count[embraye.Note](ctx, t.table, "deleted_at IS NULL")
	if err != nil {
		return nil, wrap(err, "counting notes")
	}
	page.Posts = constats + notes
	page.Comments, err = count[embraye.Reply](ctx, t.table, shownReplies, embraye.ReplyShown)
	return page, wrap(err, "counting replies")
}
