package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"embraye/internal/embraye"
	"embraye/internal/leave"
)

// block is what scripts see of a blocked domain.
type block struct {
	Domain   string `json:"domain"`
	Severity string `json:"severity"`
	Comment  string `json:"comment"`
}

func blockAdd(ctx context.Context, c *call) error {
	comment := ""
	c.flags.StringVar(&comment, "comment", "", "`REASON` that stands in the public journal")
	c.asFlag()
	args, err := c.parse("DOMAIN")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Talk.BlockDomain(ctx, by, args[0], comment); err != nil {
			return err
		}
		return c.print(nil, "blocked %s and its subdomains; a Reject tells its followers\n", args[0])
	})
}

func blockRemove(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("DOMAIN")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Talk.UnblockDomain(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "%s is not blocked any more. What the block ended does not come back: its people have to follow again,"+
			" peers there to be added again, and replies stay hidden until somebody shows them\n", args[0])
	})
}

func blockList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows, err := i.Talk.BlockedDomains(ctx)
		if err != nil {
			return err
		}
		blocks := []block{}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for _, b := range rows {
			blocks = append(blocks, block{b.Domain, b.Severity, b.Comment})
			fmt.Fprintf(t, "%s\t%s\t%s\n", b.Domain, b.Severity, b.Comment)
		}
		t.Flush()
		return c.print(blocks, "%s", text.String())
	})
}

// blockImport reads the whole list before it stores anything: a broken file
// changes nothing. What is readable but never blocked here (our own domain, a
// whole top-level domain) is skipped and named.
func blockImport(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("FILE")
	if err != nil {
		return err
	}
	r := c.stdin
	if args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer file.Close()
		r = file
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		list, err := readBlocks(r)
		if err != nil {
			return err
		}
		blocked := 0
		for _, b := range list.blocks {
			err := i.Talk.BlockDomain(ctx, by, b.Domain, b.Comment)
			switch {
			case errors.Is(err, embraye.ErrInvalid):
				list.skipped = append(list.skipped, sentence(err))
			case err != nil && !errors.Is(err, embraye.ErrConflict): // a conflict is blocked already
				return fmt.Errorf("blocking %s: %w", b.Domain, err)
			default:
				blocked++
			}
		}
		for _, line := range list.skipped {
			fmt.Fprintln(c.stderr, "skipped "+line)
		}
		doc := map[string]int{"blocked": blocked, "skipped": len(list.skipped)}
		return c.print(doc, "%d domains blocked, %d lines skipped\n", blocked, len(list.skipped))
	})
}

func blockExport(ctx context.Context, c *call) error {
	args, err := c.parse("[FILE]")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows, err := i.Talk.BlockedDomains(ctx)
		if err != nil {
			return err
		}
		if args[0] == "" || args[0] == "-" {
			return leave.WriteBlocks(c.stdout, rows)
		}
		file, err := os.Create(args[0])
		if err != nil {
			return err
		}
		return errors.Join(leave.WriteBlocks(file, rows), file.Close())
	})
}
