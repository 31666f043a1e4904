package store

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"

	"embraye/internal/embraye"

	"gorm.io/gorm"
)

// Keys are the signing keys of our actors. What leaves this package is a
// crypto.Signer; the sealed bytes are opened here only.
type Keys struct{ table }

// Insert seals the key, makes its Ed25519 half and adds both; making it the
// actor's present one is the caller's decision.
func (t Keys) Insert(ctx context.Context, actor *embraye.Actor, key *rsa.PrivateKey) (embraye.ActorKey, error) {
	seal := sealOf(actor.Kind, actor.Handle)
	row := embraye.ActorKey{Actor: actor.Handle, CreatedAt: t.s.now()}
	var err error
	if row.PublicPEM, err = publicPEM(key); err == nil {
		row.PrivateEnc, err = t.s.keys.seal(seal, key)
	}
	if err == nil {
		row.Ed25519Public, row.Ed25519Enc, err = t.s.keys.sealSecond(seal)
	}
	if err != nil {
		return embraye.ActorKey{}, wrap(err, "sealing a key of %s", actor.Handle)
	}
	if err := insert(ctx, t.table, &row); err != nil {
		return embraye.ActorKey{}, wrap(err, "adding a key of %s", actor.Handle)
	}
	return row, nil
}

// Incomplete tells how many actors sign with a key of an earlier version, which
// has no Ed25519 half.
func (t Keys) Incomplete(ctx context.Context) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM actors JOIN actor_keys ON actor_keys.id = actors.key_id WHERE actor_keys.ed25519_public = ''")
	return n, wrap(err, "counting keys without a second half")
}

// Complete gives the present key of an actor its Ed25519 half, and tells
// whether it was this call that did.
func (t Keys) Complete(ctx context.Context, actor *embraye.Actor) (bool, error) {
	row, err := t.Take(ctx, actor.KeyID)
	if err != nil || row.Ed25519Public != "" {
		return false, err
	}
	public, sealed, err := t.s.keys.sealSecond(sealOf(actor.Kind, actor.Handle))
	if err != nil {
		return false, wrap(err, "sealing a key of %s", actor.Handle)
	}
	n, err := t.exec(ctx, "UPDATE actor_keys SET ed25519_public = ?, ed25519_enc = ? WHERE id = ? AND ed25519_public = ''", public, sealed, row.ID)
	return n > 0, wrap(err, "completing the key %d of %s", row.ID, actor.Handle)
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

// Signer is the RSA half of a key.
func (t Keys) Signer(ctx context.Context, id int64) (crypto.Signer, error) {
	return t.half(ctx, half{key: id})
}

// Ed25519 is the other half of a key; one that has none is ErrNotFound.
func (t Keys) Ed25519(ctx context.Context, id int64) (crypto.Signer, error) {
	return t.half(ctx, half{key: id, second: true})
}

// half opens and parses half a key once per process. What a transaction opens is
// remembered once it is committed: rolled back, its number may be used again.
func (t Keys) half(ctx context.Context, h half) (crypto.Signer, error) {
	if signer, ok := t.s.keys.cached(h); ok {
		return signer, nil
	}
	row, err := t.Take(ctx, h.key)
	if err != nil {
		return nil, err
	}
	seal, err := t.sealOf(ctx, row.Actor)
	if err != nil {
		return nil, err
	}
	// Earlier versions sealed under the handle: a replica of one may do so yet.
	var signer crypto.Signer
	switch {
	case !h.second:
		signer, err = open[*rsa.PrivateKey](t.s.keys, row.PrivateEnc, seal, row.Actor)
		if own, ok := signer.(*rsa.PrivateKey); ok && t.s.signing != nil {
			signer = t.s.signing(own)
		}
	case row.Ed25519Public == "":
		err = gorm.ErrRecordNotFound
	default:
		signer, err = open[ed25519.PrivateKey](t.s.keys, row.Ed25519Enc, seal, row.Actor)
	}
	if err != nil {
		return nil, wrap(err, "opening the key %d of %s", h.key, row.Actor)
	}
	t.afterwards(func() { t.s.keys.remember(h, signer) })
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
