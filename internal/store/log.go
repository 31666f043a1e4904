package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// gormLog hands GORM's own remarks to slog. Failed statements are not logged
// here: their errors reach the caller, who knows whether they matter.
type gormLog struct {
	log  *slog.Logger
	slow time.Duration // what a statement may take before an operator should hear of it
}

func (l gormLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l gormLog) Info(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, fmt.Sprintf(format, args...))
}

func (l gormLog) Warn(ctx context.Context, format string, args ...any) {
	l.log.WarnContext(ctx, fmt.Sprintf(format, args...))
}

func (l gormLog) Error(ctx context.Context, format string, args ...any) {
	l.log.ErrorContext(ctx, fmt.Sprintf(format, args...))
}

// ParamsFilter keeps out of the log what a statement is about: addresses, hashes
// of secrets, what strangers wrote.
func (l gormLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func (l gormLog) Trace(ctx context.Context, begin time.Time, sql func() (string, int64), _ error) {
	if took := time.Since(begin); took > l.slow {
		text, rows := sql()
		const most = 500 // the rest of a statement of many rows is of no use in a log
		if len(text) > most {
			text = text[:most] + "…"
		}
		l.log.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", text)
	}
}
