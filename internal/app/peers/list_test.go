package peers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/peers"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// elsewhere is another organisation without measures, on a server of its own.
func elsewhere(p *apptest.Pair, host string) (*fedtest.Server, *fedtest.Actor) {
	s := p.W.Server(host)
	org := s.Actor("organisation")
	org.Doc["embraye:measures"] = s.Base + "/measures"
	org.Publish()
	s.PutJSON("/measures", map[string]any{"id": s.Base + "/measures", "type": "Collection", "totalItems": 0, "items": []any{}})
	return s, org
}

// verdicts are what became of each line.
func verdicts(lines []peers.Line) (all []string) {
	for _, l := range lines {
		v := fmt.Sprintf("%d %s", l.Number, l.Verdict)
		if l.Why != nil {
			v += " " + l.Why.Code
		}
		all = append(all, v)
	}
	return all
}

func TestAList(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		node(p, told(p, "https://texts.example/other/1"))
		_, known := elsewhere(p, "known.example")
		elsewhere(p, "good.example")
		elsewhere(p, "blocked.example")
		liar, org := elsewhere(p, "liar.example")
		org.Doc["embraye:measures"] = "https://evil.example/measures"
		org.Publish()
		down, _ := elsewhere(p, "down.example")
		down.Put("/measures", "text/plain", http.StatusBadGateway, nil)
		p.Must(p.In.Talk.Block(p.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "blocked.example", Severity: embraye.Suspend}))
		_, err := p.In.Peers.Add(p.Context(), embraye.Operator(), known.ID, embraye.PeerChoices{TrustReviews: true})
		p.Must(err)
		liar.Actor("ana").Publish()
		text := "\ufeff# organisations that we know\r\n" +
			"@organisation@good.example  # a good one\r\n\r\n" +
			"organisation@GOOD.example\n" +
			"https://good.example\n" + // the same by another address: NodeInfo is not there
			"<" + p.Org.ID + ">\n" +
			p.Measures[0].ID + "\n" + // leads to the same organisation
			"@organisation@known.example\n" + known.ID + "\n" +
			"@organisation@blocked.example\n@organisation@down.example\n@organisation@nowhere.example\n" +
			"@organisation@liar.example\n@ana@liar.example\n" + p.In.Site.Base + "/\nhttp://pair.example/x\nwhat is this\n@nobody@good.example"
		want := []string{"2 fresh", "4 twice", "5 refused has_no_such_account", "6 fresh", "7 twice", "8 already", "9 already", "10 refused is_blocked_here",
			"11 refused does_not_answer", "12 refused does_not_answer", "13 refused names_measures_of_another_server", "14 refused is_not_an_embraye_organisation",
			"15 refused is_this_instance", "16 refused is_on_http", "17 refused is_no_address", "18 refused has_no_such_account"}
		list := func() []peers.Line {
			lines, err := peers.ReadList(text)
			p.Must(err)
			return lines
		}
		lines := list()
		p.Must(p.In.Peers.LookAtList(p.Context(), embraye.Operator(), lines))
		if got := verdicts(lines); !slices.Equal(got, want) {
			p.Errorf("looked at:\n%q, want\n%q", got, want)
		}
		if l := lines[3].Look; l == nil || !l.OtherText || l.Handle != "organisation@pair.example" {
			p.Errorf("the pair: %+v", l)
		}
		if only(p).Organisation != embraye.IRI(known.ID) {
			p.Error("looking keeps something")
		}

		if err := p.In.Peers.AddList(p.Context(), embraye.Operator(), list(), embraye.PeerChoices{Boost: true}); !errors.Is(err, embraye.ErrInvalid) || only(p).Boost {
			p.Errorf("impossible choices: %v", err)
		}
		lines = list()
		p.Must(p.In.Peers.AddList(p.Context(), embraye.Operator(), lines, embraye.PeerChoices{Gather: true}))
		want[0], want[3] = "2 added", "6 added"
		if got := verdicts(lines); !slices.Equal(got, want) {
			p.Errorf("added:\n%q, want\n%q", got, want)
		}
		all, err := p.In.Peers.List(p.Context())
		p.Must(err)
		if len(all) != 3 || all[0].Gather || !all[0].TrustReviews || all[1].Handle != "organisation@good.example" || !all[1].Gather || len(all[2].Follows) != 4 {
			p.Errorf("peers: %+v", all)
		}
		lines = list()
		p.Must(p.In.Peers.AddList(p.Context(), embraye.Operator(), lines, embraye.PeerChoices{Gather: true}))
		if got := verdicts(lines); got[0] != "2 already" || got[3] != "6 already" || got[4] != "7 already" {
			p.Errorf("added twice: %q", got)
		}
	})
}

func TestListsThatAreNone(t *testing.T) {
	for code, text := range map[string]string{
		"has_no_address":     "# nobody\n\n  # nor here\n",
		"is_no_text":         "@organisation@pair.example\xff",
		"is_too_heavy":       strings.Repeat("#", peers.MaxListBytes+1),
		"has_too_many_lines": strings.Repeat("@a@b.example\n", peers.MaxListLines+1),
	} {
		_, err := peers.ReadList(text)
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || invalid.Problems[0].Code != code || invalid.Problems[0].Field != "list" {
			t.Errorf("%s: %v", code, err)
		}
	}
	most := strings.Repeat("@a@b.example\n", peers.MaxListLines) + strings.Repeat("#\n", 900)
	if lines, err := peers.ReadList(most); err != nil || len(lines) != peers.MaxListLines {
		t.Errorf("as many as may be: %d, %v", len(lines), err)
	}
	if lines, err := peers.ReadList("https://a.example/x#y\n"); err != nil || lines[0].Address != "https://a.example/x#y" {
		t.Errorf("a # inside an address: %v, %v", lines, err)
	}
}

