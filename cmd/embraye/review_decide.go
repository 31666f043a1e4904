package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/embraye"
)

// receivedReview is what review list, show and hide print with --json.
type receivedReview struct {
	ID           embraye.IRI        `json:"id"`
	Organisation embraye.IRI        `json:"organisation"`
	Of           embraye.IRI        `json:"of"`
	Verdict      embraye.Verdict    `json:"verdict"`
	Reason       string             `json:"reason"`
	State        embraye.ReplyState `json:"state"` // pending, shown, hidden
	HiddenReason string             `json:"hiddenReason,omitempty"`
	Published    time.Time          `json:"published"`
}

func newReceivedReview(r *embraye.PeerReview) receivedReview {
	return receivedReview{r.URI, r.Actor, r.Object, r.Verdict, r.Reason, r.State, r.HiddenReason, r.PublishedAt}
}

// reviewsListed is how many reviews the list has.
const reviewsListed = 200

func reviewList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows, err := i.Reviews.Received(ctx, by, "", 0, reviewsListed)
		if err != nil {
			return err
		}
		list := []receivedReview{}
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for k := range rows {
			r := newReceivedReview(&rows[k])
			list = append(list, r)
			fmt.Fprintf(t, "%s\t%s\t%s\tof %s\n", r.State, r.Verdict, r.ID, r.Of)
		}
		t.Flush()
		return c.print(list, "%s", text.String())
	})
}

func reviewShow(ctx context.Context, c *call) error {
	return c.onReview(ctx, "shown", func(i *wired, by embraye.Acting, id int64) error { return i.Reviews.Show(ctx, by, id) })
}

func reviewHide(ctx context.Context, c *call) error {
	reason := ""
	c.flags.StringVar(&reason, "reason", "", "`REASON`, which stands in the public journal")
	return c.onReview(ctx, "hidden", func(i *wired, by embraye.Acting, id int64) error { return i.Reviews.Hide(ctx, by, id, reason) })
}

// onReview decides about one review of others.
func (c *call) onReview(ctx context.Context, done string, decide func(*wired, embraye.Acting, int64) error) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("REVIEW")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		r, err := i.Reviews.ReceivedAt(ctx, args[0])
		if err != nil {
			return err
		}
		if err := decide(i, by, r.ID); err != nil {
			return err
		}
		if r, err = i.Reviews.ReceivedAt(ctx, args[0]); err != nil {
			return err
		}
		return c.print(newReceivedReview(r), "%s: %s\n", done, r.URI)
	})
}
