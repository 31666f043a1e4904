package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"embraye/internal/backup"
	"embraye/internal/embraye"
	"embraye/internal/settings"
)

// restore puts an archive back where nothing is yet. All of it is read and
// compared with its checksums before anything is written.
func restore(ctx context.Context, c *call) error {
	var identity string
	dry := false
	c.flags.BoolVar(&dry, "dry-run", false, "only read the archive and compare it with its checksums")
	c.flags.StringVar(&identity, "identity", "", "decrypt with the private keys of age in this `FILE`")
	c.jsonFlag()
	args, err := c.parse("FILE|-")
	if err != nil {
		return err
	}
	a := archive{name: args[0], path: args[0]}
	if identity != "" {
		if a.with, err = backup.Identities(identity); err != nil {
			return fmt.Errorf("--identity: %w", err)
		}
	}
	s, _, err := c.load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if dry {
		return explained(s, c.verify(s, a))
	}
	err = c.restoreFrom(ctx, s, a)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("the restore was interrupted: no instance is there yet, begin it again with the same archive: %w", err)
	}
	return explained(s, err)
}

// archive is where a backup comes from.
type archive struct {
	name string // as it was given
	path string // where it lies; - is standard input
	with backup.Keys
}

func (a archive) open(c *call) (io.ReadCloser, error) {
	if a.path == "-" {
		return io.NopCloser(c.stdin), nil
	}
	f, err := os.Open(a.path)
	if err != nil {
		return nil, fmt.Errorf("opening the archive: %w", err)
	}
	return f, nil
}

// contents reads all of it and keeps nothing.
func (a archive) contents(c *call) (*backup.Contents, error) {
	in, err := a.open(c)
	if err != nil {
		return nil, err
	}
	defer in.Close() // only read
	contents, err := backup.Read(in, a.with)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; nothing was written", a.name, err)
	}
	return contents, nil
}

// shownArchive is what scripts see of an archive and of what became of it.
type shownArchive struct {
	File    string `json:"file"`
	Created string `json:"created"`
	BaseURL string `json:"baseUrl"`
	Version string `json:"version"`
	Schema  int64  `json:"schema"`
	backup.Restored
}

func shown(path string, m backup.Manifest, r backup.Restored) shownArchive {
	return shownArchive{path, second(&m.Created), m.BaseURL, m.Version, m.Schema, r}
}

func (c *call) verify(s settings.Settings, a archive) error {
	got, err := a.contents(c)
	if err != nil {
		return err
	}
	for _, name := range got.Damaged {
		fmt.Fprintf(c.stderr, "embraye: the file of evidence %s was damaged before the backup was made: it would be left out\n", name)
	}
	if got.Manifest.BaseURL != s.BaseURL {
		fmt.Fprintf(c.stderr, "embraye: to restore it, EMBRAYE_BASE_URL has to be %s; it is %s\n", got.Manifest.BaseURL, s.BaseURL)
	}
	m := got.Manifest
	return c.print(shown(a.name, m, backup.Restored{Rows: got.Rows, Evidence: got.Evidence, Damaged: got.Damaged}),
		"%s is whole: %s of %s, made by embraye %s, schema %d, %s, %s of evidence; nothing was written\n",
		a.name, m.BaseURL, second(&m.Created), m.Version, m.Schema,
		embraye.Counted(got.Rows, "row", "rows"), embraye.Counted(got.Evidence.Files, "file", "files"))
}

func (c *call) restoreFrom(ctx context.Context, s settings.Settings, a archive) (err error) {
	if _, none := os.Stat(s.DataDir); errors.Is(none, fs.ErrNotExist) {
		defer func() {
			if err != nil {
				_ = os.Remove(s.DataDir) // where anything was begun in it, it stays
			}
		}()
	}
	if err := makeDataFolder(s.DataDir); err != nil {
		return err
	}
	if a.path == "-" {
		spooled, err := c.spool(s.DataDir)
		if err != nil {
			return err
		}
		defer os.Remove(spooled) // whatever comes of it
		a.path = spooled
	}
	got, err := a.contents(c)
	if err != nil {
		return err
	}
	if err := got.IsOf(s.BaseURL); err != nil {
		return err
	}
	lock, err := c.lockDatabase(s.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, (&wired{lock: lock}).unlock()) }()
	secret, err := readSecret(s.SecretFile)
	if err != nil {
		return err
	}
	target, err := c.openArchives(ctx, s, newSecret()) // no key is opened
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	if err := tryFiles(ctx, target.files); err != nil {
		return err
	}
	return c.restoreInto(ctx, target, secret, a, got)
}

func (c *call) restoreInto(ctx context.Context, target *archives, secret []byte, a archive, got *backup.Contents) error {
	t := backup.Target{Store: target.store, Files: target.files, Keep: func(line []byte) error {
		secret, ok := parseSecret(line)
		if !ok {
			return errors.New("the secret in the archive is none of Embraye's")
		}
		return writeSecret(target.settings.SecretFile, secret)
	}}
	if secret != nil {
		t.Secret = secretLine(secret)
	}
	if err := got.Fits(ctx, t); err != nil {
		return err
	}
	in, err := a.open(c)
	if err != nil {
		return err
	}
	defer in.Close() // only read
	r, err := backup.Restore(ctx, in, a.with, got, t)
	if err != nil {
		return fmt.Errorf("restoring: %w", err)
	}
	for _, name := range r.Damaged {
		fmt.Fprintf(c.stderr, "embraye: the file of evidence %s was damaged before the backup was made: it is left out\n", name)
	}
	m := got.Manifest
	if err := target.remember(ctx, m.Created); err != nil { // the archive was begun before it was the last one
		return fmt.Errorf("the instance is restored, but %w", err)
	}
	return c.print(shown(a.name, m, r), "restored %s of %s: %s, %s of evidence; %s not sent. Everybody signs in anew. No other copy of this instance may run from now on: two would write two histories of its public log. Now: embraye serve\n",
		m.BaseURL, second(&m.Created), embraye.Counted(r.Rows, "row", "rows"), embraye.Counted(r.Evidence.Files, "file", "files"),
		embraye.Counted(r.Unsent, "delivery that waited is", "deliveries that waited are"))
}

// spool keeps what comes through a pipe beside its destination: it is read
// twice.
func (c *call) spool(folder string) (path string, err error) {
	f, err := os.CreateTemp(folder, ".restore-*") // 0600
	if err != nil {
		return "", fmt.Errorf("keeping the archive: %w", err)
	}
	_, err = io.Copy(f, c.stdin)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("keeping the archive in %s: %w", filepath.Dir(f.Name()), err), os.Remove(f.Name()))
	}
	return f.Name(), nil
}
