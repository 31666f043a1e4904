package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/embraye"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The few shapes that statements of most tables have. Reads that find nothing
// are ErrNotFound for one row and an empty list for many.

func take[T any](ctx context.Context, t table, where string, args ...any) (*T, error) {
	row := new(T)
	if err := t.db.WithContext(ctx).Where(where, args...).Take(row).Error; err != nil {
		return nil, err
	}
	return row, nil
}

// toWrite reads for whoever writes the whole rows again: another who would waits
// until the transaction ends. SQLite has one writer anyway.
func (t table) toWrite() table {
	if t.s.postgres {
		t.db = t.db.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
	}
	return t
}

// takeToWrite is take for whoever writes the whole row again.
func takeToWrite[T any](ctx context.Context, t table, where string, args ...any) (*T, error) {
	return take[T](ctx, t.toWrite(), where, args...)
}

// takeFirst is take where several rows may fit.
func takeFirst[T any](ctx context.Context, t table, order, where string, args ...any) (*T, error) {
	rows, err := list[T](ctx, t, order, 1, where, args...)
	if err == nil && len(rows) == 0 {
		err = gorm.ErrRecordNotFound
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

// list reads at most limit rows, all of them if limit is not positive.
func list[T any](ctx context.Context, t table, order string, limit int, where string, args ...any) ([]T, error) {
	db := t.db.WithContext(ctx).Order(order)
	if where != "" {
		db = db.Where(where, args...)
	}
	if limit > 0 {
		db = db.Limit(limit)
	}
	var rows []T
	err := db.Find(&rows).Error
	return rows, err
}

func count[T any](ctx context.Context, t table, where string, args ...any) (int, error) {
	db := t.db.WithContext(ctx).Model(new(T))
	if where != "" {
		db = db.Where(where, args...)
	}
	var n int64
	err := db.Count(&n).Error
	return int(n), err
}

// finds tells whether there is a row, from what follows FROM. It goes around GORM,
// as exec does: several of these come with every message.
func (t table) finds(ctx context.Context, from string, args ...any) (found bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&found) }, "SELECT EXISTS (SELECT 1 FROM "+from+")", args...)
	return found, err
}

func insert(ctx context.Context, t table, row any) error {
	return t.db.WithContext(ctx).Create(row).Error
}

// insertLater is insert where nobody reads the answer; see later.
func insertLater(ctx context.Context, t table, row any) error {
	made := t.db.WithContext(ctx).Session(&gorm.Session{DryRun: true}).Create(row)
	if made.Error != nil {
		return made.Error
	}
	return t.later(ctx, made.Statement.SQL.String(), made.Statement.Vars...)
}

// atOnce is how many rows one statement writes: more have more values than
// SQLite takes.
const atOnce = 500

// insertMany is insertLater for rows whose number nobody knows.
func insertMany[T any](ctx context.Context, t table, rows []T) error {
	for some := range slices.Chunk(rows, atOnce) {
		if err := insertLater(ctx, t, some); err != nil {
			return err
		}
	}
	return nil
}

// insertNew inserts unless a unique index holds the row already.
func insertNew(ctx context.Context, t table, row any) (added bool, err error) {
	result := t.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	return result.RowsAffected == 1, result.Error
}

// save writes every column but the omitted ones. GORM's own Save would insert
// what it does not find.
func save(ctx context.Context, t table, row any, omit ...string) error {
	result := t.db.WithContext(ctx).Model(row).Select("*").Omit(omit...).Updates(row)
	if result.Error == nil && result.RowsAffected == 0 {
		return embraye.ErrNotFound
	}
	return result.Error
}

func remove[T any](ctx context.Context, t table, where string, args ...any) (int64, error) {
	result := t.db.WithContext(ctx).Where(where, args...).Delete(new(T))
	return result.RowsAffected, result.Error
}

// author reads one handle; none is ErrNotFound.
func (t table) author(ctx context.Context, query, id string) (handle string, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&handle) }, query, id)
	if err == nil && handle == "" {
		err = gorm.ErrRecordNotFound
	}
	return handle, err
}

// counters are moved by countReactions alone: a saved row must not bring back the
// numbers that it was read with.
var counters = []string{"LikeCount", "BoostCount", "ReplyCount"}

// notNull makes an absent text of bytes an empty one: the columns are NOT NULL.
func notNull(b *[]byte) {
	if *b == nil {
		*b = []byte{}
	}
}

// asJSON hands a list to a statement as one value, so that its text is the
// same for every length. No list is an empty one: JSON's null has no elements,
// and PostgreSQL refuses to look for them.
func asJSON[T any](list []T) string {
	if list == nil {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil { // only our own structs of strings and numbers come here
		panic(err)
	}
	return string(b)
}

// inJSON is the condition « column is in the JSON list ».
func (t table) inJSON(column string) string {
	if t.s.postgres {
		return column + " IN (SELECT jsonb_array_elements_text(CAST(? AS jsonb)))"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// records reads one JSON value, a list of lists, as rows with the given columns
// ("id bigint, error text"): so a batch of any size is one statement with one
// parameter, on both databases.
func (t table) records(columns string) string {
	fields := strings.Split(columns, ", ")
	for i, field := range fields {
		name, kind, _ := strings.Cut(field, " ")
		if t.s.postgres {
			fields[i] = fmt.Sprintf("CAST(item ->> %d AS %s) AS %s", i, kind, name)
		} else {
			fields[i] = fmt.Sprintf("value ->> %d AS %s", i, name)
		}
	}
	source := "json_each(?)"
	if t.s.postgres {
		source = "jsonb_array_elements(CAST(? AS jsonb)) AS item"
	}
	return "(SELECT " + strings.Join(fields, ", ") + " FROM " + source + ")"
}

// amongFew is inJSON for a short list and a long table: PostgreSQL, which cannot
// count the list, then takes the index, also beside other conditions.
func (t table) amongFew(column string) string {
	if t.s.postgres {
		return column + " = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb))))"
	}
	return t.inJSON(column)
}

// among is the condition « column is one of the names », and its argument. One
// name, which is most of the time, is asked for as such: of a list PostgreSQL
// believes that it names so many rows that a table which was small when it looked
// last is better read whole.
func (t table) among(column string, names []string) (where string, arg any) {
	if len(names) == 1 {
		return column + " = ?", names[0]
	}
	return t.amongFew(column), asJSON(names)
}

// inColumn is the condition « column is in the JSON list of another column ».
func (t table) inColumn(column, list string) string {
	if t.s.postgres {
		return column + " IN (SELECT jsonb_array_elements_text(" + list + "))"
	}
	return column + " IN (SELECT value FROM json_each(" + list + "))"
}

// underDomain reports whether host[:port] is the domain or below it.
func underDomain(host, domain string) bool {
	name := withoutPort(host)
	return name == domain || strings.HasSuffix(name, "."+domain)
}

func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		return host[:i]
	}
	return host
}
