package store

import (
	"context"

	"embraye/internal/embraye"
)

// Peers are other organisations whose constats we keep.
type Peers struct{ table }

// Insert adds a peer; a second one of an organisation is ErrConflict.
func (t Peers) Insert(ctx context.Context, p *embraye.Peer) error {
	return wrap(insert(ctx, t.table, p), "adding the peer %s", p.Organisation)
}

// Save writes every column.
func (t Peers) Save(ctx context.Context, p *embraye.Peer) error {
	return wrap(save(ctx, t.table, p), "saving the peer %s", p.Organisation)
}

// ByOrganisation returns the peer of that account.
func (t Peers) ByOrganisation(ctx context.Context, iri embraye.IRI) (*embraye.Peer, error) {
	p, err := take[embraye.Peer](ctx, t.table, "organisation = ?", iri)
	return p, wrap(err, "taking the peer %s", iri)
}

// ByHost lists the peers on host[:port].
func (t Peers) ByHost(ctx context.Context, host string) ([]embraye.Peer, error) {
	all, err := list[embraye.Peer](ctx, t.table, "id", 0, "host = ?", host)
	return all, wrap(err, "listing the peers on %s", host)
}

// List returns all peers in their order.
func (t Peers) List(ctx context.Context) ([]embraye.Peer, error) {
	all, err := list[embraye.Peer](ctx, t.table, "id", 0, "")
	return all, wrap(err, "listing peers")
}

// Remove forgets a peer.
func (t Peers) Remove(ctx context.Context, id int64) error {
	_, err := remove[embraye.Peer](ctx, t.table, "id = ?", id)
	return wrap(err, "removing the peer %d", id)
}
