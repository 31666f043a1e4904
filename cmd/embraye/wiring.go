package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"embraye/configs"
	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/httpsig"
	"embraye/internal/instance"
	"embraye/internal/jobs"
	"embraye/internal/locale"
	"embraye/internal/mail"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// wired is an instance wired to its database, for one command or for the
// whole life of a server.
type wired struct {
	settings settings
	log      *slog.Logger
	store    *store.Store
	remote   *remote.Client
	files    *files.Store
	jobs     *jobs.Queue
	*instance.Rooms
	lock *os.File // of a server on SQLite

	catalogue   *locale.Catalogue
	territories *embraye.Territories
	// notify wakes what runs in this process after a commit; serve sets it
	// before anything can commit.
	notify func()
}

// load reads the settings of this call.
func (c *call) load() (settings, *slog.Logger, error) {
	s, err := loadSettings(c.environ, c.config)
	if err != nil {
		return s, nil, err
	}
	return s, s.logger(c.program), nil
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

func (c *call) openWith(ctx context.Context, s settings, log *slog.Logger) (*wired, error) {
	if path, ok := strings.CutPrefix(s.DatabaseURL, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, &wrongSetting{fmt.Errorf("there is no database at %s yet: run `embraye serve` once, or set EMBRAYE_DATA_DIR", path)}
		}
	}
	secret, err := readSecret(s.SecretFile)
	if err != nil {
		return nil, err
	}
	if secret == nil {
		return nil, errSecretMissing(s.SecretFile)
	}
	i, err := c.wire(ctx, s, log, secret)
	if err != nil {
		return nil, err
	}
	err = i.upToDate(ctx)
	if err == nil {
		err = i.sameInstance(ctx, c)
	}
	if err == nil {
		err = i.start(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

// wire opens the database and makes the client; the use cases come with start,
// once the database has what they need.
func (c *call) wire(ctx context.Context, s settings, log *slog.Logger, secret []byte) (*wired, error) {
	i := &wired{settings: s, log: log}
	var err error
	if i.catalogue, err = locale.Load(); err != nil {
		return nil, err
	}
	if i.territories, err = configs.Territories(); err != nil {
		return nil, err
	}
	if i.files, err = files.Open(filepath.Join(s.DataDir, "evidence"), files.Options{}); err != nil {
		return nil, err
	}
	i.store, err = store.Open(ctx, store.Options{URL: s.DatabaseURL, Now: c.now, Log: log, Secret: secret})
	if err != nil {
		return nil, errors.Join(wrongAddress(fmt.Errorf("opening the database: %w", err)), i.files.Close())
	}
	if i.jobs, err = jobs.New(jobs.Options{Store: i.store, Log: log}); err != nil {
		return nil, errors.Join(err, i.store.Close(), i.files.Close())
	}
	i.remote = remote.New(remote.Options{
		AllowHTTP: s.AllowHTTP, AllowNetworks: s.AllowNetworks, Version: version, BaseURL: s.BaseURL, Now: c.now,
		SignGET: func() (httpsig.Signer, bool) { return i.instanceKey(context.WithoutCancel(ctx)) },
		Blocked: func(host string) (bool, error) { return i.blocked(context.WithoutCancel(ctx), host) },
	})
	return i, nil
}

// options is what the use cases work with.
func (i *wired) options(c *call) app.Options {
	return app.Options{
		Store: i.store, Remote: i.remote, Site: i.site(), Territories: i.territories, Catalogue: i.catalogue,
		Language: i.settings.Language, Mode: i.settings.FederationMode, Files: i.files, Memory: allowedMemory(os.DirFS("/")), AllowHTTP: i.settings.AllowHTTP,
		RateLimits: i.settings.RateLimits, Mail: i.mailer(c), Now: c.now, Random: rand.Reader, Log: i.log,
		Jobs: i.jobs,
		Notify: func() {
			if i.notify != nil {
				i.notify()
			}
		},
	}
}

// mailer sends what people need to come in; nil if no mail server is set.
func (i *wired) mailer(c *call) *mail.Mailer {
	s := i.settings
	if s.MailServer == nil {
		return nil
	}
	u, _ := url.Parse(s.BaseURL) // setBaseURL wrote it
	return mail.New(mail.Options{Server: *s.MailServer, From: *s.MailFrom, Host: u.Hostname(), Now: c.now})
}

func (i *wired) site() embraye.Site {
	return embraye.Site{Base: i.settings.BaseURL, HandleDomain: i.settings.HandleDomain}
}

func (i *wired) close() error {
	i.remote.CloseIdle()
	return errors.Join(i.store.Close(), i.files.Close(), i.unlock())
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
	states, err := i.store.MigrationStatus(ctx)
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

// instanceKey signs our fetches: the key that the instance actor has now.
func (i *wired) instanceKey(ctx context.Context) (httpsig.Signer, bool) {
	t := i.store.Tables()
	actor, err := t.Actors.Take(ctx, embraye.InstanceHandle)
	if err != nil {
		return httpsig.Signer{}, false // before the first start there is nobody to sign
	}
	key, err := t.Keys.Signer(ctx, actor.KeyID)
	if err != nil {
		i.log.Error("the instance's key cannot be used: fetches go unsigned", "error", err)
		return httpsig.Signer{}, false
	}
	return httpsig.Signer{KeyID: i.site().KeyID(embraye.InstanceHandle), Key: key}, true
}

// sameInstance refuses a database that was made for another origin, or for none
// yet: what a command would say with it belongs to somebody else.
func (i *wired) sameInstance(ctx context.Context, c *call) error {
	if _, ok, err := i.store.Tables().Settings.Get(ctx, "base_url"); err != nil {
		return err
	} else if !ok {
		return errors.New("this database has no organisation yet: run `embraye serve` once")
	}
	_, err := organisation.FirstStart(ctx, i.options(c), organisation.First{}) // compares, as the first start is over
	return err
}

// blocked tells whether a host may be asked for anything. Before the use cases
// exist nothing is requested.
func (i *wired) blocked(ctx context.Context, host string) (bool, error) {
	if i.Rooms == nil {
		return false, errors.New("the list of blocked domains is not read yet")
	}
	return i.Directory.Blocked(ctx, host)
}
