package directory

import (
	"context"
	"fmt"
	"strings"

	"embraye/internal/embraye"
)

// Resolve turns @user@host or an address into an actor's id.
func (d *Directory) Resolve(ctx context.Context, address string) (embraye.IRI, error) {
	address = embraye.Address(address)
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		uri, err := embraye.ParseIRI(address, d.desk.AllowHTTP)
		if err != nil {
			return "", fmt.Errorf("address %q: %w", address, err)
		}
		return uri, nil
	}
	h, err := embraye.ParseHandle(address)
	if err != nil {
		return "", fmt.Errorf("%q is neither a handle (@organisation@host) nor an address (https://…): %w", address, err)
	}
	return d.lookUp(ctx, h)
}

// lookUp finds who has a handle. Their own server has to say so too: anybody
// can give names of theirs to an account elsewhere (F172). A name may
// stand for another one (www.host for host), which must then be its own.
func (d *Directory) lookUp(ctx context.Context, h embraye.Handle) (embraye.IRI, error) {
	uri, subject, err := d.finger(ctx, h)
	if err != nil {
		return "", err
	}
	if !sameHandle(subject, h) {
		again, own, err := d.finger(ctx, subject)
		if err != nil {
			return "", err
		}
		if again != uri || !sameHandle(own, subject) {
			return "", disagree(h, subject)
		}
	}
	actor, _, err := d.Look(ctx, uri)
	if err != nil {
		return "", err
	}
	home := embraye.Handle{User: actor.Username, Host: uri.Host()}
	if sameHandle(home, subject) {
		return uri, nil
	}
	back, named, err := d.finger(ctx, home) // its handles have a domain of their own
	if err != nil {
		return "", err
	}
	if back != uri || !sameHandle(named, subject) {
		return "", disagree(h, named)
	}
	return uri, nil
}

// finger asks one server for a handle: the actor's id, and the handle's proper form.
func (d *Directory) finger(ctx context.Context, h embraye.Handle) (uri embraye.IRI, subject embraye.Handle, err error) {
	jrd, err := d.desk.Remote.WebFinger(ctx, h)
	if err != nil {
		return "", subject, fmt.Errorf("looking up %s: %w", h, err)
	}
	self, ok := jrd.Self()
	if !ok {
		return "", subject, fmt.Errorf("%s has no ActivityPub account: %w", h, embraye.ErrNotFound)
	}
	if uri, err = embraye.ParseIRI(self, d.desk.AllowHTTP); err != nil {
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
