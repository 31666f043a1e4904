package store

import (
	"context"
	"errors"
	"strings"

	"embraye/internal/embraye"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Settings are facts about this instance.
type Settings struct{ table }

// Get returns the value and whether there is one.
func (t Settings) Get(ctx context.Context, key string) (string, bool, error) {
	row, err := take[embraye.Setting](ctx, t.table, "key = ?", key)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, wrap(err, "reading the setting %s", key)
	}
	return row.Value, true, nil
}

// Among returns those of the values that there are, by what follows a prefix in
// their keys.
func (t Settings) Among(ctx context.Context, prefix string, names []string) (map[string]string, error) {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = prefix + name
	}
	rows, err := list[embraye.Setting](ctx, t.table, "key", 0, t.inJSON("key"), asJSON(keys))
	found := make(map[string]string, len(rows))
	for _, row := range rows {
		found[strings.TrimPrefix(row.Key, prefix)] = row.Value
	}
	return found, wrap(err, "reading %d settings", len(names))
}

// Set writes the value, whether there was one or not.
func (t Settings) Set(ctx context.Context, key, value string) error {
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "key"}}, DoUpdates: clause.AssignmentColumns([]string{"value"}),
	}).Create(&embraye.Setting{Key: key, Value: value}).Error
	return wrap(err, "writing the setting %s", key)
}

// Remove forgets a fact; there may be none.
func (t Settings) Remove(ctx context.Context, key string) error {
	_, err := remove[embraye.Setting](ctx, t.table, "key = ?", key)
	return wrap(err, "removing the setting %s", key)
}
