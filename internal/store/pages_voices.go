package store

import (
	"context"
	"database/sql"
	"errors"

	"embraye/internal/embraye"
)

// How much of what others say a page shows: of a measure, of a place, of one
// organisation.
const (
	divergentOnMeasure = 3
	othersInPlace      = 12
	othersOfMeasure    = 1 // in a place where all measures are
	latestOfPeer       = 15
)

// DivergencesPage lists the scopes where answers differ, of one measure or of
// all, the newest move first.
func (p Pages) DivergencesPage(ctx context.Context, measure string, before *embraye.Divergence, limit int) (*embraye.DivergencesPage, error) {
	t, page := p.store.Tables(), &embraye.DivergencesPage{}
	var err error
	if page.Scopes, err = t.Divergences.Page(ctx, measure, before, limit+1); err != nil {
		return nil, err
	}
	if len(page.Scopes) > limit {
		page.Scopes = page.Scopes[:limit]
		page.Next = &page.Scopes[limit-1].Divergence
	}
	page.Texts, err = t.textsOf(ctx, saidIn(page.Scopes))
	return page, err
}

func saidIn(scopes []embraye.DivergentScope) (all []embraye.NamedStanding) {
	for _, s := range scopes {
		all = append(all, s.Said...)
	}
	return all
}

// PeerPage reads what another organisation says, by its host, and the reviews
// that it gives, those before a number if it is not 0.
func (p Pages) PeerPage(ctx context.Context, host string, before int64) (*embraye.PeerPage, error) {
	t := p.store.Tables()
	peer, err := takeFirst[embraye.Peer](ctx, t.table, "id", "host = ?", host)
	if err != nil {
		return nil, wrap(err, "taking the peer on %s", host)
	}
	signed, err := t.Settings.Signatories(ctx, peer.Organisation)
	if err != nil {
		return nil, err
	}
	page := &embraye.PeerPage{Peer: *peer, Signatory: signed[peer.Organisation]}
	if page.Measures, err = t.EnabledMeasures(ctx); err != nil {
		return nil, err
	}
	said, err := t.Standings.List(ctx, embraye.StandingFilter{Organisation: peer.Organisation})
	if err != nil {
		return nil, err
	}
	for _, s := range said {
		page.States = append(page.States, s.Standing)
	}
	page.Latest = said[:min(len(said), latestOfPeer)]
	if page.Texts, err = t.textsOf(ctx, page.Latest); err != nil {
		return nil, err
	}
	constats, err := t.Speakers.Constats(ctx)
	if err != nil {
		return nil, err
	}
	page.Constats = constats[peer.Organisation]
	page.Reviews, page.Before, err = peerReviewLines(ctx, t, peer.Organisation, before)
	return page, err
}

// heard is what all organisations say of a measure.
func (t Tables) heard(ctx context.Context, measure string) (v embraye.MeasureVoices, err error) {
	if v.Speakers, err = t.Speakers.of(ctx, measure); err != nil {
		return v, err
	}
	if v.Divergent, err = t.Divergences.Page(ctx, measure, nil, divergentOnMeasure); err != nil {
		return v, err
	}
	if v.Divergences, err = count[embraye.Divergence](ctx, t.table, "measure = ?", measure); err != nil {
		return v, wrap(err, "counting divergences")
	}
	return v, nil
}

// hearPlace fills in what peers say in a place, and where answers differ there.
func (t Tables) hearPlace(ctx context.Context, page *embraye.PlacePage, measure string, codes, prefixes []string) (err error) {
	if measure == "" {
		page.Others, err = t.Standings.firstOthers(ctx, codes, prefixes, othersOfMeasure)
	} else {
		page.Others, err = t.Standings.List(ctx, embraye.StandingFilter{Others: true, Measure: measure, Codes: codes, Prefixes: prefixes, Limit: othersInPlace})
		if err == nil {
			page.Divergent, page.Divergences, err = t.Divergences.inPlaceOf(ctx, measure, codes, prefixes, divergentOnMeasure)
		}
	}
	if err != nil {
		return err
	}
	page.Texts, err = t.textsOf(ctx, append(saidIn(page.Divergent), page.Others...))
	return err
}

// of lists who speaks of a measure, whoever has most constats first.
func (t Speakers) of(ctx context.Context, measure string) (all []embraye.MeasureSpeaker, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var s embraye.MeasureSpeaker
		err := rows.Scan(&s.Name, &s.Handle, &s.Constats)
		all = append(all, s)
		return err
	}, `SELECT coalesce(peers.name, ''), coalesce(peers.handle, ''), constats FROM speakers LEFT JOIN peers ON peers.organisation = speakers.organisation
		WHERE measure = ? AND constats > 0 AND (speakers.organisation = '' OR peers.gather) ORDER BY constats DESC, speakers.organisation`, measure)
	return all, wrap(err, "listing who speaks of %s", measure)
}

// textsOf reads what lists show of constats beside where they stand.
func (t Tables) textsOf(ctx context.Context, said []embraye.NamedStanding) (map[string]embraye.VoiceText, error) {
	texts, ours, theirs := map[string]embraye.VoiceText{}, []string{}, []string{}
	for _, s := range said {
		if s.Ours() {
			ours = append(ours, s.Constat)
		} else {
			theirs = append(theirs, s.Constat)
		}
	}
	var own []embraye.Update
	var copies []embraye.PeerUpdate
	db, in := t.table.db.WithContext(ctx), t.table.amongFew
	err := errors.Join(
		db.Select("id, title, language, evidence, related_to").Where(in("id"), asJSON(ours)).Find(&own).Error,
		db.Select("uri, title, language, evidence, related_to").Where(in("uri"), asJSON(theirs)).Find(&copies).Error)
	for _, u := range own {
		texts[u.ID] = embraye.VoiceText{Title: u.Title, Language: u.Language, Evidence: u.Evidence, SameFacts: u.SameFacts()}
	}
	for _, u := range copies {
		texts[string(u.URI)] = embraye.VoiceText{Title: u.Title, Language: u.Language, Evidence: u.Evidence, SameFacts: u.SameFacts()}
	}
	return texts, wrap(err, "reading the texts of constats")
}

// mostHeard bounds how many voices of one scope are compared with a draft.
const mostHeard = 100

// PeersIn lists what peers whose constats are shown say of a scope, the latest
// fact first: every constat that stands, not only where it stands.
func (t Tables) PeersIn(ctx context.Context, measure, scopeKey string) ([]embraye.HeardConstat, error) {
	var said []embraye.NamedStanding
	err := t.table.scan(ctx, &said, `SELECT voices.*, peers.name, peers.handle FROM voices JOIN peers ON peers.organisation = voices.organisation
		WHERE voices.organisation IN (SELECT organisation FROM peers WHERE gather) AND measure = ? AND scope_key = ? ORDER BY `+byFact+` LIMIT ?`, measure, scopeKey, mostHeard)
	if err != nil {
		return nil, wrap(err, "reading what peers say of a scope")
	}
	texts, err := t.textsOf(ctx, said)
	heard := make([]embraye.HeardConstat, len(said))
	for i, s := range said {
		heard[i] = embraye.HeardConstat{NamedStanding: s, Text: texts[s.Constat]}
	}
	return heard, err
}
