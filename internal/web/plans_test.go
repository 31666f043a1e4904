package web_test

import (
	"cmp"
	"context"
	"database/sql"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"embraye/internal/app/directory"
	"embraye/internal/browsertest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// manyRows is how many rows the tables have that grow.
const manyRows = 100_000

// small tables have as many rows as there are chores, people, measures,
// peers, witnesses, blocked domains or logs that were closed or split; any statement may read them whole.
func small() []string {
	return []string{"settings", "public_revision", "actors", "actor_keys", "people", "peers", "follows", "links", "mails", "domain_blocks", "domain_lists", "allowed_domains", "goose_db_version", "chores", "speakers", "removed_followers", "code_apps", "passkeys", "log_state", "log_closed", "log_splits", "witnesses"}
}

// few are the partial indexes over what soon leaves them again, or never was
// much: walking through one is no full scan.
func few() []string {
	return []string{"deliveries_waiting", "deliveries_held", "deliveries_given_up", "hosts_failing", "replies_pending", "peer_reviews_pending", "reports_open",
		"drafts_open", "drafts_due", "evidence_files_damaged", "evidence_files_hidden", "replies_aside", "peer_reviews_aside", "interactions_aside", "aside_followers_waiting", "aside_followers_refused"}
}

// A scan is a piece of a statement and the table that it may read whole, row by
// row or through an index, and why.
type scan struct{ table, statement, why string }

func scans() []scan {
	const (
		counts = "counts what a page says, through an index that holds nothing else"
		files  = "once a day, for each of the few files that nobody may see"
		told   = "what blocks would do is told before, to an admin, for all the domains of a list at once"
		block  = "a domain is blocked by hand: its hosts are told apart by their ends, which no index knows"
	)
	return []scan{
		{"followers", "SELECT count(*) FROM (SELECT DISTINCT", counts},
		{"everyone", "SELECT count(*) FROM (SELECT DISTINCT follower", counts},
		{"servers", "SELECT count(*) FROM (SELECT DISTINCT host", counts},
		{"followers", "GROUP BY host ORDER BY 2 DESC, host", counts},
		{"notes", "SELECT count(*)", counts},
		{"replies", "SELECT count(*)", counts},
		{"revisions", "SELECT count(*)", counts},
		{"subscriptions", "SELECT measure, territory, count(*)", counts},
		{"updates", "SELECT count(*)", counts},
		{"activities", "type NOT IN ('Create', 'Announce')", "once an hour; most of what is said may be forgotten, and statistics tell so"},
		{"followers", "SELECT DISTINCT host FROM followers UNION", block},
		{"followers", "SELECT DISTINCT follower FROM followers WHERE host IN", block},
		{"hosts", "SELECT host FROM hosts ORDER BY host", block},
		{"replies", "SELECT DISTINCT actor FROM replies", block},
		{"peer_reviews", "SELECT DISTINCT actor FROM peer_reviews WHERE state", block},
		{"interactions", "SELECT DISTINCT actor FROM interactions WHERE NOT aside", block},
		{"aside_followers", "FROM `aside_followers` WHERE waiting ORDER BY id", block},
		{"followers", "GROUP BY host, delivery_host", told},
		{"replies", "FROM replies WHERE state <> 'hidden' GROUP BY actor", told},
		{"peer_reviews", "FROM peer_reviews WHERE state <> 'hidden' AND withdrawn_at IS NULL GROUP BY actor", told},
		{"interactions", "FROM interactions WHERE NOT aside GROUP BY actor", told},
		{"hosts", "SELECT host, 1 AS n FROM hosts", told},
		{"drafts", "LIKE '%/' || evidence_files.name", files},
		{"revisions", "LIKE '%/' || evidence_files.name", files},
		{"unread_updates", "ORDER BY received_at DESC, uri", "kept for some weeks, and sorted only where the times are equal"},
		{"hosts", "WHERE failures = 0 AND seen_at > 0", "before links are looked at and before servers are asked what they run, once an hour; an index would be written with every delivery"},
		{"followers", "SELECT count(DISTINCT follower) FROM followers WHERE created_at >", "the readers that are new, when somebody opens the start page; an index of dates would be written with every Follow"},
		{"evidence_copies", "SELECT state, count(*), CAST(COALESCE(sum(size)", "the office says how many copies there are and what they take; there is one for each link"},
		{"link_checks", "ORDER BY href", "once an hour all looks are compared with all links"},
		{"evidence_citations", "SELECT DISTINCT c.href FROM evidence_citations", "which are these"},
	}
}

// S03: nothing that pages, the inbox, the delivery engine and the chores ask
// reads a table whole that grows with the years, before the database has
// statistics and after.
func TestS03NoStatementReadsABigTableWhole(t *testing.T) {
	ear := &storetest.Ear{}
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Listen: ear.Listen}, "ours.example", "pair.example")
	s := &site{w, w.Instances[0], t}
	ear.Heard() // what a start asks once
	s.everything()
	said := distinct(ear.Heard())
	if len(said) < 150 {
		t.Fatalf("only %d statements", len(said))
	}
	db := s.Store.Pool()
	s.swell(db)
	used := map[int]bool{}
	for _, prepare := range []string{"PRAGMA trigger_eqp = 1", "ANALYZE"} {
		if _, err := db.Exec(prepare); err != nil {
			t.Fatal(err)
		}
		for _, st := range said {
			for _, found := range scansOf(t, db, st) {
				n := slices.IndexFunc(scans(), func(known scan) bool {
					table, _, _ := strings.Cut(found, " ")
					return known.table == table && strings.Contains(st.Query, known.statement)
				})
				if n < 0 {
					t.Errorf("%s: reads %s whole: %.1900q", prepare, found, st.Query)
				}
				used[n] = true
			}
		}
	}
	for n, known := range scans() {
		if !used[n] {
			t.Errorf("no statement has %q and reads %s whole: leave it out", known.statement, known.table)
		}
	}
}

