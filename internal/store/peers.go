package store

import (
	"context"

	"embraye/internal/embraye"
)

// Peers are other organisations whose constats we keep.
type Peers struct{ table }

// Insert adds a peer; a second one of an organisation is ErrConflict. What is
// kept of it already is shown from now on.
func (t Peers) Insert(ctx context.Context, p *embraye.Peer) error {
	if err := insert(ctx, t.table, p); err != nil {
		return wrap(err, "adding the peer %s", p.Organisation)
	}
	return Standings(t).gather(ctx, p.Organisation)
}

// Save writes every column. Whether what is kept of it is shown follows.
func (t Peers) Save(ctx context.Context, p *embraye.Peer) error {
	was, err := take[embraye.Peer](ctx, t.table, "id = ?", p.ID)
	if err == nil {
		err = save(ctx, t.table, p)
	}
	if err != nil || was.Gather == p.Gather {
		return wrap(err, "saving the peer %s", p.Organisation)
	}
	return Standings(t).gather(ctx, p.Organisation)
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

// Remove forgets a peer; what is kept of it is not shown any more.
func (t Peers) Remove(ctx context.Context, id int64) error {
	var removed []struct{ Organisation embraye.IRI }
	if err := t.scan(ctx, &removed, "DELETE FROM peers WHERE id = ? RETURNING organisation", id); err != nil {
		return wrap(err, "removing the peer %d", id)
	}
	for _, peer := range removed {
		if err := Standings(t).gather(ctx, peer.Organisation); err != nil {
			return err
		}
	}
	return nil
}
