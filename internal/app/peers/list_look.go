package peers

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"

	"golang.org/x/sync/errgroup"
)

// lookAtOnce is how many organisations of a list are looked at at a time.
const lookAtOnce = 8

// LookAtList looks at everybody on a list and keeps nothing. One that fails
// stops nobody else; those for whom there is no time left stay unseen.
func (ps *Peers) LookAtList(ctx context.Context, by embraye.Acting, lines []Line) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: look at a list: %w", err)
	}
	known, err := ps.desk.Store.Tables().Peers.List(ctx)
	if err != nil {
		return err
	}
	markKnown(lines, known)
	var group errgroup.Group
	group.SetLimit(lookAtOnce)
	for i := range lines {
		if l := &lines[i]; l.Verdict == Unseen {
			group.Go(func() error { return ps.lookAtLine(ctx, l) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	organisations := map[embraye.IRI]Verdict{}
	for _, p := range known {
		organisations[p.Organisation] = Already
	}
	for i := range lines {
		l := &lines[i]
		if l.Verdict != Fresh {
			continue
		}
		if other := organisations[l.found.Organisation]; other != "" {
			l.Verdict = other
		}
		organisations[l.found.Organisation] = Twice
	}
	return nil
}

// lookAtLine looks at one; an error is ours.
func (ps *Peers) lookAtLine(ctx context.Context, l *Line) error {
	if ctx.Err() != nil {
		return ours(ctx)
	}
	found, err := ps.look(ctx, l.Address)
	if err == nil {
		l.Verdict, l.found, l.Look = Fresh, found, &found.Look
		return nil
	}
	if ctx.Err() != nil { // a hurry is no answer about anybody
		return ours(ctx)
	}
	return l.refuse(err)
}

// ours is that whoever asked has gone; that time is over is no error.
func ours(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return ctx.Err()
}

// refuse notes why, if it is a reason about the address.
func (l *Line) refuse(err error) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
		return err
	}
	l.Verdict, l.Why = Refused, &invalid.Problems[0]
	return nil
}

// AddList looks at everybody on a list and adds who can be added, all with the
// same choices, in the order of the list. Who is a peer keeps the choices that
// there are.
func (ps *Peers) AddList(ctx context.Context, by embraye.Acting, lines []Line, choices embraye.PeerChoices) error {
	if err := possible(choices); err != nil {
		return err
	}
	if err := ps.LookAtList(ctx, by, lines); err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		if l.Verdict != Fresh {
			continue
		}
		if ctx.Err() != nil {
			l.Verdict = Unseen
			continue
		}
		switch _, err := ps.take(ctx, by, l.found, these(choices)); {
		case err == nil:
			l.Verdict = Added
		case ctx.Err() != nil:
			l.Verdict = Unseen
		default:
			return err
		}
	}
	return ours(ctx)
}
