package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/remote"
	"embraye/internal/settings"
	"embraye/internal/translog"
	"embraye/internal/verify"
)

// verdictError is a verification that did not end in a proof; each outcome has a
// status of its own, because a script must not take silence for a yes.
type verdictError struct {
	outcome  translog.Outcome
	sentence string
}

func (e *verdictError) Error() string { return e.sentence }

func (e *verdictError) status() int {
	switch e.outcome {
	case translog.Unwitnessed:
		return 3
	case translog.Inconsistent:
		return 4
	}
	return 5
}

// report is what scripts see of a verification.
type report struct {
	Outcome   translog.Outcome `json:"outcome"`
	Why       string           `json:"why"`
	Sentence  string           `json:"sentence"`
	ID        string           `json:"id,omitempty"`
	Version   int              `json:"version,omitempty"`
	At        *time.Time       `json:"at,omitempty"` // as the leaf says
	Log       string           `json:"log,omitempty"`
	Index     int64            `json:"index"`
	Size      int64            `json:"size,omitempty"`
	Witnesses []reportWitness  `json:"witnesses"`
	Checked   int              `json:"checked,omitempty"`
	Gone      int              `json:"gone,omitempty"`
	Findings  []reportFinding  `json:"findings,omitempty"`
}

type reportWitness struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

type reportFinding struct {
	About    string           `json:"about"`
	Outcome  translog.Outcome `json:"outcome"`
	Why      string           `json:"why"`
	Sentence string           `json:"sentence"`
}

// verifyIt verifies a proof in a file, an act at its address, or a whole
// instance, and believes whom the policy names.
func verifyIt(ctx context.Context, c *call) error {
	policyFile, objectFile := "", ""
	c.flags.StringVar(&policyFile, "policy", "", "whom to believe: a `FILE` of another organisation (its /journal/policy)")
	c.flags.StringVar(&objectFile, "object", "", "the `FILE` of the bytes that a proof in a file is about, as the address of their version answers them to programs")
	c.jsonFlag()
	args, err := c.parse("URL|FILE")
	if err != nil {
		return err
	}
	words, err := locale.Load()
	if err != nil {
		return err
	}
	reader := verify.Reader{Now: c.now}
	if policyFile != "" {
		text, err := readWhole(c, policyFile, verify.MaxPolicy)
		if err != nil {
			return err
		}
		if reader.Policy, err = translog.ParsePolicy(string(text)); err != nil {
			return fmt.Errorf("--policy %s: %w", policyFile, err)
		}
	}
	var found *verify.Report
	if strings.Contains(args[0], "://") {
		found, err = c.verifyAddress(ctx, reader, args[0])
	} else {
		found, err = c.verifyFile(reader, args[0], objectFile)
	}
	if err != nil {
		return err
	}
	said := shownReport(found, func(why string) string { return words.T("en", "verify.why."+why) })
	if err := c.print(said, "%s", said.text()); err != nil || found.Outcome == translog.Proved {
		return err
	}
	return &verdictError{found.Outcome, fmt.Sprintf("%s: %s", words.T("en", "verify.outcome."+string(found.Outcome)), said.Sentence)}
}

func (c *call) verifyFile(reader verify.Reader, name, objectName string) (*verify.Report, error) {
	proof, err := c.read(name, translog.MaxProof+1)
	if err != nil {
		return nil, err
	}
	var object []byte
	if objectName != "" {
		if object, err = readWhole(c, objectName, verify.MaxObject); err != nil {
			return nil, err
		}
	}
	return reader.Text(string(proof), object), nil
}

func (c *call) verifyAddress(ctx context.Context, reader verify.Reader, address string) (*verify.Report, error) {
	s, _, err := c.load()
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(address, "http://") && !s.AllowHTTP {
		return nil, settings.Wrong(errors.New("the address is on http://, where anybody on the way can change what is read; EMBRAYE_FEDERATION_ALLOW_HTTP=true allows it for tests"))
	}
	origin, act, ok := verify.Parse(address)
	if !ok {
		return verify.Unverifiable(act, verify.NoAddress), nil
	}
	client := remote.New(remote.Options{AllowHTTP: s.AllowHTTP, AllowNetworks: s.AllowNetworks, AllowOwn: true, Version: version, BaseURL: s.BaseURL, Now: c.now})
	defer client.CloseIdle()
	web := verify.Web{Client: client}
	if act.Kind == "" {
		return reader.Instance(ctx, web, origin)
	}
	own, err := web.Own(ctx, origin)
	if err != nil {
		own = nil // the act says itself what cannot be had
	}
	return reader.Act(ctx, web, act, own)
}

func shownReport(r *verify.Report, sentence func(string) string) report {
	out := report{Outcome: r.Outcome, Why: r.Why, Sentence: sentence(r.Why), ID: r.Act.ID, Version: r.Act.N, Log: r.Log, Index: r.Index, Size: r.Size,
		Witnesses: []reportWitness{}, Checked: r.Checked, Gone: r.Gone}
	if r.Leaf != nil {
		out.At = &r.Leaf.At
	}
	for _, w := range r.Witnesses {
		out.Witnesses = append(out.Witnesses, reportWitness(w))
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, reportFinding{f.About, f.Outcome, f.Why, sentence(f.Why)})
	}
	return out
}

// text says it to people; what went wrong is said by the error.
func (r report) text() string {
	var b strings.Builder
	if r.ID != "" {
		fmt.Fprintf(&b, "about:      %s\n", r.ID)
	}
	if r.Version > 0 {
		fmt.Fprintf(&b, "version:    %d\n", r.Version)
	}
	if r.At != nil {
		fmt.Fprintf(&b, "made:       %s, as the log says\n", r.At.Format(time.RFC3339))
	}
	if r.Log != "" {
		fmt.Fprintf(&b, "log:        %s, %s\n", r.Log, embraye.Counted(r.Size, "act", "acts"))
	}
	for _, w := range r.Witnesses {
		fmt.Fprintf(&b, "witness:    %s, %s\n", w.Name, w.At.Format(time.RFC3339))
	}
	if r.Checked > 0 {
		fmt.Fprintf(&b, "checked:    %s, %d withdrawn since\n", embraye.Counted(r.Checked, "version", "versions"), r.Gone)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s: %s\n", f.Outcome, f.About, f.Sentence)
	}
	if r.Outcome == translog.Proved {
		fmt.Fprintf(&b, "proved:     %s\n", r.Sentence)
	}
	return b.String()
}
