package talk_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func markGone(k *scene, a *fedtest.Actor) func(store.Tables) error {
	return func(t store.Tables) error { return t.RemoteActors.MarkGone(k.Context(), embraye.IRI(a.ID)) }
}

// A blocked account is told that it follows no more, what it wrote is hidden,
// and what it writes or asks from then on is ignored.
func TestBlockingAnAccount(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.follow(k.ann)
		r, mine := k.reply(k.ann, "Insulte", true), k.reply(k.bo, "Bravo", true)
		private := k.reply(k.ann, "Insulte privée", false)
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID))
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, mine.ID))
		k.settle()
		k.wantCode(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, embraye.IRI(k.measure()), ""), "is_this_instance")
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, r.Actor, "Insultes répétées"))
		if e := k.audit("actor.block", true); e.Object != "" || e.Reason != "Insultes répétées" || e.Detail != k.ann.ID {
			k.Errorf("audit %+v", e)
		}
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, r.Actor, "Encore"))
		k.wantShown("after the block", "<p>Bravo</p>")
		for _, row := range []*embraye.Reply{r, private} {
			if state := k.row(string(row.URI)).State; state != embraye.ReplyHidden {
				k.Errorf("%s is %s", row.URI, state)
			}
		}
		got := k.sent(k.home)
		if len(got) != 1 || got[0].Type() != "Reject" || got[0].Path != "/users/ann/inbox" || got[0].ObjectID() != k.ann.ID+"/follow" || got[0].JSON["actor"] != k.measure() {
			k.Errorf("sent %+v", got)
		}
		if n, err := k.in.Store.Tables().Followers.Count(k.Context(), "mesure2"); n != 1 || err != nil {
			k.Errorf("%d followers, %v", n, err)
		}
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/posts/9#create", "type": "Create", "object": k.note(k.ann, k.ann.ID+"/posts/9", "Encore", true)})
		if _, err := k.in.Store.Tables().Replies.ByURI(k.Context(), embraye.IRI(k.ann.ID+"/posts/9")); !errors.Is(err, embraye.ErrNotFound) {
			k.Errorf("a blocked account's reply is kept: %v", err)
		}
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/quote", "type": "QuoteRequest", "object": k.constat, "instrument": k.ann.ID + "/posts/q"})
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/follow-2", "type": "Follow", "object": string(k.in.Site.ActorID("mesure3"))})
		if got = k.sent(k.home); len(got) != 1 || got[0].Type() != "Reject" {
			k.Errorf("what a blocked account asks is answered by %+v", got)
		}
		k.unblocked(r.Actor)
	})
}

// What a person hides while its author changes it stays hidden.
func TestAReplyThatIsHiddenMeanwhileStaysHidden(t *testing.T) {
	k := newTalk(t, storetest.Postgres)
	r := k.reply(k.ann, "Insulte", true)
	h := &apptest.House{T: t, World: k.w, Instance: k.in}
	k.must(h.Meanwhile(func(context.Context) error {
		k.post(k.ann, map[string]any{"id": string(r.URI) + "#update", "type": "Update", "object": k.note(k.ann, string(r.URI), "Encore une insulte", true)})
		return nil
	}, "UPDATE replies SET state = 'hidden', reason = 'Insulte' WHERE uri = $1", r.URI))
	if now := k.row(string(r.URI)); now.State != embraye.ReplyHidden || now.Reason != "Insulte" || !strings.Contains(now.HTML, "Encore") {
		t.Errorf("%+v", now)
	}
}

// Blocking a server hides what came from it, and nothing else.
func TestBlockingAServerHidesItsReplies(t *testing.T) {
	eachTalk(t, func(k *scene) {
		for _, r := range []*embraye.Reply{k.reply(k.ann, "Insulte", true), k.reply(k.bo, "Insulte aussi", true), k.reply(k.cy, "Bravo", true)} {
			k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID))
		}
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend, Comment: "Insultes"}))
		k.wantShown("after the block", "<p>Bravo</p>")
		if r := k.row(k.ann.ID + "/posts/1"); r.Reason != "Insultes" {
			k.Errorf("the reply is %+v", r)
		}
	})
}

func (k *scene) unblocked(actor embraye.IRI) {
	blocked, err := k.in.Talk.BlockedAuthors(k.Context(), k.reviewer)
	k.must(err)
	if len(blocked) != 1 || blocked[0].Blocked != actor {
		k.Errorf("blocked: %+v", blocked)
	}
	k.must(k.in.Talk.UnblockAuthor(k.Context(), k.reviewer, actor))
	k.audit("actor.unblock", true)
	if err := k.in.Talk.UnblockAuthor(k.Context(), k.reviewer, actor); !errors.Is(err, embraye.ErrNotFound) {
		k.Errorf("unblocking again: %v", err)
	}
	k.reply(k.ann, "Pardon", true)
}

func TestRevokingAQuote(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/quote", "type": "QuoteRequest", "object": k.constat, "instrument": k.ann.ID + "/posts/q"})
		k.settle()
		list, err := k.in.Talk.Quotes(k.Context(), k.lowerRoles[1], "", 0)
		k.must(err)
		if len(list) != 1 || list[0].Author.Username != "ann" || list[0].Update == nil {
			k.Fatalf("quotes %+v", list)
		}
		id := list[0].Quote.ID
		address := string(k.in.Site.QuoteID(id))
		if status := k.status(address); status != 200 {
			k.Fatalf("the authorization answers %d", status)
		}
		k.must(k.in.Talk.RevokeQuote(k.Context(), k.reviewer, id))
		k.must(k.in.Talk.RevokeQuote(k.Context(), k.reviewer, id))
		got := k.sent(k.home)
		if len(got) != 1 || got[0].Type() != "Delete" || got[0].ObjectID() != address || got[0].JSON["actor"] != k.measure() {
			k.Errorf("sent %+v", got)
		}
		if got := k.far.Take(); len(got) != 1 || got[0].ObjectID() != address {
			k.Errorf("followers got %+v", got)
		}
		if status := k.status(address); status != 404 {
			k.Errorf("the revoked authorization answers %d", status)
		}
		if e := k.audit("quote.revoke", true); e.Object != k.constat || !strings.Contains(e.Detail, "/posts/q") {
			k.Errorf("audit %+v", e)
		}
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/quote-2", "type": "QuoteRequest", "object": k.constat, "instrument": k.ann.ID + "/posts/q"})
		if got := k.sent(k.home); len(got) != 0 {
			k.Errorf("asking again brought %+v", got)
		}
		if status := k.status(k.constat); status != 200 {
			k.Errorf("the constat answers %d", status)
		}
	})
}

func TestReactionsHaveNamesInTheOffice(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.post(k.ann, map[string]any{"id": k.ann.ID + "#like", "type": "Like", "object": k.constat})
		k.post(k.bo, map[string]any{"id": k.bo.ID + "#boost", "type": "Announce", "object": k.constat, "to": []string{apptest.Public}})
		for kind, want := range map[embraye.InteractionKind][]string{"": {"bo", "ann"}, embraye.Like: {"ann"}, embraye.Boost: {"bo"}} {
			list, err := k.in.Talk.Interactions(k.Context(), k.lowerRoles[1], embraye.InteractionFilter{Kind: kind})
			k.must(err)
			var names []string
			for _, i := range list {
				names = append(names, i.Author.Username)
				if i.Update == nil || i.Update.ID != k.update.ID {
					k.Errorf("about %+v", i.Update)
				}
			}
			if strings.Join(names, " ") != strings.Join(want, " ") {
				k.Errorf("%q: %v, want %v", kind, names, want)
			}
		}
	})
}
