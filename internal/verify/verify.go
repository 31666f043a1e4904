// Package verify is what a reader does who does not take a log's word: it gets
// what is shown and its proof, and has translog judge. Nothing of it is kept.
//
// What always holds: whatever cannot be had or read is a verdict of its own and
// never a yes; only our own trouble is an error.
//
// Start reading at Reader.Act, then instance.go.
package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/translog"
)

// Why nothing could be learned, besides what translog says.
const (
	NoAddress  = "no_address"   // it names no act of a log
	NoProof    = "no_proof"     // the text is not a proof
	NoAnswer   = "no_answer"    // the server cannot be had
	NoneThere  = "none_there"   // it has no proof of this
	Waits      = "waits"        // it says that there is none yet
	Whole      = "proved_whole" // all of an instance
	OwnWord    = "own_word"     // only the log itself says who it is
	NoJournal  = "no_journal"   // the instance has no log that can be read
	Behind     = "behind"       // a witness has seen a longer log
	Forked     = "forked"       // a witness has seen another log
	RootWrong  = "root_differs" // the entries are not those of the checkpoint
	Unlogged   = "not_logged"   // something public is not in the log
	GoneObject = "object_gone"  // withdrawn: there is nothing to compare
)

// ErrWaits is the error of a Source where an act is public, and its leaf waits
// until the log takes leaves again.
var ErrWaits = errors.New("the act waits to be entered in the log")

// A Source is where what is shown is read.
type Source interface {
	Latest(ctx context.Context, a Act) (int, error) // number of the version that stands
	Proof(ctx context.Context, a Act) (string, error)
	Object(ctx context.Context, a Act) ([]byte, error)
}

// A Reader verifies.
type Reader struct {
	Policy *translog.Policy // whom it believes; nil: nobody
	Now    func() time.Time
}

// A Report is a verdict, and about what.
type Report struct {
	translog.Verdict
	Act      Act
	Leaf     *translog.Leaf // as the proof shows it; nil: none could be read
	Checked  int            // acts, of a whole instance
	Gone     int            // of them, with nothing left to compare
	Findings []Finding      // what does not fit
}

// A Finding is one thing that does not fit, or could not be looked at.
type Finding struct {
	About, Why string
	Outcome    translog.Outcome
}

// Unverifiable is the report of what could not even be judged.
func Unverifiable(a Act, why string) *Report {
	return &Report{Act: a, Verdict: translog.Verdict{Outcome: translog.Unverifiable, Why: why}}
}

// Text judges a proof alone, or with the object that it is about.
func (r Reader) Text(proof string, object []byte) *Report {
	claim, err := translog.NewClaim(proof, object)
	if err != nil {
		return Unverifiable(Act{}, NoProof)
	}
	return r.judge(claim, Act{claim.Leaf.Kind, claim.Leaf.ID, claim.Leaf.N})
}

func (r Reader) judge(c translog.Claim, a Act) *Report {
	policy := r.Policy
	if policy == nil {
		policy = &translog.Policy{Quorum: translog.NoQuorum}
	}
	return &Report{Verdict: policy.Judge(c, r.Now()), Act: a, Leaf: &c.Leaf}
}

// Act judges one act that a source shows. own is what the log says of its own
// keys: with it a lie of a log that the policy does not know is told from silence.
func (r Reader) Act(ctx context.Context, from Source, a Act, own *translog.Policy) (*Report, error) {
	var err error
	if a.N == 0 {
		if a.N, err = from.Latest(ctx, a); err != nil {
			return trouble(ctx, a, err)
		}
	}
	text, err := from.Proof(ctx, a)
	if err != nil {
		return trouble(ctx, a, err)
	}
	object, err := from.Object(ctx, a)
	gone := errors.Is(err, embraye.ErrGone)
	if err != nil && !gone {
		return trouble(ctx, a, err)
	}
	claim, err := translog.NewClaim(text, object)
	if err != nil {
		return Unverifiable(a, NoProof), nil
	}
	report := r.believe(claim.Of(a.Kind, a.ID, a.N), a, own)
	if gone {
		report.Gone = 1
		if report.Outcome == translog.Proved {
			report.Why = GoneObject
		}
	}
	return report, nil
}

