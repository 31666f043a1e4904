package talk_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/organisation"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

func TestAReplyIsShownAndHidden(t *testing.T) {
	eachTalk(t, func(k *scene) {
		r := k.reply(k.ann, "Bravo", true)
		k.wantShown("before a decision")
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID))
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID)) // a double click
		k.wantShown("after showing", "<p>Bravo</p>")
		if e := k.audit("reply.show", true); e.Object != k.constat || e.Detail != string(r.URI) {
			k.Errorf("audit %+v", e)
		}
		k.wantCode(k.in.Talk.Hide(k.Context(), k.reviewer, r.ID, " \u200b "), "required")
		k.wantCode(k.in.Talk.Hide(k.Context(), k.reviewer, r.ID, strings.Repeat("x", embraye.MaxReason+1)), "too_long")
		k.wantShown("after a refused decision", "<p>Bravo</p>")
		k.must(k.in.Talk.Hide(k.Context(), k.reviewer, r.ID, "Hors\nsujet"))
		k.must(k.in.Talk.Hide(k.Context(), k.reviewer, r.ID, "Encore"))
		k.wantShown("after hiding")
		if e := k.audit("reply.hide", true); e.Reason != "Hors sujet" || e.Object != k.constat {
			k.Errorf("audit %+v", e)
		}
		if r = k.row(string(r.URI)); r.State != embraye.ReplyHidden || r.Reason != "Hors sujet" {
			k.Errorf("the reply is %+v", r)
		}
	})
}

// A private message is read in the office alone. It is filed without a reason,
// and the journal does not hear of it.
func TestAPrivateReplyIsNeverShown(t *testing.T) {
	eachTalk(t, func(k *scene) {
		r := k.reply(k.ann, "Entre nous", false)
		k.wantCode(k.in.Talk.Show(k.Context(), k.reviewer, r.ID), "cannot_be_shown")
		k.wantShown("after the attempt")
		list, err := k.in.Talk.Replies(k.Context(), k.lowerRoles[1], embraye.ReplyFilter{State: embraye.ReplyPending})
		k.must(err)
		if len(list) != 1 || list[0].Reply.HTML != "<p>Entre nous</p>" || list[0].Author.Username != "ann" || list[0].Update == nil {
			k.Errorf("the office reads %+v", list)
		}
		k.must(k.in.Talk.Hide(k.Context(), k.reviewer, r.ID, ""))
		if e := k.audit("reply.file", false); e.Detail != string(r.URI) {
			k.Errorf("audit %+v", e)
		}
	})
}

func TestRepliesOpenShowsAtOnce(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.must(k.in.Organisation.SetRules(k.Context(), embraye.Operator(), organisation.Rules{RepliesOpen: true}))
		r := k.reply(k.ann, "Bravo", true)
		k.reply(k.bo, "Entre nous", false)
		k.wantShown("on arrival", "<p>Bravo</p>")
		k.rewrite(k.ann, r, "Bravo encore", true)
		k.wantShown("after an edit", "<p>Bravo encore</p>")
		k.rewrite(k.ann, r, "Bravo encore", false)
		k.wantShown("after it became private")
	})
}

// rewrite sends an Update of a reply.
func (k *scene) rewrite(a *fedtest.Actor, r *embraye.Reply, text string, toAll bool) {
	k.Helper()
	k.w.Clock.Advance(time.Minute)
	note := k.note(a, string(r.URI), text, toAll)
	note["updated"] = k.w.Clock.Now().Format(time.RFC3339)
	k.post(a, map[string]any{"id": string(r.URI) + "#update-" + note["updated"].(string), "type": "Update", "object": note})
}

func TestAnEditedReplyWaitsAgain(t *testing.T) {
	eachTalk(t, func(k *scene) {
		r := k.reply(k.ann, "Bravo", true)
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID))
		k.rewrite(k.ann, r, "Achetez", true)
		k.wantShown("after an edit")
		k.must(k.in.Talk.Show(k.Context(), k.reviewer, r.ID))
		k.wantShown("shown again", "<p>Achetez</p>")
	})
}

