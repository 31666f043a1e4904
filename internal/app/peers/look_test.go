package peers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

// node serves the NodeInfo of the pair.
func node(p *apptest.Pair, e map[string]any) {
	put := func(path string, v any) {
		body, err := json.Marshal(v)
		p.Must(err)
		p.Home.Put(path, "application/json", http.StatusOK, body)
	}
	put("/.well-known/nodeinfo", map[string]any{"links": []any{map[string]any{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": p.Home.Base + "/nodeinfo/2.1"}}})
	put("/nodeinfo/2.1", map[string]any{"software": map[string]any{"name": "embraye", "version": "9.1"}, "metadata": map[string]any{"embraye": e}})
}

func told(p *apptest.Pair, reference string) map[string]any {
	return map[string]any{"version": 1, "organisation": p.Org.ID, "measures": p.Home.Base + "/measures", "reference": []string{reference}, "constats": 12}
}

const ours = "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29"

func TestALookSaysWhoItIsAndKeepsNothing(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Org.Doc["manuallyApprovesFollowers"] = true
		p.Org.Publish()
		node(p, told(p, ours))
		p.Home.PutJSON("/constats/1", map[string]any{"id": p.Home.Base + "/constats/1", "type": "Note", "attributedTo": p.Measures[0].ID})
		p.Home.Put("/divergences", "text/html", http.StatusOK, []byte("<p>Une page."))
		for _, address := range []string{"@organisation@pair.example", p.Org.ID, p.Measures[0].ID, p.Home.Base, p.Home.Base + "/",
			p.Home.Base + "/@organisation", p.Home.Base + "/@organisation/FR-BRE", // and as a browser shows it
			p.Home.Base + "/constats/1", p.Home.Base + "/divergences"} { // what is no account is its organisation's
			l, err := p.In.Peers.Look(p.Context(), embraye.Operator(), address)
			p.Must(err)
			if l.Software != "embraye" || l.Version != "9.1" || l.OtherText || len(l.Measures) != 3 || l.Constats != 12 || !l.ApprovesFollows || l.Peer != nil || string(l.Organisation) != p.Org.ID {
				p.Errorf("%s: %+v", address, l)
			}
		}
		_, err := p.In.Store.Tables().RemoteActors.ByURI(p.Context(), embraye.IRI(p.Org.ID))
		if !errors.Is(err, embraye.ErrNotFound) {
			p.Errorf("it is remembered: %v", err)
		}
		node(p, told(p, "https://texts.example/other/1"))
		l, err := p.In.Peers.Look(p.Context(), embraye.Operator(), p.Org.ID)
		if p.Must(err); !l.OtherText {
			p.Errorf("another text: %+v", l)
		}
		if _, err := p.In.Peers.Look(p.Context(), embraye.Acting{Person: &embraye.Person{Role: embraye.Reviewer}}, p.Org.ID); !errors.Is(err, embraye.ErrForbidden) {
			p.Errorf("a reviewer looks: %v", err)
		}
	})
}

func TestWhoCannotBeAPeer(t *testing.T) {
	cases := map[string]struct {
		lie  func(p *apptest.Pair)
		code string
	}{
		"a plain account":        {func(p *apptest.Pair) { delete(p.Org.Doc, "embraye:measures") }, "is_not_an_embraye_organisation"},
		"measures elsewhere":     {func(p *apptest.Pair) { p.Org.Doc["embraye:measures"] = "https://evil.example/measures" }, "names_measures_of_another_server"},
		"organisation elsewhere": {func(p *apptest.Pair) { p.Org.Doc["embraye:organisation"] = "https://evil.example/org" }, "names_an_organisation_of_another_server"},
		"somebody else's key":    {func(p *apptest.Pair) { p.Org.Doc["publicKey"].(map[string]any)["owner"] = p.Measures[0].ID }, "shows_no_key_of_its_own"},
		"no key":                 {func(p *apptest.Pair) { delete(p.Org.Doc, "publicKey") }, "shows_no_key_of_its_own"},
		"down":                   {func(p *apptest.Pair) { p.Home.Put("/measures", "text/plain", http.StatusBadGateway, nil) }, "does_not_answer"},
		"refuses us":             {func(p *apptest.Pair) { p.Home.Put("/measures", "text/plain", http.StatusForbidden, nil) }, "does_not_let_us_read"},
		"no list": {func(p *apptest.Pair) {
			p.Home.PutJSON("/measures", map[string]any{"id": p.Home.Base + "/measures", "type": "Note"})
		}, "has_no_list_of_measures"},
		"other list in nodeinfo":  {func(p *apptest.Pair) { n := told(p, ours); n["measures"] = p.Home.Base + "/others"; node(p, n) }, "names_other_measures_in_its_nodeinfo"},
		"other organisation told": {func(p *apptest.Pair) { n := told(p, ours); n["organisation"] = "https://evil.example/org"; node(p, n) }, "names_another_organisation_in_its_nodeinfo"},
		"a stranger's measure": {func(p *apptest.Pair) {
			p.Home.PutJSON("/measures", map[string]any{"id": p.Home.Base + "/measures", "type": "Collection", "items": []any{p.Measures[0].ID, "https://evil.example/m"}})
		}, "names_measures_of_another_server"},
		"blocked": {func(p *apptest.Pair) {
			p.Must(p.In.Talk.Block(p.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "pair.example", Severity: embraye.Suspend}))
		}, "is_blocked_here"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := apptest.NewPair(t, "sqlite")
			c.lie(p)
			p.Org.Publish()
			wantProblem(t, p, "@organisation@pair.example", c.code)
		})
	}
	p := apptest.NewPair(t, "sqlite")
	p.Home.PutJSON("/notes/1", map[string]any{"id": p.Home.Base + "/notes/1", "type": "Note"}) // a server that does not say it is an Embraye
	for address, code := range map[string]string{"http://pair.example/users/organisation": "is_on_http", "@organisation@nowhere.example": "does_not_answer",
		"@nobody@pair.example": "has_no_such_account", "what": "is_no_address", p.Home.Base + "/notes/1": "is_not_an_embraye_organisation", string(p.In.Site.ActorID("organisation")): "is_this_instance",
		p.In.Site.Base: "is_this_instance", p.In.Site.Base + "/": "is_this_instance", p.In.Site.Mention("organisation"): "is_this_instance",
		strings.ToUpper(p.In.Site.Mention("mesure1")): "is_this_instance", p.In.Site.Base + "/@mesure1": "is_this_instance"} {
		wantProblem(t, p, address, code)
	}
}

