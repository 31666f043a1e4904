package fedtest

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
)

// together is three organisations that gather from each other and believe each
// other's reviews, a server like Mastodon, and a liar.
type together struct {
	*stage
	a, b, c    *Instance
	ann        *Actor // on the server like Mastodon; follows A's measure
	liar       *Actor
	update     *embraye.Update // A's constat
	constat    embraye.IRI
	review     *embraye.Review // B's
	told       embraye.IRI
	said       Message // the Create that ann's server got
	contesting string
}

// TestInstancesTogether is the network as a whole, in one play: what one says
// the others have, nobody can hide what is said of them, and who lies changes
// nothing of anybody's.
func TestInstancesTogether(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		p := newTogether(t, kind)
		p.befriend()
		p.names()
		p.publish()
		p.correct()
		p.contest()
		p.answer()
		p.withdraw()
		p.lies()
		p.goes()
	})
}

func newTogether(t *testing.T, kind string) *together {
	t.Helper()
	s := newStage(t, kind)
	p := &together{stage: s, a: s.limited, b: s.free, contesting: "Aucune commune n'a signé."}
	p.c = s.w.instance(Config{Kind: kind, Reference: p.a.App.Reference(), Log: s.log}, "third.example")
	s.w.Instances = append(s.w.Instances, p.c)
	p.ann, p.liar = s.w.Server("masto.example").Actor("ann"), s.w.Server("liar.example").Actor("organisation")
	return p
}

func (p *together) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// page is what readers see at one of an instance's addresses.
func (p *together) page(address string, want int) string {
	p.t.Helper()
	resp := p.w.Get(address, "text/html")
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		p.t.Errorf("%s: %d, want %d (%v)", address, resp.StatusCode, want, err)
	}
	return strings.ReplaceAll(string(body), "&#39;", "'")
}

// copyOn is the address of an instance's copy of A's constat.
func (p *together) copyOn(in *Instance) string { return in.Site.CopyPage(embraye.CopyID(p.constat)) }

// kept is an instance's copy of a constat of A's.
func (p *together) kept(in *Instance, uri embraye.IRI) *embraye.PeerUpdate {
	p.t.Helper()
	u, err := in.Store.Tables().PeerUpdates.ByURI(p.t.Context(), uri)
	p.must(err)
	return u
}

// befriend: each adds the others, who accept; ann follows A's measure.
func (p *together) befriend() {
	all := []*Instance{p.a, p.b, p.c}
	for _, who := range all {
		for _, whom := range all {
			if who == whom {
				continue
			}
			_, err := who.Peers.Add(p.t.Context(), embraye.Operator(), string(whom.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true, TrustReviews: who != p.a})
			p.must(err)
		}
	}
	p.w.Settle()
	for _, who := range all {
		follows, err := who.Store.Tables().Follows.List(p.t.Context())
		p.must(err)
		for _, f := range follows {
			if f.State != embraye.FollowAccepted {
				p.t.Errorf("%s: the Follow of %s is %s", who.Host, f.Target, f.State)
			}
		}
		if len(follows) < 4 { // two organisations and their measures
			p.t.Errorf("%s follows %d accounts", who.Host, len(follows))
		}
	}
	if got := p.ann.Post(string(p.a.Site.SharedInbox()), follow(p.ann, "follow-1", string(p.a.Site.ActorID("water")))); got != http.StatusAccepted {
		p.t.Errorf("ann's Follow: %d", got)
	}
	p.heard("Accept")
}

