package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	jitter "math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/instance"
	"embraye/internal/mail"
	"embraye/internal/remote"
	"embraye/internal/settings"
	"embraye/internal/store"
)

// wired is an instance wired to its database, for one command or for the
// whole life of a server.
type wired struct {
	settings settings.Settings
	*instance.Instance
	secret []byte   // what the keys are opened with
	lock   *os.File // of a server on SQLite
}

// load reads the settings of this call.
func (c *call) load() (settings.Settings, *slog.Logger, error) {
	s, err := settings.Load(c.environ, c.config)
	if err != nil {
		return s, nil, err
	}
	return s, s.Logger(c.stderr), nil
}

// open wires a command to a database that a server made. It creates nothing:
// a mistyped folder must not become a second, empty instance.
func (c *call) open(ctx context.Context) (*wired, error) {
	s, log, err := c.load()
	if err != nil {
		return nil, err
	}
	i, err := c.openWith(ctx, s, log)
	return i, explained(s, err)
}

func (c *call) openWith(ctx context.Context, s settings.Settings, log *slog.Logger) (*wired, error) {
	if path, ok := strings.CutPrefix(s.DatabaseURL, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, settings.Wrong(fmt.Errorf("there is no database at %s yet: run `embraye serve` once, or set EMBRAYE_DATA_DIR", path))
		}
	}
	secret, err := readSecret(s.SecretFile)
	if err != nil {
		return nil, err
	}
	if secret == nil {
		return nil, withoutSecret(ctx, s)
	}
	i, err := c.wire(ctx, s, log, secret)
	if err != nil {
		return nil, err
	}
	err = i.upToDate(ctx)
	if err == nil {
		err = i.sameInstance(ctx)
	}
	if err == nil {
		err = i.Open(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

// withoutSecret says what is wrong where there is none: the database may be away,
// or have no instance yet.
func withoutSecret(ctx context.Context, s settings.Settings) error {
	database, err := store.Open(ctx, store.Options{URL: s.DatabaseURL})
	if err != nil {
		return wrongAddress(fmt.Errorf("opening the database: %w", err))
	}
	started, err := database.Started(ctx)
	switch {
	case err != nil:
	case started:
		err = errSecretMissing(s.SecretFile)
	default:
		err = errNotStarted
	}
	return errors.Join(err, database.Close())
}

// errNotStarted is for a command that comes before the first start.
var errNotStarted = errors.New("this database has no organisation yet: run `embraye serve` once")

// wire opens the files and the database and joins the instance; its use cases
// come with Open, once the database has what they need.
func (c *call) wire(ctx context.Context, s settings.Settings, log *slog.Logger, secret []byte) (*wired, error) {
	database, evidence, err := c.openStores(ctx, s, log, secret)
	if err != nil {
		return nil, err
	}
	joined, err := instance.New(instance.Options{
		Options: app.Options{
			Store: database, Site: embraye.Site{Base: s.BaseURL, HandleDomain: s.HandleDomain}, Language: s.Language, Mode: s.FederationMode, Files: evidence,
			Memory: allowedMemory(os.DirFS("/")), AllowHTTP: s.AllowHTTP, RateLimits: s.RateLimits, MirrorLogs: s.MirrorLogs, Mail: mailer(s, c.now), Now: c.now, Random: rand.Reader, Log: log,
			Copies: app.Copies{On: s.Copies, Limit: s.CopiesLimit, Outside: s.SPNKeys},
		},
		Client: remote.Options{AllowNetworks: s.AllowNetworks}, Version: version, TrustedProxies: s.TrustedProxies,
		Concurrency: s.DeliveryConcurrency, Jitter: jitter.Float64,
	})
	if err != nil {
		return nil, errors.Join(err, database.Close(), evidence.Close())
	}
	return &wired{settings: s, Instance: joined, secret: secret}, nil
}

// openStores opens the database, of whatever shape, and the folder of files.
func (c *call) openStores(ctx context.Context, s settings.Settings, log *slog.Logger, secret []byte) (*store.Store, *files.Store, error) {
	evidence, err := files.Open(filepath.Join(s.DataDir, "evidence"), files.Options{Bucket: s.Bucket})
	if err != nil {
		return nil, nil, err
	}
	database, err := store.Open(ctx, store.Options{URL: s.DatabaseURL, Now: c.now, Log: log, Secret: secret, Signing: c.signing})
	if err != nil {
		return nil, nil, errors.Join(wrongAddress(fmt.Errorf("opening the database: %w", err)), evidence.Close())
	}
	return database, evidence, nil
}

// tryFiles refuses a bucket that cannot be used, before anybody relies on it.
func tryFiles(ctx context.Context, f *files.Store) error {
	if err := f.Try(ctx); err != nil {
		return fmt.Errorf("the bucket of EMBRAYE_S3_URL cannot be used: %w; %s", err, check.BucketRemedy)
	}
	return nil
}

// mailer sends what people need to come in; nil if no mail server is set.
func mailer(s settings.Settings, now func() time.Time) *mail.Mailer {
	if s.MailServer == nil {
		return nil
	}
	u, _ := url.Parse(s.BaseURL) // setBaseURL wrote it
	return mail.New(mail.Options{Server: *s.MailServer, From: *s.MailFrom, Host: u.Hostname(), Now: now})
}

func (i *wired) close() error {
	i.Remote.CloseIdle()
	return errors.Join(i.Store.Close(), i.Files.Close(), i.unlock())
}

// unlock comes last: until then nobody else may serve this database.
func (i *wired) unlock() error {
	if i.lock == nil {
		return nil
	}
	return i.lock.Close()
}

// upToDate refuses a database that another version made: a command must not
// migrate under a running server.
func (i *wired) upToDate(ctx context.Context) error {
	states, err := i.Store.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range states {
		if !m.Applied {
			return errors.New("the database is older than this program: run `embraye migrate` or `embraye serve`")
		}
	}
	return nil
}

// sameInstance refuses a database that was made for another origin, or for none
// yet: what a command would say with it belongs to somebody else.
func (i *wired) sameInstance(ctx context.Context) error {
	if _, ok, err := i.Store.Tables().Settings.Get(ctx, "base_url"); err != nil {
		return err
	} else if !ok {
		return errNotStarted
	}
	_, err := i.FirstStart(ctx, organisation.First{}) // compares, as the first start is over
	return err
}