// believe asks the log's own keys where the policy does not know it.
func (r Reader) believe(c translog.Claim, a Act, own *translog.Policy) *Report {
	report := r.judge(c, a)
	if report.Why != "log_unknown" || own == nil {
		return report
	}
	alone := Reader{own, r.Now}.judge(c, a)
	switch {
	case alone.Outcome == translog.Inconsistent:
		return alone
	case r.Policy == nil && alone.Outcome == translog.Unwitnessed:
		alone.Why = OwnWord
		return alone
	}
	return report
}

// trouble makes a verdict of what a server answered; our own trouble stays an
// error.
func trouble(ctx context.Context, a Act, err error) (*Report, error) {
	switch {
	case errors.Is(err, embraye.ErrUnavailable), ctx.Err() != nil:
		return nil, fmt.Errorf("verify %s: %w", a.ID, errors.Join(err, ctx.Err()))
	case errors.Is(err, ErrWaits):
		return Unverifiable(a, Waits), nil
	case errors.Is(err, embraye.ErrNotFound), errors.Is(err, embraye.ErrGone):
		return Unverifiable(a, NoneThere), nil
	}
	return Unverifiable(a, NoAnswer), nil
}

// Web is the source that other servers are.
type Web struct{ Client *remote.Client }

// Latest asks the object which version it is.
func (w Web) Latest(ctx context.Context, a Act) (int, error) {
	doc, err := w.Client.FetchDocument(ctx, embraye.IRI(a.ID))
	if err != nil {
		return 0, err
	}
	var said struct {
		Revision int `json:"embraye:revision"`
	}
	if err := json.Unmarshal(doc.Body, &said); err != nil || said.Revision < 1 {
		return 0, fmt.Errorf("%s says no version: %w", a.ID, embraye.ErrNotFound)
	}
	return said.Revision, nil
}

// Proof gets the text of a proof. One that is said to come later waits.
func (w Web) Proof(ctx context.Context, a Act) (string, error) {
	text, err := w.Client.Text(ctx, embraye.IRI(a.version()+"/preuve.tlog-proof"), translog.MaxProof)
	if answered, ok := errors.AsType[*remote.StatusError](err); ok && answered.Status == http.StatusNotFound && answered.RetryAfter != "" {
		return "", ErrWaits
	}
	return string(text), err
}

// Object gets the very bytes that were made first.
func (w Web) Object(ctx context.Context, a Act) ([]byte, error) {
	doc, err := w.Client.FetchDocument(ctx, embraye.IRI(a.version()))
	if err != nil {
		return nil, err
	}
	return doc.Body, nil
}

// Own is what a log says of its keys, without the witnesses that it names: who
// believes those believes the log.
func (w Web) Own(ctx context.Context, origin string) (*translog.Policy, error) {
	text, err := w.Client.Text(ctx, embraye.IRI(origin+"/journal/policy"), MaxPolicy)
	if err != nil {
		return nil, err
	}
	said, err := translog.ParsePolicy(string(text))
	if err != nil || len(text) > MaxPolicy {
		return nil, fmt.Errorf("the policy of %s: %w", origin, embraye.ErrInvalid)
	}
	own := &translog.Policy{Quorum: translog.NoQuorum}
	_, host, _ := strings.Cut(origin, "://")
	for _, l := range said.Logs {
		if l.Name != host+"/journal" && !strings.HasPrefix(l.Name, host+"/journal/") {
			continue
		}
		if err := own.AddLog(l.VKey, l.URL); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// Bounds of what a policy may be, and the bytes that a proof is about: no server takes
// larger documents of another.
const (
	MaxPolicy = 64 << 10
	MaxObject = 1 << 20
)
