package app

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/embraye"
)

// resolve turns @user@host or an address into an actor's id.
func (a *App) resolve(ctx context.Context, address string) (embraye.IRI, error) {
	address = embraye.Address(address)
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		uri, err := embraye.ParseIRI(address, a.AllowHTTP)
		if err != nil {
			return "", fmt.Errorf("address %q: %w", address, err)
		}
		return uri, nil
	}
	h, err := embraye.ParseHandle(address)
	if err != nil {
		return "", fmt.Errorf("%q is neither a handle (@organisation@host) nor an address (https://…): %w", address, err)
	}
	return a.lookUp(ctx, h)
}

// lookUp finds who has a handle. Their own server has to say so too: anybody
// can give names of theirs to an account elsewhere (SECURITY F172). A name may
// stand for another one (www.host for host), which must then be its own.
func (a *App) lookUp(ctx context.Context, h embraye.Handle) (embraye.IRI, error) {
	uri, subject, err := a.finger(ctx, h)
	if err != nil {
		return "", err
	}
	if !sameHandle(subject, h) {
		again, own, err := a.finger(ctx, subject)
		if err != nil {
			return "", err
		}
		if again != uri || !sameHandle(own, subject) {
			return "", disagree(h, subject)
		}
	}
	actor, err := a.readActor(ctx, uri)
	if err != nil {
		return "", err
	}
	home := embraye.Handle{User: actor.Username, Host: uri.Host()}
	if sameHandle(home, subject) {
		return uri, nil
	}
	back, named, err := a.finger(ctx, home) // its handles have a domain of their own
	if err != nil {
		return "", err
	}
	if back != uri || !sameHandle(named, subject) {
		return "", disagree(h, named)
	}
	return uri, nil
}

// finger asks one server for a handle: the actor's id, and the handle's proper form.
func (a *App) finger(ctx context.Context, h embraye.Handle) (uri embraye.IRI, subject embraye.Handle, err error) {
	jrd, err := a.Remote.WebFinger(ctx, h)
	if err != nil {
		return "", subject, fmt.Errorf("looking up %s: %w", h, err)
	}
	self, ok := jrd.Self()
	if !ok {
		return "", subject, fmt.Errorf("%s has no ActivityPub account: %w", h, embraye.ErrNotFound)
	}
	if uri, err = embraye.ParseIRI(self, a.AllowHTTP); err != nil {
		return "", subject, fmt.Errorf("looking up %s: %w", h, err)
	}
	if subject, err = embraye.ParseHandle(jrd.Subject); err != nil {
		return "", subject, fmt.Errorf("looking up %s: its subject: %w", h, err)
	}
	return uri, subject, nil
}

func sameHandle(a, b embraye.Handle) bool {
	return a.Host == b.Host && strings.EqualFold(a.User, b.User)
}

func disagree(asked, found embraye.Handle) error {
	return fmt.Errorf("%s leads to an account that calls itself %s: %w", asked, found, embraye.ErrInvalid)
}
