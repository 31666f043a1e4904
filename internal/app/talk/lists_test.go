package talk_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/app/directory"
	"embraye/internal/embraye"
)

const listPath = "/liste.csv"

// drafts are the domains that lists propose; those to be lifted have a minus.
func (k *scene) drafts() string {
	k.Helper()
	all, err := k.in.Talk.Lists.Drafts(k.Context(), embraye.Operator())
	k.must(err)
	var said []string
	for _, d := range all {
		name := d.Block.Domain
		if d.Lift {
			name = "-" + name
		}
		said = append(said, name)
	}
	return strings.Join(said, " ")
}

// reads serves a list and has it read; what is proposed then must be as wanted.
func (k *scene) reads(text, want string) {
	k.Helper()
	k.home.Put(listPath, "text/plain", http.StatusOK, []byte(text))
	k.readAgain("", want)
}

func (k *scene) readAgain(failed, want string) {
	k.Helper()
	k.must(k.in.Talk.Lists.ReadAgain(k.Context()))
	lists, err := k.in.Talk.Lists.All(k.Context())
	k.must(err)
	if got := lists[0].Failed; !strings.Contains(got, failed) || (failed == "") != (got == "") {
		k.Errorf("failed %q, want %q", got, failed)
	}
	if got := k.drafts(); got != want {
		k.Errorf("proposed %q, want %q", got, want)
	}
}

func (k *scene) blocked(host string, want bool) {
	k.Helper()
	if r, err := directory.Refusal(k.Context(), k.in.Directory, host); r.Suspended != want || err != nil {
		k.Errorf("%s: %+v, %v", host, r, err)
	}
}

// What a list names is proposed and never done; a person decides, once.
func TestAListProposesAndAPersonDecides(t *testing.T) {
	eachTalk(t, func(k *scene) {
		op, lists := embraye.Operator(), k.in.Talk.Lists
		k.silence("loud.example")
		header := "domain,severity\n"
		k.home.Put(listPath, "text/plain", http.StatusOK, []byte(header+"bad.example,suspend\nworse.example,suspend\nloud.example,suspend\nours.example,suspend\nh*d.example,suspend\n"))
		address := k.home.Base + listPath
		k.forbidden("subscribing", append(k.lowerRoles, k.reviewer), func(by embraye.Acting) error {
			_, _, err := lists.Subscribe(k.Context(), by, address, "", false)
			return err
		})
		list, drafts, err := lists.Subscribe(k.Context(), op, address, "Liste", false)
		k.must(err)
		if drafts != 2 || list.Entries != 4 || k.drafts() != "bad.example worse.example" {
			k.Fatalf("%d proposed of %d: %q", drafts, list.Entries, k.drafts())
		}
		if _, _, err := lists.Subscribe(k.Context(), op, address, "", false); !errors.Is(err, embraye.ErrConflict) {
			k.Errorf("twice: %v", err)
		}
		k.blocked("bad.example", false)
		k.must(lists.Accept(k.Context(), op, []string{"Bad.example"}))
		k.must(lists.Refuse(k.Context(), op, []string{"worse.example"}))
		k.blocked("bad.example", true)
		if err := lists.Accept(k.Context(), op, []string{"worse.example"}); !errors.Is(err, embraye.ErrNotFound) {
			k.Errorf("accepting what was refused: %v", err)
		}
		k.reads(header+"bad.example,suspend\nworse.example,suspend\nnew.example,suspend\nloud.example,suspend\n", "new.example")
		k.reads(header+"worse.example,suspend\nloud.example,suspend\n", "-bad.example") // a draft that is gone is no draft
		k.blocked("bad.example", true)
		k.reads(header+"bad.example,suspend\n", "") // it is back
		k.reads(header+"worse.example,suspend\n", "-bad.example")
		k.must(lists.Accept(k.Context(), op, []string{"bad.example"}))
		k.blocked("bad.example", false)
		k.must(lists.Unsubscribe(k.Context(), op, address))
		if err := lists.Unsubscribe(k.Context(), op, address); !errors.Is(err, embraye.ErrNotFound) || k.drafts() != "" {
			k.Errorf("twice: %v, %q", err, k.drafts())
		}
	})
}

// A list that is not itself any more changes nothing, and why is kept.
func TestAListThatIsDamagedChangesNothing(t *testing.T) {
	k := newTalk(t, "sqlite")
	k.home.Put(listPath, "text/plain", http.StatusOK, []byte("bad.example\n"))
	if _, _, err := k.in.Talk.Lists.Subscribe(k.Context(), embraye.Operator(), "http://home.example/liste.csv", "", false); err == nil {
		t.Error("subscribed without TLS")
	}
	_, _, err := k.in.Talk.Lists.Subscribe(k.Context(), embraye.Operator(), k.home.Base+listPath, "", false)
	k.must(err)
	k.must(k.in.Talk.Lists.Accept(k.Context(), embraye.Operator(), []string{"bad.example"}))
	for name, c := range map[string]struct {
		status       int
		text, failed string
	}{
		"emptied": {200, "", "names no domain"}, "only remarks": {200, "# nothing\n", "names no domain"}, "HTML": {200, "<!doctype html><p>a.example", "list"},
		"damaged": {200, "good.example\nno host\n", "line 2"}, "500": {500, "bad.example", "500"}, "404": {404, "", "404"}, "unasked 304": {304, "", "304"},
		"too long": {200, strings.Repeat("a.example\n", 600_000), "bytes"},
	} {
		t.Log(name)
		k.home.Put(listPath, "text/plain", c.status, []byte(c.text))
		k.readAgain(c.failed, "")
	}
	k.home.Handle(listPath, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://127.0.0.1/liste.csv", http.StatusFound)
	})
	k.readAgain("refused", "")
	version := `"1"`
	k.home.Handle(listPath, func(w http.ResponseWriter, r *http.Request) {
		if w.Header().Set("ETag", version); r.Header.Get("If-None-Match") == version {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte("other.example\n"))
	})
	k.readAgain("", "other.example -bad.example")
	k.readAgain("", "other.example -bad.example") // 304
	k.blocked("bad.example", true)
}
