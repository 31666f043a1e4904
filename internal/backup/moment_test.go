package backup_test

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/apptest"
	"embraye/internal/backup"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/files"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var secret = []byte("bm90IGEgc2VjcmV0LCBidXQgMzIgYnl0ZXMgb2YgaXQ=\n")

func source(in *fedtest.Instance, w *fedtest.World) backup.Source {
	return backup.Source{Store: in.Store, Files: in.Instance.Options.Files, Secret: secret, Settings: []byte("EMBRAYE_LANGUAGE=fr\n"),
		BaseURL: in.Site.Base, Version: "test", Now: w.Clock.Now}
}

// put is a database of a kind and a folder of files, restored from an archive.
type put struct {
	url   string
	store *store.Store
	files *files.Store
	backup.Restored
}

func restored(t *testing.T, kind string, archive []byte, in *fedtest.Instance, w *fedtest.World) put {
	t.Helper()
	c, err := backup.Read(bytes.NewReader(archive), nil)
	must(t, err)
	p := put{url: storetest.EmptyURL(t, kind)}
	p.store = storetest.OpenURL(t, p.url, w.Clock.Now)
	p.files, err = files.Open(t.TempDir(), files.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, p.files.Close()) })
	var kept []byte
	target := backup.Target{Store: p.store, Files: p.files, Keep: func(s []byte) error { kept = s; return nil }}
	must(t, c.Fits(t.Context(), target))
	p.Restored, err = backup.Restore(t.Context(), bytes.NewReader(archive), nil, c, target)
	must(t, err)
	if !bytes.Equal(kept, secret) {
		t.Errorf("the secret came back as %q", kept)
	}
	return p
}

// author publishes constats, one after the other, until it is stopped.
type author struct {
	said chan struct{} // one for each constat
	stop func()
	mu   sync.Mutex
	n    int
}

func (a *author) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.n
}

func write(t *testing.T, in *fedtest.Instance) *author {
	a := &author{said: make(chan struct{}, 10_000)}
	quit, ended := make(chan struct{}), make(chan struct{})
	a.stop = sync.OnceFunc(func() { close(quit); <-ended })
	t.Cleanup(a.stop)
	places := []string{"FR", "FR-BRE", "FR-NOR", "EU"}
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			default:
			}
			_, err := in.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
				Scope:   embraye.Scope{Measure: "m1", Subject: embraye.BySubjectCivilSociety, Territory: places[n%len(places)]},
				Content: embraye.Content{Stage: embraye.UnderWay, Title: fmt.Sprintf("Constat %05d", n), Summary: "É\u2028 <b>&\n", Evidence: []embraye.Evidence{{Href: "https://preuves.example/1"}}}})
			if err != nil {
				t.Error(err)
				return
			}
			a.mu.Lock()
			a.n++
			a.mu.Unlock()
			a.said <- struct{}{}
		}
	}()
	return a
}

// gate is the file of a backup, which takes its first byte when some more
// constats have been published since the moment of the copy.
type gate struct {
	bytes.Buffer
	author *author
	once   sync.Once
}

func (g *gate) Write(p []byte) (int, error) {
	g.once.Do(func() {
		for len(g.author.said) > 0 {
			<-g.author.said
		}
		for range 3 {
			<-g.author.said
		}
	})
	return g.Buffer.Write(p)
}

// byMail adds a reader whose letter waits.
func byMail(t *testing.T, in *fedtest.Instance, now time.Time) {
	t.Helper()
	must(t, in.Store.InTx(t.Context(), func(tables store.Tables) error {
		s := embraye.Subscriber{TokenHash: "t", AddressHash: "a", Address: "ana@asso.example", Language: "fr", Often: embraye.Weekly, AskedAt: now, ConfirmedAt: &now, DueAt: &now, InviteAt: &now}
		if err := tables.Subscribers.Insert(t.Context(), &s); err != nil {
			return err
		}
		return tables.Letters.PutBack(t.Context(), []embraye.Letter{{SubscriberID: s.ID, UpdateID: "x", Kind: embraye.LetterPublished, AskedAt: now}})
	}))
}

// What is restored is what one moment was, in either database: each constat with
// all that was written with it, and none after the first that is missing. It
// speaks with the same keys, says nothing again, and goes on.
func TestFT30ARestoredCopyIsOneMoment(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		t, far := h.T, h.Server("ailleurs.example")
		apptest.Follow(t, h.Instance, reader(far))
		byMail(t, h.Instance, h.Clock.Now())
		f := h.Upload("editor", 3)
		h.Settle()
		far.Take()

		a := write(t, h.Instance)
		for range 10 {
			<-a.said
		}
		before, out := a.count(), &gate{author: a}
		report, err := backup.Write(t.Context(), out, source(h.Instance, h.World))
		must(t, err)
		a.stop()
		if report.Evidence.Files != 1 || len(report.Missing)+len(report.Erased)+len(report.Damaged) > 0 {
			t.Errorf("%+v", report)
		}
		for _, kind := range storetest.Kinds(t) {
			t.Run("into "+kind, func(t *testing.T) {
				p := restored(t, kind, out.Bytes(), h.Instance, h.World)
				got := numbers(t, p.store)
				if got < before || got > a.count()-3 {
					t.Errorf("%d constats came back; %d were there before, %d after", got, before, a.count())
				}
				if p.Rows != report.Rows || p.Unsent != int64(got) {
					t.Errorf("%+v, of %d rows and %d constats", p.Restored, report.Rows, got)
				}
				agree(t, p.store)
				same(t, h.Store, p.store, "actors", "actor_keys", "settings", "people", "seen_activities", "followers", "evidence_files", "remote_actors")
				if ok, err := p.files.Check(t.Context(), f.Name); !ok || err != nil {
					t.Errorf("the file of evidence: %v, %v", ok, err)
				}
				goOn(t, h, p, far)
			})
		}
	})
}

