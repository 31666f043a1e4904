package peers_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/peers"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// A removal is an organisation that goes from one instance to another, followed
// by somebody on a server that believes a Move as Mastodon and GoToSocial do.
type removal struct {
	*testing.T
	w          *fedtest.World
	old, fresh *fedtest.Instance
	ana        *fedtest.Actor
}

func (r *removal) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *removal) moveTo(address string, dry bool) error {
	_, err := peers.MoveTo(r.Context(), r.old.Peers, embraye.Operator(), address, dry)
	return err
}

func (r *removal) document(url string) (doc map[string]any) {
	r.Helper()
	resp := r.w.Get(url, "application/activity+json")
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	r.must(err)
	if err := json.Unmarshal(text, &doc); err != nil {
		r.Fatalf("%s: %d %s", url, resp.StatusCode, text)
	}
	return doc
}

// believe does what the server of a follower does with what it got: the Move is
// by whom it is about, the new account names the old one and has not moved, and
// the old one names the new one.
func (r *removal) believe(sent []fedtest.Message) {
	r.Helper()
	var kinds []string
	for _, m := range sent {
		kinds = append(kinds, m.Type())
	}
	if !slices.Equal(kinds, []string{"Update", "Move"}) {
		r.Fatalf("sent %v, want first what the account is now, then the Move", kinds)
	}
	actor, target := string(r.old.Site.ActorID("mesure1")), string(r.fresh.Site.ActorID("mesure1"))
	move := sent[1].JSON
	if move["actor"] != actor || move["object"] != actor || move["target"] != target || !slices.Equal(move["to"].([]any), []any{actor + "/followers"}) {
		r.Errorf("the Move is %v", move)
	}
	if updated := sent[0].JSON["object"].(map[string]any); updated["movedTo"] != target {
		r.Errorf("the Update says movedTo %v", updated["movedTo"])
	}
	from, to := r.document(actor), r.document(target)
	if from["movedTo"] != target || to["movedTo"] != nil || !slices.Contains(to["alsoKnownAs"].([]any), any(actor)) {
		r.Errorf("movedTo %v and alsoKnownAs %v", from["movedTo"], to["alsoKnownAs"])
	}
	if got := r.ana.Post(string(r.fresh.Site.ActorID("mesure1"))+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
		"id": r.ana.ID + "#anew", "type": "Follow", "actor": r.ana.ID, "object": target}); got != 202 {
		r.Errorf("the Follow of the new account: %d", got)
	}
}

// Of two processes that say where the organisation is, the second says nothing more;
// nobody is told twice, nor of two places.
func TestAMoveIsSaidOnceByTwoProcesses(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.Postgres}, "old.example", "new.example")
	old, fresh, by := w.Instances[0], w.Instances[1], embraye.Operator()
	h := &apptest.House{T: t, World: w, Instance: fresh}
	there := string(old.Site.ActorID("organisation"))
	h.Must(h.Meanwhile(func(ctx context.Context) error {
		_, err := peers.ComeFrom(ctx, fresh.Peers, by, "https://old.example")
		return err
	},
		"UPDATE actors SET also_known_as = $1 WHERE handle = 'organisation'", `["`+there+`"]`))
	if org, err := fresh.Store.Tables().Actors.Take(t.Context(), "organisation"); err != nil || !slices.Equal(org.AlsoKnownAs, []string{there}) {
		t.Errorf("said twice: %v, %v", org.AlsoKnownAs, err)
	}
	h.Instance = old
	if err := h.Meanwhile(func(ctx context.Context) error {
		_, err := peers.MoveTo(ctx, old.Peers, by, "https://new.example", false)
		return err
	}, "UPDATE actors SET moved_to = 'https://third.example/' WHERE handle = 'organisation'"); !errors.Is(err, embraye.ErrConflict) {
		t.Errorf("moved to two places: %v", err)
	}
}

