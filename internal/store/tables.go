package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"embraye/internal/embraye"

	"gorm.io/gorm"
)

// Tables is the whole database, one field per table, either for reading or
// bound to one transaction.
type Tables struct {
	Settings       Settings
	Actors         Actors
	Keys           Keys
	RemoteActors   RemoteActors
	Updates        Updates
	Revisions      Revisions
	Notes          Notes
	Activities     Activities
	Followers      Followers
	Follows        Follows
	Peers          Peers
	PeerUpdates    PeerUpdates
	PeerRevisions  PeerRevisions
	Interactions   Interactions
	Quotes         Quotes
	Features       Features
	Replies        Replies
	Reports        Reports
	DomainBlocks   DomainBlocks
	DomainLists    DomainLists
	AllowedDomains AllowedDomains
	Aside          Aside
	ActorBlocks    ActorBlocks
	Tombstones     Tombstones
	Seen           Seen
	People         People
	Audit          Audit
	Deliveries     Deliveries
	Hosts          Hosts

	Drafts        Drafts
	Sessions      Sessions
	Links         Links
	Attempts      Attempts
	EvidenceFiles EvidenceFiles
	LinkChecks    LinkChecks
	UnreadUpdates UnreadUpdates
	Mails         Mails
	Chores        Chores
	BoostedPosts  BoostedPosts
	Standings     Standings
	Divergences   Divergences
	Speakers      Speakers
	Backfills     Backfills
	Factors       Factors
	Tickets       Tickets

	Reviews         Reviews
	ReviewRevisions ReviewRevisions
	PeerReviews     PeerReviews
	ReviewResponses ReviewResponses

	Subscribers Subscribers
	Letters     Letters

	Log            Log
	EvidenceCopies EvidenceCopies
	Citations      Citations
	Witness        Witness

	table table
}

// table is what every table has: where its statements go, and the transaction
// it is bound to, if any.
type table struct {
	db *gorm.DB
	s  *Store
	tx *txState
}

// txState is what one transaction remembers until its end.
type txState struct {
	changed   bool
	reactions map[Counter]reactions    // to posts of ours
	speakers  map[speaker]int          // constats that stand more, or fewer
	leaves    []leafRow                // public acts, for the log
	sent      []string                 // activities whose hosts are to be woken
	actors    map[string]embraye.Actor // of ours that were read, by handle
	committed []func()
}

func newTxState() *txState {
	return &txState{reactions: map[Counter]reactions{}, speakers: map[speaker]int{}}
}

// add is what another leaves to the end.
func (s *txState) add(o *txState) {
	s.changed, s.leaves, s.sent = s.changed || o.changed, append(s.leaves, o.leaves...), append(s.sent, o.sent...)
	for c, r := range o.reactions {
		s.react(c, r)
	}
	for who, n := range o.speakers {
		s.speakers[who] += n
	}
}

// over tells that nothing is left to the end.
func (s *txState) over() bool {
	return !s.changed && len(s.reactions) == 0 && len(s.speakers) == 0 && len(s.leaves) == 0 && len(s.sent) == 0
}

// done tells those who waited for the commit.
func (s *txState) done(err error) error {
	if err == nil {
		for _, f := range s.committed {
			f()
		}
	}
	return err
}

func newTables(t table) Tables {
	return Tables{
		Settings{t}, Actors{t}, Keys{t}, RemoteActors{t}, Updates{t}, Revisions{t}, Notes{t}, Activities{t},
		Followers{t}, Follows{t}, Peers{t}, PeerUpdates{t}, PeerRevisions{t}, Interactions{t}, Quotes{t}, Features{t}, Replies{t}, Reports{t},
		DomainBlocks{t}, DomainLists{t}, AllowedDomains{t}, Aside{t}, ActorBlocks{t}, Tombstones{t}, Seen{t}, People{t}, Audit{t}, Deliveries{t}, Hosts{t},
		Drafts{t}, Sessions{t}, Links{t}, Attempts{t}, EvidenceFiles{t}, LinkChecks{t}, UnreadUpdates{t}, Mails{t}, Chores{t}, BoostedPosts{t},
		Standings{t}, Divergences{t}, Speakers{t}, Backfills{t}, Factors{t}, Tickets{t},
		Reviews{t}, ReviewRevisions{t}, PeerReviews{t}, ReviewResponses{t},
		Subscribers{t}, Letters{t}, Log{t}, EvidenceCopies{t}, Citations{t}, Witness{t}, t,
	}
}

// Changed says that this transaction changes what the public sees; InTx then
// raises the public revision as its last statement.
func (t Tables) Changed() { t.table.changed() }

func (t table) changed() {
	if t.tx != nil {
		t.tx.changed = true
	}
}

// Recorded reports whether a transaction is a public act: it has a leaf of the log.
func Recorded(t Tables) bool { return t.table.tx != nil && len(t.table.tx.leaves) > 0 }

// OnCommit calls f once this transaction is committed, and never if it is not.
func (t Tables) OnCommit(f func()) {
	if t.table.tx != nil {
		t.table.afterwards(f)
	}
}

// afterwards calls f once this transaction is committed, or at once outside any.
func (t table) afterwards(f func()) {
	if t.tx == nil {
		f()
		return
	}
	t.tx.committed = append(t.tx.committed, f)
}

// SQLTx is the transaction itself, for a queue that enqueues inside it; nil
// outside InTx.
func (t Tables) SQLTx() *sql.Tx {
	switch tx := t.table.db.Statement.ConnPool.(type) {
	case steady:
		if err := tx.flush(); err != nil {
			t.table.s.log.Warn("statements sent ahead", "error", err) // the transaction is lost, as its next statement says
		}
		return tx.Tx
	case *sql.Tx:
		return tx
	}
	return nil
}

// writing runs fn with the tables of this transaction, or of a new one.
func (t table) writing(ctx context.Context, fn func(t table) error) error {
	if t.tx != nil {
		return fn(t)
	}
	return t.s.InTx(ctx, func(in Tables) error { return fn(in.table) })
}

// apart is writing for what locks rows of hosts: on PostgreSQL in a transaction that
// nobody shares, because a group takes its hosts last (ending).
func (t table) apart(ctx context.Context, fn func(t table) error) error {
	if t.tx != nil || !t.s.postgres {
		return t.writing(ctx, fn)
	}
	alone := func(in Tables) error { return fn(in.table) }
	return again(ctx, t.s, alone, t.s.once(ctx, alone))
}

// exec runs one statement and tells how many rows it touched. It goes around
// GORM, which would take bytes for a list of values and costs time on the paths
// that matter.
func (t table) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.db.Statement.ConnPool.ExecContext(ctx, t.s.numbered(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// later runs one statement whose answer nobody reads. On PostgreSQL its error
// may come with the next statement, or with the end of the transaction.
func (t table) later(ctx context.Context, query string, args ...any) error {
	if pool, ok := t.db.Statement.ConnPool.(steady); ok {
		return pool.later(ctx, t.s.numbered(query), args...)
	}
	_, err := t.exec(ctx, query, args...)
	return err
}

// query runs one statement and calls each for every row of its answer.
func (t table) query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.db.Statement.ConnPool.QueryContext(ctx, t.s.numbered(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbered writes parameters as the database wants them. Our statements have no
// question mark but those.
func (s *Store) numbered(query string) string {
	if !s.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// scan runs one statement whose rows GORM reads into dest.
func (t table) scan(ctx context.Context, dest any, query string, args ...any) error {
	return t.db.WithContext(ctx).Raw(query, args...).Scan(dest).Error
}
