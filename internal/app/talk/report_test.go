package talk_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// Who reported what is for those who moderate (W26).
func TestW26ReportersAreForModerators(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.post(k.ann, map[string]any{"id": k.ann.ID + "#flag", "type": "Flag", "content": "Ann trouve cela faux", "object": []string{"https://ours.example/M.+Untel+est+un+escroc", k.constat}})
		for _, by := range k.lowerRoles[1:] {
			list, err := k.in.Talk.Reports(k.Context(), by, "open")
			k.must(err)
			if len(list) != 1 || list[0].Reporter != "" || list[0].Host != "" || list[0].ActivityID != "" || list[0].Text != "" || len(list[0].Objects) != 2 {
				k.Errorf("%s reads %+v", by.Person.Role, list)
			}
		}
		list, err := k.in.Talk.Reports(k.Context(), k.reviewer, "open")
		k.must(err)
		if len(list) != 1 || list[0].Reporter != embraye.IRI(k.ann.ID) || list[0].Text != "Ann trouve cela faux" {
			k.Fatalf("the moderator reads %+v", list)
		}
		k.wantCode(k.in.Talk.CloseReport(k.Context(), k.reviewer, list[0].ID, strings.Repeat("x", embraye.MaxReason+1)), "too_long")
		k.must(k.in.Talk.CloseReport(k.Context(), k.reviewer, list[0].ID, "Ann se trompe"))
		k.must(k.in.Talk.CloseReport(k.Context(), k.reviewer, list[0].ID, "Deuxième clic"))
		if e := k.audit("report.close", true); e.Object != k.constat || e.Reason != "" || !strings.Contains(e.Detail, "Ann se trompe") {
			k.Errorf("audit %+v", e)
		}
		for state, want := range map[string]int{"open": 0, "closed": 1} {
			if list, err := k.in.Talk.Reports(k.Context(), k.reviewer, state); err != nil || len(list) != want {
				k.Errorf("%d reports are %s, %v", len(list), state, err)
			}
		}
	})
}

// A report that another process closes meanwhile is not closed twice.
func TestAReportIsClosedOnce(t *testing.T) {
	k := newTalk(t, storetest.Postgres)
	k.post(k.ann, map[string]any{"id": k.ann.ID + "#flag", "type": "Flag", "content": "Faux", "object": []string{k.constat}})
	list, err := k.in.Talk.Reports(k.Context(), k.reviewer, "open")
	k.must(err)
	h := &apptest.House{T: t, World: k.w, Instance: k.in}
	k.must(h.Meanwhile(func(ctx context.Context) error { return k.in.Talk.CloseReport(ctx, k.reviewer, list[0].ID, "") },
		"UPDATE reports SET state = 'closed'"))
	said, err := k.in.Store.Tables().Audit.Of(k.Context(), "report.close")
	if k.must(err); len(said) != 0 {
		t.Errorf("beside the other process %+v", said)
	}
}

// Of two processes that report a post at once, one does; of two that take a
// permission back too, and of two that listen to an account again; a list of domains leaves what
// somebody decided meanwhile.
func TestWhatTwoProcessesDoAtOnceIsDoneOnce(t *testing.T) {
	k := newTalk(t, storetest.Postgres)
	h := &apptest.House{T: t, World: k.w, Instance: k.in}
	said := func(action string) int {
		list, err := k.in.Store.Tables().Audit.Of(k.Context(), action)
		k.must(err)
		return len(list)
	}
	const ours = "WITH acting AS (UPDATE actors SET name = name WHERE handle = 'organisation' RETURNING handle) "

	private := k.reply(k.ann, "Insulte privée", false)
	report := func(ctx context.Context) error {
		return k.in.Talk.SendReport(ctx, k.reviewer, string(private.URI), "Insulte")
	}
	k.must(report(k.Context()))
	_, err := k.in.Store.Pool().ExecContext(k.Context(), "UPDATE activities SET type = 'flag' WHERE type = 'Flag'")
	k.must(err)
	k.wantCode(h.Meanwhile(report, ours+"UPDATE activities SET type = 'Flag' WHERE type = 'flag' AND actor IN (SELECT handle FROM acting)"), "already_reported")
	if n := said("report.send"); n != 1 {
		t.Errorf("reported %d times", n)
	}

	k.post(k.ann, map[string]any{"id": k.ann.ID + "/quote", "type": "QuoteRequest", "object": k.constat, "instrument": k.ann.ID + "/posts/q"})
	quotes, err := k.in.Talk.Quotes(k.Context(), k.reviewer, "", 0)
	k.must(err)
	k.must(h.Meanwhile(func(ctx context.Context) error { return k.in.Talk.RevokeQuote(ctx, k.reviewer, quotes[0].Quote.ID) },
		ours+"UPDATE quotes SET revoked_at = now() WHERE EXISTS (SELECT 1 FROM acting)"))
	if n := said("quote.revoke"); n != 0 {
		t.Errorf("beside the other process a permission was taken back %d times", n)
	}

	const blocking, alone = int64(0x656d6272617966), "WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock($1)) " // of the store, while something is blocked
	k.must(k.in.Talk.BlockAuthor(k.Context(), k.reviewer, embraye.IRI(k.bo.ID), ""))
	if err := h.Meanwhile(func(ctx context.Context) error { return k.in.Talk.UnblockAuthor(ctx, k.reviewer, embraye.IRI(k.bo.ID)) },
		alone+"DELETE FROM actor_blocks WHERE EXISTS (SELECT 1 FROM alone)", blocking); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("an account that somebody else listens to again: %v", err)
	}
	k.must(h.Meanwhile(func(ctx context.Context) error {
		_, err := k.in.Talk.BlockList(ctx, embraye.Operator(), k.list("one.example\ntwo.example\n"))
		return err
	}, alone+"INSERT INTO domain_blocks (domain, severity, comment, created_at) SELECT 'one.example', 'silence', '', now() FROM alone", blocking))
	blocks, err := k.in.Talk.BlockedDomains(k.Context())
	if k.must(err); len(blocks) != 2 || blocks[0].Severity != embraye.Silence {
		t.Errorf("a list beside somebody else's block: %+v", blocks)
	}
}

