package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// allowed is what scripts see of a domain of the circle.
type allowed struct {
	Domain  string `json:"domain"`
	Comment string `json:"comment"`
	Since   string `json:"since"`
}

func allowAdd(ctx context.Context, c *call) error {
	comment := ""
	c.flags.StringVar(&comment, "comment", "", "`REASON`, for the office alone")
	c.asFlag()
	args, err := c.parse("DOMAIN")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Talk.Circle.Allow(ctx, by, args[0], comment); err != nil {
			return err
		}
		return c.print(nil, "%s is in the circle, with its subdomains%s\n", args[0], mattersNot(i))
	})
}

// mattersNot warns where the circle decides nothing.
func mattersNot(i *wired) string {
	if i.Talk.Circle.Matters() {
		return ""
	}
	return "; it counts where EMBRAYE_FEDERATION_MODE is allowlist"
}

func allowRemove(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("DOMAIN")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.Talk.Circle.Leave(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "%s is in the circle no more; what it said, and its followers, stay\n", args[0])
	})
}

func allowList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, _ embraye.Acting) error {
		all, err := i.Talk.Circle.All(ctx)
		if err != nil {
			return err
		}
		doc := []allowed{}
		var text strings.Builder
		for _, a := range all {
			since := a.CreatedAt.UTC().Format(time.RFC3339)
			doc = append(doc, allowed{a.Domain, a.Comment, since})
			fmt.Fprintf(&text, "%s  since %s  %s\n", a.Domain, since, a.Comment)
		}
		return c.print(doc, "%s", text.String())
	})
}
