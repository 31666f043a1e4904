package web_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// A pile is much history in a given number of scopes: ours and that of peers.
type pile struct {
	*site
	measures, places []string
	ours, peers      int // how many constats are there: ours, and of each peer
}

// grow adds constats of ours, and of each of so many peers.
func (p *pile) grow(ours, peers, each int) {
	p.t.Helper()
	for n := range ours {
		p.piece(n, ours, func(ctx context.Context, t store.Tables, n int) error { return p.one(ctx, t, p.ours+n) })
	}
	p.ours += ours
	for peer := range peers {
		org := embraye.IRI(fmt.Sprintf("https://p%d.example/actors/organisation", peer))
		for n := range each {
			p.piece(n, each, func(ctx context.Context, t store.Tables, n int) error {
				if p.peers+n == 0 {
					err := t.Peers.Insert(ctx, &embraye.Peer{Organisation: org, Host: org.Host(), Handle: "organisation@" + org.Host(), Name: "P " + strconv.Itoa(peer),
						PeerChoices: embraye.PeerChoices{Gather: true}, CreatedAt: p.Clock.Now()})
					if err != nil {
						return err
					}
				}
				return p.onePeer(ctx, t, org, peer, p.peers+n)
			})
		}
	}
	p.peers += each
}

// piece writes 500 at once, when n begins a new piece.
func (p *pile) piece(n, all int, write func(ctx context.Context, t store.Tables, n int) error) {
	p.t.Helper()
	const atOnce = 500
	if n%atOnce != 0 {
		return
	}
	err := p.Store.InTx(p.t.Context(), func(t store.Tables) error {
		t.Changed()
		for i := n; i < min(n+atOnce, all); i++ {
			if err := write(p.t.Context(), t, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// said is the scope and content of the constat of a number.
func (p *pile) said(n int) (embraye.Scope, embraye.Content) {
	scopes := len(p.measures) * len(p.places)
	return embraye.Scope{Measure: p.measures[n%len(p.measures)], Territory: p.places[n/len(p.measures)%len(p.places)], Subject: embraye.Subjects()[n/scopes%2],
			Institution: embraye.Institution{Name: "Une institution", Kind: "other"}},
		embraye.Content{Stage: embraye.Stages()[n/scopes%7], Title: "Un constat", Summary: "Un résumé.", Confidence: embraye.Secondary, Licence: "CC-BY-4.0", Language: "fr",
			EffectiveDate: embraye.MakeDate(p.Clock.Now().AddDate(0, 0, -n%20000))}
}

func (p *pile) one(ctx context.Context, t store.Tables, n int) error {
	u := storetest.Update(n)
	u.Scope, u.Content = p.said(n)
	u.Actor, u.ScopeKey, u.PublishedAt = "mesure"+u.Measure[1:], u.Scope.Key(), p.Clock.Now()
	return t.Updates.Insert(ctx, u)
}

func (p *pile) onePeer(ctx context.Context, t store.Tables, org embraye.IRI, peer, n int) error {
	u := &embraye.PeerUpdate{URI: embraye.IRI(fmt.Sprintf("https://p%d.example/constats/%s", peer, storetest.ID(n))), Actor: org, Organisation: org,
		PublishedAt: p.Clock.Now(), ReceivedAt: p.Clock.Now()}
	u.Scope, u.Content = p.said(n)
	u.Territories, u.MeasureIRI = []string{u.Territory}, "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/"+u.Measure
	u.Stage = embraye.Stages()[(n+peer)%7]
	return t.PeerUpdates.Upsert(ctx, u)
}

// coldPages are the pages that must cost the same whatever the history.
func coldPages() []string {
	return []string{"/", "/@mesure2", "/@mesure2/FR-BRE", "/territoires", "/territoires/FR-BRE", "/@organisation", "/organisations", "/divergences"}
}

// cold asks for a page that nothing remembers.
func (p *pile) cold(path string) {
	p.t.Helper()
	if err := p.Store.InTx(p.t.Context(), func(t store.Tables) error { t.Changed(); return nil }); err != nil {
		p.t.Fatal(err)
	}
	p.Web.Invalidate()
	if w := p.get(path, ""); w.Code != 200 {
		p.t.Fatalf("%s: %d", path, w.Code)
	}
}

// What a page reads does not grow with the history of the scopes that it shows:
// neither how often it asks, nor how many rows come back.
func TestS03NoPageReadsHistory(t *testing.T) {
	ear := &storetest.Ear{}
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Listen: ear.Listen}, "ours.example")
	p := &pile{site: &site{w, w.Instances[0], t}, measures: []string{"m2"}, places: []string{"FR", "FR-BRE"}}
	read := func() map[string]int {
		rows := map[string]int{}
		for _, path := range append(coldPages(), "/@mesure2/card.png", "/@mesure2/feed.atom", "/territoires/FR-BRE/feed.atom", "/feed.atom", "/chronologie", "/donnees", "/suivre") {
			ear.Heard()
			p.cold(path)
			for _, st := range ear.Heard() {
				if strings.HasPrefix(st.Query, "SELECT") {
					rows[path] += p.rows(st)
				}
			}
		}
		return rows
	}
	p.grow(240, 2, 100) // more than a feed holds, in each place
	before := read()
	p.grow(2160, 2, 900)
	for path, n := range read() {
		if n > before[path] || n == 0 {
			t.Errorf("%s reads %d rows, %d when there was a tenth", path, n, before[path])
		}
	}
}

// rows is how many rows a statement answers with.
func (p *pile) rows(st storetest.Statement) (n int) {
	p.t.Helper()
	args := make([]any, len(st.Args))
	for i, a := range st.Args {
		args[i] = a.Value
	}
	rows, err := p.Store.Pool().QueryContext(p.t.Context(), st.Query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// BenchmarkPagesCold asks for pages that nothing remembers, of an instance with
// 5,000 constats and 200 peers of 1,000 each, and of one with a tenth of them,
// and reports for each page its milliseconds and the ratio of the two. What is
// written takes long: EMBRAYE_BENCH_SCALE is the part of it that is made (0.02
// if not given). Use -benchtime 1x.
func BenchmarkPagesCold(b *testing.B) {
	scale := 0.02
	if s := os.Getenv("EMBRAYE_BENCH_SCALE"); s != "" {
		var err error
		if scale, err = strconv.ParseFloat(s, 64); err != nil {
			b.Fatal(err)
		}
	}
	of := func(n float64) int { return max(1, int(n*scale)) }
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			w := fedtest.New(b, fedtest.Config{Kind: kind}, "ours.example")
			p := &pile{site: &site{w, w.Instances[0], b}, measures: strings.Fields("m1 m2 m3 m4 m5 m6 m7"), places: []string{"FR"}}
			for _, r := range w.Instances[0].App.Territories.Regions() {
				p.places = append(p.places, r.Code)
			}
			began := time.Now()
			p.grow(of(500), 200, of(100))
			p.analyze(kind)
			small := p.costs()
			p.grow(of(4500), 200, of(900))
			p.analyze(kind)
			b.ReportMetric(time.Since(began).Seconds(), "s-to-fill")
			for path, cost := range p.costs() {
				name := strings.ReplaceAll(strings.Trim(path, "/")+"-page", "/", ":")
				b.ReportMetric(float64(cost.Microseconds())/1000, "ms/"+name)
				b.ReportMetric(cost.Seconds()/small[path].Seconds(), "of-a-tenth/"+name)
			}
		})
	}
}

// analyze does what PostgreSQL does by itself where autovacuum is on, as it is
// everywhere but in tests.
func (p *pile) analyze(kind string) {
	if kind != storetest.Postgres {
		return
	}
	if _, err := p.Store.Pool().ExecContext(p.t.Context(), "VACUUM ANALYZE"); err != nil {
		p.t.Fatal(err)
	}
}

// costs is what each page costs: the middle one of eleven.
func (p *pile) costs() map[string]time.Duration {
	costs := map[string]time.Duration{}
	for _, path := range coldPages() {
		took := make([]time.Duration, 11)
		for i := range took {
			began := time.Now()
			p.cold(path)
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		costs[path] = took[len(took)/2]
	}
	return costs
}