func reader(s *fedtest.Server) *fedtest.Actor {
	a := s.Actor("lectrice")
	a.Publish()
	return a
}

// numbers is how many constats there are, each with its number.
func numbers(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	for _, title := range column(t, s, "SELECT title FROM updates ORDER BY title") {
		if want := fmt.Sprintf("Constat %05d", n); title != want {
			t.Fatalf("%q came back, where %q should", title, want)
		}
		n++
	}
	return n
}

func column(t *testing.T, s *store.Store, query string) (values []string) {
	t.Helper()
	rows, err := s.Pool().QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var v string
		must(t, rows.Scan(&v))
		values = append(values, v)
	}
	must(t, rows.Err())
	return values
}

// agree holds that the tables say one thing.
func agree(t *testing.T, s *store.Store) {
	t.Helper()
	for what, query := range map[string]string{
		"constats without their revision": "SELECT id FROM updates WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE update_id = updates.id AND number = 1)",
		"constats without their Create":   "SELECT id FROM updates WHERE NOT EXISTS (SELECT 1 FROM activities WHERE id = updates.create_id AND type = 'Create')",
		"Creates without their delivery": "SELECT id FROM activities WHERE type = 'Create' AND actor = 'mesure1' AND NOT EXISTS (SELECT 1 FROM deliveries WHERE activity_id = activities.id AND state = 3)" +
			" AND object LIKE '%/constats/%'",
		"Creates without their constat":    "SELECT id FROM activities WHERE type = 'Create' AND object LIKE '%/constats/%' AND NOT EXISTS (SELECT 1 FROM updates WHERE create_id = activities.id)",
		"constats without their voice":     "SELECT id FROM updates WHERE NOT EXISTS (SELECT 1 FROM voices WHERE constat = updates.id)",
		"deliveries that wait":             "SELECT inbox FROM deliveries WHERE state = 0",
		"hosts that are to be visited":     "SELECT host FROM hosts WHERE pending OR leased",
		"activities that count what waits": "SELECT id FROM activities WHERE total <> sent + given_up",
		"letters that wait":                "SELECT update_id FROM letters",
		"readers to write to":              "SELECT token_hash FROM subscribers WHERE due_at IS NOT NULL OR invite_at IS NOT NULL",
		"sessions":                         "SELECT token_hash FROM sessions",
		"jobs":                             "SELECT kind FROM river_job",
	} {
		if found := column(t, s, query); len(found) > 0 {
			t.Errorf("%d %s: %v", len(found), what, found[:1])
		}
	}
	must(t, s.CheckStandings(t.Context(), false, func(what string) { t.Errorf("standings: %s", what) }))
}

// rows are the rows of some tables as text, in an order of their own.
func rows(t *testing.T, s *store.Store, wanted func(table string) bool) map[string][]string {
	t.Helper()
	shot, err := s.Snapshot(t.Context())
	must(t, err)
	all := map[string][]string{}
	for _, table := range shot.Tables {
		if !wanted(table.Name) {
			continue
		}
		all[table.Name] = []string{}
		must(t, shot.Rows(t.Context(), table, func(row []any) error {
			named := map[string]any{}
			for i, c := range table.Columns {
				named[c.Name] = row[i]
			}
			all[table.Name] = append(all[table.Name], fmt.Sprint(named))
			return nil
		}))
		slices.Sort(all[table.Name])
	}
	must(t, shot.Close())
	return all
}

// same holds that tables have the same rows in two databases.
func same(t *testing.T, a, b *store.Store, tables ...string) {
	t.Helper()
	wanted := func(table string) bool { return slices.Contains(tables, table) }
	one, two := rows(t, a, wanted), rows(t, b, wanted)
	for _, table := range tables {
		if len(one[table]) == 0 || !slices.Equal(one[table], two[table]) {
			t.Errorf("%s: %d rows became %d, or others\n%.400v\n%.400v", table, len(one[table]), len(two[table]), one[table], two[table])
		}
	}
}

// goOn starts the restored instance: what waited is not sent, what is published
// now is.
func goOn(t *testing.T, h *apptest.House, p put, far *fedtest.Server) {
	t.Helper()
	in := *h.Instance
	in.URL = p.url
	h.Restart(&in)
	engine := func() []fedtest.Message {
		t.Helper()
		for n := 1; n > 0; {
			var err error
			n, err = in.Engine.Batch(t.Context())
			must(t, err)
		}
		return far.Take()
	}
	must(t, in.Store.Tables().Deliveries.Sweep(t.Context()))
	if sent := engine(); len(sent) > 0 {
		t.Errorf("%d old messages were sent", len(sent))
	}
	id := apptest.PublishOne(t, &in)
	sent := apptest.Messages(engine(), "Create")
	if len(sent) != 1 || sent[0].ObjectID() != string(in.Site.UpdateID(id)) {
		t.Errorf("of a new constat %d Creates were sent", len(sent))
	}
}
