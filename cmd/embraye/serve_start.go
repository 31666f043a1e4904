package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"

	"embraye/configs"
	"embraye/internal/app/organisation"
	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/instance"
	"embraye/internal/web"
)

// firstStart brings the data folder, the secret and the database to the state
// that serving needs; on every later start it finds them so and changes
// nothing.
func (c *call) firstStart(ctx context.Context, s settings, log *slog.Logger) (*wired, error) {
	if err := c.notEmptied(s); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the data folder: %w", err)
	}
	lock, err := c.lockDatabase(s.DatabaseURL)
	if err != nil {
		return nil, err
	}
	i, err := c.wire(ctx, s, log, nil)
	if err != nil {
		return nil, errors.Join(err, (&wired{lock: lock}).unlock())
	}
	i.lock = lock
	if err := i.store.OneAtATime(ctx, func() error { return i.prepare(ctx, c) }); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i, nil
}

// prepare is what one replica does while the others wait: they find it done.
func (i *wired) prepare(ctx context.Context, c *call) error {
	pending, err := i.findSecret(ctx, c)
	if err != nil {
		return err
	}
	applied, err := i.store.Migrate(ctx)
	if err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	if applied > 0 {
		i.log.Info("database migrated", "migrations", applied)
	}
	reference, err := i.reference()
	if err != nil {
		return err
	}
	created, err := organisation.FirstStart(ctx, i.options(c), organisation.First{OrgHandle: i.settings.OrgHandle, OrgName: i.settings.OrgName, Reference: reference})
	if err != nil {
		return err
	}
	if err := i.openKeys(ctx, c); err != nil {
		return err
	}
	if pending {
		if err := keepSecret(i.settings.SecretFile); err != nil {
			return err
		}
	}
	if err := i.start(ctx, c); err != nil {
		return err
	}
	if created {
		i.log.Info("first start: keys, actors and reference text created", "organisation", i.App.Site.Mention(i.App.Organisation()), "measures", len(reference.Measures))
	}
	return nil
}

// reference is the text for a first start; later starts keep the stored one.
func (i *wired) reference() (*embraye.Reference, error) {
	if i.settings.Reference == "" {
		return configs.DefaultReference()
	}
	data, err := os.ReadFile(i.settings.Reference)
	if err != nil {
		return nil, &wrongSetting{fmt.Errorf("reading the reference text: %w", err)}
	}
	r, err := configs.ParseReference(data)
	if err != nil {
		return nil, &wrongSetting{fmt.Errorf("EMBRAYE_REFERENCE=%s: %w", i.settings.Reference, err)}
	}
	return r, nil
}

// openKeys finds a secret that belongs to another database, or a key that no
// secret opens, before anybody is answered.
func (i *wired) openKeys(ctx context.Context, c *call) error {
	if err := organisation.OpenKeys(ctx, i.options(c), i.settings.OrgHandle); err != nil {
		return &wrongSetting{fmt.Errorf("the secret %s does not open the keys of this database: %w", i.settings.SecretFile, err)}
	}
	return nil
}

// start makes the use cases.
func (i *wired) start(ctx context.Context, c *call) (err error) {
	i.Rooms, err = instance.Join(ctx, i.options(c))
	return err
}

func (i *wired) engine(c *call) *delivery.Engine {
	return delivery.New(delivery.Options{
		Store: i.store, Client: i.remote, Site: i.App.Site, Concurrency: i.settings.DeliveryConcurrency,
		Now: c.now, Random: rand.Float64, Log: i.log,
		Gone: func(ctx context.Context, inbox embraye.IRI, _ embraye.Delivery) error {
			return i.Directory.InboxGone(ctx, inbox)
		},
	})
}

func (i *wired) webOptions(c *call) web.Options {
	return web.Options{
		Rooms: web.Rooms(*i.Rooms), Pages: i.store, Revision: i.store.PublicRevision, Site: i.App.Site, Catalogue: i.catalogue,
		Language: i.settings.Language, Version: version, TrustedProxies: i.settings.TrustedProxies, Mode: i.settings.FederationMode,
		RateLimits: i.settings.RateLimits, Ready: i.App.Ready, Now: c.now, Log: i.log,
	}
}