// An organisation that moves takes its followers along: one account after the
// other, and nobody is told anything before each new account names its old one.
func TestAMoveTakesTheFollowersAlong(t *testing.T) {
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite}, "old.example", "new.example", "third.example")
	r := &removal{t, w, w.Instances[0], w.Instances[1], w.Server("masto.example").Actor("ana")}
	r.ana.Publish()
	apptest.Follow(t, r.old, r.ana)
	published := apptest.PublishOne(t, r.old)
	w.Settle()
	home := r.ana.Server
	home.Take()
	old, fresh, by := r.old, r.fresh, embraye.Operator()

	for address, word := range map[string]string{"https://new.example": "does not name us", "https://old.example": "is this instance", "https://masto.example": "has no such account"} {
		if err := r.moveTo(address, false); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("to %s: %v, want %q", address, err, word)
		}
	}
	for range 2 { // a second time nothing is said twice
		list, err := peers.ComeFrom(t.Context(), fresh.Peers, by, "@organisation@old.example")
		r.must(err)
		if len(list) != 8 {
			t.Errorf("%d accounts: %+v", len(list), list)
		}
	}
	w.Settle()
	if aliases := r.document(string(fresh.Site.ActorID("organisation")))["alsoKnownAs"]; len(aliases.([]any)) != 1 {
		t.Errorf("alsoKnownAs %v", aliases)
	}
	r.must(r.moveTo("https://new.example", true))
	w.Settle()
	if sent := home.Take(); len(sent) != 0 || r.document(string(old.Site.ActorID("mesure1")))["movedTo"] != nil {
		t.Errorf("a dry run sent %d messages", len(sent))
	}
	r.must(r.moveTo("https://new.example", false))
	w.Settle()
	r.believe(home.Take())
	w.Settle()
	if ok, err := fresh.Store.Tables().Followers.Exists(t.Context(), "mesure1", embraye.IRI(r.ana.ID)); err != nil || !ok {
		t.Errorf("she follows the new account: %t, %v", ok, err)
	}
	home.Take()
	r.must(r.moveTo("https://new.example", false)) // again
	w.Settle()
	if sent := home.Take(); len(sent) != 0 {
		t.Errorf("a second run sent %d messages", len(sent))
	}
	if err := r.moveTo("https://third.example", false); err == nil || strings.Contains(err.Error(), "third.example") || !strings.Contains(err.Error(), `has moved elsewhere "mesure1"`) {
		t.Errorf("to a third one: %v", err) // ours has moved, and not who is there
	}
	r.stays(published)
}

// stays: what was published is read where it was, everything new is refused with
// words, and profiles lead people on.
func (r *removal) stays(published string) {
	ctx, by := r.Context(), embraye.Operator()
	_, err := r.old.Constats.Publish(ctx, by, constats.PublishInput{Scope: apptest.Complete().Scope, Content: apptest.Complete().Content})
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || invalid.Problems[0].Code != "has_moved" || !strings.Contains(err.Error(), "https://new.example/actors/") {
		r.Errorf("publishing: %v", err)
	}
	if status, html := apptest.Page(r.old, "/constats/"+published); status != http.StatusOK || !strings.Contains(html, "Cette organisation a déménagé") || !strings.Contains(html, "https://new.example/actors/organisation") {
		r.Errorf("the constat of before: %d", status)
	}
	if status, _ := apptest.Page(r.old, "/@mesure1"); status != http.StatusMovedPermanently {
		r.Errorf("the profile: %d", status)
	}
	if status, _ := apptest.Page(r.fresh, "/@mesure1"); status != http.StatusOK {
		r.Errorf("the new profile: %d", status)
	}
	u, err := r.old.Store.Tables().Updates.Take(ctx, published)
	r.must(err)
	content := u.Content
	content.Summary = "Résumé corrigé."
	if _, err := r.old.Constats.Revise(ctx, by, published, constats.ReviseInput{Kind: embraye.Substance, Reason: "Erreur", Quiet: true, Content: content}); err != nil {
		r.Errorf("a quiet correction: %v", err)
	}
	r.must(r.old.Constats.Withdraw(ctx, by, published, constats.WithdrawInput{Reason: "Retiré"}))
	if err := r.moveTo("https://third.example", false); err == nil {
		r.Error("it moved on to a server that is not there")
	}
	if _, err := peers.ComeFrom(ctx, r.fresh.Peers, embraye.Acting{}, "https://old.example"); !errors.Is(err, embraye.ErrForbidden) {
		r.Errorf("a stranger moved it: %v", err)
	}
}
