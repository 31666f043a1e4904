package web_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/drafts"
	"embraye/internal/browsertest"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// federate lets a stranger do all that strangers do, and sends what is said.
func (s *site) federate(f browsertest.Filled) {
	s.t.Helper()
	who := s.Server("ailleurs.example").Actor("ada")
	measure, constat := base+"/actors/mesure2", base+"/constats/"+f.Newest()
	public := "https://www.w3.org/ns/activitystreams#Public"
	n := 0
	say := func(kind string, object any, more map[string]any) string {
		s.t.Helper()
		n++
		id := fmt.Sprintf("%s#%d", who.ID, n)
		act := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": who.ID, "object": object, "to": []string{public}}
		for name, value := range more {
			act[name] = value
		}
		if got := who.Post(base+"/inbox", act); got != http.StatusAccepted {
			s.t.Errorf("%s: %d", kind, got)
		}
		return id
	}
	undo := func(id, kind, object string) {
		say("Undo", map[string]any{"id": id, "type": kind, "actor": who.ID, "object": object}, nil)
	}
	note := func(name, parent string) map[string]any {
		return map[string]any{"id": who.ID + "/" + name, "type": "Note", "attributedTo": who.ID, "to": []string{public, measure}, "inReplyTo": parent,
			"content": "<p>Une réponse.</p>", "published": "2026-05-01T10:00:00Z", "tag": []any{map[string]any{"type": "Mention", "href": measure}}}
	}
	follow := say("Follow", measure, nil)
	like, boost := say("Like", constat, nil), say("Announce", constat, nil)
	say("Create", note("1", constat), nil)
	say("Create", note("2", who.ID+"/1"), nil)
	say("Update", note("1", constat), nil)
	if err := s.Talk.SendReport(s.t.Context(), embraye.Operator(), who.ID+"/1", "Assez."); err != nil {
		s.t.Error(err)
	}
	say("Flag", []string{constat, measure}, map[string]any{"content": "Assez."})
	say("QuoteRequest", constat, map[string]any{"instrument": who.ID + "/citation"})
	s.Settle()
	s.publish("Un constat de plus") // to followers
	gone, _ := s.publish("Un constat de trop")
	s.Settle()
	s.withdraw(gone)
	s.Settle()
	undo(like, "Like", constat)
	undo(boost, "Announce", constat)
	say("Delete", map[string]any{"id": who.ID + "/2", "type": "Tombstone"}, nil)
	undo(follow, "Follow", measure)
	say("Block", measure, nil)
	say("Delete", who.ID, nil)
	s.Settle()
	s.befriend()
	s.banish()
}

// befriend follows another instance, which publishes, corrects and withdraws.
func (s *site) befriend() {
	s.t.Helper()
	pair := &site{s.World, s.Instances[1], s.t}
	if _, err := s.Peers.Add(s.t.Context(), embraye.Operator(), string(pair.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true}); err != nil {
		s.t.Fatal(err)
	}
	s.Settle()
	for range 2 {
		id, _ := pair.publish("Un constat de nos voisins")
		s.Settle()
		s.Clock.Advance(time.Minute)
		pair.revise(id)
		s.Settle()
		if len(s.peerUpdates()) == 2 {
			pair.withdraw(id)
		}
		s.Settle()
	}
	if len(s.peerUpdates()) != 1 {
		s.t.Errorf("%d constats of the neighbours", len(s.peerUpdates()))
	}
	if _, err := s.Peers.Sync(s.t.Context(), embraye.Operator()); err != nil {
		s.t.Error(err)
	}
}