// A hurry is a context whose time is over when somebody says so.
type hurry struct {
	context.Context
	over chan struct{}
}

// Done implements context.Context.
func (h hurry) Done() <-chan struct{} { return h.over }

// Err implements context.Context.
func (h hurry) Err() error {
	select {
	case <-h.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// That time is over says nothing about anybody: who was not reached is not
// refused, and whoever asked can ask again.
func TestAListThatIsCutShort(t *testing.T) {
	p := apptest.NewPair(t, "sqlite")
	read := func() []peers.Line {
		lines, err := peers.ReadList(p.Org.ID)
		p.Must(err)
		return lines
	}
	h := hurry{p.Context(), make(chan struct{})}
	p.Home.Handle("/users/organisation", func(_ http.ResponseWriter, r *http.Request) {
		close(h.over)
		<-r.Context().Done()
	})
	lines := read()
	if err := p.In.Peers.AddList(h, embraye.Operator(), lines, embraye.PeerChoices{}); err != nil || lines[0].Verdict != peers.Unseen {
		p.Errorf("%q, %v", verdicts(lines), err)
	}
	left, leave := context.WithCancel(p.Context())
	p.Home.Handle("/users/organisation", func(_ http.ResponseWriter, r *http.Request) {
		leave()
		<-r.Context().Done()
	})
	if err := p.In.Peers.AddList(left, embraye.Operator(), read(), embraye.PeerChoices{}); !errors.Is(err, context.Canceled) {
		p.Errorf("who asked has gone: %v", err)
	}
}

func TestAListOfTheWeb(t *testing.T) {
	p := apptest.NewPair(t, "sqlite")
	p.Home.Put("/organisations.txt", "text/plain; charset=utf-8", http.StatusOK, []byte("@organisation@pair.example\n"))
	p.Home.Put("/page", "text/html", http.StatusOK, []byte("<p>no list"))
	p.Home.Put("/file", "application/octet-stream", http.StatusOK, []byte("x"))
	p.Home.Put("/broken", "text/plain", http.StatusBadGateway, nil)
	p.Home.Put("/large", "text/plain", http.StatusOK, []byte(strings.Repeat("#", 10*peers.MaxListBytes)))
	text, err := p.In.Peers.FetchList(t.Context(), embraye.Operator(), " "+p.Home.Base+"/organisations.txt ")
	if err != nil || text != "@organisation@pair.example\n" {
		t.Errorf("%q, %v", text, err)
	}
	text, err = p.In.Peers.FetchList(t.Context(), embraye.Operator(), p.Home.Base+"/large")
	if p.Must(err); len(text) != peers.MaxListBytes+1 {
		t.Errorf("%d bytes of a large list", len(text))
	}
	p.W.Server("blocked.example")
	p.Must(p.In.Talk.Block(t.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "blocked.example", Severity: embraye.Suspend}))
	for address, code := range map[string]string{
		p.Home.Base + "/page": "is_no_list", p.Home.Base + "/file": "is_no_list", p.Home.Base + "/broken": "does_not_answer", p.Home.Base + "/nothing": "has_no_list_there",
		"http://pair.example/organisations.txt": "is_on_http", "what": "bad_url", "ftp://pair.example/": "bad_url", p.In.Site.Base + "/organisations.txt": "is_this_instance",
		"https://nowhere.example/": "does_not_answer", "https://blocked.example/": "is_blocked_here",
	} {
		_, err := p.In.Peers.FetchList(t.Context(), embraye.Operator(), address)
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || invalid.Problems[0].Code != code || invalid.Problems[0].Field != "list_url" {
			t.Errorf("%s: %v, want %s", address, err, code)
		}
	}
	for _, ask := range []func(embraye.Acting) error{
		func(by embraye.Acting) error {
			_, err := p.In.Peers.FetchList(t.Context(), by, p.Home.Base)
			return err
		},
		func(by embraye.Acting) error { return p.In.Peers.LookAtList(t.Context(), by, nil) },
		func(by embraye.Acting) error {
			return p.In.Peers.AddList(t.Context(), by, nil, embraye.PeerChoices{})
		},
	} {
		if err := ask(embraye.Acting{Person: &embraye.Person{Role: embraye.Reviewer}}); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("a reviewer: %v", err)
		}
	}
}

// Who refused, or has not answered for a day, is asked again if an admin wants
// it; who has just been asked is not.
func TestWhoDoesNotAnswerIsAskedAgain(t *testing.T) {
	p := apptest.NewPair(t, "sqlite")
	p.Follow()
	asked := func() int {
		t.Helper()
		_, err := p.In.Peers.Ask(t.Context(), embraye.Operator(), only(p).ID)
		p.Must(err)
		p.W.Settle()
		return len(apptest.Messages(p.Home.Take(), "Follow"))
	}
	if n := asked(); n != 0 {
		t.Errorf("%d are asked twice in a moment", n)
	}
	p.W.Clock.Advance(25 * time.Hour)
	if _, err := p.In.Peers.Sync(t.Context(), embraye.Operator()); err != nil {
		t.Fatal(err)
	}
	if n := asked(); n != 4 {
		t.Errorf("after a day %d are asked again", n)
	}
	if n := asked(); n != 0 {
		t.Errorf("%d are asked three times", n)
	}
}
