package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// Tables is the whole database, one field per table, either for reading or
// bound to one transaction.
type Tables struct {
	Settings     Settings
	Actors       Actors
	Keys         Keys
	RemoteActors RemoteActors
	Updates      Updates
	Revisions    Revisions
	Notes        Notes
	Activities   Activities
	Followers    Followers
	Follows      Follows
	Peers        Peers
	PeerUpdates  PeerUpdates
	Interactions Interactions
	Quotes       Quotes
	Replies      Replies
	Reports      Reports
	DomainBlocks DomainBlocks
	ActorBlocks  ActorBlocks
	Tombstones   Tombstones
	Seen         Seen
	People       People
	Audit        Audit
	Deliveries   Deliveries
	Hosts        Hosts

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
type txState struct{ changed bool }

func newTables(t table) Tables {
	return Tables{
		Settings{t}, Actors{t}, Keys{t}, RemoteActors{t}, Updates{t}, Revisions{t}, Notes{t}, Activities{t},
		Followers{t}, Follows{t}, Peers{t}, PeerUpdates{t}, Interactions{t}, Quotes{t}, Replies{t}, Reports{t},
		DomainBlocks{t}, ActorBlocks{t}, Tombstones{t}, Seen{t}, People{t}, Audit{t}, Deliveries{t}, Hosts{t}, t,
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

// SQLTx is the transaction itself, for a queue that enqueues inside it; nil
// outside InTx.
func (t Tables) SQLTx() *sql.Tx {
	tx, _ := t.table.db.Statement.ConnPool.(*sql.Tx)
	return tx
}

// writing runs fn with the tables of this transaction, or of a new one.
func (t table) writing(ctx context.Context, fn func(t table) error) error {
	if t.tx != nil {
		return fn(t)
	}
	return t.s.InTx(ctx, func(in Tables) error { return fn(in.table) })
}

// exec runs one statement and tells how many rows it touched.
func (t table) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result := t.db.WithContext(ctx).Exec(query, args...)
	return result.RowsAffected, result.Error
}

// scan runs one statement with rows as its answer.
func (t table) scan(ctx context.Context, dest any, query string, args ...any) error {
	return t.db.WithContext(ctx).Raw(query, args...).Scan(dest).Error
}