func wantProblem(t *testing.T, p *apptest.Pair, address, code string) {
	t.Helper()
	_, err := p.In.Peers.Add(t.Context(), embraye.Operator(), address, embraye.PeerChoices{Gather: true})
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Code != code {
		t.Errorf("%s: %v, want %s", address, err, code)
	}
	tables := p.In.Store.Tables()
	peers, err := tables.Peers.List(t.Context())
	p.Must(err)
	follows, err := tables.Follows.List(t.Context())
	p.Must(err)
	_, err = tables.RemoteActors.ByURI(t.Context(), embraye.IRI(p.Org.ID))
	if len(peers)+len(follows) != 0 || !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("%s: %d peers, %d follows, %v", address, len(peers), len(follows), err)
	}
}

// rekey gives an actor another key, without a word to anybody.
func rekey(p *apptest.Pair, a *fedtest.Actor) {
	for old := a.Key; a.Key.Equal(old); {
		key, err := fedtest.Key()
		p.Must(err)
		a.Key = key
	}
	a.Doc["publicKey"] = map[string]any{"id": a.KeyID, "owner": a.ID, "publicKeyPem": fedtest.PEM(p.T, &a.Key.PublicKey)}
	a.Publish()
}

func only(p *apptest.Pair) embraye.KeptPeer {
	p.Helper()
	list, err := p.In.Peers.List(p.Context())
	p.Must(err)
	if len(list) != 1 {
		p.Fatalf("%d peers", len(list))
	}
	return list[0]
}

