package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"embraye/internal/app"
	"embraye/internal/backup"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/settings"
	"embraye/internal/store"
)

// archives is what backup and restore work with: the pieces of an instance that
// may be of an earlier shape, or not there yet.
type archives struct {
	settings settings.Settings
	store    *store.Store
	files    *files.Store
}

func (c *call) openArchives(ctx context.Context, s settings.Settings, secret []byte) (*archives, error) {
	database, evidence, err := c.openStores(ctx, s, s.Logger(c.stderr), secret)
	if err != nil {
		return nil, err
	}
	return &archives{s, database, evidence}, nil
}

func (a *archives) close() error { return errors.Join(a.store.Close(), a.files.Close()) }

// backUp copies everything beside a running server. What goes into a pipe says
// nothing else there.
func backUp(ctx context.Context, c *call) error {
	var recipients words
	d := backup.Destination{}
	c.flags.Var(&recipients, "encrypt", "encrypt for this public `KEY` of age (age1…); may be given several times")
	c.flags.IntVar(&d.Keep, "keep", 0, "where FILE is a folder, keep the newest `N` backups of this instance there")
	c.jsonFlag()
	args, err := c.parse("FILE|-")
	if err != nil {
		return err
	}
	d.Path = args[0]
	if d.To, err = backup.Recipients(recipients); err != nil {
		return usagef("--encrypt: %v", err)
	}
	if d.Keep < 0 || d.Path == "-" && d.Keep > 0 {
		return usagef("--keep wants a number of backups and a folder")
	}
	s, _, err := c.load()
	if err != nil {
		return err
	}
	if path, ok := strings.CutPrefix(s.DatabaseURL, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return settings.Wrong(fmt.Errorf("there is no database at %s: set EMBRAYE_DATA_DIR, or give --config the file of the server", path))
		}
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return explained(s, c.backUpTo(ctx, s, d))
}

func (c *call) backUpTo(ctx context.Context, s settings.Settings, d backup.Destination) (err error) {
	secret, err := readSecret(s.SecretFile)
	if err != nil {
		return err
	}
	if secret == nil {
		return withoutSecret(ctx, s)
	}
	a, err := c.openArchives(ctx, s, secret)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.ours(ctx); err != nil {
		return err
	}
	base, _ := url.Parse(s.BaseURL) // settings wrote it
	d.Host = base.Host
	source := backup.Source{Store: a.store, Files: a.files, Secret: secretLine(secret), Settings: []byte(strings.Join(append(s.Given, ""), "\n")),
		BaseURL: s.BaseURL, Version: version, Now: c.now}
	saved := backup.Saved{File: "-", Removed: []string{}}
	if d.Path == "-" {
		out := &counted{w: c.stdout}
		saved.Report, err = backup.Stream(ctx, out, d.To, source)
		saved.Bytes = out.n
		c.stdout = c.stderr // what is said now is not part of it
	} else {
		saved, err = backup.Save(ctx, d, source)
	}
	if err != nil {
		return notSaved(ctx, d.Path, err)
	}
	if err = a.remember(ctx, saved.Created); err != nil {
		err = fmt.Errorf("the backup is complete, but %w", err)
	}
	return errors.Join(c.printSaved(saved), err)
}

// ours refuses a database of another instance, or of none.
func (a *archives) ours(ctx context.Context) error {
	if err := a.store.RefuseNewer(ctx); err != nil {
		return err
	}
	if started, err := a.store.Started(ctx); err != nil || !started {
		return errors.Join(err, errors.New("this database has no organisation yet: there is nothing to back up"))
	}
	base, _, err := a.store.Tables().Settings.Get(ctx, app.SettingBaseURL)
	if err == nil && base != a.settings.BaseURL {
		err = settings.Wrong(fmt.Errorf("the database is of %s, and EMBRAYE_BASE_URL is %s: give --config the file of the server", base, a.settings.BaseURL))
	}
	if err == nil {
		err = a.opensKeys(ctx)
	}
	return err
}

// opensKeys refuses a secret that was exchanged: with it a backup gives no account
// back, and would take the place of one that does.
func (a *archives) opensKeys(ctx context.Context) error {
	keys := a.store.Tables().Keys
	ids, err := keys.Of(ctx, embraye.InstanceHandle)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = keys.Signer(ctx, ids[0])
	if errors.Is(err, store.ErrWrongSecret) {
		return settings.Wrong(fmt.Errorf("the secret %s does not open the keys of this database, so that no backup with it would give the accounts back: put the right one there, from an earlier backup", a.settings.SecretFile))
	}
	return err
}

// remember keeps when the last good backup was made, for whoever watches over
// its age.
func (a *archives) remember(ctx context.Context, at time.Time) error {
	err := a.store.InTx(ctx, func(t store.Tables) error {
		return t.Settings.Set(ctx, app.SettingLastBackup, at.UTC().Format(time.RFC3339))
	})
	if err != nil {
		return fmt.Errorf("the time of the backup could not be kept in the database: %w", err)
	}
	return nil
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// notSaved says what helps.
func notSaved(ctx context.Context, path string, err error) error {
	folder := filepath.Dir(path)
	switch {
	case ctx.Err() != nil:
		return errors.New("the backup was interrupted: nothing of it was kept")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("there is no room left for the backup: nothing of it was kept; make room, give it another place than %s, or keep fewer (--keep): %w", path, err)
	case errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("whoever was to take the backup ended before it did: what was taken is no backup: %w", err)
	case errors.Is(err, backup.ErrNoFile):
		return fmt.Errorf("%s is neither a file nor a folder: `embraye backup - > %s` writes into it", path, path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s is not there: make it first, for the user that this program runs as: %w", folder, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s cannot be written by the user that this program runs as: nothing was kept; give the folder to that user, or name another one: %w", path, err)
	}
	return fmt.Errorf("backing up: nothing was kept: %w", err)
}

func (c *call) printSaved(s backup.Saved) error {
	for what, names := range map[string][]string{
		"is missing, and is not in the backup":                       s.Missing,
		"was erased while the backup was made, and is not in it":     s.Erased,
		"is damaged, and is in the backup as it is (`embraye jobs`)": s.Damaged,
	} {
		for _, name := range names {
			fmt.Fprintf(c.stderr, "embraye: the file of evidence %s %s\n", name, what)
		}
	}
	text := fmt.Sprintf("%s: %s, %s of evidence, %s; it holds the secret of this instance: keep it as you keep that\n", s.File,
		embraye.Counted(s.Rows, "row", "rows"), embraye.Counted(s.Evidence.Files, "file", "files"), embraye.Counted(s.Bytes, "byte", "bytes"))
	for _, name := range s.Removed {
		text += "removed " + name + "\n"
	}
	return c.print(s, "%s", text)
}
