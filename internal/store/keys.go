package store

import (
	"context"
	"crypto"
	"crypto/rsa"
	"errors"

	"embraye/internal/embraye"
)

// Keys are the signing keys of our actors. What leaves this package is a
// crypto.Signer; the sealed bytes are opened here only.
type Keys struct{ table }

// Insert seals the key and adds it; making it the actor's present one is the
// caller's decision.
func (t Keys) Insert(ctx context.Context, actor *embraye.Actor, key *rsa.PrivateKey) (embraye.ActorKey, error) {
	public, sealed, err := t.s.keys.seal(sealOf(actor.Kind, actor.Handle), key)
	if err != nil {
		return embraye.ActorKey{}, wrap(err, "sealing a key of %s", actor.Handle)
	}
	row := embraye.ActorKey{Actor: actor.Handle, PublicPEM: public, PrivateEnc: sealed, CreatedAt: t.s.now()}
	if err := insert(ctx, t.table, &row); err != nil {
		return embraye.ActorKey{}, wrap(err, "adding a key of %s", actor.Handle)
	}
	return row, nil
}

// Take returns the row of a key.
func (t Keys) Take(ctx context.Context, id int64) (*embraye.ActorKey, error) {
	k, err := take[embraye.ActorKey](ctx, t.table, "id = ?", id)
	return k, wrap(err, "taking the key %d", id)
}

// Of lists an actor's keys, the newest first.
func (t Keys) Of(ctx context.Context, actor string) ([]int64, error) {
	var ids []int64
	err := t.scan(ctx, &ids, "SELECT id FROM actor_keys WHERE actor = ? ORDER BY id DESC", actor)
	return ids, wrap(err, "listing the keys of %s", actor)
}

// Count tells how many keys there are: with any, a missing secret is an error
// and never a reason to make a new one.
func (t Keys) Count(ctx context.Context) (int, error) {
	n, err := count[embraye.ActorKey](ctx, t.table, "")
	return n, wrap(err, "counting keys")
}

// Signer opens and parses a key once per process. Inside a transaction nothing
// is remembered: it may yet be rolled back and its number used again.
func (t Keys) Signer(ctx context.Context, id int64) (crypto.Signer, error) {
	if signer, ok := t.s.keys.cached(id); ok {
		return signer, nil
	}
	row, err := t.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	seal, err := t.sealOf(ctx, row.Actor)
	if err != nil {
		return nil, err
	}
	// Earlier versions sealed under the handle: a replica of one may do so yet.
	signer, err := t.s.keys.open(row.PrivateEnc, seal, row.Actor)
	if err != nil {
		return nil, wrap(err, "opening the key %d of %s", id, row.Actor)
	}
	if t.tx == nil {
		t.s.keys.remember(id, signer)
	}
	return signer, nil
}

// sealOf finds what the keys of a handle are sealed under.
func (t Keys) sealOf(ctx context.Context, handle string) (string, error) {
	actor, err := Actors(t).Take(ctx, handle)
	if errors.Is(err, embraye.ErrNotFound) {
		return handle, nil
	}
	if err != nil {
		return "", err
	}
	return sealOf(actor.Kind, handle), nil
}

// Reseal seals the keys of the organisation under what never changes, where an
// earlier version sealed them under one of its handles, and tells how many there
// were. What none of the handles opens stays as it is.
func (t Keys) Reseal(ctx context.Context, handle string, handles ...string) (n int, err error) {
	rows, err := list[embraye.ActorKey](ctx, t.table, "id", 0, "actor = ?", handle)
	if err != nil {
		return 0, wrap(err, "listing the keys of %s", handle)
	}
	for _, row := range rows {
		if _, err := t.s.keys.unseal(row.PrivateEnc, organisationSeal); err == nil {
			continue
		}
		pkcs8, err := t.s.keys.unseal(row.PrivateEnc, append(handles, handle)...)
		if err != nil {
			continue // whoever needs it will say so
		}
		sealed := t.s.keys.aead.Seal(nil, nil, pkcs8, []byte(organisationSeal))
		if _, err := t.exec(ctx, "UPDATE actor_keys SET private_enc = ? WHERE id = ?", sealed, row.ID); err != nil {
			return n, wrap(err, "sealing the key %d of %s anew", row.ID, handle)
		}
		n++
	}
	return n, nil
}
