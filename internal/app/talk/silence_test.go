package talk_test

import (
	"errors"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

func (k *scene) silence(domain string) {
	k.Helper()
	k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: domain, Severity: embraye.Silence, Comment: "Bruit", RejectReports: true}))
}

// followers is how many follow the measure.
func (k *scene) followers() int {
	k.Helper()
	n, err := k.in.Store.Tables().Followers.Count(k.Context(), "mesure2")
	k.must(err)
	return n
}

// wantCounted is what the public reads of reactions to the constat.
func (k *scene) wantCounted(what string, likes, boosts int) {
	k.Helper()
	u, err := k.in.Store.Tables().Updates.Take(k.Context(), k.update.ID)
	k.must(err)
	if u.LikeCount != likes || u.BoostCount != boosts {
		k.Errorf("%s: %d likes, %d boosts, want %d and %d", what, u.LikeCount, u.BoostCount, likes, boosts)
	}
}

func (k *scene) react(a *fedtest.Actor) {
	k.Helper()
	k.post(a, map[string]any{"id": a.ID + "#like", "type": "Like", "object": k.constat})
	k.post(a, map[string]any{"id": a.ID + "#boost", "type": "Announce", "object": k.constat})
}

// What comes from a limited domain is kept and waits for a decision; what is ours
// still goes there and can be read there.
func TestALimitedDomainIsHeardAndNotShown(t *testing.T) {
	eachTalk(t, func(k *scene) {
		below := k.w.Server("sub.home.example")
		dee := below.Actor("dee")
		k.follow(k.ann)
		shown := k.reply(k.ann, "Avant", true)
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, shown.ID))
		k.react(k.ann)
		k.settle()
		k.silence("home.example")
		k.audit2("block.limit", "home.example")
		k.wantShown("limited")
		k.wantCounted("limited", 0, 0)
		if n := k.followers(); n != 2 {
			k.Errorf("%d followers, want cy and ann", n)
		}
		k.react(k.bo)
		k.react(k.cy)
		k.post(k.bo, map[string]any{"id": k.bo.ID + "#undo", "type": "Undo", "object": k.bo.ID + "#boost"})
		k.wantCounted("limited people react", 1, 1)
		rules, err := k.in.Organisation.Rules(k.Context())
		k.must(err)
		rules.RepliesOpen = true
		k.must(k.in.Organisation.SetRules(k.Context(), embraye.Operator(), rules))
		later := k.reply(dee, "Après", true)
		k.reply(k.cy, "Bravo", true)
		k.wantShown("replies at once, but for limited people", "<p>Bravo</p>")
		k.post(k.ann, map[string]any{"id": k.ann.ID + "#flag", "type": "Flag", "content": "x", "object": []string{k.constat}})
		if reports, err := k.in.Talk.Reports(k.Context(), k.reviewer, "open"); err != nil || len(reports) != 0 {
			k.Errorf("its reports are refused: %+v, %v", reports, err)
		}
		k.asksToFollow(dee)
		if status := k.status(k.constat); status != 200 {
			k.Errorf("the constat answers %d", status)
		}
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, later.ID))
		k.wantShown("an admin shows one", "<p>Après</p>", "<p>Bravo</p>")
		k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "home.example"))
		k.wantShown("limited no more", "<p>Avant</p>", "<p>Après</p>", "<p>Bravo</p>")
		k.wantCounted("limited no more", 3, 2)
	})
}

// asksToFollow: a Follow waits, one that is repeated waits once, and is answered
// when somebody has decided.
func (k *scene) asksToFollow(dee *fedtest.Actor) {
	k.Helper()
	k.settle()
	for _, id := range []string{"/follow", "/follow-2"} {
		k.post(dee, map[string]any{"id": dee.ID + id, "type": "Follow", "object": k.measure()})
	}
	k.post(k.bo, map[string]any{"id": k.bo.ID + "/follow", "type": "Follow", "object": k.measure()})
	k.post(k.bo, map[string]any{"id": k.bo.ID + "/undo", "type": "Undo", "object": map[string]any{"type": "Follow", "actor": k.bo.ID, "object": k.measure()}})
	k.post(k.ann, map[string]any{"id": k.ann.ID + "/follow-again", "type": "Follow", "object": k.measure()}) // she follows already
	if got := k.sent(k.home); len(got) != 1 || got[0].Type() != "Accept" || got[0].Path != "/users/ann/inbox" {
		k.Errorf("sent %+v", got)
	}
	list, err := k.in.Talk.FollowRequests(k.Context(), k.lowerRoles[1])
	k.must(err)
	if len(list) != 1 || list[0].Follower.Follower != embraye.IRI(dee.ID) || list[0].Author.Username != "dee" {
		k.Fatalf("who asks to follow: %+v", list)
	}
	k.forbidden("deciding who follows", k.lowerRoles, func(by embraye.Acting) error {
		return k.in.Talk.DecideFollow(k.Context(), by, list[0].Follower.ID, true)
	})
	k.must(k.in.Talk.DecideFollow(k.Context(), k.reviewer, list[0].Follower.ID, true))
	if got := k.sent(dee.Server); len(got) != 1 || got[0].Type() != "Accept" || got[0].ObjectID() != dee.ID+"/follow-2" {
		k.Errorf("dee's server heard %+v", got)
	}
	if err := k.in.Talk.DecideFollow(k.Context(), k.reviewer, list[0].Follower.ID, true); !errors.Is(err, embraye.ErrNotFound) {
		k.Errorf("deciding twice: %v", err)
	}
}