func TestAnotherKeyWaitsForAnAdmin(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("before", nil))
		rekey(p, p.Measures[1])
		p.Says("Create", p.Constat("after", nil))
		page := only(p)
		if p.Kept("before") == nil || p.Kept("after") != nil || len(p.Unread()) != 1 || len(page.Changes()) != 1 || page.Changes()[0].What != "key" {
			p.Errorf("kept %v %v, %d unread, changes %v", p.Kept("before"), p.Kept("after"), len(p.Unread()), page.Changes())
		}
		p.Must(p.In.Peers.Decline(p.Context(), embraye.Operator(), page.ID, page.Changed.Fingerprint()))
		p.Says("Create", p.Constat("declined", nil))
		_, err := p.In.Peers.Sync(p.Context(), embraye.Operator())
		if p.Must(err); only(p).Waits() || p.Kept("declined") != nil {
			p.Errorf("a declined key: %v, %v", only(p).Changes(), p.Kept("declined"))
		}
		rekey(p, p.Measures[1])
		if err := p.In.Peers.Accept(p.Context(), embraye.Operator(), page.ID, page.Changed.Fingerprint()); !errors.Is(err, embraye.ErrConflict) {
			p.Errorf("accepting what is not so any more: %v", err)
		}
		if !only(p).Waits() {
			p.Error("what was found instead is not noted")
		}
		p.Must(p.In.Peers.Accept(p.Context(), embraye.Operator(), page.ID, only(p).Changed.Fingerprint()))
		p.Says("Create", p.Constat("accepted", nil))
		if p.Kept("accepted") == nil || only(p).Waits() || only(p).LastNewsAt == nil {
			p.Errorf("an accepted key: %v, %+v", p.Kept("accepted"), only(p))
		}
	})
}

// Who takes over a server can show the public key that it always showed, and sign
// with another one beside it.
func TestOneKeyMoreIsAnotherKey(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("before", nil))
		m := p.Measures[1]
		stolen := m.Multikey("not theirs")
		said := func(kind string, object any) int {
			p.Said++
			return m.PostEd25519(stolen, string(p.In.Site.SharedInbox()), map[string]any{"id": fmt.Sprintf("%s/acts/%d", m.ID, p.Said), "type": kind, "actor": m.ID, "object": object})
		}
		passed := m.Proved(stolen, map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": m.ID + "/acts/passed", "type": "Create", "actor": m.ID, "object": p.Constat("passed", nil)})
		if p.W.Server("third.example").Actor("passer").Post(string(p.In.Site.SharedInbox()), passed); p.Kept("passed") != nil || len(p.Unread()) != 1 {
			p.Errorf("passed on by somebody: kept %v, %d unread", p.Kept("passed"), len(p.Unread()))
		}
		if status := said("Create", p.Constat("after", nil)); status != 202 || p.Kept("after") != nil || len(p.Unread()) != 2 {
			p.Errorf("a constat: %d, kept %v, %d unread", status, p.Kept("after"), len(p.Unread()))
		}
		for _, object := range []string{m.ID + "/before", m.ID} {
			if status := said("Delete", object); status != 401 || p.Kept("before").WithdrawnAt != nil {
				p.Errorf("the end of %s: %d, %+v", object, status, p.Kept("before"))
			}
		}
		if changes := only(p).Changes(); len(changes) != 1 || changes[0].What != "key" {
			p.Errorf("changes %v", changes)
		}
		p.Must(p.In.Peers.Accept(p.Context(), embraye.Operator(), only(p).ID, only(p).Changed.Fingerprint()))
		if status := said("Delete", m.ID+"/before"); status != 202 || p.Kept("before").WithdrawnAt == nil {
			p.Errorf("once it is accepted: %d", status)
		}
	})
}

func TestATrustedOrganisationWithAnotherKeyIsRead(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		_, err := p.In.Peers.Add(p.Context(), embraye.Operator(), p.Org.ID, embraye.PeerChoices{Gather: true, TrustReviews: true})
		p.Must(err)
		p.W.Settle()
		reviews := func(name string) embraye.ReplyState {
			p.Helper()
			p.Said++
			id := p.Org.ID + "/" + name
			note := map[string]any{"id": id, "type": "Note", "attributedTo": p.Org.ID, "to": []string{apptest.Public}, "content": "<p>Non.</p>",
				"inReplyTo": p.In.Site.UpdateID(apptest.PublishOne(p.T, p.In)), "embraye:verdict": "contests", "embraye:reason": "Non.", "embraye:license": "CC-BY-4.0"}
			if status := p.Org.Post(string(p.In.Site.SharedInbox()), map[string]any{"id": fmt.Sprintf("%s/acts/%d", p.Org.ID, p.Said), "type": "Create", "actor": p.Org.ID, "object": note}); status != 202 {
				p.Fatalf("a review: %d", status)
			}
			r, err := p.In.Store.Tables().PeerReviews.ByURI(p.Context(), embraye.IRI(id))
			p.Must(err)
			return r.State
		}
		if state := reviews("one"); state != embraye.ReplyShown {
			p.Fatalf("by the agreed key: %s", state)
		}
		rekey(p, p.Org)
		rekey(p, p.Measures[1])
		if state := reviews("three"); state != embraye.ReplyPending {
			p.Errorf("by another key: %s", state)
		}
		p.Says("Create", map[string]any{"id": p.Measures[1].ID + "/answer", "type": "Note", "attributedTo": p.Measures[1].ID, "to": []string{apptest.Public},
			"content": "<p>Si.</p>", "inReplyTo": "https://third.example/1", "embraye:answers": "https://third.example/1"})
		if a, err := p.In.Store.Tables().ReviewResponses.ByNote(p.Context(), embraye.IRI(p.Measures[1].ID+"/answer")); !errors.Is(err, embraye.ErrNotFound) {
			p.Errorf("an answer by another key: %+v, %v", a, err)
		}
	})
}

