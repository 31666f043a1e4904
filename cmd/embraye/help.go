package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// help lists the commands.
func (p *program) help(w io.Writer) {
	fmt.Fprintln(w, "usage: embraye [--config FILE] COMMAND …")
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(t, "  %s\t%s\n", c.words, c.does)
	}
	t.Flush()
	fmt.Fprintln(w, "\n`embraye help COMMAND` shows its arguments. Settings are EMBRAYE_* variables: see configs/embraye.env.")
}

// helpOn shows one command, or all.
func (p *program) helpOn(words []string) error {
	name := strings.Join(words, " ")
	if name == "" {
		p.help(p.stdout)
		return nil
	}
	found := false
	for _, c := range commands() {
		if c.words == name || strings.HasPrefix(c.words, name+" ") {
			// The command itself declares its flags: let it describe them.
			if err := c.run(context.Background(), p.newCall(c, []string{"-h"}, "")); err != errHelped {
				return err
			}
			found = true
		}
	}
	if !found {
		return unknownCommand(words)
	}
	return nil
}

// describe prints usage and flags of one command.
func (c *call) describe(w io.Writer) {
	fmt.Fprintf(w, "usage: %s\n  %s\n", c.command.usage(), c.command.does)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	c.flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(t, "    --%s\t%s\n", strings.TrimSpace(f.Name+" "+value), text)
	})
	t.Flush()
	fmt.Fprintln(w)
}