// audit2 is the newest entry and what it names.
func (k *scene) audit2(action, object string) {
	k.Helper()
	all, err := k.in.Store.Tables().Audit.List(k.Context(), 1)
	k.must(err)
	if e := all[0]; e.Action != action || e.Object != object {
		k.Errorf("audit: %+v, want %s of %s", e, action, object)
	}
}

// Lifting gives back what a block put aside, and nothing that another one holds.
func TestLiftingGivesBack(t *testing.T) {
	eachTalk(t, func(k *scene) {
		below := k.w.Server("sub.home.example")
		dee := below.Actor("dee")
		k.follow(k.ann)
		k.follow(dee)
		for _, a := range []*fedtest.Actor{k.ann, dee} {
			k.must(k.in.Talk.Show(k.Context(), k.reviewer, k.reply(a, a.ID, true).ID))
			k.react(a)
		}
		waiting := k.reply(k.ann, "Non lu", true)
		refused := k.reply(k.ann, "Refusé", true)
		k.must(k.in.Talk.Hide(k.Context(), k.reviewer, refused.ID, "Injure"))
		effects := k.effects("home.example", embraye.Suspend)
		want := embraye.BlockEffects{Followers: 2, Replies: 3, Reactions: 4, Hosts: 2}
		if effects.Deliveries = 0; effects != want {
			k.Errorf("told before: %+v, want %+v", effects, want)
		}
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "*.Home.Example", Severity: embraye.Suspend, Obfuscate: true}))
		k.audit2("block.add", "home.****ple")
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "sub.home.example", Severity: embraye.Suspend, Comment: "Aussi"}))
		if n := k.followers(); n != 1 {
			k.Errorf("%d follow, want cy", n)
		}
		if again := k.effects("home.example", embraye.Suspend); again.Followers+again.Replies+again.Reactions != 0 {
			k.Errorf("what is put aside is told again: %+v", again)
		}
		k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "home.example"))
		k.wantShown("sub is held by its own block", "<p>"+k.ann.ID+"</p>")
		k.wantCounted("sub is held by its own block", 1, 1)
		if n := k.followers(); n != 2 {
			k.Errorf("%d follow, want cy and ann", n)
		}
		if w, r := k.row(string(waiting.URI)), k.row(string(refused.URI)); w.State != embraye.ReplyPending || r.State != embraye.ReplyHidden || r.Reason != "Injure" {
			k.Errorf("what waited is %s, what was refused %s for %q", w.State, r.State, r.Reason)
		}
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "sub.home.example", Severity: embraye.Silence}))
		if n := k.followers(); n != 3 {
			k.Errorf("%d follow, want dee too: she is only limited now", n)
		}
		k.wantCounted("limited", 1, 1)
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, embraye.IRI(dee.ID), "Injures"))
		k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "sub.home.example"))
		k.wantShown("dee is refused by name", "<p>"+k.ann.ID+"</p>")
		if n := k.followers(); n != 2 {
			k.Errorf("%d follow", n)
		}
	})
}

func (k *scene) effects(domain string, severity embraye.Severity) embraye.BlockEffects {
	k.Helper()
	k.forbidden("effects", append(k.lowerRoles, k.reviewer), func(by embraye.Acting) error {
		_, _, err := k.in.Talk.BlockEffects(k.Context(), by, embraye.DomainBlock{Domain: domain, Severity: severity})
		return err
	})
	_, effects, err := k.in.Talk.BlockEffects(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: domain, Severity: severity})
	k.must(err)
	return effects
}

// A Delete of who is put aside leaves nothing that could come back.
func TestWhoIsGoneDoesNotComeBack(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.follow(k.ann)
		k.react(k.ann)
		k.silence("home.example")
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend}))
		k.must(k.in.Store.InTx(k.Context(), func(t store.Tables) error { return t.RemoteActors.DeleteAllOf(k.Context(), embraye.IRI(k.ann.ID)) }))
		k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "home.example"))
		k.wantCounted("ann is gone", 0, 0)
		if n := k.followers(); n != 1 {
			k.Errorf("%d follow, want cy", n)
		}
		k.wantCode(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: "noop"}), "unknown")
	})
}