func TestAnswersArePublicWhereTheQuestionWas(t *testing.T) {
	eachTalk(t, func(k *scene) {
		r := k.reply(k.ann, "D'où vient ce chiffre ?", true)
		k.wantCode(second(k.in.Talk.Answer(k.Context(), k.reviewer, r.ID, " \n")), "required")
		k.wantCode(second(k.in.Talk.Answer(k.Context(), k.reviewer, r.ID, "---")), "required")
		note, err := k.in.Talk.Answer(k.Context(), k.reviewer, r.ID, "De la **délibération**.\r\n\r\n<b>Merci</b>")
		k.must(err)
		again, err := k.in.Talk.Answer(k.Context(), k.reviewer, r.ID, "De la **délibération**.\n\n<b>Merci</b>")
		k.must(err)
		if again.ID != note.ID {
			k.Error("a double click answered twice")
		}
		got := apptest.Messages(k.sent(k.home), "Create")
		if len(got) != 1 || got[0].Path != "/inbox" || len(apptest.Messages(k.far.Take(), "Create")) != 1 {
			k.Fatalf("the author got %d answers", len(got))
		}
		object := got[0].JSON["object"].(map[string]any)
		wantHTML := `<p><span class="h-card" translate="no"><a href="https://home.example/@ann" class="u-url mention">@<span>ann</span></a></span> De la <strong>délibération</strong>.</p><p>&lt;b&gt;Merci&lt;/b&gt;</p>`
		tag := object["tag"].([]any)[0].(map[string]any)
		if object["content"] != wantHTML || object["inReplyTo"] != string(r.URI) || object["attributedTo"] != k.measure() || got[0].JSON["actor"] != k.measure() ||
			tag["type"] != "Mention" || tag["href"] != k.ann.ID || tag["name"] != "@ann@home.example" || object["conversation"] != k.constat {
			k.Errorf("the answer is %v", object)
		}
		if to, cc := texts(object["to"]), texts(object["cc"]); !slices.Equal(to, []string{apptest.Public}) || !slices.Equal(cc, []string{k.measure() + "/followers", k.ann.ID}) {
			k.Errorf("to %v cc %v", to, cc)
		}
		if status := k.status(object["id"].(string)); status != 200 {
			k.Errorf("the answer's address answers %d", status)
		}
		office, err := k.in.Talk.Reply(k.Context(), k.reviewer, r.ID)
		k.must(err)
		if office.Answer == nil || office.Answer.ID != note.ID || office.Reply.State != embraye.ReplyPending {
			k.Errorf("the office shows %+v", office)
		}
		k.audit("reply.answer", true)
		k.must(k.in.Constats.Withdraw(k.Context(), embraye.Operator(), k.update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		if status := k.status(object["id"].(string)); status != 410 {
			k.Errorf("after the withdrawal the answer's address answers %d", status)
		}
	})
}

func second[A any](_ A, err error) error { return err }

// A private message gets a private answer, which no public face knows: not its
// address, not its activity, not the outbox, not a withdrawal.
func TestAPrivateMessageGetsAPrivateAnswer(t *testing.T) {
	eachTalk(t, func(k *scene) {
		r := k.reply(k.ann, "Entre nous", false)
		note, err := k.in.Talk.Answer(k.Context(), k.reviewer, r.ID, "Entre nous aussi")
		k.must(err)
		got := apptest.Messages(k.sent(k.home), "Create")
		if len(got) != 1 || got[0].Path != "/users/ann/inbox" || len(k.far.Take()) != 0 {
			k.Fatalf("sent %+v", got)
		}
		object := got[0].JSON["object"].(map[string]any)
		for _, doc := range []map[string]any{got[0].JSON, object} {
			if to, cc := texts(doc["to"]), texts(doc["cc"]); !slices.Equal(to, []string{k.ann.ID}) || len(cc) != 0 {
				k.Errorf("to %v cc %v", to, cc)
			}
		}
		if object["interactionPolicy"] != nil || strings.Contains(string(got[0].Body), apptest.Public) {
			k.Errorf("the private answer says %s", got[0].Body)
		}
		id := object["id"].(string)
		for _, path := range []string{id, id + "/replies", id + "/likes", got[0].JSON["id"].(string)} {
			if status := k.status(path); status != 404 {
				k.Errorf("%s answers %d", path, status)
			}
		}
		outbox, err := k.in.Store.Pages().OutboxPage(k.Context(), "mesure2", "", 50)
		k.must(err)
		for _, a := range outbox.Activities {
			if strings.Contains(string(a.Body), note.ID) {
				k.Error("the outbox has the private answer")
			}
		}
		if r = k.row(string(r.URI)); r.State != embraye.ReplyHidden {
			k.Errorf("what was answered still waits: %s", r.State)
		}
		if e := k.audit("reply.answer", false); strings.Contains(e.Object, note.ID) {
			k.Errorf("audit %+v", e)
		}
		k.post(k.ann, map[string]any{"id": k.ann.ID + "/quote", "type": "QuoteRequest", "object": id, "instrument": k.ann.ID + "/posts/q"})
		k.must(k.in.Constats.Withdraw(k.Context(), embraye.Operator(), k.update.ID, constats.WithdrawInput{Reason: "Erreur"}))
		for _, m := range append(k.sent(k.home), k.far.Take()...) {
			if m.Type() == "Accept" || strings.Contains(string(m.Body), note.ID) {
				k.Errorf("%s", m.Body)
			}
		}
	})
}

// Who cannot be reached is not answered.
func TestAnswersToNobody(t *testing.T) {
	eachTalk(t, func(k *scene) {
		gone, blocked := k.reply(k.ann, "Bravo", true), k.reply(k.bo, "Bof", true)
		k.must(k.in.Store.InTx(k.Context(), markGone(k, k.ann)))
		k.wantCode(second(k.in.Talk.Answer(k.Context(), k.reviewer, gone.ID, "Merci")), "author_gone")
		k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, blocked.Actor, ""))
		k.wantCode(second(k.in.Talk.Answer(k.Context(), k.reviewer, blocked.ID, "Merci")), "author_blocked")
		list, err := k.in.Talk.Replies(k.Context(), k.reviewer, embraye.ReplyFilter{})
		k.must(err)
		if a := list[1].Author; a.Username != "" || a.URI != gone.Actor || a.Host != "home.example" {
			k.Errorf("the author who is gone is %+v", a)
		}
	})
}

