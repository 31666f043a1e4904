package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// The Internet Archive's Save Page Now, for instances whose admin has keys of it.
const (
	outsideHost  = "https://web.archive.org"
	outsidePoll  = time.Minute
	outsideLimit = 30 * time.Minute // for one copy of theirs
	outsideAgain = time.Hour
	outsideFull  = 6 * time.Hour // when they say that it is too much
)

// askOutside has the web archive asked for a copy of its own.
func (ev *Evidence) askOutside(ctx context.Context, t store.Tables, c *embraye.EvidenceCopy) error {
	if ev.desk.Copies.Outside == "" || c.Origin != embraye.CopyOurs {
		return nil
	}
	c.Outside = embraye.OutsideWaiting
	return ev.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyOutside + c.ID, At: ev.desk.Now().Add(outsidePoll)})
}

// saved is what the archive answers.
type saved struct {
	Job       string `json:"job_id"`
	Status    string `json:"status"`
	Code      string `json:"status_ext"` // "error:too-many-requests" comes with 200
	Message   string `json:"message"`
	Timestamp string `json:"timestamp"`
	Original  string `json:"original_url"`
}

// outside asks for a copy, then what became of it, until there is one or three
// tries have failed.
func (w work) outside(ctx context.Context, id string) (next time.Time, err error) {
	c, err := w.desk.Store.Tables().EvidenceCopies.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (c.Outside != embraye.OutsideWaiting || w.desk.Copies.Outside == "") {
		return next, nil
	}
	if err != nil {
		return next, err
	}
	answer, err := w.askArchive(ctx, c)
	if ctx.Err() != nil {
		return next, ctx.Err()
	}
	if errors.Is(err, embraye.ErrUnavailable) {
		return next, err
	}
	now := w.desk.Stamp()
	switch {
	case err == nil && answer.Status == "success" && answer.Timestamp != "":
		c.Outside, c.OutsideSaid, c.ArchivedAt = embraye.OutsideDone, "", outsideHost+"/web/"+answer.Timestamp+"/"+answer.Original
		if !embraye.WebAddress(c.ArchivedAt) {
			c.Outside, c.ArchivedAt = embraye.OutsideFailed, ""
		}
	case err == nil && c.OutsideJob == "" && answer.Job != "":
		c.OutsideJob, c.OutsideAt, next = answer.Job, &now, now.Add(outsidePoll)
	case err == nil && c.OutsideJob != "" && answer.Status == "pending" && now.Sub(*c.OutsideAt) < outsideLimit:
		return now.Add(outsidePoll), nil
	default:
		next = refusedOutside(c, now, said(answer, err))
	}
	return next, w.saveOutside(ctx, c, next)
}

// askArchive is one request to the archive.
func (w work) askArchive(ctx context.Context, c *embraye.EvidenceCopy) (a saved, err error) {
	address, form := embraye.IRI(outsideHost+"/save"), url.Values{"url": {c.Href}, "skip_first_archive": {"1"}}
	if c.OutsideJob != "" {
		address, form = embraye.IRI(outsideHost+"/save/status/"+url.PathEscape(c.OutsideJob)), nil
	}
	body, err := w.desk.Remote.Ask(ctx, address, "LOW "+w.desk.Copies.Outside, form)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(body, &a)
}

// said is what went wrong, in a word that the catalogue may know.
func said(a saved, err error) string {
	var status *remote.StatusError
	switch {
	case errors.As(err, &status) && status.Status == 401:
		return "keys"
	case errors.As(err, &status) && status.Status == 429, strings.Contains(a.Code, "too-many"), strings.Contains(a.Code, "limit"):
		return "too_many"
	case err != nil:
		return "unreachable"
	}
	return "refused"
}

// refusedOutside counts a try; the time is that of the next.
func refusedOutside(c *embraye.EvidenceCopy, now time.Time, why string) (next time.Time) {
	c.OutsideJob, c.OutsideSaid, c.OutsideTries = "", why, c.OutsideTries+1
	switch {
	case c.OutsideTries >= maxTries:
		c.Outside = embraye.OutsideFailed
		return time.Time{}
	case why == "too_many":
		return now.Add(outsideFull)
	}
	return now.Add(outsideAgain)
}

// saveOutside writes how far it is; at its end the job is over.
func (w work) saveOutside(ctx context.Context, c *embraye.EvidenceCopy, next time.Time) error {
	return w.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.EvidenceCopies.SaveOutside(ctx, c); err != nil {
			return err
		}
		if !next.IsZero() {
			return nil
		}
		t.Changed()
		return w.finish(ctx, t)
	})
}
