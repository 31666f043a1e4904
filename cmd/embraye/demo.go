package main

import (
	"context"

	"embraye/configs"
	"embraye/internal/embraye"
)

// demoDone is what a script learns of the demonstration.
type demoDone struct {
	Published int    `json:"published,omitempty"`
	Removed   int    `json:"removed,omitempty"`
	URL       string `json:"url"`
}

// demo fills an empty instance with constats to look at, or takes them away.
func demo(ctx context.Context, c *call) error {
	remove := false
	c.flags.BoolVar(&remove, "remove", false, "take the constats of the demonstration away, with all that came of them")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	list, err := configs.Demo()
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		url := i.App.Site.Base + "/"
		if remove {
			n, err := i.Constats.RemoveDemo(ctx, by)
			if err != nil {
				return err
			}
			if err := i.Evidence.Sweep(ctx); err != nil {
				return err
			}
			return c.print(demoDone{Removed: n, URL: url}, "removed %s of the demonstration from %s\n", embraye.Counted(n, "constat", "constats"), url)
		}
		n, err := i.Constats.LoadDemo(ctx, by, list)
		if err != nil {
			return err
		}
		return c.print(demoDone{Published: n, URL: url}, "published %s drawn from the mémoire, to look at: %s\n`embraye demo --remove` takes that away.\n", embraye.Counted(n, "constat", "constats"), url)
	})
}