func TestAKeyThatTheOneBeforeVouchedForIsBelieved(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("before", nil))
		peer, log := only(p).Peer, embraye.PeerLog{Origin: "pair.example/journal"}
		peer.Known.Log = &log
		p.Must(p.In.Store.InTx(p.Context(), func(t store.Tables) error { return t.Peers.Save(p.Context(), &peer) }))
		m, old := p.Measures[1], p.Measures[1].Key
		rekey(p, m)
		fresh := m.Key
		m.Key = old
		p.Says("Update", m.Doc)
		m.Key = fresh
		p.Says("Create", p.Constat("after", nil))
		_, err := p.In.Peers.Sync(p.Context(), embraye.Operator())
		if p.Must(err); p.Kept("after") == nil || only(p).Waits() {
			p.Errorf("kept %v, waits %v", p.Kept("after"), only(p).Changes())
		}
		if known := only(p).Known; known.Log == nil || *known.Log != log {
			p.Errorf("its log is forgotten: %+v", known)
		}
	})
}

func TestWhatIsNotGatheredIsNotKept(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		choose := func(c embraye.PeerChoices) {
			p.Helper()
			p.Must(p.In.Peers.Choose(p.Context(), embraye.Operator(), only(p).ID, c))
			p.W.Settle()
		}
		p.Follow()
		p.Says("Create", p.Constat("a", nil))
		choose(embraye.PeerChoices{TrustReviews: true})
		p.Says("Create", p.Constat("b", nil))
		if page := only(p); p.Kept("a") != nil || p.Kept("b") != nil || len(page.Follows) != 1 || !page.TrustReviews || len(page.Backfills) != 0 {
			p.Errorf("not gathered: %v %v, %+v", p.Kept("a"), p.Kept("b"), page)
		}
		if err := p.In.Peers.Choose(p.Context(), embraye.Operator(), only(p).ID, embraye.PeerChoices{Boost: true}); !errors.Is(err, embraye.ErrInvalid) {
			p.Errorf("to boost what is not gathered: %v", err)
		}
		choose(embraye.PeerChoices{Gather: true})
		p.Says("Create", p.Constat("c", nil))
		if page := only(p); p.Kept("c") == nil || len(page.Follows) != 4 || len(page.Backfills) != 3 {
			p.Errorf("gathered again: %v, %+v", p.Kept("c"), page)
		}
	})
}

func TestARemovedPeersConstatsStayOrGo(t *testing.T) {
	for name, forget := range map[string]bool{"stay": false, "go": true} {
		t.Run(name, func(t *testing.T) {
			apptest.EachPair(t, func(p *apptest.Pair) {
				p.Follow()
				p.Says("Create", p.Constat("a", nil))
				p.Says("Create", p.Constat("b", map[string]any{"embraye:scale": "2"}))
				p.Must(p.In.Peers.Remove(p.Context(), embraye.Operator(), only(p).ID, forget))
				list, err := p.In.Peers.List(p.Context())
				p.Must(err)
				if (p.Kept("a") == nil) != forget || (len(p.Unread()) == 0) != forget || len(list) != 0 {
					p.Errorf("kept %v, %d unread, %d peers", p.Kept("a"), len(p.Unread()), len(list))
				}
			})
		})
	}
}

func TestASilentPeerIsNoted(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Home.Put("/measures", "text/plain", http.StatusBadGateway, nil)
		p.Must(p.In.Peers.ReadAgain(p.Context()))
		if only(p).SilentSince == nil {
			p.Error("it is not silent")
		}
		p.Says("Create", p.Constat("a", nil))
		if only(p).SilentSince != nil {
			p.Error("who speaks is silent")
		}
		p.Must(p.In.Peers.ReadAgain(p.Context()))
		p.List()
		p.Must(p.In.Peers.ReadAgain(p.Context()))
		if only(p).SilentSince != nil {
			p.Error("who answers is silent")
		}
	})
}
