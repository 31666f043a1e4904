package main

import (
	"context"

	"embraye/internal/app/constats"
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
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ID")
	if err != nil {
		return err
	}
	in.Kind = embraye.RevisionKind(kind)
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		u, err := i.Constats.Find(ctx, args[0])
		if err != nil {
			return err
		}
		in.Content = u.Content
		if err := f.apply(c, &in.Content); err != nil {
			return err
		}
		p, err := i.Constats.Revise(ctx, by, u.ID, in)
		if err != nil {
			return err
		}
		out := i.published(p)
		if out.Activity == "" {
			return c.print(out, "corrected %s, revision %d; a typo is not sent\n", out.URL, out.Revision)
		}
		return c.print(out, "corrected %s, revision %d, queued for %d inboxes\n", out.URL, out.Revision, out.Inboxes)
	})
}
