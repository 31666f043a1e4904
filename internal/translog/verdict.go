package translog

import (
	"errors"
	"math/bits"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// An Outcome is what came of a verification.
type Outcome string

// The four outcomes. Unverifiable is no kind of yes: it says that nothing was
// learned.
const (
	Proved       Outcome = "proved"       // in the log, and enough witnesses have seen it
	Unwitnessed  Outcome = "unwitnessed"  // in the log, by the log's own word
	Inconsistent Outcome = "inconsistent" // what was shown contradicts itself
	Unverifiable Outcome = "unverifiable"
)

// A Verdict is an outcome and why.
type Verdict struct {
	Outcome Outcome
	Why     string // a code; the catalogue has its sentence, as verify.why.CODE
	Log     string // origin of the log that signed; empty if nobody known did
	Index   int64
	Size    int64
	// Witnesses are those of the policy whose signatures hold, in its order.
	Witnesses []Witnessed
}

// A Witnessed is one cosignature.
type Witnessed struct {
	Name string
	At   time.Time
}

// A Claim is what somebody shows: that a leaf is in a log, and that an object
// is what the leaf is about.
type Claim struct {
	Proof Proof
	Leaf  Leaf
	Alone bool // no object was at hand: the leaf is judged without it

	raw   []byte // the leaf as it lies in the log
	wrong string // what contradicts the claim before any log is asked
}

// NewClaim reads a proof of ours and compares it with the object that it is
// about; nil if that is not at hand.
func NewClaim(proof string, object []byte) (c Claim, err error) {
	if c.Proof, err = ParseProof(proof); err != nil {
		return c, err
	}
	var salt []byte
	if c.Leaf, c.raw, salt, err = c.Proof.shown(); err != nil {
		return c, err
	}
	c.Alone = object == nil || c.Leaf.Commit == ""
	if !c.Alone && Commitment(salt, object) != c.Leaf.Commit {
		c.wrong = "object_differs"
	}
	return c, nil
}

// Of says of what the claim has to be: the proof of another act proves nothing
// about this one.
func (c Claim) Of(kind Kind, id string, n int) Claim {
	if c.Leaf.Kind != kind || c.Leaf.ID != id || c.Leaf.N != n {
		c.wrong = "other_act"
	}
	return c
}

// aheadOfClock is how far in the future a cosignature may be, for clocks differ.
const aheadOfClock = 5 * time.Minute

// Judge is the law of verification: what a reader with this policy may believe of
// a claim. Each step needs the one before it; the first that fails is the
// verdict.
func (p *Policy) Judge(c Claim, now time.Time) Verdict {
	if c.wrong != "" {
		return Verdict{Index: c.Proof.Index}.because(Inconsistent, c.wrong)
	}
	tree, v := p.JudgeLog(c.Proof.Checkpoint, now)
	v.Index = c.Proof.Index
	switch {
	case v.Outcome == Unverifiable || v.Outcome == Inconsistent:
		return v
	case c.Proof.Index >= tree.Size || len(c.Proof.Hashes) != pathLength(c.Proof.Index, tree.Size):
		return v.because(Unverifiable, "proof_cut")
	case c.Proof.Check(c.raw, tree) != nil:
		return v.because(Inconsistent, "not_in_log")
	case v.Outcome == Proved && c.Alone:
		return v.because(Proved, "proved_act")
	}
	return v
}

// JudgeLog judges a signed checkpoint by itself.
func (p *Policy) JudgeLog(signed string, now time.Time) (tree Checkpoint, v Verdict) {
	n, err := note.Open([]byte(signed), p.verifiers())
	if invalid, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		v.Log = invalid.Name
		return tree, v.because(Inconsistent, "signature_fails")
	}
	if errors.As(err, new(*note.UnverifiedNoteError)) {
		return tree, v.because(Unverifiable, "log_unknown")
	}
	if err == nil {
		tree, err = ParseCheckpoint(n.Text)
	}
	if err != nil || len(signed) > MaxCheckpoint {
		return tree, v.because(Unverifiable, "no_checkpoint")
	}
	if v.Log, v.Size = p.logOf(n), tree.Size; v.Log == "" {
		return tree, v.because(Unverifiable, "log_unknown")
	}
	if tree.Origin != v.Log {
		return tree, v.because(Inconsistent, "other_log")
	}
	return tree, p.weigh(v, n, now)
}

// weigh counts the witnesses. That of the log's own host is none: who keeps a log
// could sign whatever it likes twice.
func (p *Policy) weigh(v Verdict, n *note.Note, now time.Time) Verdict {
	signed := map[string]bool{}
	for _, w := range p.Witnesses {
		if hostOf(w.verifier.Name()) == hostOf(v.Log) {
			continue
		}
		i := slices.IndexFunc(n.Sigs, func(s note.Signature) bool { return s.Name == w.verifier.Name() && s.Hash == w.verifier.KeyHash() })
		if i < 0 {
			continue
		}
		if at := cosignedAt(n.Sigs[i]); at.Before(now.Add(aheadOfClock)) {
			signed[w.Name] = true
			v.Witnesses = append(v.Witnesses, Witnessed{w.Name, at})
		}
	}
	switch {
	case !p.enough(signed):
		return v.because(Unwitnessed, "witnesses_missing")
	case len(v.Witnesses) == 0:
		return v.because(Unwitnessed, "no_witness_asked") // the log's own word, whatever the policy says
	}
	return v.because(Proved, "proved")
}

// hostOf is where a log is kept or a witness signs; their keys are bound to their names.
func hostOf(name string) string {
	host, _, _ := strings.Cut(name, "/")
	return strings.ToLower(host)
}

func (v Verdict) because(o Outcome, why string) Verdict {
	v.Outcome, v.Why = o, why
	return v
}

// logOf is the log of the policy that signed a checkpoint.
func (p *Policy) logOf(n *note.Note) string {
	for _, l := range p.Logs {
		if slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == l.Name && s.Hash == l.verifier.KeyHash() }) {
			return l.Name
		}
	}
	return ""
}

// pathLength is how many hashes lead from a leaf to the root (RFC 6962 2.1.1):
// one for each level below which the leaf is not at the right edge, and one for
// each complete tree to the left of it there.
func pathLength(index, size int64) int {
	if index < 0 || index >= size {
		return -1
	}
	inner := bits.Len64(uint64(index ^ (size - 1)))
	return inner + bits.OnesCount64(uint64(index)>>inner)
}
