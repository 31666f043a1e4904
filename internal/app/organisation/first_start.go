package organisation

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"

	"golang.org/x/sync/errgroup"
)

// keyBits: RSA-2048 is what every server accepts; 4096 costs six times more
// per delivery.
const keyBits = 2048

// First is what the first start fixes for good.
type First struct {
	OrgHandle, OrgName string
	Reference          *embraye.Reference
	// GenerateKey makes a signing key; nil makes RSA-2048 keys.
	GenerateKey func() (*rsa.PrivateKey, error)
}

// FirstStart creates the organisation, instance and measure actors with their
// keys and pinned notes, and remembers origin, handle domain and reference
// text. On a database that has them it only checks that the origin is the same.
func FirstStart(ctx context.Context, o app.Options, first First) (created bool, err error) {
	stored, ok, err := o.Store.Tables().Settings.Get(ctx, app.SettingBaseURL)
	if err != nil {
		return false, err
	}
	if ok {
		return false, sameOrigin(stored, o.Site.Base)
	}
	actors, err := firstActors(o, first)
	if err != nil {
		return false, err
	}
	keys, err := generateKeys(ctx, len(actors), first.GenerateKey)
	if err != nil {
		return false, err
	}
	doc, err := json.Marshal(first.Reference)
	if err != nil {
		return false, err
	}
	err = o.Store.InTx(ctx, func(t store.Tables) error {
		t.Changed()
		for _, fact := range []embraye.Setting{{Key: app.SettingBaseURL, Value: o.Site.Base}, {Key: app.SettingHandleDomain, Value: o.Site.HandleDomain}, {Key: app.SettingReference, Value: string(doc)}} {
			if err := t.Settings.Set(ctx, fact.Key, fact.Value); err != nil {
				return err
			}
		}
		for i := range actors {
			if err := insertActor(ctx, t, &actors[i], keys[i]); err != nil {
				return err
			}
		}
		return pinFirstNotes(ctx, t, o, first)
	})
	return err == nil, err
}

// ErrOtherOrigin is a database of another instance than that of the settings.
var ErrOtherOrigin = errors.New("another instance")

// sameOrigin: every id that peers know is built from the origin, so another
// one means another instance.
func sameOrigin(stored, wanted string) error {
	if stored == wanted {
		return nil
	}
	return fmt.Errorf("%w: this database belongs to %s, and EMBRAYE_BASE_URL is %s: ids that other servers know cannot move; "+
		"start with EMBRAYE_BASE_URL=%s, or use a new EMBRAYE_DATA_DIR (or database) for %s", ErrOtherOrigin, stored, wanted, stored, wanted)
}

func firstActors(o app.Options, first First) ([]embraye.Actor, error) {
	if _, taken := first.Reference.MeasureByHandle(first.OrgHandle); taken || first.OrgHandle == embraye.InstanceHandle {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "EMBRAYE_ORG_HANDLE", Code: "handle_is_reserved", Value: first.OrgHandle}}}
	}
	now := o.Now().UTC()
	actors := []embraye.Actor{
		{Handle: first.OrgHandle, Kind: embraye.OrganisationActor, Name: first.OrgName, Enabled: true, CreatedAt: now, UpdatedAt: now},
		{Handle: embraye.InstanceHandle, Kind: embraye.InstanceActor, Name: first.OrgName, Enabled: true, CreatedAt: now, UpdatedAt: now},
	}
	for _, m := range first.Reference.Measures {
		actors = append(actors, embraye.Actor{Handle: m.Handle, Kind: embraye.MeasureActor, Measure: m.ID,
			Name: m.Title.In(o.Language), Enabled: m.Enabled, CreatedAt: now, UpdatedAt: now})
	}
	return actors, nil
}

// generateKeys makes n keys, as many at once as there are processors, and begins
// none after the end of ctx.
func generateKeys(ctx context.Context, n int, generate func() (*rsa.PrivateKey, error)) ([]*rsa.PrivateKey, error) {
	if generate == nil {
		generate = func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }
	}
	keys := make([]*rsa.PrivateKey, n)
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range keys {
		g.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			keys[i], err = generate()
			return err
		})
	}
	return keys, g.Wait()
}

func insertActor(ctx context.Context, t store.Tables, actor *embraye.Actor, key *rsa.PrivateKey) error {
	row, err := t.Keys.Insert(ctx, actor, key)
	if err != nil {
		return err
	}
	actor.KeyID = row.ID
	return t.Actors.Insert(ctx, actor)
}

// pinFirstNotes gives every measure its « où on en est », so that no profile is
// ever empty when somebody follows.
func pinFirstNotes(ctx context.Context, t store.Tables, o app.Options, first First) error {
	a := app.Unborn(o, first.Reference, first.OrgHandle)
	for _, m := range first.Reference.Measures {
		if err := a.RefreshPinned(ctx, t, m.ID); err != nil {
			return err
		}
	}
	return nil
}
