package store

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// HomePage reads every measure with its states.
func (p Pages) HomePage(ctx context.Context) (*embraye.HomePage, error) {
	t := p.store.Tables()
	matrix, err := p.MatrixPage(ctx)
	if err != nil {
		return nil, err
	}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	census, err := t.Speakers.Census(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.HomePage{Organisation: *org}
	for _, m := range matrix.Measures {
		card := embraye.MeasureCard{Actor: m, Organisations: census[m.Measure].Organisations, Divergences: census[m.Measure].Divergences}
		for _, u := range matrix.States {
			if u.Measure == m.Measure {
				card.States = append(card.States, u)
			}
		}
		page.Measures = append(page.Measures, card)
	}
	if page.Latest, err = t.light(ctx, "id DESC", latestOnPage, "withdrawn_at IS NULL"); err != nil {
		return nil, err
	}
	if page.Count, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	page.Peers, err = t.peerCards(ctx)
	return page, err
}

// MatrixPage reads where every scope of every measure stands.
func (p Pages) MatrixPage(ctx context.Context) (*embraye.MatrixPage, error) {
	t, page := p.store.Tables(), &embraye.MatrixPage{}
	var err error
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	page.States, err = t.Standings.ours(ctx, embraye.StandingFilter{})
	return page, err
}

// peerCards are the peers with how many constats of theirs we keep.
func (t Tables) peerCards(ctx context.Context) ([]embraye.PeerCard, error) {
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := t.Speakers.Constats(ctx)
	if err != nil {
		return nil, err
	}
	accounts := make([]embraye.IRI, len(peers))
	for i, p := range peers {
		accounts[i] = p.Organisation
	}
	signed, err := t.Settings.Signatories(ctx, accounts...)
	cards := make([]embraye.PeerCard, len(peers))
	for i, p := range peers {
		cards[i] = embraye.PeerCard{Peer: p, Constats: kept[p.Organisation], Signatory: signed[p.Organisation]}
	}
	return cards, err
}

// latestOfMeasure is how many constats a measure's page shows; the chronology
// has all.
const latestOfMeasure = 2

// boostsOnPage is how many posts and videos of others a measure's page names.
const boostsOnPage = 5

// MeasurePage reads one measure for people.
func (p Pages) MeasurePage(ctx context.Context, handle string) (*embraye.MeasurePage, error) {
	t := p.store.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.MeasurePage{Actor: *actor, Organisation: *org}
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	if page.States, err = t.Standings.ours(ctx, embraye.StandingFilter{Measure: actor.Measure}); err != nil {
		return nil, err
	}
	if page.Voices, err = t.Standings.history(ctx, page.States); err != nil {
		return nil, err
	}
	if page.Latest, err = t.light(ctx, "id DESC", latestOfMeasure, "measure = ? AND withdrawn_at IS NULL", actor.Measure); err != nil {
		return nil, err
	}
	if page.Count, err = t.Speakers.ours(ctx, actor.Measure); err != nil {
		return nil, err
	}
	if page.Heard, err = t.heard(ctx, actor.Measure); err != nil {
		return nil, err
	}
	if page.Boosts, err = t.BoostedPosts.Of(ctx, handle, boostsOnPage); err != nil {
		return nil, err
	}
	if page.BoostCount, err = t.BoostedPosts.CountOf(ctx, handle); err != nil {
		return nil, err
	}
	page.Followers, err = t.Followers.Count(ctx, handle)
	return page, err
}

// OrganisationPage reads the organisation for people.
func (p Pages) OrganisationPage(ctx context.Context, handle string) (*embraye.OrganisationPage, error) {
	t := p.store.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	page := &embraye.OrganisationPage{Actor: *actor}
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	if page.Latest, err = t.light(ctx, "id DESC", latestOnPage, "withdrawn_at IS NULL"); err != nil {
		return nil, err
	}
	if page.Count, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	page.Followers, err = t.Followers.Count(ctx, handle)
	return page, err
}

// OrganisationsPage reads who publishes: ours and its peers.
func (p Pages) OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error) {
	t := p.store.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.OrganisationsPage{Organisation: *org}
	if page.Count, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	if page.Peers, err = t.peerCards(ctx); err != nil {
		return nil, err
	}
	ours, err := t.Settings.Signatories(ctx, "")
	if err != nil {
		return nil, err
	}
	page.Signatory = ours[""]
	page.Listed, err = t.listed(ctx)
	return page, err
}

// listed reports whether everybody may read the list of peers.
func (t Tables) listed(ctx context.Context) (bool, error) {
	on, _, err := t.Settings.Get(ctx, ListedSetting)
	return on == "true", err
}

// ListedPeers reads the handles of the peers whose account has accepted us;
// ErrNotFound if they are not for everybody.
func (p Pages) ListedPeers(ctx context.Context) (handles []string, err error) {
	t := p.store.Tables()
	on, err := t.listed(ctx)
	if err != nil {
		return nil, err
	}
	if !on {
		return nil, fmt.Errorf("store: the list of peers is not public: %w", embraye.ErrNotFound)
	}
	err = t.table.scan(ctx, &handles, `SELECT handle FROM peers WHERE EXISTS (SELECT 1 FROM follows WHERE target = organisation AND state = ?)
		ORDER BY handle`, embraye.FollowAccepted)
	return handles, wrap(err, "listing the handles of peers")
}

// CensusPage counts for NodeInfo.
func (p Pages) CensusPage(ctx context.Context) (*embraye.CensusPage, error) {
	t := p.store.Tables()
	page := &embraye.CensusPage{}
	var err error
	if page.Accounts, err = count[embraye.Actor](ctx, t.table, "enabled AND kind <> ?", embraye.InstanceActor); err != nil {
		return nil, wrap(err, "counting accounts")
	}
	if page.Constats, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	notes, err := count[embraye.Note](ctx, t.table, "deleted_at IS NULL AND NOT private")
	if err != nil {
		return nil, wrap(err, "counting notes")
	}
	page.Posts = page.Constats + notes
	if page.Comments, err = count[embraye.Reply](ctx, t.table, shownReplies); err != nil {
		return nil, wrap(err, "counting replies")
	}
	st, err := t.Log.State(ctx)
	if err != nil {
		return nil, err
	}
	page.Log = st.Origin
	return page, nil
}
