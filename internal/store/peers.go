package store

import (
	"context"
	"time"

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

// Take returns the peer with that number.
func (t Peers) Take(ctx context.Context, id int64) (*embraye.Peer, error) {
	p, err := take[embraye.Peer](ctx, t.table, "id = ?", id)
	return p, wrap(err, "taking the peer %d", id)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t Peers) TakeToWrite(ctx context.Context, id int64) (*embraye.Peer, error) {
	p, err := takeToWrite[embraye.Peer](ctx, t.table, "id = ?", id)
	return p, wrap(err, "taking the peer %d", id)
}

// ByOrganisation returns the peer of that account.
func (t Peers) ByOrganisation(ctx context.Context, iri embraye.IRI) (*embraye.Peer, error) {
	p, err := take[embraye.Peer](ctx, t.table, "organisation = ?", iri)
	return p, wrap(err, "taking the peer %s", iri)
}

// OfActor returns the peer of an account that we follow as one of its.
func (t Peers) OfActor(ctx context.Context, actor embraye.IRI) (*embraye.Peer, error) {
	p, err := take[embraye.Peer](ctx, t.table, "id = (SELECT peer_id FROM follows WHERE target = ?)", actor)
	return p, wrap(err, "taking the peer of %s", actor)
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

// Heard notes news of a peer: whoever speaks is not silent.
func (t Peers) Heard(ctx context.Context, id int64, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE peers SET last_news_at = ?, silent_since = NULL WHERE id = ?", at.UTC(), id)
	return wrap(err, "noting news of the peer %d", id)
}

// Silent notes since when a peer does not answer.
func (t Peers) Silent(ctx context.Context, id int64, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE peers SET silent_since = ? WHERE id = ? AND silent_since IS NULL", at.UTC(), id)
	return wrap(err, "noting the silence of the peer %d", id)
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

// Asking lists the organisations on Embraye that follow ours and are no peers
// of ours, the latest first.
func (t Peers) Asking(ctx context.Context, organisation string, limit int) (actors []embraye.RemoteActor, err error) {
	err = t.scan(ctx, &actors, `SELECT a.* FROM followers AS f JOIN remote_actors AS a ON a.uri = f.follower
		WHERE f.actor = ? AND a.measures <> '' AND a.gone_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM peers AS p WHERE p.organisation = a.uri) ORDER BY f.id DESC LIMIT ?`, organisation, limit)
	return actors, wrap(err, "listing who asks to be a peer")
}
