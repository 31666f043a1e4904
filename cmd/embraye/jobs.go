package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"embraye/internal/embraye"
)

// shownChore is what scripts see of a chore.
type shownChore struct {
	Chore        embraye.Chore `json:"chore"`
	Name         string        `json:"name"`
	DoneAt       string        `json:"done,omitempty"`
	TookMS       int64         `json:"tookMs,omitempty"`
	Error        string        `json:"error,omitempty"`
	FailedAt     string        `json:"failed,omitempty"`
	FailingSince string        `json:"failingSince,omitempty"`
	NextAt       string        `json:"next,omitempty"`
	Waiting      int           `json:"waiting"`
}

// listJobs shows what the program does by itself, and what came of it.
func listJobs(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		list, err := i.App.Chores(ctx, by)
		if err != nil {
			return err
		}
		rows := []shownChore{}
		for _, s := range list {
			rows = append(rows, i.shownChore(s))
		}
		return c.print(rows, "%s", choreTable(rows))
	})
}

func (i *wired) shownChore(s embraye.ChoreState) shownChore {
	return shownChore{Chore: s.Chore, Name: i.Catalogue.T("en", "chore."+string(s.Chore)), DoneAt: second(s.DoneAt), TookMS: s.Took.Milliseconds(),
		Error: s.Error, FailedAt: second(s.FailedAt), FailingSince: second(s.FailingSince), NextAt: second(s.NextAt), Waiting: s.Waiting}
}

// second is a time as commands print it; nothing if there is none.
func second(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func choreTable(rows []shownChore) string {
	if len(rows) == 0 {
		return "no chore has been done and none waits: they begin with `embraye serve`\n"
	}
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	for _, r := range rows {
		done, next := "never done", "nothing waits"
		if r.DoneAt != "" {
			done = fmt.Sprintf("done %s in %s", r.DoneAt, time.Duration(r.TookMS)*time.Millisecond)
		}
		if r.NextAt != "" {
			next = fmt.Sprintf("%d waiting, next %s", r.Waiting, r.NextAt)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Name, done, next, r.trouble())
	}
	t.Flush()
	return text.String()
}

// trouble is why it failed last, and since when.
func (r shownChore) trouble() string {
	if r.Error == "" {
		return ""
	}
	return fmt.Sprintf("failing since %s: %s", r.FailingSince, r.Error)
}
