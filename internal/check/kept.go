package check

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"embraye/internal/embraye"
)

const (
	roomLate   = 10       // per cent of a disk
	roomUrgent = 64 << 20 // bytes, below which nothing is taken any more
	// leastPostgres is what the statements are tried with.
	leastPostgres = 150000
)

// Room looks how much can still be written in a folder.
func Room(code, what, folder string) Finding {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return found(code, "the folder of %s cannot be looked at: %s: %v", what, folder, err).but(Error, "make it, for the user of the service alone")
	}
	free, all := int64(disk.Bavail)*int64(disk.Bsize), int64(disk.Blocks)*int64(disk.Bsize)
	return roomOf(code, what, free, all)
}

func roomOf(code, what string, free, all int64) Finding {
	f := found(code, "%s (%d %%) are free for %s", megabytes(free), free*100/max(all, 1), what)
	const remedy = "make room: old copies and logs first, then a larger disk"
	switch {
	case free < roomUrgent:
		return f.but(Error, remedy)
	case free < all/100*roomLate:
		return f.but(Warning, remedy)
	}
	return f
}

// Copies looks how much of their room the copies of evidence take.
func Copies(u embraye.CopyUsage) Finding {
	f := found("copies", "%s %s of %s (%d %%)", embraye.Counted(u.Kept, "copy of evidence takes", "copies of evidence take"), megabytes(u.Bytes), megabytes(u.Limit), u.Percent())
	const remedy = "raise EMBRAYE_ARCHIVE_LIMIT, or drop copies at /office/preuves: at the limit the oldest that nothing names go, then new ones wait"
	if u.Percent() >= embraye.Near {
		return f.but(Warning, remedy)
	}
	return f
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/1_000_000) }

// SQLite looks at the database's file: whether pages and indexes fit together.
// It reads all of it, beside whoever writes.
func SQLite(ctx context.Context, db *sql.DB) Finding {
	f := SQLiteInUse(ctx, db)
	if f.State == Error {
		return f
	}
	damage, err := quickCheck(ctx, db)
	switch {
	case err != nil:
		return unanswered(err)
	case damage != "":
		return found("database", "the database is damaged: %s", damage).but(Error, "stop the server, keep a copy of the file, and put a backup in its place")
	}
	f.Sentence = strings.Replace(f.Sentence, ", journal", ", sound, journal", 1)
	return f
}

// SQLiteInUse looks at the same database without reading its file, which takes
// long where it is large: pages are answered meanwhile.
func SQLiteInUse(ctx context.Context, db *sql.DB) Finding {
	var version, mode string
	err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	if err == nil {
		err = db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	}
	if err != nil {
		return unanswered(err)
	}
	f := found("database", "SQLite %s, journal %s", version, mode)
	if !strings.EqualFold(mode, "wal") {
		return f.but(Warning, "keep the database on a local disk: without a write-ahead log readers and writers wait for each other")
	}
	return f
}

func quickCheck(ctx context.Context, db *sql.DB) (damage string, err error) {
	rows, err := db.QueryContext(ctx, "PRAGMA quick_check(5)")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 && lines[0] == "ok" {
		lines = nil
	}
	return strings.Join(lines, "; "), rows.Err()
}

func unanswered(err error) Finding {
	return found("database", "the database does not answer: %v", err).but(Error, "see that it runs and that EMBRAYE_DATABASE_URL or EMBRAYE_DATA_DIR leads to it")
}

// Postgres looks at the server's version, at what texts it can keep and at its clock.
func Postgres(ctx context.Context, db *sql.DB, now func() time.Time) []Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var number int
	var version, encoding string
	var theirs time.Time
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding'), clock_timestamp()").
		Scan(&number, &version, &encoding, &theirs)
	if err != nil {
		return []Finding{unanswered(err)}
	}
	f := found("database", "PostgreSQL %s", version)
	if number < leastPostgres {
		f = f.but(Warning, "Embraye is tried with PostgreSQL 15 and later")
	}
	if encoding != "UTF8" {
		f.Sentence += ", which keeps texts as " + encoding
		f = f.but(Error, "not every text can be kept or found: make a backup, stop the server, restore it into a database made with `createdb --encoding=UTF8 --template=template0`")
	}
	return []Finding{f, Clock("the database", now(), theirs)}
}

// SecretFile looks who may read the secret that opens the accounts' keys.
func SecretFile(path string) Finding {
	info, err := os.Stat(path)
	if err != nil {
		return found("secret", "the secret cannot be read: %v", err).but(Error, "put the file back from a backup, or name it in EMBRAYE_SECRET_FILE")
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return found("secret", "%s may be read by others than its user (mode %04o)", path, fs.FileMode(mode)).but(Warning, "chmod 600 %s", path)
	}
	return ok("secret", "%s is its user's alone, and opens the keys of all accounts", path)
}

// Backup looks how old the last one is; last is empty where none was ever made.
func Backup(last string, limit time.Duration, now time.Time) Finding {
	const remedy = "let `embraye backup` run every day (systemctl enable --now embraye-backup.timer), and keep its files on another machine"
	if last == "" {
		return found("backup", "no backup was ever made with `embraye backup`").but(Warning, remedy)
	}
	at, err := time.Parse(time.RFC3339, last)
	if err != nil {
		return found("backup", "when the last backup was made is kept as %q, which is no time", last).but(Warning, "make one")
	}
	f := found("backup", "the last backup is of %s", at.UTC().Format(time.DateTime))
	if age := now.Sub(at); age > limit {
		return f.but(Error, "that is more than %s ago (EMBRAYE_BACKUP_MAX_AGE): %s", limit, remedy)
	}
	return f
}

// Files is where evidence files lie.
type Files interface {
	Try(ctx context.Context) error
	Left(ctx context.Context) (int, error)
}

// Bucket tries the bucket that files lie in, and says what has not moved there yet.
func Bucket(ctx context.Context, files Files) Finding {
	err := files.Try(ctx)
	left, leftErr := files.Left(ctx)
	if err = errors.Join(err, leftErr); err != nil {
		return found("bucket", "the bucket cannot be used: %v", err).but(Error, BucketRemedy)
	}
	if left > 0 {
		return found("bucket", "%s in the folder of this machine still, where other replicas find nothing of it", embraye.Counted(left, "file lies", "files lie")).
			but(Warning, "let one server run here until they are moved; what its log calls damaged comes back from a backup")
	}
	return ok("bucket", "the bucket takes files, lists them, gives them back and removes them")
}

// BucketRemedy is what there is to see to.
const BucketRemedy = "see that the store of files runs, that EMBRAYE_S3_URL leads to it, that the bucket is there, and that its key may read, write, remove and list"