// names: each measure names those of the others, who permit it as long as they
// wish; whoever reads the collection finds their permissions.
func (p *together) names() {
	all := []*Instance{p.a, p.b, p.c}
	named := func(in *Instance) (accounts []string) {
		collection := p.w.documentOf(string(in.Site.Collection("water", "qui-suit")))
		for _, i := range collection["orderedItems"].([]any) {
			item := i.(map[string]any)
			permission := p.w.documentOf(item["featureAuthorization"].(string))
			if permission["interactingObject"] != collection["id"] || permission["interactionTarget"] != item["featuredObject"] {
				p.t.Errorf("%v is permitted by %v", item, permission)
			}
			accounts = append(accounts, item["featuredObject"].(string))
		}
		slices.Sort(accounts)
		return accounts
	}
	for i, in := range all {
		var others []string
		for j, other := range all {
			if i != j {
				others = append(others, string(other.Site.ActorID("water")))
			}
		}
		slices.Sort(others)
		if got := named(in); !slices.Equal(got, others) {
			p.t.Errorf("%s names %v", in.Host, got)
		}
	}
	given, err := p.b.Store.Tables().Quotes.ByQuoting(p.t.Context(), p.a.Site.Collection("water", "qui-suit"), p.b.Site.ActorID("water"))
	p.must(err)
	p.must(p.b.Talk.RevokeQuote(p.t.Context(), embraye.Operator(), given.ID))
	p.w.Settle()
	if got := named(p.a); !slices.Equal(got, []string{string(p.c.Site.ActorID("water"))}) {
		p.t.Errorf("after B changed its mind, A names %v", got)
	}
}

// heard is what ann's server got since the last time, of one kind alone, in the
// form that Mastodon takes: lists of addresses, an author on the sender's host.
func (p *together) heard(kinds ...string) []Message {
	p.t.Helper()
	p.w.Settle()
	got := p.ann.Server.Take()
	if !slices.Equal(types(got), kinds) {
		p.t.Fatalf("ann's server got %v, want %v", types(got), kinds)
	}
	for _, m := range got {
		to, isList := m.JSON["to"].([]any)
		if m.JSON["actor"] != string(p.a.Site.ActorID("water")) || m.JSON["id"] == nil || !isList || m.Type() != "Accept" && !slices.Contains(to, any(public)) {
			p.t.Errorf("%s: %s", m.Type(), m.Body)
		}
	}
	return got
}

// publish: A says something; B and C have it, and ann's server a Note.
func (p *together) publish() {
	published, err := p.a.Constats.Publish(p.t.Context(), embraye.Operator(), constatInput())
	p.must(err)
	p.update, p.constat = published.Update, p.a.Site.UpdateID(published.Update.ID)
	p.said = p.heard("Create")[0]
	note := object(p.said)
	for key, want := range map[string]any{"type": "Note", "id": string(p.constat), "attributedTo": string(p.a.Site.ActorID("water")), "inReplyTo": nil, "url": string(p.constat)} {
		if note[key] != want {
			p.t.Errorf("the Note's %s is %v", key, note[key])
		}
	}
	if content, _ := note["content"].(string); !strings.HasPrefix(content, "<p>") || note["published"] == nil || note["updated"] != nil {
		p.t.Errorf("the Note is %v", note)
	}
	for _, in := range []*Instance{p.b, p.c} {
		if u := p.kept(in, p.constat); u.Title != p.update.Title || u.Revision != 1 {
			p.t.Errorf("%s keeps %+v", in.Host, u)
		}
		if html := p.page(p.copyOn(in), http.StatusOK); !strings.Contains(html, p.update.Title) {
			p.t.Errorf("the copy on %s does not show it", in.Host)
		}
	}
}

