package talk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ListVerdict is what would become of a line of a list of domains.
type ListVerdict string

// The verdicts.
const (
	Fresh   ListVerdict = "fresh"   // nothing is decided about it here
	Changed ListVerdict = "changed" // it is blocked here otherwise
	Already ListVerdict = "already" // it is blocked here so, or what it is below is
	Twice   ListVerdict = "twice"   // an earlier line of the list says it
	Refused ListVerdict = "refused" // see Problem
)

// ListLine is a line of a list, and what it would do here.
type ListLine struct {
	blocklist.Entry
	Verdict ListVerdict
	Old     *embraye.DomainBlock // what it would change
	Effects embraye.BlockEffects
}

// Does reports whether the line would do anything.
func (l *ListLine) Does() bool { return l.Verdict == Fresh || l.Verdict == Changed }

// LookAtBlocks tells of every line of a list what it would do, and does nothing. Our
// own host, whole top-level domains and peers are never blocked by a list.
func (k *Domains) LookAtBlocks(ctx context.Context, by embraye.Acting, list []blocklist.Entry) ([]ListLine, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("talk: look at a list of domains: %w", err)
	}
	return k.lookAtBlocks(ctx, k.desk.Store.Tables(), list)
}

func (k *Domains) lookAtBlocks(ctx context.Context, t store.Tables, list []blocklist.Entry) ([]ListLine, error) {
	blocks, err := t.DomainBlocks.List(ctx)
	if err != nil {
		return nil, err
	}
	effects, err := t.Aside.Effects(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*embraye.DomainBlock, len(blocks))
	for i := range blocks {
		known[blocks[i].Domain] = &blocks[i]
	}
	lines, seen := make([]ListLine, len(list)), map[string]bool{}
	for i, e := range list {
		l := &lines[i]
		l.Entry = e
		k.judgeLine(l, known, seen)
		if l.Does() {
			l.Effects = effects.Of(l.Block.Domain, l.Block.Severity)
		}
		if l.Does() && l.Effects.Peers > 0 {
			l.refuse("is_a_peer")
		}
	}
	return lines, nil
}

func (k *Domains) judgeLine(l *ListLine, known map[string]*embraye.DomainBlock, seen map[string]bool) {
	if l.Problem != nil {
		l.Verdict = Refused
		return
	}
	b, err := k.Blockable(l.Block)
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		l.Problem, l.Verdict = &invalid.Problems[0], Refused
		return
	}
	if l.Old = known[b.Domain]; l.Old != nil { // a list has no reasons, or not ours
		b = b.Over(*l.Old)
	}
	l.Block = b
	switch {
	case seen[b.Domain]:
		l.Verdict = Twice
	case l.Old != nil && l.Old.Asks(b), l.Old == nil && covered(b, known):
		l.Verdict = Already
	case l.Old != nil:
		l.Verdict = Changed
		l.Block.PrivateComment = l.Old.PrivateComment
	default:
		l.Verdict = Fresh
	}
	seen[b.Domain] = true
}

func (l *ListLine) refuse(code string) {
	l.Problem, l.Verdict = &embraye.Problem{Field: "domain", Code: code, Value: l.Block.Domain}, Refused
}

// covered reports whether a block of a domain above does as much.
func covered(b embraye.DomainBlock, known map[string]*embraye.DomainBlock) bool {
	for name := b.Domain; ; {
		_, parent, below := strings.Cut(name, ".")
		if !below {
			return false
		}
		if above := known[parent]; above != nil && (above.Severity == embraye.Suspend || above.Severity == b.Severity) {
			return true
		}
		name = parent
	}
}

// blockedAtOnce is how many lines that touch nobody here are blocked in one
// transaction.
const blockedAtOnce = 200

// BlockList blocks what the lines ask for that would do anything; it looks at them
// once more. Those that touch nobody here go many at a time.
func (k *Domains) BlockList(ctx context.Context, by embraye.Acting, list []blocklist.Entry) (lines []ListLine, err error) {
	if lines, err = k.LookAtBlocks(ctx, by, list); err != nil {
		return nil, err
	}
	var quiet []*ListLine
	for i := range lines {
		switch l := &lines[i]; {
		case !l.Does():
		case l.Verdict == Fresh && l.Effects == embraye.BlockEffects{}:
			quiet = append(quiet, l)
		default:
			if err := k.Block(ctx, by, l.Block); err != nil && !errors.Is(err, embraye.ErrConflict) {
				return nil, fmt.Errorf("blocking %s: %w", l.Block.Domain, err)
			}
		}
	}
	for some := range slices.Chunk(quiet, blockedAtOnce) {
		if err := k.blockQuiet(ctx, by, some); err != nil {
			return nil, err
		}
	}
	k.directory.ForgetBlocks()
	return lines, nil
}

// blockQuiet blocks domains of which nothing is known here. What came from one
// meanwhile is put aside like anything else, when it is blocked by itself; what
// somebody decided about one meanwhile stands.
func (k *Domains) blockQuiet(ctx context.Context, by embraye.Acting, lines []*ListLine) error {
	var louder []*ListLine
	err := k.desk.InTx(ctx, func(t store.Tables) error {
		louder = nil
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		effects, err := t.Aside.Effects(ctx)
		if err != nil {
			return err
		}
		stands, err := standing(ctx, t, false)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if stands[l.Block.Domain] {
				continue
			}
			if effects.Of(l.Block.Domain, embraye.Suspend) != (embraye.BlockEffects{}) {
				louder = append(louder, l)
				continue
			}
			if err := t.DomainBlocks.Add(ctx, &l.Block); err != nil {
				return err
			}
			if err := k.recordBlock(ctx, t, by, &l.Block, false); err != nil {
				return err
			}
		}
		t.Changed()
		return nil
	})
	for _, l := range louder {
		if err == nil {
			err = k.Block(ctx, by, l.Block)
		}
	}
	return err
}
