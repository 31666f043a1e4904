package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// acts are what happens to constats, at random but the same every time.
type acts struct {
	*testing.T
	s     *store.Store
	dice  *rand.Rand
	at    time.Time
	ours  []embraye.Update
	peers []embraye.PeerUpdate
	known map[embraye.IRI]*embraye.Peer // those that are gathered
	shown int
}

const (
	actsAtOnce = 100
	peersOfAll = 6
)

func (a *acts) pick(all ...string) string { return all[a.dice.IntN(len(all))] }

func (a *acts) organisation(n int) embraye.IRI {
	return embraye.IRI(fmt.Sprintf("https://p%d.example/actors/organisation", n))
}

// scope is one of few, so that many constats meet in it.
func (a *acts) scope() embraye.Scope {
	return embraye.Scope{Measure: a.pick("m1", "m2", "m3"), Subject: embraye.BySubjectCivilSociety, Territory: a.pick("FR", "FR-BRE", "FR-NOR", "EU")}
}

func (a *acts) content(related ...string) embraye.Content {
	dates := []string{"", "2019", "2024-02", "2024-02-28", "2024-02-29", "2024", "2024-12-31", "2021-06-01", "2025-03", "2025-03-31"}
	c := embraye.Content{Stage: embraye.Stages()[a.dice.IntN(7)], Title: "T", Summary: "S", Confidence: embraye.Primary, Licence: "CC0-1.0", Language: "fr",
		EffectiveDate: embraye.Date(a.pick(dates...)), ObservedDate: embraye.Date(a.pick(dates...))}
	for _, href := range related {
		if a.dice.IntN(4) == 0 {
			c.RelatedTo = append(c.RelatedTo, embraye.Relation{Rel: a.pick("replaces", "replaces", "follows"), Href: href})
		}
	}
	return c
}

// named is the address of some constat of ours or of one peer's.
func (a *acts) named(of embraye.IRI) string {
	if of == "" && len(a.ours) > 0 {
		return string(storetest.Object(a.dice.IntN(len(a.ours)))) + a.pick("", ".json", "/versions/1")
	}
	for range 8 {
		if len(a.peers) > 0 {
			if p := a.peers[a.dice.IntN(len(a.peers))]; p.Organisation == of || a.dice.IntN(8) == 0 { // or a stranger's, which changes nothing
				return string(p.URI)
			}
		}
	}
	return "https://ailleurs.example/constats/" + storetest.ID(1)
}

// one does one act.
func (a *acts) one(ctx context.Context, t store.Tables) error {
	a.at = a.at.Add(time.Duration(a.dice.IntN(3)) * time.Second)
	switch n := a.dice.IntN(100); {
	case n < 25:
		u := storetest.Update(len(a.ours))
		u.Scope, u.Content, u.PublishedAt = a.scope(), a.content(a.named(""), a.named("")), a.at
		u.ScopeKey = u.Scope.Key()
		a.ours = append(a.ours, *u)
		return t.Updates.Insert(ctx, u)
	case n < 40 && len(a.ours) > 0:
		u := &a.ours[a.dice.IntN(len(a.ours))]
		if u.Withdrawn() {
			return nil
		}
		u.Content, u.Revision, u.UpdatedAt = a.content(a.named(""), a.named("")), u.Revision+1, new(a.at)
		return t.Updates.Save(ctx, u)
	case n < 47 && len(a.ours) > 0:
		u := &a.ours[a.dice.IntN(len(a.ours))]
		u.WithdrawnAt = new(a.at)
		return t.Updates.Save(ctx, u)
	case n < 97:
		return a.onePeer(ctx, t, n)
	}
	return a.oneOrganisation(ctx, t)
}

