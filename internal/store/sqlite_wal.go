package store

import (
	"context"
	"database/sql"
	"log/slog"
	"time"
)

// What is written to SQLite stands in its write-ahead log, the file with -wal, in
// pages of 4 KiB, until a checkpoint takes it over, which waits for the disk
// twice. SQLite makes one at the end of the commit that finds a thousand pages,
// and whoever wants to write waits for it. Here a connection that reads makes it
// while the next ones write. The log begins anew only when all of it was
// taken over, which who writes without a pause never lets happen: past
// walMost the rest is taken over in the writer's turn.
// https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
const (
	walEnough = 1000
	walMost   = 4000
	// walItself is where SQLite does it at the end of a commit after all,
	// such as that of a migration.
	walItself = 16000
)

// walAgain is the wait after a checkpoint that failed.
const walAgain = 10 * time.Second

// wal takes over what commits leave. A nil one, of PostgreSQL, does nothing.
type wal struct {
	written chan struct{}
	stop    context.CancelFunc
	stopped chan struct{}
}

func takeOver(reader, writer *sql.DB, log *slog.Logger) *wal {
	ctx, stop := context.WithCancel(context.Background())
	w := &wal{written: make(chan struct{}, 1), stop: stop, stopped: make(chan struct{})}
	go func() {
		defer close(w.stopped)
		for {
			select {
			case <-w.written:
			case <-ctx.Done():
				return
			}
			if err := checkpoint(ctx, reader, writer); err != nil && ctx.Err() == nil {
				log.Warn("taking over SQLite's write-ahead log; it grows until that succeeds", "error", err)
				select {
				case <-time.After(walAgain):
				case <-ctx.Done():
				}
			}
		}
	}()
	return w
}

// grew tells that something was committed; it waits for nothing.
func (w *wal) grew() {
	if w == nil {
		return
	}
	select {
	case w.written <- struct{}{}:
	default:
	}
}

func (w *wal) close() {
	if w != nil {
		w.stop()
		<-w.stopped
	}
}

// checkpoint takes over the log if it is long enough, as far as no reader
// needs what was before. To another connection that does the same it is left.
func checkpoint(ctx context.Context, reader, writer *sql.DB) error {
	pages, taken, err := walPages(ctx, reader, "NOOP")
	switch {
	case err != nil:
	case pages >= walMost:
		_, _, err = walPages(ctx, writer, "PASSIVE")
	case pages-taken >= walEnough:
		_, _, err = walPages(ctx, reader, "PASSIVE")
	}
	return err
}

// walPages runs a checkpoint and returns how long the log is and how much
// of it is taken over.
func walPages(ctx context.Context, pool *sql.DB, mode string) (pages, taken int, err error) {
	var busy int
	err = pool.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &taken)
	return pages, taken, wrap(err, "taking over the write-ahead log")
}
