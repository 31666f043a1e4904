package main

import (
	"context"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

func withdraw(ctx context.Context, c *call) error {
	var in constats.WithdrawInput
	c.flags.StringVar(&in.Reason, "reason", "", "`REASON` that stays public")
	c.flags.BoolVar(&in.Erase, "erase", false, "also remove the earlier texts for editors")
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ID")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if i.ourReview(args[0]) {
			return i.withdrawReview(ctx, c, by, args[0], in)
		}
		u, err := i.Constats.Find(ctx, args[0])
		if err != nil {
			return err
		}
		if err := i.Constats.Withdraw(ctx, by, u.ID, in); err != nil {
			return err
		}
		url := string(i.App.Site.UpdateID(u.ID))
		return c.print(map[string]any{"id": u.ID, "url": url, "withdrawn": true}, "withdrawn %s\n", url)
	})
}
