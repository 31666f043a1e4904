package store

import (
	"context"
	"database/sql"

	"embraye/internal/embraye"
)

// HomePage reads every measure with its states.
func (s *Store) HomePage(ctx context.Context) (*embraye.HomePage, error) {
	t := s.Tables()
	matrix, err := s.MatrixPage(ctx)
	if err != nil {
		return nil, err
	}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	peers, err := t.peersByMeasure(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.HomePage{Organisation: *org}
	for _, m := range matrix.Measures {
		card := embraye.MeasureCard{Actor: m, Organisations: peers[m.Measure]}
		for _, u := range matrix.States {
			if u.Measure == m.Measure {
				card.States = append(card.States, u)
			}
		}
		if len(card.States) > 0 {
			card.Organisations++
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
func (s *Store) MatrixPage(ctx context.Context) (*embraye.MatrixPage, error) {
	t, page := s.Tables(), &embraye.MatrixPage{}
	var err error
	if page.Measures, err = t.enabledMeasures(ctx); err != nil {
		return nil, err
	}
	page.States, err = t.states(ctx, "")
	return page, err
}

// peersByMeasure counts the other organisations that speak of each measure.
func (t Tables) peersByMeasure(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := t.table.query(ctx, func(rows *sql.Rows) error {
		var (
			measure string
			n       int
		)
		err := rows.Scan(&measure, &n)
		counts[measure] = n
		return err
	}, "SELECT measure, count(DISTINCT organisation) FROM peer_updates WHERE withdrawn_at IS NULL AND measure <> '' GROUP BY measure")
	return counts, wrap(err, "counting the organisations of each measure")
}

// peerCards are the peers with how many constats of theirs we keep.
func (t Tables) peerCards(ctx context.Context) ([]embraye.PeerCard, error) {
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	kept := map[embraye.IRI]int{}
	err = t.table.query(ctx, func(rows *sql.Rows) error {
		var (
			organisation embraye.IRI
			n            int
		)
		err := rows.Scan(&organisation, &n)
		kept[organisation] = n
		return err
	}, `SELECT organisation, (SELECT count(*) FROM peer_updates WHERE peer_updates.organisation = peers.organisation AND withdrawn_at IS NULL) FROM peers`)
	cards := make([]embraye.PeerCard, len(peers))
	for i, p := range peers {
		cards[i] = embraye.PeerCard{Peer: p, Constats: kept[p.Organisation]}
	}
	return cards, wrap(err, "counting the constats of peers")
}

// boostsOnPage is how many posts and videos of others a measure's page names.
const boostsOnPage = 5

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
	if page.Measures, err = t.enabledMeasures(ctx); err != nil {
		return nil, err
	}
	if page.All, err = t.light(ctx, "id DESC", 0, "measure = ? AND withdrawn_at IS NULL", actor.Measure); err != nil {
		return nil, err
	}
	if page.Counting, err = t.counting(ctx, page.All); err != nil {
		return nil, err
	}
	page.States = embraye.States(page.Counting)
	if page.Boosts, err = t.BoostedPosts.Of(ctx, handle, boostsOnPage); err != nil {
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
func (s *Store) OrganisationsPage(ctx context.Context) (*embraye.OrganisationsPage, error) {
	t := s.Tables()
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page := &embraye.OrganisationsPage{Organisation: *org}
	if page.Count, err = t.Updates.Count(ctx); err != nil {
		return nil, err
	}
	page.Peers, err = t.peerCards(ctx)
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
	notes, err := count[embraye.Note](ctx, t.table, "deleted_at IS NULL AND NOT private")
	if err != nil {
		return nil, wrap(err, "counting notes")
	}
	page.Posts = constats + notes
	page.Comments, err = count[embraye.Reply](ctx, t.table, shownReplies)
	return page, wrap(err, "counting replies")
}
