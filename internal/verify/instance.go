package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/translog"
)

const (
	maxFindings = 1000
	maxData     = 64 << 20 // of constats.json
)

// audit is the verification of a whole instance on its way.
type audit struct {
	Reader
	web    Web
	origin string // of the instance: https://host
	own    *translog.Policy
	report *Report
	logged map[Act]bool
	sizes  map[string]int64      // of its logs, by origin
	seen   map[int64][]witnessed // by size: what witnesses have signed of the log that is read
}

// witnessed is what a witness has signed.
type witnessed struct {
	name string
	tree translog.Checkpoint
}

// Instance verifies a whole instance: its log from the first leaf and those that
// were closed before it, what witnesses have seen of them, every version of every
// constat and review against them, and that nothing public is missing.
func (r Reader) Instance(ctx context.Context, web Web, origin string) (*Report, error) {
	own, err := web.Own(ctx, origin)
	if err != nil || len(own.Logs) == 0 {
		return unavailable(ctx, origin, err)
	}
	a := &audit{Reader: r, web: web, origin: origin, own: own, logged: map[Act]bool{}, sizes: map[string]int64{}}
	for _, log := range own.Logs {
		signed, err := web.Client.Text(ctx, embraye.IRI(a.address(log.Name)+"checkpoint"), translog.MaxCheckpoint)
		if err != nil {
			return unavailable(ctx, origin, err)
		}
		tree, v := a.judgeLog(string(signed))
		if a.weigh(v); v.Outcome == translog.Unverifiable || v.Outcome == translog.Inconsistent {
			return a.report, nil
		}
		a.sizes[log.Name] = tree.Size
		for _, step := range []func(context.Context, translog.Checkpoint) error{a.askWitnesses, a.readLog} {
			if err := step(ctx, tree); err != nil {
				return nil, err
			}
		}
	}
	if err := a.compareData(ctx); err != nil {
		return nil, err
	}
	for _, f := range a.report.Findings {
		if a.report.Outcome != translog.Inconsistent && (f.Outcome == translog.Inconsistent || a.report.Outcome != translog.Unverifiable) {
			a.report.Outcome, a.report.Why = f.Outcome, f.Why
		}
	}
	return a.report, nil
}

// address is where a log of the instance is read. Its name says it.
func (a *audit) address(log string) string {
	_, path, _ := strings.Cut(log, "/")
	return a.origin + "/" + path + "/"
}

func (a *audit) judgeLog(signed string) (translog.Checkpoint, translog.Verdict) {
	policy := a.Policy
	if policy == nil {
		policy = a.own
	}
	tree, v := policy.JudgeLog(signed, a.Now())
	if v.Why == "log_unknown" {
		tree, v = a.own.JudgeLog(signed, a.Now())
	}
	switch {
	case v.Outcome == translog.Unverifiable || v.Outcome == translog.Inconsistent:
	case a.Policy == nil || v.Log == "":
		v.Why = OwnWord
	case v.Outcome == translog.Proved:
		v.Why = Whole
	}
	return tree, v
}

// weigh makes the verdict of a log that of the instance, unless one of before was
// less: all of them have to be proved.
func (a *audit) weigh(v translog.Verdict) {
	if a.report == nil {
		a.report = &Report{Act: Act{ID: a.origin}}
	} else if v.Outcome == translog.Proved && a.report.Outcome != translog.Proved {
		return
	}
	a.report.Verdict = v
}

func unavailable(ctx context.Context, origin string, err error) (*Report, error) {
	switch {
	case errors.Is(err, embraye.ErrUnavailable), ctx.Err() != nil:
		return nil, errors.Join(err, ctx.Err())
	case errors.Is(err, remote.ErrUnreachable):
		return Unverifiable(Act{ID: origin}, NoAnswer), nil
	}
	return Unverifiable(Act{ID: origin}, NoJournal), nil
}

func (a *audit) find(about, why string, o translog.Outcome) {
	if len(a.report.Findings) < maxFindings {
		a.report.Findings = append(a.report.Findings, Finding{about, why, o})
	}
}

