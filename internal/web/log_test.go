package web_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/translog"
)

// whole reads the log of an address as a stranger does, from its signed
// checkpoint down to every leaf.
func (s *site) wholeLog(t *testing.T, prefix string) (translog.Checkpoint, []translog.Leaf) {
	t.Helper()
	policy, err := translog.ParsePolicy(s.get("/journal/policy", "").Body.String())
	if err != nil {
		t.Fatal(err)
	}
	signed := s.get(prefix+"/checkpoint", "").Body.String()
	c, verdict := policy.JudgeLog(signed, s.Clock.Now())
	if verdict.Outcome != translog.Unwitnessed {
		t.Fatalf("%s: %+v\n%s", prefix, verdict, signed)
	}
	tree := &translog.Tree{}
	var leaves []translog.Leaf
	var hashes []byte
	translog.TilesOf(translog.Entries, 0, c.Size, func(tile translog.Tile) bool {
		entries, err := translog.ParseBundle(s.get(prefix+"/"+tile.Path(), "").Body.Bytes(), tile.W)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			l, err := translog.ParseLeaf(e)
			if err != nil {
				t.Fatal(err)
			}
			h := sha256.Sum256(append([]byte{0}, e...))
			tree.Add(e)
			leaves, hashes = append(leaves, l), append(hashes, h[:]...)
		}
		return true
	})
	if tree.Root() != c.Root {
		t.Fatalf("%s: the leaves make %v, the checkpoint says %v", prefix, tree.Root(), c.Root)
	}
	translog.TilesOf(0, 0, c.Size, func(tile translog.Tile) bool {
		if got := s.get(prefix+"/"+tile.Path(), "").Body.Bytes(); !bytes.Equal(got, hashes[:len(got)]) || len(got) != 32*tile.W {
			t.Errorf("%s has other hashes than its leaves", tile.Path())
		}
		hashes = hashes[32*tile.W:]
		return true
	})
	return c, leaves
}

func TestStrangersVerifyTheLog(t *testing.T) {
	s := newSite(t)
	op := embraye.Operator()
	p, err := s.Constats.Publish(t.Context(), op, sampleInput("Un appel est ouvert"))
	if err != nil {
		t.Fatal(err)
	}
	id := p.Update.ID
	in := constats.ReviseInput{Kind: embraye.Typo, Reason: "relu", Content: sampleInput("Un appel à communs est ouvert").Content}
	if _, err := s.Constats.Revise(t.Context(), op, id, in); err != nil {
		t.Fatal(err)
	}
	s.Web.Invalidate()
	c, leaves := s.wholeLog(t, "/journal")
	if c.Origin != "ours.example/journal" || leaves[len(leaves)-1].N != 2 || leaves[len(leaves)-1].Kind != translog.Revision {
		t.Errorf("%v ends with %+v", c, leaves[len(leaves)-1])
	}
	prove := func(n int) translog.Verdict {
		t.Helper()
		policy, err := translog.ParsePolicy(s.get("/journal/policy", "").Body.String())
		if err != nil {
			t.Fatal(err)
		}
		var object []byte
		if w := s.get(fmt.Sprintf("/constats/%s/versions/%d", id, n), "application/activity+json"); w.Code == http.StatusOK {
			object = w.Body.Bytes()
		}
		w := s.get(fmt.Sprintf("/constats/%s/versions/%d/preuve.tlog-proof", id, n), "")
		claim, err := translog.NewClaim(w.Body.String(), object)
		if err != nil {
			t.Fatalf("version %d: %v\n%s", n, err, w.Body)
		}
		return policy.Judge(claim.Of(translog.Revision, string(s.Site.UpdateID(id)), n), s.Clock.Now())
	}
	for n := 1; n <= 2; n++ {
		if v := prove(n); v.Outcome != translog.Unwitnessed || v.Why != "not_witnessed" && v.Why != "quorum_none" && v.Index == 0 {
			t.Errorf("version %d: %+v", n, v)
		}
		href := fmt.Sprintf("/constats/%s/versions/%d/preuve.tlog-proof", id, n)
		wantWords(t, "the versions", s.get("/constats/"+id+"/versions", browser).Body.String(), `href="`+href+`"`)
		wantWords(t, "the version", s.get(strings.TrimSuffix(href, "/preuve.tlog-proof"), browser).Body.String(), `href="`+href+`"`)
	}
	wantWords(t, "the journal", s.get("/journal", browser).Body.String(), fmt.Sprintf("%d actes publics", c.Size), `href="/journal/checkpoint"`, fmt.Sprintf(`href="/journal/tile/entries/000.p/%d"`, c.Size), `href="/journal/policy"`)

	// What is erased is still proved to have been there, and nothing else.
	if err := s.Constats.Withdraw(t.Context(), op, id, constats.WithdrawInput{Reason: "faux", Erase: true}); err != nil {
		t.Fatal(err)
	}
	s.Web.Invalidate()
	if v := prove(2); v.Outcome != translog.Unwitnessed {
		t.Errorf("erased: %+v", v)
	}
	if proof, err := translog.ParseProof(s.get("/constats/"+id+"/versions/2/preuve.tlog-proof", "").Body.String()); err != nil || bytes.Contains(proof.Extra, []byte(`"salt"`)) {
		t.Errorf("the salt of what was erased: %s, %v", proof.Extra, err)
	}
	s.otherLog(t)
}

