package talk_test

import (
	"maps"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
)

func TestT22ABlockCountsFromItsCommitOn(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.reply(k.ann, "Bonjour", true)                                   // what is remembered of blocks is fresh now
		k.must(k.in.Store.InTx(k.Context(), func(tx store.Tables) error { // another process blocks
			return tx.DomainBlocks.Add(k.Context(), &embraye.DomainBlock{Domain: k.home.Host, Severity: "suspend", CreatedAt: k.w.Clock.Now()})
		}))
		for _, said := range []map[string]any{
			{"id": k.bo.ID + "/follow", "type": "Follow", "object": k.measure()},
			{"id": k.bo.ID + "/like", "type": "Like", "object": k.constat},
		} {
			said["@context"], said["actor"] = "https://www.w3.org/ns/activitystreams", k.bo.ID
			if status := k.bo.Post(string(k.in.Site.SharedInbox()), said); status != 403 {
				k.Errorf("%s of a server that was just blocked: %d", said["type"], status)
			}
		}
		follows, err := k.in.Store.Tables().Followers.Exists(k.Context(), "mesure2", embraye.IRI(k.bo.ID))
		if err != nil || follows {
			k.Errorf("it follows: %t, %v", follows, err)
		}
	})
}

func TestT22BlockedAuthorsLikesAndBoostsDoNotCount(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/like1", "type": "Like", "object": k.constat})
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, embraye.IRI(k.ann.ID), "Injures"))
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/boost", "type": "Announce", "object": k.constat})
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/emoji", "type": "EmojiReact", "content": "🎉", "object": k.constat})
		k.post(k.bo, map[string]any{"id": k.bo.ID + "/like", "type": "Like", "object": k.constat})
		u, err := k.in.Store.Tables().Updates.Take(k.Context(), k.update.ID)
		k.must(err)
		if u.LikeCount != 2 || u.BoostCount != 0 { // ann's from before the block, and bo's
			k.Errorf("%d likes, %d boosts", u.LikeCount, u.BoostCount)
		}
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/undo", "type": "Undo", "object": k.ann.ID + "/like1"})
		k.must(k.in.Talk.UnblockAuthor(k.Context(), k.reviewer, embraye.IRI(k.ann.ID)))
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/boost2", "type": "Announce", "object": k.constat})
		if u, err = k.in.Store.Tables().Updates.Take(k.Context(), k.update.ID); err != nil || u.LikeCount != 1 || u.BoostCount != 1 {
			k.Errorf("after the Undo and the end of the block: %d likes, %d boosts, %v", u.LikeCount, u.BoostCount, err)
		}
	})
}

// The servers of a blocked domain learn that their people follow no more; it is
// the last that they hear.
func TestT12ABlockedDomainHearsOfItsFollowersEnd(t *testing.T) {
	eachTalk(t, func(k *scene) {
		below := k.w.Server("sub.home.example")
		dee := below.Actor("dee")
		k.follow(k.ann)
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/follow-3", "type": "Follow", "object": string(k.in.Site.ActorID("mesure3"))})
		k.follow(k.bo)
		k.follow(dee)
		k.settle()
		below.Take()
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, embraye.IRI(k.bo.ID), "Injures"))                                // its Reject still waits
		k.must(k.in.Constats.Withdraw(k.Context(), embraye.Operator(), k.update.ID, constats.WithdrawInput{Reason: "Erreur"})) // its Delete waits too
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend}))
		rejected := map[string]int{}
		for _, server := range []*fedtest.Server{k.home, below} {
			for _, m := range k.sent(server) {
				rejected[m.Type()+" "+m.ObjectID()]++
			}
		}
		want := map[string]int{"Reject " + k.ann.ID + "/follow": 1, "Reject " + k.ann.ID + "/follow-3": 1,
			"Reject " + k.bo.ID + "/follow": 1, "Reject " + dee.ID + "/follow": 1}
		if !maps.Equal(rejected, want) {
			k.Errorf("the blocked domain heard %v, want %v", rejected, want)
		}
		k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "home.example"))
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/follow-again", "type": "Follow", "object": k.measure()})
		if got := k.sent(k.home); len(got) != 1 || got[0].Type() != "Accept" {
			k.Errorf("following again brought %+v", got)
		}
	})
}

// A block that fails says nothing to anybody.
func TestT12ASecondBlockSaysNothing(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend}))
		for _, domain := range []string{"home.example", "ours.example"} {
			if err := k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: domain, Severity: embraye.Suspend}); err == nil {
				k.Errorf("blocking %s was taken", domain)
			}
		}
		if got := append(k.sent(k.home), k.sent(k.far)...); len(got) != 0 {
			k.Errorf("sent %+v", got)
		}
	})
}

// What blocks a domain as somebody types it lifts the block too.
func TestABlockIsLiftedAsItWasTyped(t *testing.T) {
	eachTalk(t, func(k *scene) {
		for _, typed := range []string{" *.Loud.example ", "loud.example"} {
			k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: typed, Severity: embraye.Suspend}))
			k.must(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), typed))
		}
		k.wantCode(k.in.Talk.UnblockDomain(k.Context(), embraye.Operator(), "no host"), "is_not_a_domain")
		k.wantCode(k.in.Talk.Circle.Leave(k.Context(), embraye.Operator(), "no host"), "is_not_a_domain")
	})
}
