package store

import (
	"context"
	"database/sql"
	"time"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// RemoteActors is what we remember of somebody else's actors.
type RemoteActors struct{ table }

// ByURI returns the actor, a negative answer, or one that is gone.
func (t RemoteActors) ByURI(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	a, err := take[embraye.RemoteActor](ctx, t.table, "uri = ?", uri)
	return a, wrap(err, "taking the remote actor %s", uri)
}

// ByHost lists the actors of host[:port].
func (t RemoteActors) ByHost(ctx context.Context, host string) ([]embraye.RemoteActor, error) {
	all, err := list[embraye.RemoteActor](ctx, t.table, "id", 0, "host = ?", host)
	return all, wrap(err, "listing the remote actors of %s", host)
}

// Usernames are the names of those of some actors that told us one.
func (t RemoteActors) Usernames(ctx context.Context, uris []embraye.IRI) (map[embraye.IRI]string, error) {
	names := map[embraye.IRI]string{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var uri embraye.IRI
		var name string
		err := rows.Scan(&uri, &name)
		names[uri] = name
		return err
	}, "SELECT uri, username FROM remote_actors WHERE "+t.inJSON("uri"), asJSON(uris))
	return names, wrap(err, "reading the names of %d actors", len(uris))
}

// Upsert writes the actor under its URI and sets its ID; a row that exists
// keeps its own.
func (t RemoteActors) Upsert(ctx context.Context, a *embraye.RemoteActor) error {
	row := *a
	row.ID = 0 // the conflict must be that of the URI
	err := t.upsert(ctx, &row, "uri")
	if err == nil {
		*a = row
	}
	return wrap(err, "remembering the remote actor %s", a.URI)
}

// upsert writes a row under a unique column; an existing row keeps its ID.
func (t table) upsert(ctx context.Context, row any, unique string) error {
	return t.db.WithContext(ctx).Clauses(over(unique)).Create(row).Error
}

// over is how a row takes the place of the one that has the same value in a
// unique column.
func over(unique string) clause.OnConflict {
	return clause.OnConflict{Columns: []clause.Column{{Name: unique}}, UpdateAll: true}
}

// MarkFailed remembers that fetching the actor failed now; what is known of it
// stays.
func (t RemoteActors) MarkFailed(ctx context.Context, uri embraye.IRI) error {
	return wrap(t.mark(ctx, uri, "failed_at"), "remembering the failure of %s", uri)
}

// MarkGone remembers that the actor deleted itself.
func (t RemoteActors) MarkGone(ctx context.Context, uri embraye.IRI) error {
	return wrap(t.mark(ctx, uri, "gone_at"), "remembering the end of %s", uri)
}

func (t RemoteActors) mark(ctx context.Context, uri embraye.IRI, column string) error {
	now := t.s.now()
	row := embraye.RemoteActor{URI: uri, Host: uri.Host(), FetchedAt: now}
	if column == "failed_at" {
		row.FailedAt = &now
	} else {
		row.GoneAt = &now
	}
	return t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "uri"}}, DoUpdates: clause.AssignmentColumns([]string{column}),
	}).Create(&row).Error
}

// PruneFailed forgets actors that could not be had: the row was only a
// negative answer.
func (t RemoteActors) PruneFailed(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.RemoteActor](ctx, t.table, "inbox = '' AND failed_at < ?", before)
	return wrap(err, "forgetting failed actors")
}