func TestSendingAReport(t *testing.T) {
	eachTalk(t, func(k *scene) {
		a := k.in.Rooms
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, "", "Insulte"), "required")
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, "javascript:alert(1)", "Insulte"), "bad_url")
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, k.constat, "Insulte"), "is_our_own_post")
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, k.home.Base+"/nothing", "Insulte"), "not_a_post")
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, k.home.Base+"/nothing", " "), "required")

		private := k.reply(k.ann, "Insulte privée", false)
		k.must(a.Talk.SendReport(k.Context(), k.reviewer, string(private.URI), "Insulte"))
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, string(private.URI), "Insulte"), "already_reported")
		k.wantFlag("/users/ann/inbox", string(private.URI), k.ann.ID)
		if e := k.audit("report.send", true); e.Object != "" || !strings.Contains(e.Detail, string(private.URI)+" Insulte") {
			k.Errorf("audit %+v", e)
		}

		post := k.note(k.bo, k.bo.ID+"/posts/public", "Faux", true)
		post["@context"], post["inReplyTo"] = "https://www.w3.org/ns/activitystreams", nil
		k.home.PutJSON("/users/bo/posts/public", post)
		k.must(a.Talk.SendReport(k.Context(), k.reviewer, k.bo.ID+"/posts/public", "Insulte"))
		k.wantFlag("/users/bo/inbox", k.bo.ID+"/posts/public", k.bo.ID)
		k.must(a.Talk.SendReport(k.Context(), k.reviewer, k.bo.ID, "Insulte"))
		k.wantFlag("/users/bo/inbox", k.bo.ID)

		k.must(a.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "home.example", Severity: embraye.Suspend}))
		k.wantCode(a.Talk.SendReport(k.Context(), k.reviewer, k.ann.ID, "Insulte"), "is_blocked")
	})
}

func (k *scene) wantFlag(path string, objects ...string) {
	k.Helper()
	got := k.sent(k.home)
	if len(got) != 1 || got[0].Type() != "Flag" || got[0].Path != path || got[0].JSON["content"] != "Insulte" || got[0].JSON["actor"] != string(k.in.Site.ActorID("organisation")) {
		k.Fatalf("sent %+v", got)
	}
	about := texts(got[0].JSON["object"])
	if one, ok := got[0].JSON["object"].(string); ok {
		about = []string{one}
	}
	if strings.Join(about, " ") != strings.Join(objects, " ") {
		k.Errorf("reported %v, want %v", about, objects)
	}
}

func TestDeliveriesAndFollowersOfTheOffice(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.follow(k.ann)
		k.settle()
		k.home.Answer(func(*http.Request) int { return http.StatusServiceUnavailable })
		k.correct()
		k.w.Settle()
		state, err := k.in.Directory.DeliveryState(k.Context(), k.update.ID)
		k.must(err)
		if state.Type != "Update" || state.Total != 2 || state.Sent != 1 || state.Waiting != 1 || state.GivenUp != 0 ||
			len(state.Hosts) != 1 || state.Hosts[0].Host != "home.example" || state.Hosts[0].Status != 503 || !state.Hosts[0].NextAt.After(k.w.Clock.Now()) {
			k.Errorf("delivery %+v", state)
		}
		failing, err := k.in.Directory.FailingHosts(k.Context(), k.lowerRoles[1])
		k.must(err)
		if len(failing) != 1 || failing[0].Host.Host != "home.example" || failing[0].Waiting < 1 || failing[0].Since.IsZero() || failing[0].NextAt.IsZero() {
			k.Errorf("failing %+v", failing)
		}
		page, err := k.in.Talk.Followers(k.Context(), k.lowerRoles[1], "mesure2", 0)
		k.must(err)
		if page.Total != 2 || len(page.Followers) != 2 || page.Followers[0].Author.Username != "ann" || page.Next != 0 {
			k.Errorf("followers %+v", page)
		}
		if page, err = k.in.Talk.Followers(k.Context(), k.lowerRoles[1], "", page.Followers[0].Follower.ID); err != nil || len(page.Followers) != 1 || page.Followers[0].Author.Username != "cy" {
			k.Errorf("the next page is %+v, %v", page, err)
		}
		if _, err := k.in.Talk.Followers(k.Context(), k.lowerRoles[1], "nobody", 0); err == nil {
			k.Error("followers of nobody")
		}
		hosts, err := k.in.Talk.FollowersByHost(k.Context(), k.lowerRoles[1])
		k.must(err)
		if len(hosts) != 2 || hosts[0].Followers != 1 {
			k.Errorf("hosts %+v", hosts)
		}
	})
}

func (k *scene) correct() {
	k.Helper()
	c := k.update.Content
	c.Summary += " Deux communes y participent."
	_, err := k.in.Constats.Revise(k.Context(), embraye.Operator(), k.update.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Précision", Content: c})
	k.must(err)
}
