package translog

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A scene is a log of n leaves with a key, and a witness.
type scene struct {
	t       *testing.T
	hashes  []tlog.Hash
	leaves  [][]byte
	key     ed25519.PrivateKey
	witness *Cosigner
}

var then = time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)

func seeded(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+n)), ed25519.SeedSize)))
}

func newScene(t *testing.T, n int) *scene {
	t.Helper()
	s := &scene{t: t, key: seeded(1)}
	s.witness = must(NewCosigner("autre.example/temoin", seeded(2), func() time.Time { return then }))(t)
	for i := range n {
		s.add(fmt.Sprintf("https://suivi.example/constats/%d", i))
	}
	return s
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *scene) add(id string) {
	leaf := must(Leaf{Kind: Revision, ID: id, N: 1, Commit: Commitment(salt(), []byte(id)), At: then}.Bytes())(s.t)
	s.hashes = append(s.hashes, must(tlog.StoredHashes(int64(len(s.leaves)), leaf, s))(s.t)...)
	s.leaves = append(s.leaves, leaf)
}

func salt() []byte { return []byte(strings.Repeat("s", SaltSize)) }

// ReadHashes makes a scene a tlog.HashReader.
func (s *scene) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, s.hashes[i])
	}
	return out, nil
}

func (s *scene) at(origin string, size int) string {
	root := must(tlog.TreeHash(int64(size), s))(s.t)
	return must(Checkpoint{origin, int64(size), root}.Sign(must(Signer(origin, s.key))(s.t)))(s.t)
}

func (s *scene) proof(index, size int, checkpoint string) Proof {
	return Proof{Extra: must(Extra(s.leaves[index], salt()))(s.t), Index: int64(index),
		Hashes: must(tlog.ProveRecord(int64(size), int64(index), s))(s.t), Checkpoint: checkpoint}
}

func (s *scene) cosign(checkpoint string) string {
	text, _, _ := strings.Cut(checkpoint, "\n\n")
	return checkpoint + must(s.witness.Lines(text+"\n"))(s.t)
}

func (s *scene) policy() string {
	return "# what another organisation says\nlog " + must(VKey(origin, s.key.Public().(ed25519.PublicKey)))(s.t) + " https://suivi.example/journal/\n" +
		"witness autre " + s.witness.VKey() + " https://autre.example/temoin/\nwitness tiers " + must(NewCosigner("tiers.example/temoin", seeded(3), time.Now))(s.t).VKey() +
		"\ngroup deux any autre tiers\nquorum deux\n"
}

// An independent implementation reads our bytes, and we read its.
func TestTorchwoodReadsOurCosignaturesAndProofs(t *testing.T) {
	s := newScene(t, 300)
	theirs := must(torchwood.ParsePolicy([]byte(s.policy())))(t)
	ours := must(ParsePolicy(s.policy()))(t)
	checkpoint := s.at(origin, 300)
	proof := s.proof(257, 300, s.cosign(checkpoint))
	if err := torchwood.VerifyProof(theirs, tlog.RecordHash(s.leaves[257]), []byte(proof.Text())); err != nil {
		t.Error("torchwood:", err)
	}
	object := []byte("https://suivi.example/constats/257")
	claim := must(NewClaim(proof.Text(), object))(t).Of(Revision, string(object), 1)
	v := ours.Judge(claim, then)
	if v.Outcome != Proved || v.Why != "proved" || !slices.Equal(v.Witnesses, []Witnessed{{"autre", then}}) {
		t.Errorf("%+v", v)
	}
	for why, c := range map[string]Claim{"object_differs": must(NewClaim(proof.Text(), []byte("another text")))(t), "other_act": claim.Of(Revision, string(object), 2), "proved_act": must(NewClaim(proof.Text(), nil))(t)} {
		if v := ours.Judge(c, then); v.Why != why {
			t.Errorf("%+v, not %s", v, why)
		}
	}
	if err := torchwood.VerifyProof(theirs, tlog.RecordHash(s.leaves[257]), []byte(s.proof(257, 300, checkpoint).Text())); err == nil {
		t.Error("torchwood takes a checkpoint without a witness: the test shows nothing")
	}
	other := must(torchwood.NewCosignatureSigner("tiers.example/temoin", seeded(3)))(t)
	signed := must(note.Sign(&note.Note{Text: must(Unsigned(checkpoint))(t).Text()}, must(Signer(origin, s.key))(t), other))(t)
	if v := ours.Judge(Claim{Proof: s.proof(3, 300, string(signed)), raw: s.leaves[3]}, time.Now()); v.Outcome != Proved || v.Witnesses[0].Name != "tiers" {
		t.Errorf("what torchwood signed: %+v", v)
	}
	if must(NewCosignatory(other.Verifier().String()))(t).KeyHash() != other.KeyHash() || must(torchwood.NewCosignatureVerifier(s.witness.VKey()))(t).KeyHash() != s.witness.KeyHash() {
		t.Error("keys are read differently")
	}
}