func (s *site) peerUpdates() []embraye.PeerUpdate {
	s.t.Helper()
	all, err := s.Store.Tables().PeerUpdates.List(s.t.Context(), 50)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// banish blocks an account and a domain that follow, after an inbox there has
// said that it is gone.
func (s *site) banish() {
	s.t.Helper()
	ctx, home := s.t.Context(), s.Server("importun.example")
	for n, name := range []string{"un", "deux"} {
		who := home.Actor(name)
		id, measure := who.ID+"#follow", base+"/actors/mesure2"
		follow := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Follow", "actor": who.ID, "object": measure}
		if got := who.Post(base+"/inbox", follow); got != http.StatusAccepted {
			s.t.Errorf("Follow: %d", got)
		}
		s.Settle()
		if n == 0 {
			if err := s.Talk.BlockAuthor(ctx, embraye.Operator(), embraye.IRI(who.ID), "Injures."); err != nil {
				s.t.Error(err)
			}
		}
	}
	if err := s.Directory.InboxGone(ctx, embraye.IRI(home.Base+"/inbox")); err != nil {
		s.t.Error(err)
	}
	if _, _, err := s.Talk.BlockEffects(ctx, embraye.Operator(), embraye.DomainBlock{Domain: "importun.example", Severity: embraye.Suspend}); err != nil {
		s.t.Error(err)
	}
	if err := s.Talk.Block(ctx, embraye.Operator(), embraye.DomainBlock{Domain: "importun.example", Severity: embraye.Suspend}); err != nil {
		s.t.Error(err)
	}
	s.Settle()
	if err := s.Talk.UnblockDomain(ctx, embraye.Operator(), "importun.example"); err != nil {
		s.t.Error(err)
	}
	if _, err := s.Directory.FailingHosts(ctx, embraye.Operator()); err != nil {
		s.t.Error(err)
	}
}

// crowd brings more of everything that comes from elsewhere: peers and their
// constats, followers, replies, likes, servers that fail.
func (s *site) crowd(f browsertest.Filled, from, to int) {
	s.t.Helper()
	ctx, now, object := s.t.Context(), s.Clock.Now(), s.Site.UpdateID(f.Newest())
	err := s.Store.InTx(ctx, func(t store.Tables) error {
		for n := from; n < to; n++ {
			host := fmt.Sprintf("h%d.example", n)
			who := storetest.Someone(host, n)
			follower := storetest.Follower(host, n)
			follower.Actor = "mesure2"
			_, replied := t.Replies.Insert(ctx, &embraye.Reply{URI: who + "/1", Actor: who, Object: object, Public: true, State: embraye.ReplyShown, PublishedAt: now, ReceivedAt: now})
			_, asked := t.Replies.Insert(ctx, &embraye.Reply{URI: who + "/2", Actor: who, Object: object, Public: true, State: embraye.ReplyPending, PublishedAt: now, ReceivedAt: now})
			_, liked := t.Interactions.Add(ctx, &embraye.Interaction{Kind: embraye.Like, Actor: who, Object: object, ActivityID: string(who), CreatedAt: now}, "", store.Counter{})
			err := errors.Join(replied, asked, liked, t.Followers.Upsert(ctx, follower),
				t.RemoteActors.Upsert(ctx, &embraye.RemoteActor{URI: who, Host: host, Type: "Person", Inbox: who + "/inbox", FetchedAt: now}),
				t.Peers.Insert(ctx, &embraye.Peer{Organisation: who, Host: host, Handle: "@o@" + host, Name: host, CreatedAt: now}),
				t.PeerUpdates.Upsert(ctx, &embraye.PeerUpdate{URI: who + "/3", Organisation: who, PublishedAt: now, ReceivedAt: now}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	u, err := s.Store.Tables().Updates.Take(ctx, f.Newest())
	if err != nil {
		s.t.Fatal(err)
	}
	u.Title = fmt.Sprintf("Un constat que %d serveurs ne prennent pas", to)
	if _, err := s.Constats.Revise(ctx, embraye.Operator(), u.ID, constats.ReviseInput{Kind: embraye.Substance, Reason: "Encore", Content: u.Content}); err != nil {
		s.t.Fatal(err)
	}
	s.Settle()
}

// visitAll asks for every address that answers GET, as a stranger, as another
// server and as an admin.
func (s *site) visitAll(f browsertest.Filled) {
	s.t.Helper()
	stranger, admin := s.visitor(), s.as("ada", embraye.Admin)
	for _, path := range s.addresses(f) {
		s.Web.Invalidate()
		answers := []*httptest.ResponseRecorder{admin.get(path)}
		if !strings.HasPrefix(path, "/office") {
			answers = []*httptest.ResponseRecorder{stranger.get(path), s.get(path, activity)}
		}
		for _, answer := range answers {
			if answer.Code >= http.StatusInternalServerError {
				s.t.Errorf("%s: %d", path, answer.Code)
			}
		}
	}
}

// addresses fills the patterns of the router.
func (s *site) addresses(f browsertest.Filled) (all []string) {
	s.t.Helper()
	ctx := s.t.Context()
	people, err := s.Store.Tables().People.List(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	draft, err := s.Drafts.Begin(ctx, embraye.Acting{Person: &people[0]}, drafts.Input{})
	if err != nil {
		s.t.Fatal(err)
	}
	pinned, err := s.Store.Tables().Notes.Pinned(ctx, "mesure2")
	if err != nil {
		s.t.Fatal(err)
	}
	said, err := s.Store.Tables().Activities.OfObject(ctx, s.Site.UpdateID(f.Newest()))
	if err != nil {
		s.t.Fatal(err)
	}
	routes, err := s.Web.Routes()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range routes {
		if r.Method != http.MethodGet {
			continue
		}
		id := f.Newest()
		switch {
		case strings.HasPrefix(r.Pattern, "/office/drafts/"):
			id = strconv.FormatInt(draft.ID, 10)
		case strings.HasPrefix(r.Pattern, "/office/conversation"), strings.HasPrefix(r.Pattern, "/office/reports"), strings.HasPrefix(r.Pattern, "/office/peers"):
			id = "1"
		case strings.HasPrefix(r.Pattern, "/notes/"):
			id = pinned.ID
		case strings.HasPrefix(r.Pattern, "/copies/"):
			for _, u := range s.peerUpdates() {
				id = u.CopyID
			}
		case strings.HasPrefix(r.Pattern, "/activities/"):
			id = said[0].ID
		}
		for _, handle := range []string{"mesure2", "organisation"} {
			path := strings.NewReplacer("{id}", id, "{handle}", handle, "{territory}", "FR-BRE", "{n}", "2", "{file}", "style.css",
				"{name}", strings.Repeat("0", 64)+".png", "{token}", "inconnu", "{host}", "pair.example", "{digest}", strings.Repeat("0", 64), "{width}", "800", "{epoch}", "2", "{hash}", strings.Repeat("0", 64), "tile/*", "tile/0/000.p/1").Replace(r.Pattern)
			if handle == "mesure2" || strings.Contains(r.Pattern, "{handle}") {
				all = append(all, path)
			}
		}
	}
	return append(all, "/chronologie?mesure=m2&etape=done&q=essai&du=2020&au=2026", "/chronologie?de=*&mesure=m2&etape=done&q=essai&du=2020&au=2026", "/divergences?mesure=m2",
		"/feed.atom?de=*", "/@mesure2/FR-BRE/feed.json?de=*", "/donnees/constats.csv?de=*", "/journal?avant=9", "/actors/mesure2/outbox?page=true",
		"/constats/"+f.Newest()+"/replies?page=1", "/constats/"+f.Newest()+"/fil?page=1", "/constats/"+f.Newest()+"/likes?page=1", finger("acct:mesure2@ours.example"),
		"/office/constats?measure=m2&state=published&q=essai", "/office/conversation?state=pending")
}

// swell gives every growing table many rows more.
func (s *site) swell(db *sql.DB) {
	s.t.Helper()
	for _, q := range []string{"PRAGMA foreign_keys = 0", "PRAGMA synchronous = 0", "PRAGMA ignore_check_constraints = 1", "DROP TRIGGER search_added"} {
		if _, err := db.Exec(q); err != nil {
			s.t.Fatal(err)
		}
	}
	tx, err := db.Begin()
	if err != nil {
		s.t.Fatal(err)
	}
	defer tx.Rollback()
	for _, table := range growingTables(s.t, tx) {
		rows := manyRows
		if slices.Contains([]string{"actor_blocks", "attempts", "drafts", "evidence_files", "link_checks", "quotes", "reports", "search_rows", "sessions", "unread_updates"}, table) {
			rows /= 100
		}
		if err := multiply(tx, table, rows); err != nil {
			s.t.Fatalf("%s: %v", table, err)
		}
	}
	if err := tx.Commit(); err != nil {
		s.t.Fatal(err)
	}
}

func growingTables(t testing.TB, tx *sql.Tx) (names []string) {
	t.Helper()
	rows, err := tx.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_texts%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if growing(name) {
			names = append(names, name)
		}
	}
	return names
}

// multiply adds rows of a table that differ in all that is unique.
func multiply(tx *sql.Tx, table string, n int) error {
	columns, values, err := columnsOf(tx, table)
	if err != nil {
		return err
	}
	_, err = tx.Exec(fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1000000 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT OR IGNORE INTO %s (%s) SELECT %s FROM n",
		table, strings.Join(columns, ", "), strings.Join(values, ", ")), 1_000_000+n-1)
	return err
}

// columnsOf lists the columns of a table and what row i has there: what an index
// holds is its own, or one of a few as in life.
func columnsOf(tx *sql.Tx, table string) (columns, values []string, err error) {
	rows, err := tx.Query(`SELECT name, type, pk, EXISTS (SELECT 1 FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c WHERE c.name = t.name)
		FROM pragma_table_info(?) AS t`, table, table) // without generated columns
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			name, kind string
			key        int
			indexed    bool
		)
		if err := rows.Scan(&name, &kind, &key, &indexed); err != nil {
			return nil, nil, err
		}
		columns, values = append(columns, name), append(values, valueOf(name, kind, key == 1, indexed))
	}
	return columns, values, rows.Err()
}

func valueOf(name, kind string, key, indexed bool) string {
	switch {
	case kind == "BOOLEAN":
		return "i % 20 > 0"
	case kind == "DATETIME" && !slices.Contains([]string{"created_at", "published_at", "received_at", "fetched_at", "at"}, name): // has mostly not been
		return "CASE WHEN i % 50 = 0 THEN strftime('%Y-%m-%d %H:%M:%S+00:00', 1600000000 + i * 60, 'unixepoch') END"
	case kind == "DATETIME":
		return "strftime('%Y-%m-%d %H:%M:%S+00:00', 1600000000 + i * 60, 'unixepoch')"
	case kind == "INTEGER" && (key || strings.HasSuffix(name, "_at") || name == "at"):
		return "i"
	case kind == "INTEGER":
		return "i % 2"
	case name == "delivery" || name == "inbox":
		return "'https://h' || i % 5000 || '.example/inbox'"
	case slices.Contains([]string{"kind", "type", "state", "measure", "action"}, name):
		return "'v' || i % 7"
	case indexed || key:
		return "'v' || i"
	}
	return "''"
}