// onePeer receives a constat, a correction or a withdrawal.
func (a *acts) onePeer(ctx context.Context, t store.Tables, n int) error {
	if n < 75 || len(a.peers) == 0 {
		from := a.dice.IntN(peersOfAll)
		org := a.organisation(from)
		u := embraye.PeerUpdate{URI: embraye.IRI(fmt.Sprintf("https://p%d.example/constats/%s", from, storetest.ID(len(a.peers)))), Actor: org + embraye.IRI(a.pick("/m1", "/m2")),
			Organisation: org, Scope: a.scope(), PublishedAt: a.at, ReceivedAt: a.at}
		u.MeasureIRI = "https://textes.example/1/" + u.Measure
		if a.dice.IntN(5) == 0 {
			u.Measure = "" // of another text
		}
		u.Territories = []string{u.Territory, a.pick("FR", "FR-BRE", "FR-NOR")}[:1+a.dice.IntN(2)]
		u.Content = a.content(a.named(org), a.named(org))
		a.peers = append(a.peers, u)
		return t.PeerUpdates.Upsert(ctx, &u)
	}
	i := a.dice.IntN(len(a.peers))
	u := a.peers[i]
	if u.WithdrawnAt != nil {
		return nil
	}
	if n < 88 {
		u.Content, u.UpdatedAt, u.Measure = a.content(a.named(u.Organisation)), new(a.at), a.pick("m1", "m2", u.Measure)
		a.peers[i] = u
		return t.PeerUpdates.Upsert(ctx, &u)
	}
	a.peers[i].WithdrawnAt = new(a.at)
	_, err := t.PeerUpdates.Withdraw(ctx, u.URI, a.at)
	return err
}

// oneOrganisation begins or ends to be gathered, deletes an account, or is
// forgotten.
func (a *acts) oneOrganisation(ctx context.Context, t store.Tables) error {
	org := a.organisation(a.dice.IntN(peersOfAll))
	switch peer := a.known[org]; {
	case a.dice.IntN(6) == 0:
		actor := org + "/m1"
		for i := range a.peers {
			if a.peers[i].Actor == actor {
				a.peers[i].WithdrawnAt = new(a.at)
			}
		}
		return t.RemoteActors.DeleteAllOf(ctx, actor)
	case a.dice.IntN(8) == 0:
		for i := range a.peers {
			if a.peers[i].Organisation == org {
				a.peers[i].WithdrawnAt = new(a.at)
			}
		}
		return t.PeerUpdates.ForgetAllOf(ctx, org)
	case peer != nil && a.dice.IntN(2) == 0:
		peer.Gather = !peer.Gather
		return t.Peers.Save(ctx, peer)
	case peer == nil:
		a.known[org] = &embraye.Peer{Organisation: org, Host: org.Host(), Handle: "organisation@" + org.Host(), Name: "P", PeerChoices: embraye.PeerChoices{Gather: true}, CreatedAt: a.at}
		return t.Peers.Insert(ctx, a.known[org])
	default:
		delete(a.known, org)
		return t.Peers.Remove(ctx, peer.ID)
	}
}

// expected are the standings that come of all constats, made in memory.
func (a *acts) expected() map[string]string {
	type place struct {
		measure, key string
		organisation embraye.IRI
	}
	voices, said := map[place][]embraye.Voice{}, map[embraye.IRI][]embraye.Replacement{}
	add := func(of embraye.IRI, constat string, all []embraye.Voice, replaces []string) {
		for _, v := range all {
			at := place{v.Measure, v.ScopeKey, of}
			voices[at] = append(voices[at], v)
		}
		for _, what := range replaces {
			if len(all) > 0 {
				said[of] = append(said[of], embraye.Replacement{Organisation: of, What: what, Constat: constat})
			}
		}
	}
	for _, u := range a.ours {
		add("", u.ID, u.Voices(), u.Replaces())
	}
	for _, u := range a.peers {
		if peer := a.known[u.Organisation]; peer != nil && peer.Gather {
			add(u.Organisation, string(u.URI), u.Voices(), u.Replaces())
		}
	}
	want := map[string]string{}
	for at, all := range voices {
		if v, ok := embraye.Stands(all, said[at.organisation]); ok {
			want[fmt.Sprint(at)] = v.Constat + " " + string(v.Answer)
		}
	}
	return want
}

