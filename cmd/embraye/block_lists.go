package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/app/talk"
	"embraye/internal/embraye"
)

// subscribed is what scripts see of a list that is subscribed to.
type subscribed struct {
	URL     string `json:"url"`
	Name    string `json:"name"`
	Allows  bool   `json:"allows"`
	Domains int    `json:"domains"`
	ReadAt  string `json:"readAt"`
	Failed  string `json:"failed"`
}

// proposed is what scripts see of what lists propose.
type proposed struct {
	Domain    string   `json:"domain"`
	Severity  string   `json:"severity"`
	Comment   string   `json:"comment"`
	Lists     []string `json:"lists"`
	Allows    bool     `json:"allows"`
	Lift      bool     `json:"lift"`
	Followers int      `json:"followers"`
	Follows   int      `json:"follows"`
	Replies   int      `json:"replies"`
	Reactions int      `json:"reactions"`
}

func blockSubscribe(ctx context.Context, c *call) error {
	name, allows := "", false
	c.flags.BoolVar(&allows, "allows", false, "what the list names is proposed for the circle (`allow list`), not for blocks")
	c.flags.StringVar(&name, "name", "", "what the list is called here; without it, its address")
	c.asFlag()
	args, err := c.parse("URL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		list, drafts, err := i.Talk.Lists.Subscribe(ctx, by, args[0], name, allows)
		if err != nil {
			return err
		}
		return c.print(nil, "%s: %s named, %d proposed (see `embraye block drafts`); it is read again every day\n", list.Name, embraye.Counted(list.Entries, "domain", "domains"), drafts)
	})
}

func blockUnsubscribe(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("URL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Talk.Lists.Unsubscribe(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "%s is not read any more; what was accepted from it stays blocked\n", args[0])
	})
}

func blockLists(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		lists, err := i.Talk.Lists.All(ctx)
		if err != nil {
			return err
		}
		doc := []subscribed{}
		var text strings.Builder
		for _, l := range lists {
			doc = append(doc, subscribed{l.URL, l.Name, l.Allows, l.Entries, l.ReadAt.UTC().Format(time.RFC3339), l.Failed})
			kind := map[bool]string{true: "for the circle", false: "for blocks"}[l.Allows]
			fmt.Fprintf(&text, "%s (%s): %s, %s, read %s\n", l.Name, l.URL, kind, embraye.Counted(l.Entries, "domain", "domains"), l.ReadAt.UTC().Format(time.RFC3339))
			if l.Failed != "" {
				fmt.Fprintf(&text, "  not read since, nothing was changed: %s\n", l.Failed)
			}
		}
		return c.print(doc, "%s", text.String())
	})
}

func blockDrafts(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		drafts, err := i.Talk.Lists.Drafts(ctx, by)
		if err != nil {
			return err
		}
		doc := []proposed{}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for _, d := range drafts {
			e := d.Effects
			doc = append(doc, proposed{d.Block.Domain, string(d.Block.Severity), d.Block.Comment, d.Lists, d.Allows, d.Lift, e.Followers, e.Follows, e.Replies, e.Reactions})
			what := string(d.Block.Severity)
			switch {
			case d.Allows && d.Lift:
				what = "let in no more"
			case d.Allows:
				what = "let in"
			case d.Lift:
				what = "lift"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s, %s, %s, %s\n", d.Block.Domain, what, strings.Join(d.Lists, ", "), embraye.Counted(e.Followers, "follower", "followers"),
				embraye.Counted(e.Follows, "follow", "follows"), embraye.Counted(e.Replies, "reply", "replies"), embraye.Counted(e.Reactions, "reaction", "reactions"))
		}
		t.Flush()
		return c.print(doc, "%s", text.String())
	})
}

func blockDraftsAccept(ctx context.Context, c *call) error {
	return decideDrafts(ctx, c, "accepted", (*talk.Lists).Accept)
}

func blockDraftsRefuse(ctx context.Context, c *call) error {
	return decideDrafts(ctx, c, "refused", (*talk.Lists).Refuse)
}

// draftsAtOnce is how many domains one command names.
const draftsAtOnce = 1000

func decideDrafts(ctx context.Context, c *call, done string, decide func(*talk.Lists, context.Context, embraye.Acting, []string) error) error {
	calm := false
	c.flags.BoolVar(&calm, "all-without-effects", false, "everything proposed that touches nobody here")
	c.asFlag()
	domains, err := c.parse(slices.Repeat([]string{"[DOMAIN]"}, draftsAtOnce)...)
	if err != nil {
		return err
	}
	domains = slices.DeleteFunc(domains, func(s string) bool { return s == "" })
	if calm == (len(domains) > 0) {
		return c.usageError(errors.New("name domains, or give --all-without-effects"))
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if calm {
			drafts, err := i.Talk.Lists.Drafts(ctx, by)
			if err != nil {
				return err
			}
			for _, d := range drafts {
				if d.Calm() {
					domains = append(domains, d.Block.Domain)
				}
			}
		}
		if err := decide(i.Talk.Lists, ctx, by, domains); err != nil {
			return err
		}
		return c.print(nil, "%s %s\n", embraye.Counted(len(domains), "domain", "domains"), done)
	})
}