// askWitnesses gets what the witnesses of the policy have signed of this log. One
// that cannot be had says nothing.
func (a *audit) askWitnesses(ctx context.Context, tree translog.Checkpoint) error {
	a.seen = map[int64][]witnessed{}
	if a.Policy == nil {
		return nil
	}
	for _, w := range a.Policy.Witnesses {
		if !strings.Contains(w.URL, "://") {
			continue
		}
		address := strings.TrimSuffix(w.URL, "/") + "/" + translog.OriginHash(tree.Origin) + "/checkpoint"
		text, err := a.web.Client.Text(ctx, embraye.IRI(address), translog.MaxCheckpoint)
		if ctx.Err() != nil || errors.Is(err, embraye.ErrUnavailable) {
			return errors.Join(err, ctx.Err())
		}
		if err != nil {
			continue
		}
		theirs, v := a.own.JudgeLog(string(text), a.Now())
		switch {
		case v.Log == "" || v.Outcome == translog.Inconsistent:
			continue // not this log's signature: it shows nothing about the log
		case theirs.Size > tree.Size:
			a.find(w.Name, Behind, translog.Inconsistent)
		default:
			a.seen[theirs.Size] = append(a.seen[theirs.Size], witnessed{w.Name, theirs})
		}
	}
	return nil
}

// readLog reads every leaf, and compares the roots on the way.
func (a *audit) readLog(ctx context.Context, tree translog.Checkpoint) (err error) {
	grown, log := &translog.Tree{}, a.address(tree.Origin)
	a.meet(grown)
	translog.TilesOf(translog.Entries, 0, tree.Size, func(t translog.Tile) bool {
		var bundle []byte
		var leaves [][]byte
		if bundle, err = a.web.Client.Octets(ctx, embraye.IRI(log+t.Path()), translog.MaxTile); err == nil {
			leaves, err = translog.ParseBundle(bundle, t.W)
		}
		for _, leaf := range leaves {
			grown.Add(leaf)
			a.meet(grown)
			if err = a.leaf(ctx, leaf); err != nil {
				return false
			}
		}
		return err == nil
	})
	if ctx.Err() != nil || errors.Is(err, embraye.ErrUnavailable) {
		return errors.Join(err, ctx.Err())
	}
	switch {
	case errors.Is(err, remote.ErrUnreachable):
		a.find(strings.TrimSuffix(log, "/"), NoAnswer, translog.Unverifiable)
	case err != nil || grown.Root() != tree.Root:
		a.find(strings.TrimSuffix(log, "/"), RootWrong, translog.Inconsistent)
	}
	return nil
}

// meet compares the log as far as it was read with what witnesses signed there.
func (a *audit) meet(grown *translog.Tree) {
	for _, w := range a.seen[grown.Size] {
		if w.tree.Root != grown.Root() {
			a.find(w.name, Forked, translog.Inconsistent)
		}
	}
}

// leaf verifies the act of one leaf, if it has a proof of its own.
func (a *audit) leaf(ctx context.Context, raw []byte) error {
	leaf, err := translog.ParseLeaf(raw)
	if err != nil {
		a.find(fmt.Sprintf("%.100q", raw), NoProof, translog.Unverifiable)
		return nil
	}
	act := Act{leaf.Kind, leaf.ID, leaf.N}
	if leaf.Kind != translog.Revision && leaf.Kind != translog.Review || !strings.HasPrefix(leaf.ID, a.origin+"/") {
		return nil
	}
	a.logged[act] = true
	report, err := Reader{a.own, a.Now}.Act(ctx, a.web, act, nil)
	if err != nil {
		return err
	}
	a.report.Checked++
	switch {
	case report.Outcome == translog.Inconsistent || report.Outcome == translog.Unverifiable:
		a.find(act.version(), report.Why, report.Outcome)
	case report.Gone > 0:
		a.report.Gone++
	}
	return nil
}

// compareData looks for versions that are public and in no log.
func (a *audit) compareData(ctx context.Context) error {
	body, err := a.web.Client.Octets(ctx, embraye.IRI(a.origin+"/donnees/constats.json"), maxData)
	if ctx.Err() != nil || errors.Is(err, embraye.ErrUnavailable) {
		return errors.Join(err, ctx.Err())
	}
	var rows []struct {
		ID      string `json:"id"`
		Version int    `json:"version"`
	}
	if err != nil || len(body) > 0 && json.Unmarshal(body, &rows) != nil {
		a.find(a.origin+"/donnees/constats.json", NoAnswer, translog.Unverifiable)
		return nil
	}
	for _, row := range rows {
		act := Act{translog.Revision, row.ID, row.Version}
		if !strings.HasPrefix(row.ID, a.origin+"/constats/") || a.logged[act] {
			continue
		}
		// It may have been published since the checkpoints were read.
		report, err := Reader{a.own, a.Now}.Act(ctx, a.web, act, nil)
		if err != nil {
			return err
		}
		if report.Why == Waits {
			a.find(act.version(), Waits, translog.Unverifiable)
			continue
		}
		if report.Index < a.sizes[report.Log] || report.Outcome == translog.Inconsistent || report.Outcome == translog.Unverifiable {
			a.find(act.version(), Unlogged, translog.Inconsistent)
		}
	}
	return nil
}