// compare compares the tables with what comes of all constats, and with their
// own recomputation.
func (a *acts) compare() {
	a.Helper()
	all, err := a.s.Tables().Standings.List(a.Context(), embraye.StandingFilter{})
	must(a, err)
	got, answers := map[string]string{}, map[string]map[embraye.Answer]int{}
	for _, v := range all {
		got[fmt.Sprint(struct {
			measure, key string
			organisation embraye.IRI
		}{v.Measure, v.ScopeKey, v.Organisation})] = v.Constat + " " + string(v.Answer)
		key := v.Measure + " " + v.ScopeKey
		if answers[key] == nil {
			answers[key] = map[embraye.Answer]int{}
		}
		answers[key][v.Answer]++
	}
	equal(a, "standings", got, a.expected())
	differ := 0
	for _, given := range answers {
		if len(given) > 1 {
			differ++
		}
	}
	found, err := a.s.Tables().Divergences.Page(a.Context(), "", nil, 1000)
	must(a, err)
	equal(a, "divergences", len(found), differ)
	must(a, a.s.CheckStandings(a.Context(), false, func(what string) { a.Errorf("differs: %s", what) }))
	a.shown += len(got)
}

// Where scopes stand is the same as if it were made anew of all constats,
// whatever was published, corrected, withdrawn, replaced across scopes and
// measures, received, and forgotten.
func TestStandingsAreWhatConstatsSay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		total := 10_000
		if testing.Short() {
			total = 1000
		}
		a := &acts{T: t, s: s, dice: rand.New(rand.NewPCG(1, 2)), at: storetest.Start, known: map[embraye.IRI]*embraye.Peer{}}
		for done := 0; done < total; done += actsAtOnce {
			must(t, s.InTx(t.Context(), func(tx store.Tables) error {
				for range actsAtOnce {
					if err := a.one(t.Context(), tx); err != nil {
						return err
					}
				}
				return nil
			}))
			if done%2500 == 0 {
				a.compare()
			}
		}
		a.compare()
		if a.shown < 50 || len(a.ours) < total/6 {
			t.Errorf("%d standings of %d constats: this proves little", a.shown, len(a.ours))
		}
	})
}

// What somebody has changed in the tables is found and mended; what an earlier
// version had is filled in when the database is brought up to date.
func TestStandingsAreMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := &acts{T: t, s: s, dice: rand.New(rand.NewPCG(3, 4)), at: storetest.Start, known: map[embraye.IRI]*embraye.Peer{}}
		must(t, s.InTx(t.Context(), func(tx store.Tables) error {
			for range 400 {
				if err := a.one(t.Context(), tx); err != nil {
					return err
				}
			}
			return nil
		}))
		a.compare()
		for _, damage := range [][]string{
			{"DELETE FROM voices WHERE constat < '01k00000000000000000000050'"},
			{"UPDATE standings SET answer = 'yes', stage = 'done'"},
			{"DELETE FROM standings WHERE organisation <> ''"},
			{"DELETE FROM divergences"},
			{"UPDATE divergences SET organisations = organisations + 1"},
			{"DELETE FROM speakers WHERE measure = 'm1'", "UPDATE speakers SET constats = constats + 1 WHERE measure = 'm2'"},
			{"DELETE FROM replacements"},
			{"UPDATE updates SET withdrawn_at = published_at WHERE measure = 'm3'", "UPDATE updates SET withdrawn_at = NULL WHERE measure = 'm3'", "UPDATE voices SET constat = constat || 'x' WHERE measure = 'm3'"},
		} {
			for _, query := range damage {
				_, err := s.Pool().ExecContext(t.Context(), query)
				must(t, err)
			}
			told := 0
			must(t, s.CheckStandings(t.Context(), true, func(string) { told++ }))
			if told == 0 {
				t.Errorf("%v is not found", damage)
			}
			a.compare()
		}
		for _, table := range []string{"voices", "replacements", "standings", "divergences", "speakers"} {
			_, err := s.Pool().ExecContext(t.Context(), "DELETE FROM "+table)
			must(t, err)
		}
		for range 2 {
			_, err := s.Migrate(t.Context())
			must(t, err)
			a.compare()
		}
	})
}

// Two who publish about one scope at the same moment see each other's constat.
func TestStandingsOfTwoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const many = 16
		failed := make(chan error, many)
		for n := range many {
			go func() {
				failed <- s.InTx(t.Context(), func(tx store.Tables) error {
					u := storetest.Update(n)
					u.ObservedDate = embraye.Date(fmt.Sprintf("2025-01-%02d", n+1))
					return tx.Updates.Insert(t.Context(), u)
				})
			}()
		}
		var errs []error
		for range many {
			errs = append(errs, <-failed)
		}
		must(t, errors.Join(errs...))
		all, err := s.Tables().Standings.List(t.Context(), embraye.StandingFilter{Ours: true, Measure: "m1"})
		must(t, err)
		if len(all) != 1 || all[0].Constat != storetest.ID(many-1) {
			t.Errorf("%+v stands, not the latest fact", all)
		}
		must(t, s.CheckStandings(t.Context(), false, func(what string) { t.Errorf("differs: %s", what) }))
	})
}

