package talk_test

import (
	"errors"
	"net/http"
	"testing"

	"embraye/internal/embraye"
)

// heard asks whether a server may speak to us.
func (k *scene) heard(host string, want bool) {
	k.Helper()
	actor := embraye.IRI("https://" + host + "/users/ann")
	err := k.in.Directory.RefuseBlocked(k.Context(), string(actor)+"#main-key", actor)
	if (err == nil) != want || err != nil && !errors.Is(err, embraye.ErrForbidden) {
		k.Errorf("%s is heard: %v, want %v", host, err, want)
	}
}

// In allow-list mode the circle is heard beside peers, with what is below its domains;
// a list proposes who comes in and who leaves, and a person decides.
func TestTheCircleIsHeard(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.heard("friend.example", true)
		k.in.App.Mode = "allowlist"
		op, circle, lists := embraye.Operator(), k.in.Talk.Circle, k.in.Talk.Lists
		k.heard("friend.example", false)
		k.forbidden("letting in", append(k.lowerRoles, k.reviewer), func(by embraye.Acting) error {
			return errors.Join(circle.Allow(k.Context(), by, "friend.example", ""), circle.Leave(k.Context(), by, "friend.example"))
		})
		k.must(circle.Allow(k.Context(), op, "Friend.example", "signataire"))
		k.heard("social.friend.example:8443", true)
		k.heard("notafriend.example", false)
		if err := circle.Allow(k.Context(), op, "friend.example", ""); !errors.Is(err, embraye.ErrConflict) {
			t.Errorf("twice: %v", err)
		}
		for _, bad := range []string{"", "no host", "co.uk", "ours.example"} {
			if err := circle.Allow(k.Context(), op, bad, ""); !errors.Is(err, embraye.ErrInvalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		k.must(k.in.Talk.Block(k.Context(), op, embraye.DomainBlock{Domain: "bad.example", Severity: embraye.Suspend}))
		if err := circle.Allow(k.Context(), op, "www.bad.example", ""); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("a blocked one: %v", err)
		}
		k.must(k.in.Talk.Block(k.Context(), op, embraye.DomainBlock{Domain: "spam.friend.example", Severity: embraye.Suspend}))
		k.heard("spam.friend.example", false)

		k.home.Put(listPath, "text/plain", http.StatusOK, []byte("# signatories\nfriend.example\nnew.example\nbad.example\nother.example\n"))
		_, drafts, err := lists.Subscribe(k.Context(), op, k.home.Base+listPath, "Signataires", true)
		k.must(err)
		if drafts != 2 || k.drafts() != "new.example other.example" {
			t.Fatalf("%d: %q", drafts, k.drafts())
		}
		k.must(lists.Refuse(k.Context(), op, []string{"other.example"}))
		k.must(lists.Accept(k.Context(), op, []string{"new.example"}))
		k.heard("new.example", true)
		k.heard("other.example", false)
		k.reads("friend.example\nother.example\n", "-new.example") // ours was let in by hand
		k.heard("new.example", true)
		k.must(lists.Accept(k.Context(), op, []string{"new.example"}))
		k.heard("new.example", false)
		k.must(circle.Leave(k.Context(), op, "friend.example"))
		k.heard("friend.example", false)
		if err := circle.Leave(k.Context(), op, "friend.example"); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("left twice: %v", err)
		}
	})
}

// Who one list would block and another would let in is a question of the block first.
func TestABlockIsProposedBeforeTheCircle(t *testing.T) {
	k := newTalk(t, "sqlite")
	op, lists := embraye.Operator(), k.in.Talk.Lists
	k.home.Put("/cercle.txt", "text/plain", http.StatusOK, []byte("both.example\n"))
	k.home.Put(listPath, "text/plain", http.StatusOK, []byte("both.example\n"))
	for address, allows := range map[string]bool{"/cercle.txt": true, listPath: false} {
		_, _, err := lists.Subscribe(k.Context(), op, k.home.Base+address, "", allows)
		k.must(err)
	}
	all, err := lists.Drafts(k.Context(), op)
	k.must(err)
	if len(all) != 1 || all[0].Allows {
		t.Fatalf("proposed: %+v", all)
	}
	k.must(lists.Refuse(k.Context(), op, []string{"both.example"}))
	all, err = lists.Drafts(k.Context(), op)
	k.must(err)
	if len(all) != 1 || !all[0].Allows || all[0].Calm() {
		t.Fatalf("proposed then: %+v", all)
	}
}