func TestWhoMayTakePartInTheConversation(t *testing.T) {
	k := newTalk(t, "sqlite")
	r := k.reply(k.ann, "Bravo", true)
	a, ctx := k.in.Rooms, k.Context()
	for what, f := range map[string]func(by embraye.Acting) error{
		"show":    func(by embraye.Acting) error { return a.Talk.Show(ctx, by, r.ID) },
		"hide":    func(by embraye.Acting) error { return a.Talk.Hide(ctx, by, r.ID, "non") },
		"answer":  func(by embraye.Acting) error { return second(a.Talk.Answer(ctx, by, r.ID, "Merci")) },
		"block":   func(by embraye.Acting) error { return a.Talk.BlockAuthor(ctx, by, r.Actor, "") },
		"unblock": func(by embraye.Acting) error { return a.Talk.UnblockAuthor(ctx, by, r.Actor) },
		"revoke":  func(by embraye.Acting) error { return a.Talk.RevokeQuote(ctx, by, "01jtx0000000000000000000aa") },
		"close":   func(by embraye.Acting) error { return a.Talk.CloseReport(ctx, by, 1, "") },
		"flag":    func(by embraye.Acting) error { return a.Talk.SendReport(ctx, by, string(r.URI), "non") },
	} {
		k.forbidden(what, k.lowerRoles, f)
	}
	for what, f := range map[string]func(by embraye.Acting) error{
		"replies": func(by embraye.Acting) error { return second(a.Talk.Replies(ctx, by, embraye.ReplyFilter{})) },
		"reply":   func(by embraye.Acting) error { return second(a.Talk.Reply(ctx, by, r.ID)) },
		"interactions": func(by embraye.Acting) error {
			return second(a.Talk.Interactions(ctx, by, embraye.InteractionFilter{}))
		},
		"quotes":    func(by embraye.Acting) error { return second(a.Talk.Quotes(ctx, by, "", 0)) },
		"reports":   func(by embraye.Acting) error { return second(a.Talk.Reports(ctx, by, "open")) },
		"blocked":   func(by embraye.Acting) error { return second(a.Talk.BlockedAuthors(ctx, by)) },
		"followers": func(by embraye.Acting) error { return second(a.Talk.Followers(ctx, by, "", 0)) },
		"hosts":     func(by embraye.Acting) error { return second(a.Talk.FollowersByHost(ctx, by)) },
		"failing":   func(by embraye.Acting) error { return second(a.Directory.FailingHosts(ctx, by)) },
	} {
		k.forbidden(what, k.lowerRoles[:1], f)
		if err := f(k.lowerRoles[1]); err != nil {
			k.Errorf("%s by a reader: %v", what, err)
		}
	}
	if r := k.row(string(r.URI)); r.State != embraye.ReplyPending {
		k.Errorf("somebody without the role decided: %+v", r)
	}
}

