package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"embraye/configs"
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/settings"
)

// firstStart brings the data folder, the secret and the database to the state
// that serving needs; on every later start it finds them so and changes
// nothing.
func (c *call) firstStart(ctx context.Context, s settings.Settings, log *slog.Logger) (*wired, error) {
	if err := c.notEmptied(s); err != nil {
		return nil, err
	}
	if err := makeDataFolder(s.DataDir); err != nil {
		return nil, err
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
	if err := tryFiles(ctx, i.Files); err != nil {
		return nil, errors.Join(err, i.close())
	}
	if err := i.Store.OneAtATime(ctx, func() error { return i.prepare(ctx, c) }); err != nil {
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
	applied, err := i.Store.Migrate(ctx)
	if err != nil {
		return wrongAddress(fmt.Errorf("migrating the database: %w", err))
	}
	if applied > 0 {
		i.Log.Info("database migrated", "migrations", applied)
	}
	reference, err := i.reference()
	if err != nil {
		return err
	}
	created, err := i.FirstStart(ctx, organisation.First{OrgHandle: i.settings.OrgHandle, OrgName: i.settings.OrgName, Reference: reference})
	if err != nil {
		return err
	}
	if err := i.openKeys(ctx); err != nil {
		return err
	}
	if pending {
		if err := keepSecret(i.settings.SecretFile); err != nil {
			return err
		}
	}
	if err := i.Open(ctx); err != nil {
		return err
	}
	if created {
		i.Log.Info("first start: keys, actors and reference text created", "organisation", i.App.Site.Mention(i.App.Organisation()), "measures", len(reference.Measures))
	}
	return nil
}

// reference is the text for a first start; later starts keep the stored one.
func (i *wired) reference() (*embraye.Reference, error) {
	if i.settings.Reference == "" {
		return configs.DefaultReference()
	}
	data, err := settings.ReadFile(i.settings.Reference)
	if err != nil {
		return nil, settings.Wrong(fmt.Errorf("reading the reference text: %w", err))
	}
	r, err := configs.ParseReference(data)
	if err != nil {
		return nil, settings.Wrong(fmt.Errorf("EMBRAYE_REFERENCE=%s: %w", i.settings.Reference, err))
	}
	return r, nil
}

// openKeys finds a secret that belongs to another database, or a key that no
// secret opens, before anybody is answered.
func (i *wired) openKeys(ctx context.Context) error {
	if err := organisation.OpenKeys(ctx, i.Instance.Options.Options, i.settings.OrgHandle); err != nil {
		return settings.Wrong(fmt.Errorf("the secret %s does not open the keys of this database: %w", i.settings.SecretFile, err))
	}
	return nil
}
