package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"embraye/internal/app/talk"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
)

// blockLine is what scripts see of a line of a list.
type blockLine struct {
	Line      int    `json:"line"`
	Domain    string `json:"domain"`
	Severity  string `json:"severity,omitempty"`
	Verdict   string `json:"verdict"` // fresh, changed, already, twice, refused
	Why       string `json:"why,omitempty"`
	Followers int    `json:"followers"`
	Follows   int    `json:"follows"`
	Replies   int    `json:"replies"`
	Reactions int    `json:"reactions"`
}

// imported is what scripts see of a list.
type imported struct {
	DryRun  bool        `json:"dryRun"`
	Blocked int         `json:"blocked"`
	Limited int         `json:"limited"`
	Changed int         `json:"changed"`
	Already int         `json:"already"`
	Skipped int         `json:"skipped"`
	Lines   []blockLine `json:"lines"`
}

// blockImport reads the whole list before it stores anything: a broken file
// changes nothing. What is readable but never blocked here by a list (our own domain,
// a whole top-level domain, a peer) is skipped and named.
func blockImport(ctx context.Context, c *call) error {
	dry := false
	c.flags.BoolVar(&dry, "dry-run", false, "say what would become of each line, and block nothing")
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("FILE")
	if err != nil {
		return err
	}
	text, err := c.read(args[0], blocklist.MaxBytes+1)
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		list, err := blocklist.Read(text)
		if err != nil {
			return err
		}
		do := i.Talk.LookAtBlocks
		if !dry {
			do = i.Talk.BlockList
			if err := broken(list); err != nil {
				return err
			}
		}
		lines, err := do(ctx, by, list)
		if err != nil {
			return err
		}
		if err := c.printBlocks(lines, dry); err != nil || !dry {
			return err
		}
		if err := broken(list); err != nil {
			return fmt.Errorf("nothing would be imported before this is mended: %w", err)
		}
		return nil
	})
}

// broken names every line that is no domain.
func broken(list []blocklist.Entry) error {
	var wrong []error
	for _, e := range list {
		if e.Broken() {
			wrong = append(wrong, fmt.Errorf("line %d: %s", e.Line, e.Problem.Reason()))
		}
	}
	return errors.Join(wrong...)
}

// printBlocks says on standard error what was skipped; a dry run says of each other
// line what it would do.
func (c *call) printBlocks(lines []talk.ListLine, dry bool) error {
	doc := imported{DryRun: dry, Lines: []blockLine{}}
	var text strings.Builder
	for _, l := range lines {
		doc.add(l)
		switch {
		case l.Verdict == talk.Refused:
			fmt.Fprintf(c.stderr, "skipped line %d: %s\n", l.Line, l.Problem.Reason())
		case dry && l.Does():
			fmt.Fprintf(&text, "line %d: %s: %s as %s; %s put aside, %s undone, %s and %s hidden\n", l.Line, l.Block.Domain, l.Verdict, l.Block.Severity,
				embraye.Counted(l.Effects.Followers, "follower", "followers"), embraye.Counted(l.Effects.Follows, "follow", "follows"),
				embraye.Counted(l.Effects.Replies, "reply", "replies"), embraye.Counted(l.Effects.Reactions, "reaction", "reactions"))
		}
	}
	would := map[bool]string{true: " would be", false: ""}[dry]
	fmt.Fprintf(&text, "%s%s blocked, %d limited, %d changed, %d already there, %s skipped\n", embraye.Counted(doc.Blocked, "domain", "domains"), would,
		doc.Limited, doc.Changed, doc.Already, embraye.Counted(doc.Skipped, "line", "lines"))
	return c.print(doc, "%s", text.String())
}

func (d *imported) add(l talk.ListLine) {
	out := blockLine{Line: l.Line, Domain: l.Block.Domain, Severity: string(l.Block.Severity), Verdict: string(l.Verdict),
		Followers: l.Effects.Followers, Follows: l.Effects.Follows, Replies: l.Effects.Replies, Reactions: l.Effects.Reactions}
	switch {
	case l.Verdict == talk.Refused:
		d.Skipped++
		out.Domain, out.Why = l.Given, l.Problem.Reason()
	case l.Verdict == talk.Changed:
		d.Changed++
	case l.Verdict == talk.Fresh && l.Block.Severity == embraye.Silence:
		d.Limited++
	case l.Verdict == talk.Fresh:
		d.Blocked++
	default:
		d.Already++
	}
	d.Lines = append(d.Lines, out)
}

// readWhole reads a file, or standard input, that may not be larger.
func readWhole(c *call, from string, most int64) ([]byte, error) {
	text, err := c.read(from, most+1)
	if err == nil && int64(len(text)) > most {
		return nil, fmt.Errorf("%s is larger than %d bytes", from, most)
	}
	return text, err
}

// read reads a file, or standard input, up to a limit.
func (c *call) read(from string, most int64) ([]byte, error) {
	r := c.stdin
	if from != "-" {
		file, err := os.Open(from)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		r = file
	}
	return io.ReadAll(io.LimitReader(r, most))
}
