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
	Failing    string `json:"failingSince,omitempty"`
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
		return c.usageError(fmt.Errorf("--limit wants a number above 0, not %d", limit))
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		rows := []waiting{}
		hosts, err := i.hosts(ctx)
		if err != nil {
			return err
		}
		for _, s := range states {
			list, err := i.Store.Tables().Deliveries.List(ctx, store.DeliveryFilter{Host: host, State: s, Limit: limit})
			if err != nil {
				return err
			}
			for _, d := range list {
				rows = append(rows, i.shownDelivery(d, hosts[d.Host]))
			}
		}
		return c.print(rows, "%s", deliveryTable(rows))
	})
}

// hosts is what is known of the servers that we send to.
func (i *wired) hosts(ctx context.Context) (map[string]embraye.Host, error) {
	all, err := i.Store.Tables().Hosts.List(ctx)
	byName := make(map[string]embraye.Host, len(all))
	for _, h := range all {
		byName[h.Host] = h
	}
	return byName, err
}

func (i *wired) shownDelivery(d embraye.Delivery, host embraye.Host) waiting {
	w := waiting{ID: d.ID, Activity: string(i.App.Site.ActivityID(d.ActivityID)), Inbox: string(d.Inbox), Host: d.Host,
		State: deliveryStates()[d.State], Attempts: d.Attempts, LastStatus: d.LastStatus, LastError: d.LastError, CreatedAt: moment(d.CreatedAt)}
	if d.State == embraye.DeliveryWaiting {
		w.NextAt, w.Failing = when(d, host)
	}
	return w
}

// when is the next try, which the delivery and its server have to allow, and
// since when the server fails.
func when(d embraye.Delivery, host embraye.Host) (next, failing string) {
	if host.FailingSince > 0 {
		failing = moment(host.FailingSince)
	}
	return moment(max(d.NextAt, host.NextAt, d.CreatedAt)), failing
}

func moment(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

func deliveryTable(rows []waiting) string {
	if len(rows) == 0 {
		return "nothing waits and nothing was given up, of what you asked for\n"
	}
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	for _, w := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s%s\t%s\t%s\n", w.State, w.Inbox, embraye.Counted(w.Attempts, "attempt", "attempts"), w.times(), w.Activity, strings.TrimSpace(fmt.Sprintf("%s %s", status(w.LastStatus), w.LastError)))
	}
	t.Flush()
	return text.String()
}

// times says when it goes on, and how long the server has failed.
func (w waiting) times() (text string) {
	if w.NextAt != "" {
		text += ", next try " + w.NextAt
	}
	if w.Failing != "" {
		text += ", failing since " + w.Failing
	}
	return text
}

func status(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprint(code)
}

func deliveriesRetry(ctx context.Context, c *call) error {
	host, now := "", false
	c.flags.StringVar(&host, "host", "", "only this `HOST`, with its port if it has one")
	c.flags.BoolVar(&now, "now", false, "also what waits, as if the server had never failed")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if now {
			r, err := i.Directory.RetryDeliveriesNow(ctx, by, host)
			if err != nil {
				return err
			}
			return c.print(map[string]int{"retried": r.GivenUp, "waiting": r.Waiting, "hosts": r.Hosts},
				"tried now: %s given up and %d that waited, to %s\n",
				embraye.Counted(r.GivenUp, "delivery that was", "deliveries that were"), r.Waiting, embraye.Counted(r.Hosts, "server", "servers"))
		}
		n, err := i.Directory.RetryDeliveries(ctx, by, host)
		if err != nil {
			return err
		}
		return c.print(map[string]int{"retried": n}, "%s tried again\n", embraye.Counted(n, "delivery that was given up is", "deliveries that were given up are"))
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
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		n, err := i.Directory.DropDeliveries(ctx, by, host)
		if err != nil {
			return err
		}
		return c.print(map[string]int{"dropped": n}, "%s dropped\n", embraye.Counted(n, "delivery", "deliveries"))
	})
}
