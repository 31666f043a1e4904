package inbox_test

import (
	"fmt"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// A mover is an account with a new one elsewhere.
type mover struct {
	*apptest.Pair
	old, fresh *fedtest.Actor
	said       int
}

func newMover(p *apptest.Pair) *mover {
	return &mover{Pair: p, old: p.W.Server("old.example").Actor("ana"), fresh: p.W.Server("new.example").Actor("ana")}
}

// names has both documents name each other, as when Mastodon moves an account.
func (m *mover) names() {
	m.old.Doc["movedTo"] = m.fresh.ID
	m.fresh.Doc["alsoKnownAs"] = []string{m.old.ID}
}

func (m *mover) publish() {
	m.old.Publish()
	m.fresh.Publish()
}

// says sends an activity, which has to be answered 202.
func (m *mover) says(a *fedtest.Actor, kind, object, target string) {
	m.Helper()
	m.said++
	act := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/acts/%d", a.ID, m.said), "type": kind, "actor": a.ID, "object": object}
	if target != "" {
		act["target"] = target
	}
	if status := a.Post(string(m.In.Site.SharedInbox()), act); status != 202 {
		m.Fatalf("%s answered %d", kind, status)
	}
}

func (m *mover) follow(a *fedtest.Actor, handle string) {
	m.Helper()
	m.says(a, "Follow", string(m.In.Site.ActorID(handle)), "")
}

// followers counts the followers of a measure of ours that these accounts are.
func (m *mover) followers(handle string) (old, fresh bool) {
	m.Helper()
	t := m.In.Store.Tables()
	old, err := t.Followers.Exists(m.Context(), handle, embraye.IRI(m.old.ID))
	m.Must(err)
	fresh, err = t.Followers.Exists(m.Context(), handle, embraye.IRI(m.fresh.ID))
	m.Must(err)
	return old, fresh
}

func (m *mover) want(when, handle string, wantOld, wantFresh bool) {
	m.Helper()
	if old, fresh := m.followers(handle); old != wantOld || fresh != wantFresh {
		m.Errorf("%s: the old account follows %s: %t, the new one: %t", when, handle, old, fresh)
	}
}

// The new account follows by a Follow of its own, before the Move or after it;
// only what it follows too is ended for the old one.
func TestMoveOfAFollower(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		m := newMover(p)
		for _, handle := range []string{"mesure1", "mesure2", "mesure3"} {
			m.follow(m.old, handle)
		}
		m.follow(m.fresh, "mesure1")
		m.want("before", "mesure1", true, true)
		m.names()
		m.publish()
		m.says(m.old, "Move", m.old.ID, m.fresh.ID)
		m.want("after the Move", "mesure1", false, true)
		m.want("after the Move, without a Follow", "mesure2", true, false)
		m.follow(m.fresh, "mesure2")
		m.want("after the Follow", "mesure2", false, true)
		m.want("never followed anew", "mesure3", true, false)
	})
}

// Whoever lies about a move changes nothing.
func TestF077MovesThatAreNone(t *testing.T) {
	var elsewhere *fedtest.Actor
	for name, lie := range map[string]func(m *mover) (object, target string){
		"the new account does not know it": func(m *mover) (string, string) {
			delete(m.fresh.Doc, "alsoKnownAs")
			return m.old.ID, m.fresh.ID
		},
		"the new account knows another": func(m *mover) (string, string) {
			m.fresh.Doc["alsoKnownAs"] = []string{elsewhere.ID}
			return m.old.ID, m.fresh.ID
		},
		"its own document says nothing": func(m *mover) (string, string) {
			delete(m.old.Doc, "movedTo")
			return m.old.ID, m.fresh.ID
		},
		"its own document names another": func(m *mover) (string, string) {
			m.old.Doc["movedTo"] = elsewhere.ID
			return m.old.ID, m.fresh.ID
		},
		"a loop": func(m *mover) (string, string) {
			m.fresh.Doc["movedTo"] = m.old.ID
			return m.old.ID, m.fresh.ID
		},
		"somebody else's account": func(m *mover) (string, string) { return elsewhere.ID, m.fresh.ID },
		"to itself":               func(m *mover) (string, string) { return m.old.ID, m.old.ID },
		"to us":                   func(m *mover) (string, string) { return m.old.ID, string(m.In.Site.ActorID("mesure1")) },
		"to nowhere":              func(m *mover) (string, string) { return m.old.ID, "" },
		"to no actor":             func(m *mover) (string, string) { return m.old.ID, m.fresh.ID + "/none" },
		"a blocked server": func(m *mover) (string, string) {
			m.Must(m.In.Talk.Block(m.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "new.example", Severity: embraye.Suspend}))
			return m.old.ID, m.fresh.ID
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMover(apptest.NewPair(t, "sqlite"))
			elsewhere = m.W.Server("third.example").Actor("zoe")
			m.follow(m.old, "mesure1")
			m.follow(m.fresh, "mesure1")
			_, kept := m.followers("mesure1")
			m.names()
			object, target := lie(m)
			if name == "a blocked server" {
				kept = false // as all followers there
			}
			m.publish()
			m.says(m.old, "Move", object, target)
			m.want("afterwards", "mesure1", true, kept)
		})
	}
}

// A Move of a stranger whom nobody here has to do with costs no request but that
// for its key.
func TestMoveOfAStrangerFetchesNothing(t *testing.T) {
	m := newMover(apptest.NewPair(t, "sqlite"))
	m.names()
	m.publish()
	m.says(m.old, "Move", m.old.ID, m.fresh.ID)
	if asked := m.W.Wire.Requests("new.example"); len(asked) != 0 {
		t.Errorf("asked: %v", asked)
	}
}

// A peer that moves is told of, and followed nowhere else.
func TestMoveOfAPeerIsForAnAdmin(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		m := newMover(p)
		m.old = p.Org
		m.old.Doc["movedTo"], m.fresh.Doc["alsoKnownAs"] = m.fresh.ID, []string{m.old.ID}
		m.publish()
		m.says(m.old, "Move", m.old.ID, m.fresh.ID)
		p.W.Settle()
		all, err := p.In.Store.Tables().Audit.Recent(p.Context(), "peer.moved", 10)
		p.Must(err)
		if len(all) != 1 || all[0].Object != p.Org.ID || all[0].Reason != m.fresh.ID || all[0].Public {
			p.Errorf("the audit log says %+v", all)
		}
		if sent := append(apptest.Messages(m.fresh.Server.Inbox(), "Follow"), apptest.Messages(p.Home.Take(), "Undo")...); len(sent) != 0 {
			p.Errorf("sent: %v", sent)
		}
		if list, err := p.In.Peers.List(p.Context()); err != nil || len(list) != 1 || list[0].Organisation != embraye.IRI(p.Org.ID) {
			p.Errorf("peers: %v, %v", list, err)
		}
	})
}