// otherLog closes the log: its address goes on to answer, and the next one has an
// address of its own.
func (s *site) otherLog(t *testing.T) {
	t.Helper()
	before, _ := s.wholeLog(t, "/journal")
	if _, err := s.Organisation.RestartLog(t.Context(), embraye.Operator(), "le disque est perdu"); err != nil {
		t.Fatal(err)
	}
	s.Web.Invalidate()
	if after, _ := s.wholeLog(t, "/journal"); after != before {
		t.Errorf("the closed log is %v, and was %v", after, before)
	}
	c, leaves := s.wholeLog(t, "/journal/2")
	if c.Origin != "ours.example/journal/2" || leaves[0].Kind != translog.Restart || leaves[0].Previous.Size != before.Size || leaves[1].Kind != translog.Key {
		t.Errorf("%v begins with %+v", c, leaves)
	}
	wantWords(t, "the journal", s.get("/journal", browser).Body.String(), `href="/journal/2/checkpoint"`, "le disque est perdu")
}

func TestTheLogIsServedAsC2SPSays(t *testing.T) {
	s := newSite(t)
	for i := range 50 {
		if err := s.Talk.Block(t.Context(), embraye.Operator(), embraye.DomainBlock{Domain: fmt.Sprintf("spam%d.example", i), Severity: embraye.Suspend}); err != nil {
			t.Fatal(err)
		}
	}
	c, _ := s.wholeLog(t, "/journal") // 61 acts
	size := int(c.Size)
	for path, want := range map[string]string{
		"/journal/checkpoint":                               "200 public, max-age=5 text/plain; charset=utf-8",
		"/journal/policy":                                   "200 public, max-age=5 text/plain; charset=utf-8",
		fmt.Sprintf("/journal/tile/0/000.p/%d", size):       "200 public, max-age=86400 application/octet-stream",
		"/journal/tile/0/000.p/3":                           "200 public, max-age=86400 application/octet-stream",
		fmt.Sprintf("/journal/tile/entries/000.p/%d", size): "200 public, max-age=86400 application/octet-stream",
		fmt.Sprintf("/journal/tile/0/000.p/%d", size+1):     "404",
		"/journal/tile/0/000":                               "404",
		"/journal/tile/1/000.p/1":                           "404",
		"/journal/tile/6/x999/x999/999":                     "404",
		"/journal/2/checkpoint":                             "404",
		"/journal/1/checkpoint":                             "404",
		"/journal/02/tile/0/000":                            "404",
		"/journal/tile/0/000.p/0":                           "400",
		"/journal/tile/0/0":                                 "400",
		"/journal/tile/0/../0/000":                          "400",
		"/journal/tile/8/data/000":                          "400",
		"/journal/tile/":                                    "400",
		"/constats/01kqhfp680567sw5g9rnr6gxjc/versions/1/preuve.tlog-proof": "404",
		"/constats/x/versions/1/preuve.tlog-proof":                          "404",
		"/avis/01kqhfp680567sw5g9rnr6gxjc/versions/01/preuve.tlog-proof":    "404",
	} {
		w := s.get(path, "*/*")
		h := w.Header()
		got := fmt.Sprint(w.Code)
		if w.Code == http.StatusOK {
			if h.Get("Access-Control-Allow-Origin") != "*" || w.Body.Len() == 0 {
				t.Errorf("%s: %d bytes, %v", path, w.Body.Len(), h)
			}
			got += " " + h.Get("Cache-Control") + " " + h.Get("Content-Type")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	wantWords(t, "a bad path", s.get("/journal/tile/0/0", "*/*").Body.String(), "c2sp.org/tlog-tiles")
}