// A policy may name the witness of the very organisation whose log is judged, as that
// of a peer does: its signature is the log's own word once more.
func TestNobodyIsItsOwnWitness(t *testing.T) {
	s := newScene(t, 9)
	own := must(NewCosigner("suivi.example.fr/temoin", seeded(4), func() time.Time { return then }))(t)
	policy := &Policy{}
	if err := errors.Join(policy.AddLog(must(VKey(origin, s.key.Public().(ed25519.PublicKey)))(t), ""), policy.AddWitness("lui", own.VKey(), ""), policy.AddWitness("autre", s.witness.VKey(), "")); err != nil {
		t.Fatal(err)
	}
	policy.WantAny()
	checkpoint := s.at(origin, 9)
	lines := must(own.Lines(must(Unsigned(checkpoint))(t).Text()))(t)
	if _, v := policy.JudgeLog(checkpoint+lines, then); v.Outcome != Unwitnessed || len(v.Witnesses) != 0 {
		t.Errorf("its own: %+v", v)
	}
	if _, v := policy.JudgeLog(s.cosign(checkpoint+lines), then); v.Outcome != Proved || len(v.Witnesses) != 1 {
		t.Errorf("and another one's: %+v", v)
	}
}

// A verdict is green for one reason only; every lie has its word.
func TestVerdicts(t *testing.T) {
	s := newScene(t, 9)
	policy := must(ParsePolicy(s.policy()))(t)
	checkpoint := s.at(origin, 9)
	good := s.cosign(checkpoint)
	elsewhere := newScene(t, 9)
	elsewhere.key = seeded(7)
	cut := func(p Proof) Proof { p.Hashes = p.Hashes[:len(p.Hashes)-1]; return p }
	long := func(p Proof) Proof { p.Hashes = append(slices.Clone(p.Hashes), make([]tlog.Hash, 59)...); return p }
	late := must(NewCosigner("autre.example/temoin", seeded(2), func() time.Time { return then.Add(time.Hour) }))(t)
	lines := must(late.Lines(must(Unsigned(checkpoint))(t).Text()))(t)
	swapped := strings.Replace(good, "\n9\n", "\n10\n", 1)
	failing := must(s.witness.Lines(must(Unsigned(s.at(origin, 8)))(t).Text()))(t)
	for name, c := range map[string]struct {
		claim   Claim
		outcome Outcome
		why     string
	}{
		"good":                    {Claim{Proof: s.proof(4, 9, good), raw: s.leaves[4]}, Proved, "proved"},
		"without the object":      {Claim{Proof: s.proof(4, 9, good), raw: s.leaves[4], Alone: true}, Proved, "proved_act"},
		"another object":          {Claim{Proof: s.proof(4, 9, good), raw: s.leaves[4], wrong: "object_differs"}, Inconsistent, "object_differs"},
		"no witness yet":          {Claim{Proof: s.proof(4, 9, checkpoint), raw: s.leaves[4]}, Unwitnessed, "witnesses_missing"},
		"a clock far ahead":       {Claim{Proof: s.proof(4, 9, checkpoint+lines), raw: s.leaves[4]}, Unwitnessed, "witnesses_missing"},
		"another leaf":            {Claim{Proof: s.proof(4, 9, good), raw: s.leaves[5]}, Inconsistent, "not_in_log"},
		"cut short":               {Claim{Proof: cut(s.proof(4, 9, good)), raw: s.leaves[4]}, Unverifiable, "proof_cut"},
		"63 lines":                {Claim{Proof: long(s.proof(4, 9, good)), raw: s.leaves[4]}, Unverifiable, "proof_cut"},
		"beyond the log":          {Claim{Proof: Proof{Index: 9, Checkpoint: good}, raw: s.leaves[4]}, Unverifiable, "proof_cut"},
		"another log's":           {Claim{Proof: s.proof(4, 9, elsewhere.at(origin, 9)), raw: s.leaves[4]}, Unverifiable, "log_unknown"},
		"only a witness":          {Claim{Proof: s.proof(4, 9, elsewhere.cosign(elsewhere.at(origin, 9))), raw: s.leaves[4]}, Unverifiable, "log_unknown"},
		"a signature that fails":  {Claim{Proof: s.proof(4, 9, swapped), raw: s.leaves[4]}, Inconsistent, "signature_fails"},
		"a known key that fails":  {Claim{Proof: s.proof(4, 9, checkpoint+failing), raw: s.leaves[4]}, Inconsistent, "signature_fails"},
		"no checkpoint":           {Claim{Proof: Proof{Checkpoint: "hello"}}, Unverifiable, "no_checkpoint"},
		"rubbish in its place":    {Claim{Proof: Proof{Checkpoint: "a\n\n— b c\n"}}, Unverifiable, "no_checkpoint"},
		"a checkpoint not signed": {Claim{Proof: Proof{Checkpoint: must(Unsigned(good))(t).Text() + "\n"}}, Unverifiable, "no_checkpoint"},
	} {
		if v := policy.Judge(c.claim, then); v.Outcome != c.outcome || v.Why != c.why {
			t.Errorf("%s: %+v", name, v)
		}
	}
	alone := must(ParsePolicy(strings.Replace(s.policy(), "quorum deux", "quorum none", 1)))(t)
	if v := alone.Judge(Claim{Proof: s.proof(4, 9, checkpoint), raw: s.leaves[4]}, then); v.Outcome != Unwitnessed || v.Why != "no_witness_asked" {
		t.Errorf("a policy that asks for nobody: %+v", v)
	}
	other := must(Checkpoint{"autre.example/journal", 9, must(tlog.TreeHash(9, s))(t)}.Sign(must(Signer("autre.example/journal", s.key))(t)))(t)
	both := must(note.Sign(&note.Note{Text: must(Unsigned(other))(t).Text()}, must(Signer(origin, s.key))(t)))(t)
	if v := policy.Judge(Claim{Proof: s.proof(4, 9, string(both)), raw: s.leaves[4]}, then); v.Why != "other_log" {
		t.Errorf("signed under another origin: %+v", v)
	}
}

