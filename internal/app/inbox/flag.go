package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

const (
	maxReportObjects = 20
	maxReportsPerDay = 100 // of one host
)

// receiveFlag keeps a report about something of ours, once per host and
// subject, and never hides anything by itself (F161).
func (i *Inbox) receiveFlag(ctx context.Context, t store.Tables, m received) error {
	var ours []string
	for _, o := range m.in.Objects {
		if i.desk.Site.Ours(embraye.IRI(o.ID)) && len(ours) < maxReportObjects && !slices.Contains(ours, o.ID) {
			ours = append(ours, o.ID)
		}
	}
	if len(ours) == 0 {
		return errIgnored
	}
	if refusal, err := directory.Refusal(ctx, i.directory, m.sender.Host); err != nil {
		return err
	} else if refusal.RejectReports {
		return errIgnored
	}
	n, err := t.Reports.CountSince(ctx, m.sender.Host, i.desk.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if n >= maxReportsPerDay {
		return errIgnored
	}
	slices.Sort(ours)
	sum := sha256.Sum256([]byte(m.sender.Host + "\x00" + strings.Join(ours, "\x00")))
	_, err = t.Reports.Add(ctx, &embraye.Report{ActivityID: string(m.id), Reporter: m.sender.URI, Host: m.sender.Host, Objects: ours,
		Digest: hex.EncodeToString(sum[:]), Text: app.Cut(embraye.Straight(m.in.Content), app.MaxReportText), State: "open", CreatedAt: i.desk.Stamp()})
	return err
}
