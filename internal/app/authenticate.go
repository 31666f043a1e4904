package app

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

// lookAgain is after how long an actor that could not be had is looked at again
// for the sake of a message.
func lookAgain(kind string) time.Duration {
	if kind == "Follow" {
		return refetchFollowAfter
	}
	return refetchAfter
}

// authenticate proves that the claimed actor signed. The key's owner must be
// the actor, not somebody on the same server (F041–F043); a key counts only if
// its owner's own document lists it.
func (a *App) authenticate(ctx context.Context, sig *httpsig.Signature, claimed embraye.IRI, again time.Duration) (*embraye.RemoteActor, error) {
	_, guess, err := embraye.ParseKeyID(sig.KeyID, a.AllowHTTP)
	if err != nil {
		return nil, fmt.Errorf("%w: key id: %v", httpsig.ErrInvalid, err)
	}
	if a.Site.Ours(guess) {
		return nil, fmt.Errorf("%w: key of our own server from the network", httpsig.ErrInvalid)
	}
	owner, fetched, err := a.keyOwner(ctx, sig.KeyID, guess, claimed, again)
	if err != nil {
		return nil, err
	}
	if err := a.verify(sig, owner); err != nil {
		if fetched || !a.mayRefetch(owner.URI, again) {
			return nil, err
		}
		if owner, err = a.fetchActorFor(ctx, owner.URI, sig.KeyID); err != nil {
			return nil, unusableKey(sig.KeyID, err)
		}
		if err := a.verify(sig, owner); err != nil {
			return nil, err
		}
	}
	if owner.URI != claimed {
		return nil, fmt.Errorf("app: signed by %s in the name of %s: %w", owner.URI, claimed, embraye.ErrForbidden)
	}
	return owner, nil
}

// keyOwner finds the actor whose document lists the key: one we remember, or
// the one that the key id names, or the claimed one.
func (a *App) keyOwner(ctx context.Context, keyID string, guess, claimed embraye.IRI, again time.Duration) (owner *embraye.RemoteActor, fetched bool, err error) {
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
		actor, fresh, err := a.remembered(ctx, uri, keyID, again)
		if err == nil && !lists(actor, keyID) && !fresh && a.mayRefetch(uri, again) {
			fresh = true
			actor, err = a.fetchActorFor(ctx, uri, keyID)
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
func (a *App) verify(sig *httpsig.Signature, owner *embraye.RemoteActor) error {
	key, err := a.keys.parse(owner.KeyPEM)
	if err != nil {
		return fmt.Errorf("%w: key of %s: %v", httpsig.ErrInvalid, owner.URI, err)
	}
	return sig.Verify(key)
}

// remembered is the actor as we know it, fetched once if we do not. A failure
// is remembered too.
func (a *App) remembered(ctx context.Context, uri embraye.IRI, keyID string, again time.Duration) (actor *embraye.RemoteActor, fetched bool, err error) {
	if recent, ok := a.keys.actors.Get(uri); ok && a.Now().Before(recent.until) {
		return recent.actor, false, nil
	}
	actor, err = a.Store.Tables().RemoteActors.ByURI(ctx, uri)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, false, err
	}
	if err == nil && actor.Known() {
		a.keys.actors.Add(uri, recentActor{actor, a.Now().Add(recentFor)})
		return actor, false, nil
	}
	if err == nil && !a.mayRefetch(uri, again) {
		return nil, false, fmt.Errorf("actor %s could not be had a moment ago%s", uri, a.keys.whyNot(uri))
	}
	actor, err = a.fetchActorFor(ctx, uri, keyID)
	return actor, true, err
}

// mayRefetch allows one look again at an actor in a while: at once, because a
// key may be rotated just after first contact (F049), and then not for every
// message that a wrong key signed (F050).
func (a *App) mayRefetch(uri embraye.IRI, again time.Duration) bool {
	return a.keys.firstRefetch(string(uri), a.Now(), again)
}

// knows reports whether we ever heard of an actor.
func (a *App) knows(ctx context.Context, uri embraye.IRI) (bool, error) {
	actor, err := a.Store.Tables().RemoteActors.ByURI(ctx, uri)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	return err == nil && actor.Known(), err
}

// fetchActor reads an actor from its own address and remembers the answer,
// also when there is none.
func (a *App) fetchActor(ctx context.Context, uri embraye.IRI) (*embraye.RemoteActor, error) {
	return a.fetchActorFor(ctx, uri, "")
}

// fetchActorFor is fetchActor for the sake of one of its keys, where it has
// several. Requests for the same at the same time share one fetch, which does
// not end because the first of them hangs up.
func (a *App) fetchActorFor(ctx context.Context, uri embraye.IRI, keyID string) (*embraye.RemoteActor, error) {
	if err := a.limits.allowFetch(a.RateLimits, uri.Host()); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	v, err, _ := a.keys.flights.Do(string(uri)+" "+keyID, func() (any, error) {
		actor, err := a.readRemote(ctx, uri, keyID)
		return actor, a.remember(ctx, uri, actor, err)
	})
	if err != nil {
		return nil, err
	}
	return v.(*embraye.RemoteActor), nil
}

func (a *App) readRemote(ctx context.Context, uri embraye.IRI, keyID string) (*embraye.RemoteActor, error) {
	_, object, err := a.Remote.FetchObject(ctx, uri)
	if err != nil {
		return nil, err
	}
	actor, err := activitypub.ReadActor(object)
	if err != nil {
		return nil, err
	}
	if actor.URI != uri {
		return nil, fmt.Errorf("app: %s is the document of %s: %w", uri, actor.URI, embraye.ErrInvalid)
	}
	for _, key := range activitypub.ReadKeys(object) {
		if key.ID == keyID {
			actor.KeyID, actor.KeyPEM = key.ID, key.PEM
		}
	}
	return actor, nil
}

// remember stores what a fetch brought, or that it brought nothing.
func (a *App) remember(ctx context.Context, uri embraye.IRI, actor *embraye.RemoteActor, fetchErr error) error {
	a.keys.actors.Remove(uri)
	if fetchErr != nil {
		a.keys.failures.Add(uri, fetchErr.Error())
	} else {
		a.keys.failures.Remove(uri)
	}
	return errors.Join(fetchErr, a.Store.InTx(ctx, func(t store.Tables) error {
		if errors.Is(fetchErr, embraye.ErrUnavailable) {
			return nil // our own trouble says nothing about somebody
		}
		if fetchErr != nil {
			return t.RemoteActors.MarkFailed(ctx, uri)
		}
		actor.FetchedAt = a.Now().UTC()
		return t.RemoteActors.Upsert(ctx, actor)
	}))
}

// VerifyGET checks the signature of a GET, if there is one, and returns whose
// server asks; "" is an anonymous reader. A blocked server is ErrForbidden, a
// signature that we cannot check is no reason to refuse a public document.
func (a *App) VerifyGET(ctx context.Context, r *http.Request) (host string, err error) {
	sig, err := httpsig.Parse(r, nil, a.policy())
	if err != nil {
		return "", nil
	}
	_, guess, err := embraye.ParseKeyID(sig.KeyID, a.AllowHTTP)
	if err != nil {
		return "", nil
	}
	if blocked, err := a.Blocked(ctx, guess.Host()); err != nil || blocked {
		if err == nil {
			err = embraye.ErrForbidden
		}
		return guess.Host(), err
	}
	return guess.Host(), nil
}
