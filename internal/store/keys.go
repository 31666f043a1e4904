package store

import (
	"context"
	"crypto"
	"crypto/rsa"

	"embraye/internal/embraye"
)

// Keys are the signing keys of our actors. What leaves this package is a
// crypto.Signer; the sealed bytes are opened here only.
type Keys struct{ table }

// Insert seals the key and adds it; making it the actor's present one is the
// caller's decision.
func (t Keys) Insert(ctx context.Context, actor string, key *rsa.PrivateKey) (embraye.ActorKey, error) {
	public, sealed, err := t.s.keys.seal(actor, key)
	if err != nil {
		return embraye.ActorKey{}, wrap(err, "sealing a key of %s", actor)
	}
	row := embraye.ActorKey{Actor: actor, PublicPEM: public, PrivateEnc: sealed, CreatedAt: t.s.now()}
	if err := insert(ctx, t.table, &row); err != nil {
		return embraye.ActorKey{}, wrap(err, "adding a key of %s", actor)
	}
	return row, nil
}

// Take returns the row of a key.
func (t Keys) Take(ctx context.Context, id int64) (*embraye.ActorKey, error) {
	k, err := take[embraye.ActorKey](ctx, t.table, "id = ?", id)
	return k, wrap(err, "taking the key %d", id)
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
	signer, err := t.s.keys.open(row.Actor, row.PrivateEnc)
	if err != nil {
		return nil, wrap(err, "opening the key %d of %s", id, row.Actor)
	}
	if t.tx == nil {
		t.s.keys.remember(id, signer)
	}
	return signer, nil
}