// Readers of what all say: names come with it, divergences are paged by their
// newest move, and who is not gathered is not there.
func TestStandingsOfAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		scopes := []string{"FR", "FR-BRE", "COG-C35238"}
		must(t, s.InTx(ctx, func(tx store.Tables) error {
			for n, territory := range scopes {
				u := storetest.Update(n)
				u.Territory, u.PublishedAt = territory, storetest.Start.Add(time.Duration(n)*time.Hour)
				u.ScopeKey = u.Scope.Key()
				if err := tx.Updates.Insert(ctx, u); err != nil {
					return err
				}
				for _, host := range []string{"a.example", "b.example"} {
					org := embraye.IRI("https://" + host + "/actors/organisation")
					p := &embraye.PeerUpdate{URI: org + "/" + embraye.IRI(territory), Actor: org, Organisation: org, Scope: u.Scope, Territories: []string{territory}, Content: u.Content,
						PublishedAt: storetest.Start, ReceivedAt: storetest.Start}
					if p.Stage = embraye.Done; n == 0 {
						p.Stage = embraye.PartlyDone // another stage, the same answer
					}
					if err := tx.PeerUpdates.Upsert(ctx, p); err != nil {
						return err
					}
				}
			}
			return tx.Peers.Insert(ctx, &embraye.Peer{Organisation: "https://a.example/actors/organisation", Host: "a.example", Handle: "organisation@a.example", Name: "A", PeerChoices: embraye.PeerChoices{Gather: true}, CreatedAt: storetest.Start})
		}))
		var named []string
		all, err := s.Tables().Standings.List(ctx, embraye.StandingFilter{Measure: "m1", Codes: []string{"FR-BRE", "COG-D35"}, Prefixes: []string{"COG-C35"}})
		must(t, err)
		for _, v := range all {
			named = append(named, v.Territory+" "+v.Name)
		}
		slices.Sort(named)
		equal(t, "standings of a region", named, []string{"COG-C35238 ", "COG-C35238 A", "FR-BRE ", "FR-BRE A"})
		first, err := s.Tables().Divergences.Page(ctx, "m1", nil, 1)
		must(t, err)
		second, err := s.Tables().Divergences.Page(ctx, "", &first[0].Divergence, 5)
		must(t, err)
		if len(second) != 1 || first[0].ScopeKey != "civil_society|COG-C35238|" || second[0].ScopeKey != "civil_society|FR-BRE|" || len(second[0].Said) != 2 {
			t.Errorf("divergences %+v, then %+v", first, second)
		}
		census, err := s.Tables().Speakers.Census(ctx)
		must(t, err)
		equal(t, "census", census, map[string]embraye.MeasureCensus{"m1": {Organisations: 2, Constats: 6, Divergences: 2}})
	})
}

func TestStandingsOfOldFactsPublishedLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		stands := func(want int) {
			t.Helper()
			all, err := s.Tables().Standings.List(ctx, embraye.StandingFilter{Measure: "m1"})
			must(t, err)
			if len(all) != 1 || all[0].Constat != storetest.ID(want) {
				t.Errorf("%+v stands, want %d", all, want)
			}
		}
		for n, step := range []struct {
			date embraye.Date
			want int
		}{{"2024-02-28", 0}, {"2021", 0}, {"2024-02", 2}, {"2024-02-29", 3}, {"2024-02", 4}, {"2023-12-31", 4}} {
			u := storetest.Update(n)
			u.EffectiveDate = step.date
			write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Updates.Insert(ctx, u) })
			stands(step.want)
		}
		for withdrawn, want := range map[int]int{4: 3} {
			u, err := s.Tables().Updates.Take(ctx, storetest.ID(withdrawn))
			must(t, err)
			u.WithdrawnAt = new(storetest.Start)
			write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Updates.Save(ctx, u) })
			stands(want)
		}
	})
}