// correct: a second version, everywhere.
func (p *together) correct() {
	p.w.Clock.Advance(time.Hour)
	content := p.update.Content
	content.Title = "Un appel à communs est prolongé"
	revised, err := p.a.Constats.Revise(p.t.Context(), embraye.Operator(), p.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Prolongé", Content: content})
	p.must(err)
	p.update = revised.Update
	note := object(p.heard("Update", "Create")[0])
	if note["id"] != string(p.constat) || note["updated"] == nil || note["updated"] == note["published"] {
		p.t.Errorf("the Update has %v", note)
	}
	for _, in := range []*Instance{p.b, p.c} {
		if u := p.kept(in, p.constat); u.Title != content.Title || u.Revision != 2 {
			p.t.Errorf("%s keeps %+v", in.Host, u)
		}
	}
}

// contest: B does not agree. A lets it wait, and says nothing; C shows it.
func (p *together) contest() {
	published, err := p.b.Reviews.Publish(p.t.Context(), embraye.Operator(), reviews.Input{Of: string(p.constat), ReviewContent: embraye.ReviewContent{
		Verdict: embraye.Contests, Reason: p.contesting, Evidence: []embraye.Evidence{{Href: "https://preuves.example/contre", Name: "Contre-preuve"}}}})
	p.must(err)
	p.w.Settle()
	p.review, p.told = published.Review, p.b.Site.ReviewID(published.Review.ID)
	r, err := p.a.Store.Tables().PeerReviews.ByURI(p.t.Context(), p.told)
	p.must(err)
	if r.State != embraye.ReplyPending || strings.Contains(p.page(string(p.constat), http.StatusOK), p.contesting) {
		p.t.Errorf("A shows what nobody has read: %s", r.State)
	}
	for _, in := range []*Instance{p.b, p.c} {
		if html := p.page(p.copyOn(in), http.StatusOK); !strings.Contains(html, p.contesting) {
			p.t.Errorf("%s does not show what B says", in.Host)
		}
	}
}

// answer: A answers, and everybody who shows the one shows the other.
func (p *together) answer() {
	_, err := p.a.Reviews.Answer(p.t.Context(), embraye.Operator(), string(p.told), "Trois communes ont signé.", true)
	p.must(err)
	p.heard("Create")
	for _, address := range []string{string(p.constat), p.copyOn(p.b), p.copyOn(p.c), string(p.told)} {
		if html := p.page(address, http.StatusOK); !strings.Contains(html, "Trois communes ont signé.") {
			p.t.Errorf("%s does not show what A answers", address)
		}
	}
}

// withdraw: another constat of A's comes and goes, and is gone everywhere.
func (p *together) withdraw() {
	other := constatInput()
	other.Scope.Territory = "FR-NOR"
	published, err := p.a.Constats.Publish(p.t.Context(), embraye.Operator(), other)
	p.must(err)
	p.heard("Create")
	p.must(p.a.Constats.Withdraw(p.t.Context(), embraye.Operator(), published.Update.ID, constats.WithdrawInput{Reason: "Doublon"}))
	uri := p.a.Site.UpdateID(published.Update.ID)
	if gone := object(p.heard("Delete")[0]); gone["type"] != "Tombstone" || gone["id"] != string(uri) {
		p.t.Errorf("the Delete has %v", gone)
	}
	for _, in := range []*Instance{p.b, p.c} {
		if u := p.kept(in, uri); u.WithdrawnAt == nil {
			p.t.Errorf("%s goes on keeping %+v", in.Host, u)
		}
		p.page(in.Site.CopyPage(embraye.CopyID(uri)), http.StatusGone)
	}
}

// goes: A's server is no more. B's and C's copies stand, with all that was said,
// and say since when A is silent; once it is back they follow it, to the end.
func (p *together) goes() {
	p.w.Wire.Remove(p.a.Host)
	others := []*Instance{p.b, p.c}
	silent := func(want bool, since string) {
		p.t.Helper()
		for _, in := range others {
			p.must(in.Peers.ReadAgain(p.t.Context()))
			html := p.page(p.copyOn(in), http.StatusOK)
			for _, part := range []string{p.update.Title, p.contesting, "Trois communes ont signé.", string(p.constat)} {
				if !strings.Contains(html, part) {
					p.t.Errorf("%s: the copy on %s lacks %q", since, in.Host, part)
				}
			}
			if strings.Contains(html, "ne répond plus depuis") != want {
				p.t.Errorf("%s: the copy on %s says that A is silent: %t", since, in.Host, !want)
			}
		}
	}
	silent(false, "today")
	p.w.Clock.Advance(6 * 24 * time.Hour)
	silent(false, "for six days")
	p.w.Clock.Advance(2 * 24 * time.Hour)
	silent(true, "for eight days")
	p.w.Wire.Serve(p.a.Host, p.a.Web)
	p.w.Clock.Advance(time.Hour) // for some minutes nobody who was away is asked again
	silent(false, "back again")
	p.must(p.a.Constats.Withdraw(p.t.Context(), embraye.Operator(), p.update.ID, constats.WithdrawInput{Reason: "Doublon"}))
	p.w.Settle()
	for _, in := range others {
		p.page(p.copyOn(in), http.StatusGone)
	}
}