// distinct leaves one of each statement, whatever its values.
func distinct(all []storetest.Statement) (one []storetest.Statement) {
	seen := map[string]bool{}
	for _, st := range all {
		first, _, _ := strings.Cut(strings.TrimSpace(st.Query), " ")
		if slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, strings.ToUpper(first)) && !seen[st.Query] {
			seen[st.Query] = true
			one = append(one, st)
		}
	}
	return one
}

var (
	scanLine = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?`)
	aliasOf  = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE|,) +"?(\w+)"? +AS +"?(\w+)"?`)
)

// scansOf lists the growing tables that a statement reads whole, with the index
// if it walks through one. What takes the first rows in the order of an index,
// whatever is in them, ends with its page.
func scansOf(t *testing.T, db *sql.DB, st storetest.Statement) (found []string) {
	t.Helper()
	plan := planOf(t, db, st)
	if strings.Contains(st.Query, "LIMIT") && !strings.Contains(st.Query, "?") && !strings.Contains(strings.Join(plan, "\n"), "TEMP B-TREE") {
		return nil
	}
	real := map[string]string{}
	for _, m := range aliasOf.FindAllStringSubmatch(st.Query, -1) {
		real[m[2]] = m[1]
	}
	for _, line := range plan {
		m := scanLine.FindStringSubmatch(line)
		switch {
		case strings.Contains(line, "AUTOMATIC"): // an index that is made for this one answer
			found = append(found, line)
		case m == nil, slices.Contains(few(), m[2]), strings.Contains(line, "VIRTUAL TABLE INDEX 0:M"), strings.Contains(line, "VIRTUAL TABLE INDEX 0:="):
		case growing(cmp.Or(real[m[1]], m[1])):
			found = append(found, strings.TrimSuffix(cmp.Or(real[m[1]], m[1])+" by "+m[2], " by "))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// planOf is what SQLite answers to EXPLAIN QUERY PLAN.
func planOf(t *testing.T, db *sql.DB, st storetest.Statement) (lines []string) {
	t.Helper()
	args := make([]any, len(st.Args))
	for i, a := range st.Args {
		args[i] = a.Value
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+st.Query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, st.Query)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, parent, unused int
			line               string
		)
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// growing tells the tables that grow from small ones and from what is a table
// in one statement only.
func growing(table string) bool {
	passing := []string{"json_each", "CONSTANT", "stop", "targets", "given", "due", "r", "claimed", "troubled", "ranked", "named", "thread"}
	return !slices.Contains(small(), table) && !slices.Contains(passing, table)
}

// everything makes the instance say all that it says in a day.
func (s *site) everything() {
	s.t.Helper()
	ctx := s.t.Context()
	filled := browsertest.Fill(s.t, s.Rooms, s.Clock.Advance, 31)
	s.federate(filled)
	s.visitAll(filled)
	for what, chore := range map[string]func(context.Context) error{
		"prune": s.Prune, "software": func(ctx context.Context) error { return directory.AskSoftware(ctx, s.Directory) },
		"followers": func(ctx context.Context) error { return directory.PruneFollowers(ctx, s.Directory) }, "files": s.Constats.CheckFiles, "links": s.Constats.CheckLinks, "mails": s.People.SendMails,
		"due":     func(ctx context.Context) error { _, err := s.Drafts.PublishDue(ctx); return err },
		"sweep":   s.Store.Tables().Deliveries.Sweep,
		"metrics": func(ctx context.Context) error { _, err := s.Store.Tables().Deliveries.Stats(ctx); return err },
	} {
		if err := chore(ctx); err != nil {
			s.t.Errorf("%s: %v", what, err)
		}
	}
}

// S03: a page asks as often for much as for little.
func TestS03NoPageAsksOncePerRow(t *testing.T) {
	ear := &storetest.Ear{}
	w := fedtest.New(t, fedtest.Config{Kind: storetest.SQLite, Listen: ear.Listen}, "ours.example")
	s := &site{w, w.Instances[0], t}
	filled := browsertest.Fill(t, s.Rooms, s.Clock.Advance, 31)
	s.crowd(filled, 0, 2)
	paths, admin := []string{}, s.as("ada", embraye.Admin)
	for _, path := range append(s.addresses(filled), "/office/constats/"+filled.Newest()) {
		if path != "/readyz" && admin.get(path).Code == http.StatusOK { // which tries to write now and then
			paths = append(paths, path)
		}
	}
	asked := func() map[string]map[string]int {
		counts := map[string]map[string]int{}
		for _, path := range paths {
			err := s.Store.InTx(t.Context(), func(in store.Tables) error { in.Changed(); return nil })
			if err != nil {
				t.Fatal(err)
			}
			s.Web.Invalidate() // no page is remembered
			ear.Heard()
			admin.get(path)
			counts[path] = map[string]int{}
			for _, st := range ear.Heard() {
				counts[path][st.Query]++
			}
		}
		return counts
	}
	few := asked()
	s.crowd(filled, 2, 12)
	browsertest.Fill(t, s.Rooms, s.Clock.Advance, 30)
	for path, counts := range asked() {
		for query, n := range counts {
			if n > max(few[path][query], 1) { // once more is a memory that had to be refreshed
				t.Errorf("%s: %d times, %d when there was less: %.300s", path, n, few[path][query], query)
			}
		}
	}
}
