package main

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// maxDifferences is how many differences are named; all are counted.
const maxDifferences = 100

// standings compares where scopes stand with what comes of the constats.
func standings(ctx context.Context, c *call) error {
	rebuild := false
	c.flags.BoolVar(&rebuild, "rebuild", false, "mend what differs")
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		differ, named, text := 0, []string{}, ""
		err := i.Store.CheckStandings(ctx, rebuild, func(what string) {
			if differ++; differ <= maxDifferences {
				named, text = append(named, what), text+what+"\n"
			}
		})
		if err != nil {
			return err
		}
		word := "where scopes stand is what the constats say"
		switch {
		case rebuild && differ > 0:
			word = fmt.Sprintf("%s mended", embraye.Counted(differ, "difference", "differences"))
		case differ > 0:
			word = fmt.Sprintf("%s: `embraye standings --rebuild` mends that", embraye.Counted(differ, "difference", "differences"))
		}
		return c.print(map[string]any{"differences": differ, "named": named, "rebuilt": rebuild}, "%s%s\n", text, word)
	})
}
