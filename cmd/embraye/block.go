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
	Domain         string `json:"domain"`
	Severity       string `json:"severity"`
	Comment        string `json:"comment"`
	PrivateComment string `json:"privateComment,omitempty"`
	RejectMedia    bool   `json:"rejectMedia"`
	RejectReports  bool   `json:"rejectReports"`
	Obfuscate      bool   `json:"obfuscate"`
}

func listed(b embraye.DomainBlock) block {
	return block{b.Domain, string(b.Severity), b.Comment, b.PrivateComment, b.RejectMedia, b.RejectReports, b.Obfuscate}
}

// told is what scripts see of a block that is made, or would be.
type told struct {
	block
	DryRun     bool `json:"dryRun"`
	Hosts      int  `json:"hosts"`
	Peers      int  `json:"peers"`
	Followers  int  `json:"followers"`
	Follows    int  `json:"follows"`
	Replies    int  `json:"replies"`
	Reactions  int  `json:"reactions"`
	Deliveries int  `json:"deliveries"`
}

func blockAdd(ctx context.Context, c *call) error {
	b, severity, dry := embraye.DomainBlock{}, "", false
	c.flags.StringVar(&severity, "severity", "", "`SEVERITY`: suspend (nothing in or out; so it is if nothing else is said or stands) or silence (heard, and shown only where somebody decided so)")
	c.flags.StringVar(&b.Comment, "comment", "", "`REASON` that stands in the public journal")
	c.flags.StringVar(&b.PrivateComment, "private-comment", "", "`REASON` for the office alone")
	c.flags.BoolVar(&b.RejectReports, "reject-reports", false, "ignore reports from a domain that is only limited")
	c.flags.BoolVar(&b.Obfuscate, "obfuscate", false, "show the public only a part of the domain's name")
	c.flags.BoolVar(&dry, "dry-run", false, "say what the block would do, and do nothing")
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("DOMAIN")
	if err != nil {
		return err
	}
	b.Domain, b.Severity = args[0], embraye.Severity(severity)
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		old, err := i.Talk.BlockOf(ctx, by, b.Domain)
		if err != nil {
			return err
		}
		b, e, err := i.Talk.BlockEffects(ctx, by, blockOver(c, b, old))
		if err == nil && !dry {
			err = i.Talk.Block(ctx, by, b)
		}
		if err != nil {
			return err
		}
		doc := told{listed(b), dry, e.Hosts, e.Peers, e.Followers, e.Follows, e.Replies, e.Reactions, e.Deliveries}
		return c.print(doc, "%s", doc.sentences())
	})
}

// blockOver is a block over the one that stands: a flag that is not given changes
// nothing, and an empty one empties.
func blockOver(c *call, b, old embraye.DomainBlock) embraye.DomainBlock {
	over := b.Over(old)
	for flag, put := range map[string]func(){
		"comment":         func() { over.Comment = b.Comment },
		"private-comment": func() { over.PrivateComment = b.PrivateComment },
		"reject-reports":  func() { over.RejectReports = b.RejectReports },
		"obfuscate":       func() { over.Obfuscate = b.Obfuscate },
	} {
		if c.given(flag) {
			put()
		}
	}
	return over
}

// sentences say it to people.
func (t told) sentences() string {
	verb := map[bool]string{true: "would be", false: "is"}[t.DryRun]
	how := map[string]string{"suspend": "blocked", "silence": "limited"}[t.Severity]
	text := fmt.Sprintf("%s %s %s, with its subdomains: %s known here, %s\n", t.Domain, verb, how,
		embraye.Counted(t.Hosts, "host", "hosts"), embraye.Counted(t.Peers, "peer", "peers"))
	for _, line := range []struct {
		n               int
		one, many, what string
	}{{t.Followers, "follower", "followers", "put aside; a Reject tells them"}, {t.Follows, "follow", "follows", "of ours undone"},
		{t.Replies, "reply or review", "replies and reviews", "hidden"}, {t.Reactions, "like or boost", "likes and boosts", "not counted any more"},
		{t.Deliveries, "delivery that waits", "deliveries that wait", "dropped"}} {
		if line.n > 0 {
			text += fmt.Sprintf("  %s %s\n", embraye.Counted(line.n, line.one, line.many), line.what)
		}
	}
	return text
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
		return c.print(nil, "%s is not blocked any more. What the block put aside is back: replies, reactions, followers. Its servers were told that"+
			" they follow no more, and many have to follow again; peers there are followed again when they are read next; what was dropped is not sent\n", args[0])
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
			blocks = append(blocks, listed(b))
			fmt.Fprintf(t, "%s\t%s\t%s\n", b.Domain, b.Severity, b.Comment)
		}
		t.Flush()
		return c.print(blocks, "%s", text.String())
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
