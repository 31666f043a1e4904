package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// A key that failed, or an actor that could not be had, is asked for again at
// most once in this time (F050); for a Follow sooner, because there a person
// waits, and tries again.
const (
	refetchAfter       = 10 * time.Minute
	refetchFollowAfter = time.Minute
)

// LookAgain is after how long an actor that could not be had is looked at again
// for the sake of a message.
func LookAgain(kind string) time.Duration {
	if kind == "Follow" {
		return refetchFollowAfter
	}
	return refetchAfter
}

// Authenticate finds out who signed. Whether that is the claimed actor, and not
// somebody on the same server (F041–F043), is for the caller to compare; a key
// counts only if its owner's own document lists it.
func (d *Directory) Authenticate(ctx context.Context, sig *httpsig.Signature, claimed embraye.IRI, again time.Duration) (*embraye.RemoteActor, error) {
	_, guess, err := embraye.ParseKeyID(sig.KeyID, d.desk.AllowHTTP)
	if err != nil {
		return nil, fmt.Errorf("%w: key id: %v", httpsig.ErrInvalid, err)
	}
	if d.desk.Site.Ours(guess) {
		return nil, fmt.Errorf("%w: key of our own server from the network", httpsig.ErrInvalid)
	}
	owner, fetched, err := d.keyOwner(ctx, sig.KeyID, guess, claimed, again)
	if err != nil {
		return nil, err
	}
	if err := d.verify(sig, owner); err != nil {
		if fetched || !d.mayRefetch(owner.URI, again) {
			return nil, err
		}
		if owner, err = d.fetchActorFor(ctx, owner.URI, sig.KeyID); err != nil {
			return nil, unusableKey(sig.KeyID, err)
		}
		if err := d.verify(sig, owner); err != nil {
			return nil, err
		}
	}
	return owner, nil
}

// keyOwner finds the actor whose document lists the key: one we remember, or
// the one that the key id names, or the claimed one.
func (d *Directory) keyOwner(ctx context.Context, keyID string, guess, claimed embraye.IRI, again time.Duration) (owner *embraye.RemoteActor, fetched bool, err error) {
	candidates := []embraye.IRI{guess}
	switch {
	case claimed == guess || claimed.Origin() != guess.Origin():
	case embraye.SameAddress(claimed, guess):
		candidates[0] = claimed // in a signature it is written in ASCII
	default:
		candidates = append(candidates, claimed) // the key is a document of its own
	}
	var last error
	for _, uri := range candidates {
		actor, fresh, err := d.remembered(ctx, uri, keyID, again)
		if err == nil && !lists(actor, keyID) && !fresh && d.mayRefetch(uri, again) {
			fresh = true
			actor, err = d.fetchActorFor(ctx, uri, keyID)
		}
		switch {
		case errors.Is(err, embraye.ErrUnavailable):
			return nil, false, err
		case err != nil:
			last = err
		case lists(actor, keyID):
			return actor, fresh, nil
		default:
			last = errors.New("the actor's document does not list the key")
		}
	}
	return nil, false, unusableKey(keyID, last)
}

// unusableKey makes the reason why a key cannot be had a bad signature, unless
// it is ours: then the sender is asked to come again.
func unusableKey(keyID string, err error) error {
	var many *embraye.TooMany
	if errors.As(err, &many) || errors.Is(err, embraye.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: key %.200s: %v", httpsig.ErrInvalid, keyID, err)
}

// lists reports whether the actor's own document has the key, in any of the
// spellings that servers use for the one key of an actor (INTEROP 0.20).
func lists(actor *embraye.RemoteActor, keyID string) bool {
	if _, ok := multikey(actor, keyID); ok {
		return true
	}
	if actor.KeyPEM == "" {
		return false
	}
	if embraye.SameAddress(embraye.IRI(actor.KeyID), embraye.IRI(keyID)) {
		return true
	}
	_, guess, err := embraye.ParseKeyID(keyID, true)
	_, listed, err2 := embraye.ParseKeyID(actor.KeyID, true)
	return err == nil && err2 == nil && guess == actor.URI && listed == actor.URI
}

// verify checks the signature with the actor's remembered key.
func (d *Directory) verify(sig *httpsig.Signature, owner *embraye.RemoteActor) error {
	if m, ok := multikey(owner, sig.KeyID); ok {
		key, err := usable(m, d.desk.Now())
		if err != nil {
			return fmt.Errorf("%w: key %.200s: %v", httpsig.ErrInvalid, sig.KeyID, err)
		}
		return sig.Verify(key)
	}
	key, err := d.keys.parse(owner.KeyPEM)
	if err != nil {
		return fmt.Errorf("%w: key of %s: %v", httpsig.ErrInvalid, owner.URI, err)
	}
	return sig.Verify(key)
}

// remembered is the actor as we know it, fetched once if we do not. A failure
// is remembered too.
func (d *Directory) remembered(ctx context.Context, uri embraye.IRI, keyID string, again time.Duration) (actor *embraye.RemoteActor, fetched bool, err error) {
	if recent, ok := d.keys.actors.Get(uri); ok && d.desk.Now().Before(recent.until) {
		return recent.actor, false, nil
	}
	actor, err = d.desk.Store.Tables().RemoteActors.ByURI(ctx, uri)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, false, err
	}
	if err == nil && actor.Known() {
		d.keys.actors.Add(uri, recentActor{actor, d.desk.Now().Add(recentFor)})
		return actor, false, nil
	}
	if err == nil && !d.mayRefetch(uri, again) {
		return nil, false, fmt.Errorf("actor %s could not be had a moment ago%s", uri, d.keys.whyNot(uri))
	}
	actor, err = d.fetchActorFor(ctx, uri, keyID)
	return actor, true, err
}

