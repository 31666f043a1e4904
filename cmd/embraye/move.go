package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
)

// move leaves for another instance, or says which one was left for this.
func move(ctx context.Context, c *call) error {
	var to, from string
	dry := false
	c.flags.StringVar(&to, "to", "", "tell the followers here that the organisation and its measures are on the instance at `URL` now; it cannot be undone")
	c.flags.StringVar(&from, "from", "", "say here that the organisation and its measures were on the instance at `URL`; it comes first")
	c.flags.BoolVar(&dry, "dry-run", false, "with --to: look at everything and tell nobody")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	if (to == "") == (from == "") || dry && to == "" {
		return usagef("move wants --to URL, on the instance that is left, or --from URL, on the new one")
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		var list []peers.Moved
		var err error
		if from != "" {
			list, err = peers.ComeFrom(ctx, i.Peers, by, from)
		} else {
			list, err = peers.MoveTo(ctx, i.Peers, by, to, dry)
		}
		if err != nil {
			return unmoved(i.settings.BaseURL, err)
		}
		return printMoved(c, list, to != "", dry)
	})
}

// unmoved names the accounts for which something is missing, and what is to be
// done first where it is their word for ours.
func unmoved(ours string, err error) error {
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("nothing was said to anybody: %w", err)
	}
	text := "nothing was said to anybody:"
	for _, p := range invalid.Problems {
		text += fmt.Sprintf("\n  %s %s", p.Value, strings.ReplaceAll(p.Code, "_", " "))
	}
	if slices.ContainsFunc(invalid.Problems, func(p embraye.Problem) bool { return p.Code == "does_not_name_us" }) {
		text += "\nfirst, on the new instance: embraye move --from " + ours
	}
	return errors.New(text)
}

func printMoved(c *call, list []peers.Moved, leaving, dry bool) error {
	var text strings.Builder
	for _, m := range list {
		word := map[bool]string{true: "→", false: "←"}[leaving]
		fmt.Fprintf(&text, "%s %s %s%s\n", m.Actor, word, m.There, map[bool]string{true: " (it was so before)"}[m.Done])
	}
	switch {
	case dry:
		text.WriteString("each account there names ours: `embraye move --to` would tell the followers\n")
	case leaving:
		text.WriteString("followers are told, which cannot be undone. Keep this instance running: servers ask it whether it is true, and what is cited stays here\n")
	default:
		text.WriteString("now, on the instance that is left: embraye move --to URL, with the address of this one\n")
	}
	return c.print(map[string]any{"accounts": list, "dryRun": dry}, "%s", text.String())
}
