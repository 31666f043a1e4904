package inbox_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// naming is a peer whose measures accept that we follow them.
type naming struct{ *apptest.Pair }

// answers makes an actor of theirs answer something of ours.
func (p *naming) answers(by *fedtest.Actor, kind string, object any, result string) {
	p.Helper()
	p.Said++
	said := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/acts/%d", by.ID, p.Said), "type": kind, "actor": by.ID, "object": object}
	if result != "" {
		said["result"] = result
	}
	if got := by.Post(string(p.In.Site.SharedInbox()), said); got != 202 {
		p.Errorf("%s answered %d", kind, got)
	}
}

// follows lets us follow a measure, and returns what we asked of whom then.
func (p *naming) follows(m *fedtest.Actor) []fedtest.Message {
	p.Helper()
	p.answers(m, "Accept", map[string]any{"type": "Follow", "actor": string(p.In.Site.ActorID("organisation")), "object": m.ID}, "")
	return p.asked()
}

func (p *naming) asked() []fedtest.Message {
	p.W.Settle()
	return apptest.Messages(p.Home.Take(), "FeatureRequest")
}

// named are the accounts in « Qui suit la mesure 2 ».
func (p *naming) named() (accounts []string) {
	p.Helper()
	resp := p.W.Get(string(p.In.Site.Collection("mesure2", "qui-suit")), fedtest.ActivityType)
	defer resp.Body.Close()
	var c struct {
		OrderedItems []struct{ FeaturedObject, FeatureAuthorization string }
	}
	p.Must(json.NewDecoder(resp.Body).Decode(&c))
	for _, i := range c.OrderedItems {
		accounts = append(accounts, i.FeaturedObject+" "+i.FeatureAuthorization)
	}
	return accounts
}

// Whom we follow is asked once whether we may name it, and is named as long as
// it permits it itself, on its own server.
func TestAccountsOfPeersAreNamedIfTheyPermitIt(t *testing.T) {
	apptest.EachPair(t, func(pair *apptest.Pair) {
		p := &naming{pair}
		p.Follow()
		m, neighbour := p.Measures[1], p.Measures[0]
		asked := p.follows(m)
		if len(asked) != 1 || asked[0].Path != "/users/mesure2/inbox" || asked[0].JSON["actor"] != string(p.In.Site.ActorID("mesure2")) || asked[0].ObjectID() != m.ID ||
			asked[0].JSON["instrument"] != string(p.In.Site.Collection("mesure2", "qui-suit")) {
			p.Fatalf("we asked %v", asked)
		}
		request := asked[0].JSON["id"]
		permission := p.Home.Base + "/permissions/1"
		for _, step := range []struct {
			name         string
			by           *fedtest.Actor
			kind         string
			object       any
			result, want string
		}{
			{"a neighbour says yes", neighbour, "Accept", request, permission, ""},
			{"yes, without a permission", m, "Accept", request, "", ""},
			{"yes, with somebody else's permission", m, "Accept", request, "https://third.example/1", ""},
			{"yes to something else", m, "Accept", p.In.Site.Base + "/activities/01jzzzzzzzzzzzzzzzzzzzzzzz", permission, ""},
			{"yes", m, "Accept", map[string]any{"type": "FeatureRequest", "id": request}, permission, m.ID + " " + permission},
			{"a neighbour takes it back", neighbour, "Delete", permission, "", m.ID + " " + permission},
			{"something else is taken back", m, "Delete", p.Home.Base + "/permissions/2", "", m.ID + " " + permission},
			{"it is taken back", m, "Delete", permission, "", ""},
			{"yes again", m, "Accept", request, permission, m.ID + " " + permission},
			{"a neighbour says no", neighbour, "Reject", request, "", m.ID + " " + permission},
			{"no", m, "Reject", request, "", ""},
		} {
			p.answers(step.by, step.kind, step.object, step.result)
			if got := p.named(); len(got) > 1 || len(got) == 0 && step.want != "" || len(got) == 1 && got[0] != step.want {
				p.Errorf("%s: we name %v", step.name, got)
			}
		}
		p.answers(m, "Accept", request, permission)
		p.Must(p.In.Peers.Remove(p.Context(), embraye.Operator(), 1, false))
		if got := p.named(); got != nil {
			p.Errorf("whom we follow no more is named: %v", got)
		}
	})
}

// Who has not answered is asked again after a month, and not before.
func TestWhoDoesNotAnswerIsAskedToBeNamedOnceAMonth(t *testing.T) {
	apptest.EachPair(t, func(pair *apptest.Pair) {
		p := &naming{pair}
		p.Follow()
		first := p.follows(p.Measures[1])
		for _, c := range []struct {
			later time.Duration
			asks  int
		}{{24 * time.Hour, 0}, {28 * 24 * time.Hour, 0}, {24 * time.Hour, 1}, {24 * time.Hour, 0}} {
			p.W.Clock.Advance(c.later)
			_, err := p.In.Peers.Sync(p.Context(), embraye.Operator())
			p.Must(err)
			asked := p.asked()
			if len(asked) != c.asks || c.asks == 1 && asked[0].JSON["id"] == first[0].JSON["id"] {
				p.Errorf("after %s more we asked %v", c.later, asked)
			}
		}
	})
}