// How long a proof is, is what tlog says.
func TestPathLength(t *testing.T) {
	s := newScene(t, 70)
	for size := 1; size <= 70; size++ {
		for i := range size {
			if got, want := pathLength(int64(i), int64(size)), len(must(tlog.ProveRecord(int64(size), int64(i), s))(t)); got != want {
				t.Fatalf("leaf %d of %d: %d hashes, not %d", i, size, got, want)
			}
		}
	}
}

func TestPolicies(t *testing.T) {
	s := newScene(t, 1)
	text := s.policy()
	vkey := s.witness.VKey()
	if again := must(ParsePolicy(must(ParsePolicy(text))(t).String()))(t); again.Quorum != "deux" || len(again.Witnesses) != 2 || again.Logs[0].Name != origin || again.Groups[0].Want != 1 {
		t.Errorf("%+v", again)
	}
	for wrong, why := range map[string]string{
		"": "no line `quorum`",
		strings.ReplaceAll(text, "quorum deux\n", ""):          "no line `quorum`",
		text + "quorum none":                                   "second quorum",
		"quorum someone":                                       "on no line before",
		"witness a " + vkey + "\nwitness b " + vkey:            "there twice",
		"witness a " + vkey + "\nwitness a " + vkey:            "is taken",
		"witness a b":                                          "key",
		"log " + vkey:                                          "no key of a log",
		"witness a " + vkey + "\ngroup g 2 a":                  "from 1 to 1",
		"witness a " + vkey + "\ngroup g 0 a":                  "from 1 to 1",
		"witness a " + vkey + "\ngroup g any a a":              "counts twice",
		"witness a " + vkey + "\ngroup g any a\ngroup h any a": "counts twice",
		"group g any g":                                        "on no line before",
		"group none any a":                                     "is taken",
		"witness a " + vkey + "\ngroup g any none":             "on no line before",
		"hello":          "is not one of",
		"quorum":         "0 words",
		"quorum\x00none": "does not show",
	} {
		if _, err := ParsePolicy(wrong); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	all := must(ParsePolicy(strings.Replace(text, "any autre", "all autre", 1)))(t)
	if all.enough(map[string]bool{"autre": true}) || !all.enough(map[string]bool{"autre": true, "tiers": true}) {
		t.Error("all of two")
	}
	p := &Policy{}
	if p.WantAny(); p.Quorum != NoQuorum {
		t.Error("nobody is asked where there is nobody")
	}
	if err := p.AddWitness("a", vkey, ""); err != nil {
		t.Fatal(err)
	}
	if p.WantAny(); !p.enough(map[string]bool{"a": true}) || p.enough(nil) {
		t.Error("any of one")
	}
	if _, err := NewCosignatory(strings.Replace(vkey, "+", "+0", 1)); err == nil {
		t.Error("a key with another number")
	}
}

// The witness's law, answer by answer (C2SP tlog-witness).
func TestWhatAWitnessSigns(t *testing.T) {
	s := newScene(t, 20)
	log := must(note.NewVerifier(must(VKey(origin, s.key.Public().(ed25519.PublicKey)))(t)))(t)
	root := func(n int) tlog.Hash { return must(tlog.TreeHash(int64(n), s))(t) }
	grown := func(old, size int) *Added {
		a := &Added{Old: int64(old), Checkpoint: s.at(origin, size)}
		if old > 0 && old < size {
			a.Proof = must(tlog.ProveTree(int64(size), int64(old), s))(t)
		}
		return must(ParseAdded(a.Bytes()))(t)
	}
	forked := newScene(t, 12)
	forked.add("https://suivi.example/constats/other")
	fork := func(old int) *Added {
		return &Added{Old: int64(old), Proof: must(tlog.ProveTree(13, int64(max(old, 1)), forked))(t), Checkpoint: forked.at(origin, 13)}
	}
	wrongRoot := must(Checkpoint{origin, 0, root(3)}.Sign(must(Signer(origin, s.key))(t)))(t)
	withProof := grown(0, 5)
	withProof.Proof = []tlog.Hash{root(3)}
	for name, c := range map[string]struct {
		added  *Added
		seen   Seen
		status int
		size   int64
	}{
		"first":                {grown(0, 5), Seen{}, 0, 0},
		"grown":                {grown(5, 20), Seen{5, root(5)}, 0, 0},
		"again":                {grown(5, 5), Seen{5, root(5)}, 0, 0},
		"an empty log":         {grown(0, 0), Seen{}, 0, 0},
		"another old":          {grown(3, 20), Seen{5, root(5)}, http.StatusConflict, 5},
		"asking for the size":  {grown(0, 5), Seen{5, root(5)}, http.StatusConflict, 5},
		"old larger than size": {grown(9, 5), Seen{9, root(9)}, http.StatusBadRequest, 0},
		"a proof after 0":      {withProof, Seen{}, http.StatusUnprocessableEntity, 0},
		"an empty log's root":  {&Added{Checkpoint: wrongRoot}, Seen{}, http.StatusUnprocessableEntity, 0},
		"two roots, one size":  {&Added{Old: 13, Checkpoint: forked.at(origin, 13)}, Seen{13, root(13)}, http.StatusUnprocessableEntity, 0},
		"a fork below":         {&Added{Old: 15, Checkpoint: s.at(origin, 20), Proof: must(tlog.ProveTree(20, 14, s))(t)}, Seen{15, root(15)}, http.StatusUnprocessableEntity, 0},
		"a rewritten past":     {fork(13 - 1), Seen{12, root(11)}, http.StatusUnprocessableEntity, 0},
	} {
		tree, err := c.added.Open(log)
		if err == nil {
			err = c.added.After(c.seen, tree)
		}
		refusal, _ := errors.AsType[*Refusal](err)
		if c.status == 0 && err != nil || c.status != 0 && (refusal == nil || refusal.Status != c.status || refusal.Size != c.size) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := newScene(t, 5)
	stranger.key = seeded(9)
	for name, checkpoint := range map[string]string{"no known key": stranger.at(origin, 5), "a known key that fails": strings.Replace(s.at(origin, 5), "\n5\n", "\n6\n", 1)} {
		_, err := must(ParseAdded((&Added{Checkpoint: checkpoint}).Bytes()))(t).Open(log)
		if r, _ := errors.AsType[*Refusal](err); r == nil || r.Status != http.StatusForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines := must(s.witness.Lines(must(Unsigned(s.at(origin, 5)))(t).Text()))(t)
	others := must(must(NewCosigner("tiers.example/temoin", seeded(3), time.Now))(t).Lines(must(Unsigned(s.at(origin, 5)))(t).Text()))(t)
	if got, err := Cosignatures(s.at(origin, 5), others+lines, s.witness, then); err != nil || got != lines {
		t.Errorf("%q, %v", got, err)
	}
	for ahead, taken := range map[time.Duration]bool{-time.Hour: true, aheadOfClock: true, aheadOfClock + time.Second: false} {
		clock := must(NewCosigner("autre.example/temoin", seeded(2), func() time.Time { return then.Add(ahead) }))(t)
		lines := must(clock.Lines(must(Unsigned(s.at(origin, 5)))(t).Text()))(t)
		if _, err := Cosignatures(s.at(origin, 5), lines, s.witness, then); (err == nil) != taken {
			t.Errorf("signed %s ahead: %v", ahead, err)
		}
	}
	for _, rubbish := range []string{"", "hello", others, lines[:len(lines)-9] + "AAAAAAA=\n", strings.Repeat("x", 1<<20)} {
		if got, err := Cosignatures(s.at(origin, 5), rubbish, s.witness, then); err == nil {
			t.Errorf("%.40q was taken: %q", rubbish, got)
		}
	}
}

func TestWhatIsPostedIsReadStrictly(t *testing.T) {
	s := newScene(t, 3)
	checkpoint, hash := s.at(origin, 3), s.hashes[0].String()
	ok := "old 0\n\n" + checkpoint
	if a, err := ParseAdded([]byte(ok)); err != nil || a.Origin() != origin || string(a.Bytes()) != ok {
		t.Error(a, err)
	}
	if a, err := ParseAdded([]byte("old 1\n" + strings.Repeat(hash+"\n", 63) + "\n" + checkpoint)); err != nil || len(a.Proof) != 63 {
		t.Error(err)
	}
	for _, wrong := range []string{"", "old 1", "old 01\n\n" + checkpoint, "old -1\n\n" + checkpoint, "old 9007199254740993\n\n" + checkpoint, "new 1\n\n" + checkpoint,
		"old 1\nhello\n\n" + checkpoint, "old 1\n" + strings.Repeat(hash+"\n", 64) + "\n" + checkpoint, "old 1\n" + hash[:20] + "\n\n" + checkpoint,
		"old 1\n\nhello", "old 1\n\n" + strings.Replace(checkpoint, origin, "a+b/journal", 1), ok + strings.Repeat("x", MaxAddBytes)} {
		if _, err := ParseAdded([]byte(wrong)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.60q: %v", wrong, err)
		}
	}
}
