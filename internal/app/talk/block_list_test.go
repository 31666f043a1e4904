package talk_test

import (
	"fmt"
	"strings"
	"testing"

	"embraye/internal/app/directory"
	"embraye/internal/app/talk"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

func (k *scene) list(text string) []blocklist.Entry {
	k.Helper()
	list, err := blocklist.Read([]byte(text))
	k.must(err)
	return list
}

// verdicts are those of the lines, and the codes of what is refused.
func verdicts(lines []talk.ListLine) string {
	var said []string
	for _, l := range lines {
		word := string(l.Verdict)
		if l.Problem != nil {
			word += " " + l.Problem.Code
		}
		said = append(said, fmt.Sprint(l.Line, " ", word))
	}
	return strings.Join(said, ", ")
}

// What a list would do is told line by line, and that is what it does; once done,
// nothing of it is left to do.
func TestAListDoesWhatWasToldBefore(t *testing.T) {
	eachTalk(t, func(k *scene) {
		k.follow(k.ann)
		k.reply(k.ann, "Bonjour", true)
		k.must(k.in.Store.InTx(k.Context(), func(tx store.Tables) error {
			return tx.Peers.Insert(k.Context(), &embraye.Peer{Organisation: "https://pair.example/actors/organisation", Host: "pair.example", Handle: "o@pair.example", Name: "Paire", CreatedAt: k.w.Clock.Now()})
		}))
		k.must(k.in.Talk.Block(k.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "parent.example", Severity: embraye.Suspend}))
		k.silence("loud.example")
		text := "domain,severity,public_comment\nhome.example,suspend,why\nHOME.example,silence,\nloud.example,suspend,\nsub.parent.example,silence,\n" +
			"ours.example,suspend,\ncom,suspend,\npair.example,suspend,\nh*d.example,suspend,\nodd.example,noop,\nno host,suspend,\nquiet.example,silence,\n"
		list := k.list(text)
		k.forbidden("looking at a list", append(k.lowerRoles, k.reviewer), func(by embraye.Acting) error { _, err := k.in.Talk.LookAtBlocks(k.Context(), by, list); return err })
		told, err := k.in.Talk.LookAtBlocks(k.Context(), embraye.Operator(), list)
		k.must(err)
		want := "2 fresh, 3 twice, 4 changed, 5 already, 6 refused is_this_instance, 7 refused is_not_a_domain, 8 refused is_a_peer, 9 refused is_hidden_by_the_list, 10 refused unknown, 11 refused is_not_a_domain, 12 fresh"
		if got := verdicts(told); got != want {
			k.Errorf("told %s\nwant %s", got, want)
		}
		if e := told[0].Effects; e.Followers != 1 || e.Replies != 1 || !e.Cuts() {
			k.Errorf("home.example: %+v", e)
		}
		done, err := k.in.Talk.BlockList(k.Context(), embraye.Operator(), list)
		k.must(err)
		if got := verdicts(done); got != want {
			k.Errorf("done %s", got)
		}
		for host, want := range map[string]embraye.Refusal{"home.example": {Suspended: true, RejectReports: true}, "loud.example": {Suspended: true, RejectReports: true},
			"quiet.example": {Silenced: true}, "pair.example": {}} {
			if got, err := directory.Refusal(k.Context(), k.in.Directory, host); got != want || err != nil {
				k.Errorf("%s: %+v, %v", host, got, err)
			}
		}
		if n := k.followers(); n != 1 {
			k.Errorf("%d follow, want cy", n)
		}
		again, err := k.in.Talk.LookAtBlocks(k.Context(), embraye.Operator(), list)
		k.must(err)
		for _, l := range again {
			if l.Does() {
				k.Errorf("line %d is left to do: %s", l.Line, l.Verdict)
			}
		}
	})
}

// F169: the longest list is looked at, and a long one is done, without a scan for
// each of its lines.
func TestALongListIsOneQuestion(t *testing.T) {
	k := newTalk(t, "sqlite")
	var text strings.Builder
	for n := range 2_000 {
		fmt.Fprintf(&text, "h%d.bad.example\n", n)
	}
	lines, err := k.in.Talk.BlockList(k.Context(), embraye.Operator(), k.list(text.String()))
	k.must(err)
	blocks, err := k.in.Talk.BlockedDomains(k.Context())
	k.must(err)
	if len(lines) != 2_000 || len(blocks) != 2_000 {
		t.Errorf("%d lines, %d blocks", len(lines), len(blocks))
	}
}