// mayRefetch allows one look again at an actor in a while: at once, because a
// key may be rotated just after first contact (F049), and then not for every
// message that a wrong key signed (F050).
func (d *Directory) mayRefetch(uri embraye.IRI, again time.Duration) bool {
	return d.keys.firstRefetch(string(uri), d.desk.Now(), again)
}

// Knows reports whether we ever heard of an actor.
func (d *Directory) Knows(ctx context.Context, uri embraye.IRI) (bool, error) {
	actor, err := d.desk.Store.Tables().RemoteActors.ByURI(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	return err == nil && actor.Known(), err
}

// fetchActor reads an actor from its own address and remembers the answer,
// also when there is none.
func (d *Directory) fetchActor(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	return d.fetchActorFor(ctx, uri, "")
}

// fetchActorFor is fetchActor for the sake of one of its keys, where it has
// several. Requests for the same at the same time share one fetch, which does
// not end because the first of them hangs up.
func (d *Directory) fetchActorFor(ctx context.Context, uri embraye.IRI, keyID string) (*embraye.RemoteActor, error) {
	if err := d.limits.allowFetch(d.desk.RateLimits, uri.Host()); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	v, err, _ := d.keys.flights.Do(string(uri)+" "+keyID, func() (any, error) {
		actor, _, err := d.readRemote(ctx, uri, keyID)
		return actor, d.remember(ctx, uri, actor, err)
	})
	if err != nil {
		return nil, err
	}
	return v.(*embraye.RemoteActor), nil
}

func (d *Directory) readRemote(ctx context.Context, uri embraye.IRI, keyID string) (*embraye.RemoteActor, map[string]any, error) {
	_, object, err := d.desk.Remote.FetchObject(ctx, uri)
	if err != nil {
		return nil, nil, err
	}
	actor, err := activitypub.ReadActor(object)
	if err != nil {
		return nil, nil, err
	}
	if actor.URI != uri {
		return nil, nil, fmt.Errorf("directory: %s is the document of %s: %w", uri, actor.URI, embraye.ErrInvalid)
	}
	for _, key := range activitypub.ReadKeys(object) {
		if key.ID == keyID {
			actor.KeyID, actor.KeyPEM = key.ID, key.PEM
		}
	}
	return actor, object, nil
}

// remember stores what a fetch brought, or that it brought nothing.
func (d *Directory) remember(ctx context.Context, uri embraye.IRI, actor *embraye.RemoteActor, fetchErr error) error {
	err := d.desk.Store.InTx(ctx, func(t store.Tables) error {
		if errors.Is(fetchErr, embraye.ErrUnavailable) {
			return nil // our own trouble says nothing about somebody
		}
		if fetchErr != nil {
			return t.RemoteActors.MarkFailed(ctx, uri)
		}
		actor.FetchedAt = d.desk.Now().UTC()
		if actor.TakesEd25519 {
			if err := t.Hosts.TakesEd25519(ctx, actor.Host); err != nil {
				return err
			}
		}
		return t.RemoteActors.Upsert(ctx, actor)
	})
	if fetchErr != nil {
		d.keys.failures.Add(uri, fetchErr.Error())
	} else if err == nil {
		d.keys.failures.Remove(uri)
	}
	d.keys.actors.Remove(uri)
	return errors.Join(fetchErr, err)
}

// RefuseReader is ErrForbidden for a GET that names a key on a blocked server. The
// signature is not checked: everybody else may read what is public, and who
// leaves the name out is an anonymous reader.
func (d *Directory) RefuseReader(ctx context.Context, r *http.Request) error {
	sig, err := httpsig.Parse(r, nil, d.Policy())
	if err != nil {
		return nil
	}
	_, guess, err := embraye.ParseKeyID(sig.KeyID, d.desk.AllowHTTP)
	if err != nil {
		return nil
	}
	return refuse(ctx, d, guess.Host())
}

// Policy is how signatures are judged now.
func (d *Directory) Policy() httpsig.Policy {
	return httpsig.Policy{Now: d.desk.Now(), BaseURL: d.desk.Base()}
}

// ReadActor fetches an actor because somebody of ours asked for it.
func (d *Directory) ReadActor(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	if err := refuse(ctx, d, uri.Host()); err != nil {
		return nil, err
	}
	actor, err := d.fetchActor(ctx, uri)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", uri, err)
	}
	return actor, nil
}

// Look reads an actor and its document, and remembers nothing of either.
func (d *Directory) Look(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, map[string]any, error) {
	if err := refuse(ctx, d, uri.Host()); err != nil {
		return nil, nil, err
	}
	if err := d.limits.allowFetch(d.desk.RateLimits, uri.Host()); err != nil {
		return nil, nil, err
	}
	actor, object, err := d.readRemote(ctx, uri, "")
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", uri, err)
	}
	actor.FetchedAt = d.desk.Now().UTC()
	return actor, object, nil
}

// refuse is ErrForbidden for a blocked host.
func refuse(ctx context.Context, d *Directory, host string) error {
	blocked, err := d.Blocked(ctx, host)
	if err == nil && blocked {
		err = fmt.Errorf("%s is blocked here: %w", host, embraye.ErrForbidden)
	}
	return err
}
