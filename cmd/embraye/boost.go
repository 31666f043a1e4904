package main

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// boost speaks as a measure; --as names it here, not a person.
func boost(ctx context.Context, c *call) error {
	measure := ""
	c.flags.StringVar(&measure, "as", "", "`MEASURE` that boosts: its id or handle")
	c.jsonFlag()
	args, err := c.parse("URL")
	if err != nil {
		return err
	}
	if measure == "" {
		return c.usageError(fmt.Errorf("--as MEASURE is missing"))
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		m, err := i.measure(ctx, "as", measure)
		if err != nil {
			return err
		}
		activity, err := i.Constats.Boost(ctx, by, m.ID, args[0])
		if err != nil {
			return err
		}
		id := string(i.App.Site.ActivityID(activity))
		return c.print(map[string]string{"activity": id}, "boosted %s: %s\n", args[0], id)
	})
}

// unboost takes back what one measure boosts, or all.
func unboost(ctx context.Context, c *call) error {
	name := ""
	c.flags.StringVar(&name, "as", "", "`MEASURE` that boosts no more: its id or handle; without it all")
	c.jsonFlag()
	args, err := c.parse("URL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		id := ""
		if name != "" {
			m, err := i.measure(ctx, "as", name)
			if err != nil {
				return err
			}
			id = m.ID
		}
		n, err := constats.Unboost(ctx, i.Constats, by, id, args[0])
		if err != nil {
			return err
		}
		return c.print(map[string]int{"posts": n}, "not boosted any more: %s\n", args[0])
	})
}

// measure finds a measure by id or handle, with or without @ and server.
func (i *wired) measure(ctx context.Context, field, name string) (embraye.Measure, error) {
	r := i.App.Reference()
	if m, ok := r.Measure(name); ok {
		return m, nil
	}
	handle, _, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
	if m, ok := r.MeasureByHandle(handle); ok {
		return m, nil
	}
	frame, err := i.App.FrameIn(ctx, i.Store.Tables())
	if err != nil {
		return embraye.Measure{}, err
	}
	return embraye.Measure{}, frame.CheckMeasure(field, name)
}