// A list of accounts on Mastodon may name our measures (FEP-7aa9), until we take
// the permission back.
func TestACollectionAsksToNameAMeasure(t *testing.T) {
	eachTalk(t, func(k *scene) {
		asks := func(collection, object string) {
			k.w.Clock.Advance(time.Second)
			k.post(k.ann, map[string]any{"id": fmt.Sprint(k.ann.ID, "/features/", k.w.Clock.Now().Unix()), "type": "FeatureRequest", "object": object, "instrument": collection})
		}
		collection := k.ann.ID + "/collections/1"
		asks(collection, k.measure())
		asks(collection, k.measure())
		results := map[string]int{}
		for _, m := range k.sent(k.home) {
			doc := m.JSON
			if doc["type"] != "Accept" || doc["actor"] != k.measure() {
				k.Errorf("%s", m.Body)
			}
			results[fmt.Sprint(doc["result"])]++
		}
		quotes, err := k.in.Talk.Quotes(k.Context(), k.reviewer, "", 10)
		k.must(err)
		if len(results) != 1 || len(quotes) != 1 || results[string(k.in.Site.FeatureID(quotes[0].Quote.ID))] != 2 || !quotes[0].Feature() {
			k.Errorf("permissions %v of %+v", results, quotes)
		}
		path := "/mises-en-avant/" + quotes[0].Quote.ID
		resp := k.w.Get("https://ours.example"+path, fedtest.ActivityType)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), `"type":"FeatureAuthorization"`) || !strings.Contains(string(body), collection) {
			k.Errorf("%d %s %v", resp.StatusCode, body, err)
		}
		asks("https://elsewhere.example/collections/1", k.measure()) // not the asker's own
		asks(collection+"2", k.measure()+"/nobody")
		k.must(k.in.Talk.RevokeQuote(k.Context(), k.reviewer, quotes[0].Quote.ID))
		asks(collection, k.measure())
		for _, m := range k.sent(k.home) {
			if m.Type() != "Delete" || !strings.Contains(string(m.Body), path) {
				k.Errorf("%s", m.Body)
			}
		}
		if status := k.status("https://ours.example" + path); status != 404 {
			k.Errorf("a permission that was taken back: %d", status)
		}
	})
}
