package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// waiting is what scripts see of a delivery.
type waiting struct {
	ID         int64  `json:"id"`
	Activity   string `json:"activity"`
	Inbox      string `json:"inbox"`
	Host       string `json:"host"`
	State      string `json:"state"`
	Attempts   int    `json:"attempts"`
	NextAt     string `json:"nextAttempt,omitempty"`
	LastStatus int    `json:"lastStatus,omitempty"`
	LastError  string `json:"lastError,omitempty"`
	CreatedAt  string `json:"createdAt"`
}

// deliveryStates are the words for the states, in the order of a life.
func deliveryStates() []string { return []string{"waiting", "sent", "given_up", "dropped"} }

func deliveryState(name string) (embraye.DeliveryState, error) {
	for i, word := range deliveryStates() {
		if word == name {
			return embraye.DeliveryState(i), nil
		}
	}
	return 0, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "state", Code: "unknown", Value: name, Allowed: deliveryStates()}}}
}

func deliveriesList(ctx context.Context, c *call) error {
	host, state, limit := "", "", 0
	c.flags.StringVar(&host, "host", "", "only this `HOST`, with its port if it has one")
	c.flags.StringVar(&state, "state", "", "`STATE`: "+strings.Join(deliveryStates(), ", ")+"; waiting and given_up if not given")
	c.flags.IntVar(&limit, "limit", 100, "at most so many of each `N`")
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	states := []embraye.DeliveryState{embraye.DeliveryWaiting, embraye.DeliveryGivenUp}
	if state != "" {
		one, err := deliveryState(state)
		if err != nil {
			return err
		}
		states = []embraye.DeliveryState{one}
	}
	if limit < 1 {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "limit", Code: "not_positive", Value: fmt.Sprint(limit)}}}
	}
	return c.with(ctx, func(i *instance, by embraye.Acting) error {
		rows := []waiting{}
		for _, s := range states {
			list, err := i.store.Tables().Deliveries.List(ctx, store.DeliveryFilter{Host: host, State: s, Limit: limit})
			if err != nil {
				return err
			}
			for _, d := range list {
				rows = append(rows, i.shownDelivery(d))
			}
		}
		return c.print(rows, "%s", deliveryTable(rows))
	})
}

func (i *instance) shownDelivery(d embraye.Delivery) waiting {
	w := waiting{ID: d.ID, Activity: string(i.app.Site.ActivityID(d.ActivityID)), Inbox: string(d.Inbox), Host: d.Host,
		State: deliveryStates()[d.State], Attempts: d.Attempts, LastStatus: d.LastStatus, LastError: d.LastError, CreatedAt: moment(d.CreatedAt)}
	if d.State == embraye.DeliveryWaiting && d.NextAt > 0 {
		w.NextAt = moment(d.NextAt)
	}
	return w
}

func moment(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

func deliveryTable(rows []waiting) string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	for _, w := range rows {
		fmt.Fprintf(t, "%s\t%s\t%d attempts\t%s\t%s\n", w.State, w.Inbox, w.Attempts, w.Activity, strings.TrimSpace(fmt.Sprintf("%s %s", status(w.LastStatus), w.LastError)))
	}
	t.Flush()
	return text.String()
}

func status(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprint(code)
}

func deliveriesRetry(ctx context.Context, c *call) error {
	host := ""
	c.flags.StringVar(&host, "host", "", "only this `HOST`, with its port if it has one")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *instance, by embraye.Acting) error {
		n, err := i.app.RetryDeliveries(ctx, by, host)
		if err != nil {
			return err
		}
		return c.print(map[string]int{"retried": n}, "%d deliveries are tried again\n", n)
	})
}

func deliveriesDrop(ctx context.Context, c *call) error {
	host := ""
	c.flags.StringVar(&host, "host", "", "`HOST`, with its port if it has one")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	if host == "" {
		return c.usageError(errors.New("--host is missing: everything at once is never dropped"))
	}
	return c.with(ctx, func(i *instance, by embraye.Acting) error {
		n, err := i.app.DropDeliveries(ctx, by, host)
		if err != nil {
			return err
		}
		return c.print(map[string]int{"dropped": n}, "%d deliveries dropped\n", n)
	})
}
