package main

import (
	"context"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
)

// revise changes what the flags name and keeps the rest.
func revise(ctx context.Context, c *call) error {
	var in constats.ReviseInput
	var f fields
	kind := ""
	c.flags.StringVar(&kind, "kind", "", "`KIND`: typo changes wording and is not sent, substance is sent")
	c.flags.StringVar(&in.Reason, "reason", "", "`REASON` that readers see")
	c.flags.BoolVar(&in.Quiet, "quiet", false, "send no reply that says there was a correction")
	f.declare(c.flags)
	var taken words
	c.flags.Var(&taken, "integrates", "`REVIEW` that this correction takes up; may be repeated")
	var of reviewFlags
	of.declare(c)
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ID")
	if err != nil {
		return err
	}
	in.Kind = embraye.RevisionKind(kind)
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if i.ourReview(args[0]) {
			return i.reviseReview(ctx, c, by, args[0], reviews.ReviseInput{Kind: in.Kind, Change: in.Reason}, of, f.evidence)
		}
		u, err := i.Constats.Find(ctx, args[0])
		if err != nil {
			return err
		}
		in.Content = u.Content
		before, err := i.Constats.TakenUp(ctx, u, in.Kind)
		if err != nil {
			return err
		}
		if err := f.apply(c, &in.Content); err != nil {
			return err
		}
		in.Content = in.Content.WithIntegrated(before, taken)
		p, err := i.Constats.Revise(ctx, by, u.ID, in)
		if err != nil {
			return err
		}
		out := i.published(p)
		if out.Activity == "" {
			return c.print(out, "corrected %s, revision %d; a typo is not sent\n", out.URL, out.Revision)
		}
		return c.print(out, "corrected %s, revision %d, queued for %s\n", out.URL, out.Revision, embraye.Counted(out.Inboxes, "inbox", "inboxes"))
	})
}
