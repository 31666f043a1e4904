//go:build faults

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	wacz "embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// What copying a thousand pages may add to what the process holds.
const pagesMemory = 40 // MiB

// An archivist is a server that copies the pages of a bad web.
type archivist struct {
	*server
	t     *testing.T
	dir   string
	env   []string
	web   *badWeb
	pages int
}

func newArchivist(t *testing.T, pages int) *archivist {
	dir := instanceDir(t)
	env := []string{"EMBRAYE_DATA_DIR=" + dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_FEDERATION_ALLOW_HTTP=true", "EMBRAYE_FEDERATION_ALLOW_NETWORKS=127.0.0.1/32", "EMBRAYE_RATE_LIMITS=off"}
	return &archivist{t: t, dir: dir, env: env, web: newBadWeb(t), pages: pages, server: serveProcess(t, env...)}
}

// ask asks for every page.
func (a *archivist) ask() {
	a.t.Helper()
	withInstance(a.t, a.dir, environment(a.env...), func(i *wired) error {
		for n := range a.pages {
			href, _ := a.web.page(n)
			if _, err := i.Evidence.Ask(context.Background(), embraye.Operator(), href); err != nil {
				return fmt.Errorf("%s: %w", href, err)
			}
		}
		return nil
	})
}

// hurry has what is tried again in minutes or hours tried now, if nothing else is
// left to do, and reports whether everything has ended.
func (a *archivist) hurry() (over bool) {
	withInstance(a.t, a.dir, environment(a.env...), func(i *wired) error {
		ctx := context.Background()
		list, err := i.Store.Tables().EvidenceCopies.Page(ctx, embraye.CopyFilter{State: embraye.CopyWaiting, Limit: a.pages})
		now := time.Now().UTC()
		over = err == nil && len(list) == 0
		if err != nil || a.web.open.Load() > 0 || slices.ContainsFunc(list, func(c embraye.EvidenceCopy) bool { return c.NextAt.Before(now.Add(10 * time.Second)) }) {
			return err
		}
		return i.Store.InTx(ctx, func(t store.Tables) error {
			for _, c := range list {
				c.NextAt = &now
				if err := t.EvidenceCopies.Due(ctx, &c); err != nil {
					return err
				}
				if err := i.App.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyOne + c.ID, At: now}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return over
}

// finish waits until every page has its end.
func (a *archivist) finish() {
	a.t.Helper()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * patience); !a.hurry(); <-tick.C {
		if time.Now().After(deadline) {
			a.t.Fatalf("pages wait without end\n%s", a.log)
		}
	}
}

// files are the names in the folder of files: those that are kept, and what
// interrupted writing has left.
func (a *archivist) files() (kept, parts []string) {
	a.t.Helper()
	entries, err := os.ReadDir(filepath.Join(a.dir, "evidence"))
	if err != nil {
		a.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			parts = append(parts, e.Name())
		} else {
			kept = append(kept, e.Name())
		}
	}
	return kept, parts
}

// check holds that every page has one end, the right one, every file is the copy of
// one page and is what its name says, every copy is in the log, and nobody was ever
// sent behind the guard.
func (a *archivist) check() (bytes int64) {
	a.t.Helper()
	names := map[string]bool{}
	withInstance(a.t, a.dir, environment(a.env...), func(i *wired) error {
		for n := range a.pages {
			href, want := a.web.page(n)
			list, err := i.Store.Tables().EvidenceCopies.Of(context.Background(), []string{href})
			if err != nil {
				return err
			}
			if len(list) != 1 {
				a.t.Errorf("%s has %d copies", href, len(list))
				continue
			}
			c := list[0]
			if got := strings.TrimSpace(string(c.State) + " " + c.Failure); !slices.Contains(strings.Split(want, "|"), got) {
				a.t.Errorf("%s: %s, want %s", href, got, want)
			}
			if c.State == embraye.CopyKept {
				names[c.File] = true
				bytes += c.Size
				a.checkFile(c)
			}
		}
		return nil
	})
	kept, parts := a.files()
	if len(kept) != len(names) || slices.ContainsFunc(kept, func(name string) bool { return !names[name] }) {
		a.t.Errorf("%d files of %d copies", len(kept), len(names))
	}
	if len(parts) != 0 {
		a.t.Errorf("%d files are unfinished", len(parts))
	}
	if n := a.web.strayed.Load(); n != 0 {
		a.t.Errorf("%d requests to addresses that the guard forbids", n)
	}
	if n := a.leaves(); n != len(names) {
		a.t.Errorf("%d leaves of %d copies", n, len(names))
	}
	return bytes
}

func (a *archivist) checkFile(c embraye.EvidenceCopy) {
	a.t.Helper()
	f, err := os.Open(filepath.Join(a.dir, "evidence", c.File))
	if err != nil {
		a.t.Error(err)
		return
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil || n != c.Size || hex.EncodeToString(sum.Sum(nil)) != c.SHA256() {
		a.t.Errorf("%s: %d bytes of %d with the hash %x: %v", c.Href, n, c.Size, sum.Sum(nil), err)
	}
	if words, err := wacz.Check(f, n, c.Href); err != nil || words.URL != c.URL || words.Title != c.Title {
		a.t.Errorf("%s: %+v, %v", c.Href, words, err)
	}
}

// leaves counts the copies that are in the log.
func (a *archivist) leaves() (n int) {
	a.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(a.dir, "embraye.db"))
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT count(*) FROM log_leaves WHERE CAST(leaf AS text) LIKE '%"type":"evidence"%'`).Scan(&n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

// resident is what the process holds in MiB, now and at most since it was asked to
// forget.
func (a *archivist) resident(forget bool) (now, most int) {
	a.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", a.cmd.Process.Pid)
	if forget {
		if err := os.WriteFile(proc+"clear_refs", []byte("5"), 0); err != nil {
			a.t.Fatal(err)
		}
	}
	text, err := os.ReadFile(proc + "status")
	if err != nil {
		a.t.Fatal(err)
	}
	for field, into := range map[string]*int{"VmRSS:": &now, "VmHWM:": &most} {
		kib, err := strconv.Atoi(strings.TrimSpace(between(string(text), field, " kB")))
		if err != nil {
			a.t.Fatal(err)
		}
		*into = kib / 1024
	}
	return now, most
}

// A thousand pages of a bad web: each is kept or has a reason, none costs more
// than it may, and none leads inside.
func TestAThousandPages(t *testing.T) {
	a := newArchivist(t, 1000)
	together(2000, func(n int) { // what any day fills: caches of pages, of templates, of the database
		if code := a.status([]string{"/", "/chronologie", "/@mesure2", "/territoires", "/comprendre/memoire"}[n%5]); code != http.StatusOK {
			t.Errorf("%d", code)
		}
	})
	before, _ := a.resident(true)
	began := time.Now()
	a.ask()
	a.finish()
	took := time.Since(began)
	after, most := a.resident(false)
	bytes := a.check()
	t.Logf("%d pages in %s: %d requests, %d MiB of copies; resident %d MiB before, %d MiB at most, %d MiB after", a.pages, took.Round(time.Second), a.web.asked.Load(), bytes>>20, before, most, after)
	if most-before > pagesMemory {
		t.Errorf("copying took %d MiB, want at most %d", most-before, pagesMemory)
	}
	a.stop()
}

// kill -9 at seeded moments while pages are copied: between a request and its answer,
// or when a file has just got its name. Nothing is lost, nothing is kept twice.
func TestKillsWhilePagesAreCopied(t *testing.T) {
	pages, kills := 160, 20
	if testing.Short() {
		pages, kills = 30, 3
	}
	a := newArchivist(t, pages)
	a.ask()
	moments := rand.New(rand.NewPCG(3, 3))
	for n := range kills {
		asked, kept := a.web.asked.Load(), len(first(a.files()))
		until := moments.IntN(4)
		eventually(t, "copying goes on", func() bool {
			if n%2 == 0 {
				return a.web.asked.Load() > asked+int64(until) || a.hurry()
			}
			return len(first(a.files())) > kept+until/2 || a.hurry()
		})
		a.signal(syscall.SIGKILL)
		<-a.done
		a.server = serveProcess(t, a.env...)
	}
	a.finish()
	_, parts := a.files()
	t.Logf("%d pages, %d kills: %d requests, %d unfinished files", pages, kills, a.web.asked.Load(), len(parts))
	a.stop()
	withInstance(t, a.dir, environment(a.env...), func(i *wired) error { // as a day later
		_, err := i.App.Files.Sweep(time.Now().Add(time.Hour))
		return err
	})
	a.check()
}

func first(kept, _ []string) []string { return kept }
