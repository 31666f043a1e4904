package talk_test

import (
	"testing"

	"embraye/internal/embraye"
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
