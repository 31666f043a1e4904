package fedtest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/httpsig"
)

// aCase is a message as some program sends it: {{peer}} is its server,
// {{measure}} and {{constat}} are ours, {{n}} a number of its own. before is
// sent first.
type aCase struct {
	Kind   string
	Actor  caseActor
	Header map[string]string `json:"headers"`
	Before []json.RawMessage
	Body   json.RawMessage
}

// caseActor is who sends it, where that is not {{peer}}/users/ann.
type caseActor struct {
	Path, ID, Key, Inbox, Name string
	Serve                      map[string]json.RawMessage // documents of its server
}

const (
	casePeer  = "https://peer.example"
	caseAnn   = casePeer + "/users/ann"
	caseReply = "<p>bonjour</p>"
)

func caseFollowed(by string) []string {
	return []string{"> Accept", "mesure2 is followed by " + by}
}

func caseReplied(id, html string) []string {
	return []string{"reply " + id + " to mesure2 under " + exampleConstat + " pending: " + html}
}

// cases says what becomes of each file of testdata/cases. All are answered 202.
var cases = map[string][]string{
	"undo-follow-reference":           {"-mesure2 is followed by " + caseAnn},
	"undo-follow-earlier-id":          {"-mesure2 is followed by " + caseAnn},
	"undo-follow-id-only":             {"-mesure2 is followed by " + caseAnn},
	"undo-follow-of-another":          {},
	"undo-like-reference":             {"-like of " + exampleConstat + " by " + caseAnn, "-likes: 1"},
	"undo-block-reference":            {"-" + ourMeasure + " is blocked by " + caseAnn},
	"undo-follow-page":                {"-mesure2 is followed by " + caseAnn},
	"follow-page":                     caseFollowed(caseAnn),
	"block-page":                      {ourMeasure + " is blocked by " + caseAnn},
	"mention-page":                    {"reply " + casePeer + "/n/7 to mesure2 under  pending: " + caseReply},
	"create-contentmap-list":          caseReplied(casePeer+"/n/7", caseReply),
	"create-odd-properties":           caseReplied(casePeer+"/n/7", caseReply),
	"create-content-list":             caseReplied(casePeer+"/n/7", caseReply),
	"follow-published-number":         caseFollowed(caseAnn),
	"follow-odd-properties":           caseFollowed(caseAnn),
	"flag-one-odd-entry":              {`report of ["` + ourMeasure + `","` + exampleConstat + `"] by ` + caseAnn + ": inexact"},
	"flag-odd-content":                {`report of ["` + exampleConstat + `"] by ` + caseAnn + ": inexact"},
	"block-odd-target":                {},
	"follow-actor-root-without-slash": caseFollowed(casePeer),
	"like-actor-root-without-slash":   {"like of " + exampleConstat + " by " + casePeer, "likes: 1"},
	"follow-actor-raw-unicode":        caseFollowed(casePeer + "/@étienne"),
	"reply-raw-unicode":               caseReplied(casePeer+"/réponses/7", caseReply),
	"note-id-fragment":                caseReplied(casePeer+"/bot#dm-7", caseReply),
	"delete-id-fragment":              {"-" + caseReplied(casePeer+"/bot#dm-1", caseReply)[0], "buried " + caseAnn + " " + casePeer + "/bot#dm-1"},
	"create-bare-object":              caseReplied(casePeer+"/notes/late", caseReply),
	"create-object-stub":              caseReplied(casePeer+"/notes/late", caseReply),
	"create-bare-object-of-another":   {},
	"create-bare-object-elsewhere":    {},
	"update-bare-object": {"-" + caseReplied(casePeer+"/notes/late", "<p>bonsoir</p>")[0],
		caseReplied(casePeer+"/notes/late", caseReply)[0]},
	"profile-unquoted":        caseFollowed(caseAnn),
	"profile-single-quotes":   caseFollowed(caseAnn),
	"profile-unquoted-params": caseFollowed(caseAnn),
	"reply-s-strike":          caseReplied(casePeer+"/n/7", "<p>Le budget est de <del>10</del> <del>11</del> 12 M€</p>"),
	"reply-div-blocks":        caseReplied(casePeer+"/n/7", "<p>un</p><p>deux</p>"),
	"reply-table":             caseReplied(casePeer+"/n/7", "<p>2019 | 12</p><p>2020 | 14</p>"),
	"reply-powers":            caseReplied(casePeer+"/n/7", "<p>10<sup>6</sup> €</p>"),
}

// TestCasesOfLivingServers plays what living servers send and a strict reader
// loses: K19, K20, K21, K23, K24, K26 and N04, with siblings.
func TestCasesOfLivingServers(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d files, %d in the table, %v", len(files), len(cases), err)
	}
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var c aCase
			text := strings.NewReplacer("{{peer}}", casePeer, "{{measure}}", s.measure(), "{{constat}}", s.constat(),
				"{{page}}", s.in.Site.ActorPage("mesure2"), "{{n}}", "7").Replace(string(raw))
			if err := json.Unmarshal([]byte(text), &c); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			t.Run(c.Kind+" "+name, func(t *testing.T) { s.playCase(t, c, cases[name]) })
		}
	})
}

func (s *scene) playCase(t *testing.T, c aCase, want []string) {
	outer, world := s.t, s.w.T
	s.t, s.w.T = t, t
	defer func() { s.t, s.w.T = outer, world }()
	s.clear()
	a := s.actors[c.Actor.ID]
	if a == nil {
		a = c.Actor.appear(s.server("peer.example"))
		s.actors[c.Actor.ID] = a
	}
	for _, before := range c.Before {
		if status := s.w.Do(a.RequestAs(s.inbox(), before, httpsig.Cavage)); status != 202 {
			t.Fatalf("what came before was answered %d", status)
		}
	}
	for path, doc := range c.Actor.Serve {
		a.Server.PutJSON(path, doc)
	}
	s.answers()
	before := s.state()
	r := a.RequestAs(s.inbox(), c.Body, httpsig.Cavage)
	for name, value := range c.Header {
		r.Header.Set(name, value)
	}
	if len(c.Header) > 0 { // the signature covers the type
		sign(t, s, a, r, c.Body)
	}
	if status := s.w.Do(r); status != http.StatusAccepted {
		t.Fatalf("answered %d, want 202", status)
	}
	got := changes(before, s.state())
	for _, answer := range s.answers() {
		kind, _, _ := strings.Cut(answer, " ")
		got = append(got, "> "+kind)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(lines(want...), got); diff != "" {
		t.Error(diff)
	}
}

func sign(t *testing.T, s *scene, a *Actor, r *http.Request, body []byte) {
	t.Helper()
	r.Header.Del("Signature")
	if err := httpsig.Sign(r, body, httpsig.Signer{KeyID: a.KeyID, Key: a.Key}, httpsig.Cavage, s.w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// appear serves the actor.
func (c caseActor) appear(server *Server) *Actor {
	if c.ID == "" {
		return server.Actor("ann")
	}
	a := server.ActorAt(c.ID, c.Name)
	a.KeyID = c.Key
	a.Doc["inbox"] = c.Inbox
	a.Doc["publicKey"].(map[string]any)["id"] = c.Key
	server.PutJSON(c.Path, a.Doc)
	return a
}
