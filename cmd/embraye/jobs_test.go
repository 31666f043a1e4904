package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// H03: what the program does by itself says when it was done last, in words.
func TestH03JobsSayWhatWasDone(t *testing.T) {
	if text := choreTable(nil); !strings.HasPrefix(text, "no chore has been done") {
		t.Errorf("an empty list says %q", text)
	}
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0")
	s := serveProcess(t, env...)
	var list []shownChore
	// What asks others has time; these have to do at once with what waits here.
	atOnce := []embraye.Chore{embraye.ChorePublish, embraye.ChoreMail, embraye.ChoreFiles, embraye.ChorePrune}
	eventually(t, "the chores of a first start are done", func() bool {
		list = nil
		s.command(&list, "jobs", "--json")
		done := 0
		for _, c := range list {
			if slices.Contains(atOnce, c.Chore) && c.DoneAt != "" && c.Waiting == 1 && c.NextAt > c.DoneAt && c.Error == "" {
				done++
			}
		}
		return len(list) == len(embraye.Chores()) && done == len(atOnce)
	})
	before := map[embraye.Chore]string{}
	for _, c := range list {
		before[c.Chore] = c.DoneAt
		if c.Name == "" || strings.HasPrefix(c.Name, "chore.") {
			t.Errorf("%s has no words", c.Chore)
		}
	}
	s.stop()
	withInstance(t, dir, environment(env...), func(i *wired) error {
		return i.Store.InTx(context.Background(), func(in store.Tables) error {
			return in.Chores.Failed(context.Background(), embraye.ChoreFiles, time.Now(), "no disk")
		})
	})
	s = serveProcess(t, env...)
	list = nil
	s.command(&list, "jobs", "--json")
	for _, c := range list {
		if c.DoneAt != before[c.Chore] {
			t.Errorf("%s was done again at the start: %s, then %s", c.Chore, before[c.Chore], c.DoneAt)
		}
		if c.Chore == embraye.ChoreFiles && (c.Error != "no disk" || c.FailingSince == "" || !strings.Contains(choreTable(list), "failing since "+c.FailingSince+": no disk")) {
			t.Errorf("%+v", c)
		}
	}
	s.stop()
}
