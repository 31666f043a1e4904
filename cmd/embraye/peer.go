package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"embraye/internal/app/peers"
	"embraye/internal/embraye"
)

// peer is what scripts see of another organisation's instance.
type peer struct {
	Organisation embraye.IRI `json:"organisation"`
	Handle       string      `json:"handle"`
	Name         string      `json:"name"`
	Host         string      `json:"host"`
	Follows      []follow    `json:"follows"`
	Skipped      []string    `json:"skipped,omitempty"` // measures that could not be read now
}

// skippedMeasures names on stderr what could not be read, and why.
func (c *call) skippedMeasures(list []peers.SkippedMeasure) (skipped []string) {
	for _, s := range list {
		fmt.Fprintf(c.stderr, "skipped %s: %s\n", s.Measure, sentence(s.Why))
		skipped = append(skipped, string(s.Measure))
	}
	return skipped
}

// follow is one of its actors that we asked to follow, and how far that came.
type follow struct {
	Actor embraye.IRI         `json:"actor"`
	State embraye.FollowState `json:"state"`
}

func (i *wired) shownPeer(ctx context.Context, p *embraye.Peer) (peer, error) {
	out := peer{Organisation: p.Organisation, Handle: p.Handle, Name: p.Name, Host: p.Host, Follows: []follow{}}
	rows, err := i.store.Tables().Follows.OfPeer(ctx, p.ID)
	for _, f := range rows {
		out.Follows = append(out.Follows, follow{f.Target, f.State})
	}
	return out, err
}

func (p peer) accepted() int {
	n := 0
	for _, f := range p.Follows {
		if f.State == embraye.FollowAccepted {
			n++
		}
	}
	return n
}

func peerAdd(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ADDRESS")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		p, err := i.Peers.Add(ctx, by, args[0])
		if err != nil {
			return err
		}
		out, err := i.shownPeer(ctx, p.Peer)
		if err != nil {
			return err
		}
		out.Skipped = c.skippedMeasures(p.Skipped)
		return c.print(out, "added %s (%s): %d of its accounts are asked; `embraye peer list` shows their answers\n", p.Name, p.Organisation, len(out.Follows))
	})
}

func peerList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows, err := i.Peers.List(ctx)
		if err != nil {
			return err
		}
		peers := []peer{}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for k := range rows {
			p, err := i.shownPeer(ctx, &rows[k])
			if err != nil {
				return err
			}
			peers = append(peers, p)
			fmt.Fprintf(t, "%s\t%s\t%d of %d follows accepted\t%s\n", p.Handle, p.Organisation, p.accepted(), len(p.Follows), p.Name)
		}
		t.Flush()
		return c.print(peers, "%s", text.String())
	})
}

func peerRemove(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("ADDRESS")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Peers.Remove(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "removed %s\n", args[0])
	})
}

func peerSync(ctx context.Context, c *call) error {
	c.asFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		skipped, err := i.Peers.Sync(ctx, by)
		c.skippedMeasures(skipped)
		if err != nil {
			return err
		}
		return c.print(nil, "peers asked\n")
	})
}
