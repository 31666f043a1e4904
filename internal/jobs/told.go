package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"embraye/internal/embraye"
)

// teller logs that a chore fails, and once that it does not any more. While
// something is away, or the same is wrong, once is enough.
type teller struct {
	log *slog.Logger

	mu      sync.Mutex
	failing map[embraye.Chore]string
}

func newTeller(log *slog.Logger) *teller {
	return &teller{log: log, failing: map[embraye.Chore]string{}}
}

func (t *teller) tell(c Chore, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.failing[c.Name]
	switch {
	case err == nil && before != "":
		delete(t.failing, c.Name)
		t.log.Info(c.What + ": it works again")
	case err != nil && before != err.Error() && (before == "" || !errors.Is(err, embraye.ErrUnavailable)):
		t.failing[c.Name] = err.Error()
		t.log.Error(c.What, "error", err)
	}
}

// once is River's log: what a chore did is told by its teller, and what River
// has to complain about once in the life of a process, as it repeats itself
// every few seconds while a database is away. The rest is for debugging.
type once struct {
	slog.Handler
	told *sync.Map // messages
}

// Enabled reports whether anything of this level is written.
func (o *once) Enabled(ctx context.Context, level slog.Level) bool {
	return o.Handler.Enabled(ctx, o.level(level))
}

func (o *once) level(level slog.Level) slog.Level {
	if level < slog.LevelWarn {
		return slog.LevelDebug
	}
	return level
}

// Handle writes a message, as one for debugging if it has been told.
func (o *once) Handle(ctx context.Context, r slog.Record) error {
	r.Level = o.level(r.Level)
	if _, again := o.told.LoadOrStore(r.Message, true); again {
		r.Level = slog.LevelDebug
	}
	if !o.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return o.Handler.Handle(ctx, r)
}

// WithAttrs keeps what was told.
func (o *once) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &once{o.Handler.WithAttrs(attrs), o.told}
}

// WithGroup keeps what was told.
func (o *once) WithGroup(name string) slog.Handler { return &once{o.Handler.WithGroup(name), o.told} }
