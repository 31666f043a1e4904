package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxUnsent bounds the deliveries that the report of one constat looks at.
const maxUnsent = 500

// DeliveryState is how far the newest message about a constat has come: its
// Create, its last Update, or its Delete; nil if nothing was ever sent.
func (d *Directory) DeliveryState(ctx context.Context, updateID string) (*embraye.DeliveryReport, error) {
	t := d.desk.Store.Tables()
	u, err := t.Updates.Take(ctx, updateID)
	if err != nil {
		return nil, err
	}
	report, err := d.Delivered(ctx, t, u)
	if err != nil || report == nil {
		return nil, err
	}
	rows, err := t.Deliveries.Unsent(ctx, report.ActivityID, maxUnsent)
	if err != nil {
		return nil, err
	}
	report.Hosts, err = unsentHosts(ctx, t, rows)
	return report, err
}

// Delivered is DeliveryState in numbers alone.
func (d *Directory) Delivered(ctx context.Context, t store.Tables, u *embraye.Update) (*embraye.DeliveryReport, error) {
	said, err := t.Activities.Told(ctx, u.Actor, d.desk.Site.UpdateID(u.ID))
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &embraye.DeliveryReport{ActivityID: said.ID, Type: said.Type, At: said.CreatedAt, Total: said.Total,
		Sent: said.Sent, Waiting: said.Total - said.Sent - said.GivenUp, GivenUp: said.GivenUp}, nil
}

// unsentHosts is one line per server; rows come ordered by server. What waits
// is tried when both the row and its server allow it.
func unsentHosts(ctx context.Context, t store.Tables, rows []embraye.Delivery) (all []embraye.DeliveryHost, err error) {
	names := make([]string, len(rows))
	for i, d := range rows {
		names[i] = d.Host
	}
	hosts, err := t.Hosts.Among(ctx, names)
	if err != nil {
		return nil, err
	}
	for _, d := range rows {
		if n := len(all); n > 0 && all[n-1].Host == d.Host {
			if d.State == embraye.DeliveryGivenUp {
				all[n-1].State = d.State
			}
			continue
		}
		line := embraye.DeliveryHost{Host: d.Host, State: d.State, Attempts: d.Attempts, Status: d.LastStatus, Reason: d.LastError}
		if host, known := hosts[d.Host]; known && d.State == embraye.DeliveryWaiting {
			line.NextAt = fromMillis(max(d.NextAt, host.NextAt))
			if line.Reason == "" {
				line.Reason = host.LastError
			}
		}
		all = append(all, line)
	}
	return all, nil
}

// FailingHosts lists the servers that do not take what we send, or for which
// something was given up.
func (d *Directory) FailingHosts(ctx context.Context, by embraye.Acting) ([]embraye.FailingHost, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("directory: failing servers: %w", err)
	}
	t := d.desk.Store.Tables()
	loads, err := t.Deliveries.Loads(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(loads))
	for i, l := range loads {
		names[i] = l.Host
	}
	hosts, err := t.Hosts.Among(ctx, names)
	if err != nil {
		return nil, err
	}
	var all []embraye.FailingHost
	for _, l := range loads {
		host, known := hosts[l.Host]
		if !known {
			continue // forgotten since
		}
		f := embraye.FailingHost{Host: host, Waiting: l.Waiting, GivenUp: l.GivenUp, Since: fromMillis(host.FailingSince)}
		if l.Waiting > 0 {
			f.NextAt = fromMillis(host.NextAt)
		}
		all = append(all, f)
	}
	return all, nil
}

// fromMillis is a time of the queue; 0 is no time.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
